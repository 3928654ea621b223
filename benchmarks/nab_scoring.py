"""How the Numenta Anomaly Benchmark scores a detector: its standard profile, and nothing else.

Lavin & Ahmad, "Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark", 2015. A labelled
window counts once, by the earliest alarm in it; an alarm outside costs the more the farther it lies behind the last
window; a missed window costs one. 0 is a detector that never alarms, 100 one that alarms first thing in every
window and nowhere else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

TRUE_POSITIVE = 1.0
FALSE_POSITIVE = 0.11
FALSE_NEGATIVE = 1.0

PROBATION = 0.15
_PROBATION_OF_AT_MOST = 5_000
_FAR = 3.0


@dataclass(frozen=True)
class Labelled:
    """One series of the benchmark.

    Attributes:
        name: File name.
        times: Ascending.
        counts: One per time.
        windows: Places of the first and last point of each labelled window, ascending.
    """

    name: str
    times: tuple[datetime, ...]
    counts: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Score:
    """What a detector got on some series.

    Attributes:
        raw: Sum of the weighted scores.
        windows: Labelled windows.
        found: Windows with an alarm in them.
        false: Alarms outside of windows.
    """

    raw: float
    windows: int
    found: int
    false: int

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.raw + other.raw,
            self.windows + other.windows,
            self.found + other.found,
            self.false + other.false,
        )

    @property
    def normalised(self) -> float:
        """From 0, the detector that says nothing, to 100, the perfect one; may be below 0."""
        nothing = -FALSE_NEGATIVE * self.windows
        perfect = TRUE_POSITIVE * self.windows
        return 100.0 * (self.raw - nothing) / (perfect - nothing)


def probation(points: int) -> int:
    """Count the points at the beginning in which no alarm is scored: 15 %, of 5,000 points at most."""
    return math.floor(PROBATION * min(points, _PROBATION_OF_AT_MOST))


def sigmoid(position: float) -> float:
    """Score an alarm by its place: -1 where a window begins, 0 where it ends, in window lengths.

    From almost 1 down to -1; beyond three lengths behind a window it is -1.
    """
    if position > _FAR:
        return -1.0
    return 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0


def score(series: Labelled, alarms: Sequence[int]) -> Score:
    """Score the alarms of one series.

    Args:
        series: The series.
        alarms: Places of the points at which the detector alarmed, ascending.
    """
    trial = probation(len(series.times))
    best: dict[tuple[int, int], float] = {}
    false = 0
    raw = 0.0
    for place in alarms:
        if place < trial:
            continue
        inside = next((w for w in series.windows if w[0] <= place <= w[1]), None)
        if inside is None:
            false += 1
            raw += FALSE_POSITIVE * _behind(series, place)
        else:
            best[inside] = max(best.get(inside, -FALSE_NEGATIVE), _within(inside, place))
    # A window that ends within the probation can be neither found nor missed.
    due = [window for window in series.windows if window[1] >= trial]
    raw += sum(best.get(window, -FALSE_NEGATIVE) for window in due)
    return Score(raw, len(due), len(best), false)


def _within(window: tuple[int, int], place: int) -> float:
    width = window[1] - window[0] + 1
    position = -(window[1] - place + 1) / width
    return TRUE_POSITIVE * sigmoid(position) / sigmoid(-1.0)


def _behind(series: Labelled, place: int) -> float:
    past = [window for window in series.windows if window[1] < place]
    if not past:
        return -1.0
    first, last = past[-1]
    return sigmoid((place - last) / max(last - first, 1))
