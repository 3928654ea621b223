"""Choose among the forms of a thing by what a caller accepts (RFC 9110 §12.5.1)."""

from collections.abc import Sequence


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """Pick the offered media type that `accept` likes best, the earlier on a tie; None when it likes none.

    Args:
        accept: An Accept header; empty means anything.
        offered: Media types, the preferred first.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    best = max(offered, key=lambda media_type: _quality(media_type, ranges))
    return best if _quality(best, ranges) > 0 else None


def preferred_language(accept: str, offered: Sequence[str]) -> str:
    """Pick the offered language that an Accept-Language header likes best; the first when it likes none."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    wanted = sorted(
        ((quality, name.partition("-")[0]) for name, quality in ranges),
        key=lambda each: -each[0],
    )
    return next((name for quality, name in wanted if quality > 0 and name in offered), offered[0])


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            quality = _number(parameter[2:])
    return name, quality


def _number(text: str) -> float:
    """Read a quality; what is none counts as unwanted."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that fits, as the rule is."""
    family = media_type.partition("/")[0]
    for wanted in (media_type, f"{family}/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
