"""How a bound is rounded where people read it."""

import math


def floor_tenth(value: float) -> float:
    """Round a lower bound down to a tenth, so that it still holds; every surface then shows the same number."""
    # The small addend undoes a binary 2.0999… of a stored 2.1.
    return math.floor(value * 10 + 1e-9) / 10
