"""Numbers as the referee reads them: value and unit, Korean and English spellings made one."""

import re
from typing import NamedTuple

from benchmarks.lie_checker_words import NUMBER_WORDS, SCALES, UNITS

_SIGNS = "$€£₩¥"


def _either(names: dict[str, object] | dict[str, str] | dict[str, float]) -> str:
    longest_first = sorted((name for name in names if name not in _SIGNS), key=len, reverse=True)
    return "|".join(
        rf"{re.escape(name)}\b" if name[-1].isascii() and name[-1].isalpha() else re.escape(name)
        for name in longest_first
    )


_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?P<sign>[{_SIGNS}])?(?<![\d.])(?P<digits>{_DIGITS})\s?(?P<scale>{_either(SCALES)})?"
    rf"(?:(?P<small>\d+)(?P<small_scale>천)?)?\s?(?P<unit>{_either(UNITS)})?",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"\b(?P<word>half a|a|one|two|three|four|five|six|seven|eight|nine|ten|dozen)\s"
    rf"(?P<scale>hundred|thousand|million|billion|trillion)?\s?(?P<unit>{_either(UNITS)})?",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number with what it counts; an empty unit is a bare number."""

    value: float
    unit: str


def quantities(text: str) -> set[Quantity]:
    """Read every number of a text."""
    found: set[Quantity] = set()
    for match in _AMOUNT.finditer(text):
        value = float(match["digits"].replace(",", "")) * SCALES.get(
            (match["scale"] or "").lower(), 1
        )
        if match["small"]:
            value += float(match["small"]) * SCALES.get(match["small_scale"] or "", 1)
        unit = UNITS.get(match["sign"] or "", "") or UNITS.get((match["unit"] or "").lower(), "")
        found.add(Quantity(round(value, 6), unit))
    for match in _SPELLED.finditer(text):
        if match["word"].lower() == "a" and not match["scale"]:
            continue
        value = NUMBER_WORDS[match["word"].lower()] * SCALES.get((match["scale"] or "").lower(), 1)
        found.add(Quantity(value, UNITS.get((match["unit"] or "").lower(), "")))
    return found


def without_numbers(text: str) -> str:
    """Blank out what `quantities` reads, so that the words around remain."""
    return _SPELLED.sub(_blank_spelled, _AMOUNT.sub(" ", text))


def _blank_spelled(match: re.Match[str]) -> str:
    return match[0] if match["word"].lower() == "a" and not match["scale"] else " "
