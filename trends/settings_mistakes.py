"""What a person is told of values that settings cannot have."""

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from trends.errors import SettingsError
from trends.settings_layers import Layer, near_name


def wrong_values(
    error: ValidationError, layers: list[Layer], fallback: str = "the configuration"
) -> SettingsError:
    """Say which values are wrong, where each was written, and the nearest word where it is to be one of a few.

    Args:
        error: What the check found; the first five are told.
        layers: What was read, the last one over the others.
        fallback: Where a value was written that is in no layer.
    """
    places = {path: place for layer in layers for path, place in layer.places.items()}
    lines: list[str] = []
    for problem in error.errors(include_url=False)[:5]:
        path = tuple(str(part) for part in problem["loc"])
        place = next(
            (places[path[:n]] for n in range(len(path), 0, -1) if path[:n] in places), fallback
        )
        lines.append(f"{'.'.join(path)} ({place}): {problem['msg']}{_meant(problem)}")
    return SettingsError(
        "Some settings have wrong values.",
        why="; ".join(lines) + ".",
        next_step="Mend them; nothing was loaded.",
    )


def _meant(problem: ErrorDetails) -> str:
    """Name the word of a closed set that is nearest to what was written; nothing where another mistake was made."""
    written = problem["input"]
    if problem["type"] not in {"literal_error", "enum"} or not isinstance(written, str):
        return ""
    # pydantic gives the set as a sentence alone: 'a', 'b' or 'c'.
    words = re.findall(r"'([^']*)'", problem.get("ctx", {}).get("expected", ""))
    near = near_name(written, words)
    return f" (did you mean '{near}'?)" if near else ""
