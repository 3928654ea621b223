"""Work out the geometry of a report's charts. Drawing is the template's work; colour is the style sheet's.

Bars are one path each for past and window, in units of a stretched view box; what must not be stretched (text, dots) is
placed by per cent.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from trends.domain.report import ReportDay, ReportTopic

CHART_DAYS = 90
SPARK_DAYS = 28

_STEP = 10
_BAR = 8
_HEIGHT = 100

_LEAST_GROWTH = 0.8
_MOST_GROWTH = 50.0
_MARKS = (1, 2, 5, 10, 20, 50)
_BLOCKS = "▁▂▃▄▅▆▇█"


class Charted(Protocol):
    """What has days to draw, and a window at their end."""

    @property
    def series(self) -> tuple[ReportDay, ...]:
        """One bin a day, oldest first."""
        ...

    @property
    def window_days(self) -> int:
        """Length of the window."""
        ...


@dataclass(frozen=True)
class Bars:
    """Daily bars in a view box of `width` × `height`.

    Attributes:
        width: Units across, ten a day.
        height: Units from zero to `top`.
        top: Stories at the upper edge.
        past: Path of the bars before the window.
        window: Path of the bars in the window.
        expected: Path of the usual level as steps; empty where unknown.
        missing: Path over the days that nobody observed.
        shade_x: Where the window begins.
        shade_width: How far it goes.
        days: The days drawn, oldest first.
    """

    width: int
    height: int
    top: int
    past: str
    window: str
    expected: str
    missing: str
    shade_x: int
    shade_width: int
    days: tuple[ReportDay, ...]


def bars(topic: Charted, most_days: int) -> Bars:
    """Draw the last days of a topic, or of an entity."""
    days = topic.series[-most_days:]
    most = max((max(day.stories, day.expected or 0.0) for day in days), default=0.0)
    top = nice_top(most)
    begin = max(len(days) - topic.window_days, 0)
    spots = [(at, day) for at, day in enumerate(days) if day.observed and day.stories]
    return Bars(
        width=max(len(days), 1) * _STEP,
        height=_HEIGHT,
        top=top,
        past="".join(_bar(at, day.stories, top) for at, day in spots if at < begin),
        window="".join(_bar(at, day.stories, top) for at, day in spots if at >= begin),
        expected=_steps(days, top),
        missing="".join(
            f"M{at * _STEP} 0h{_STEP}v{_HEIGHT}h-{_STEP}z"
            for at, day in enumerate(days)
            if not day.observed
        ),
        shade_x=begin * _STEP,
        shade_width=(len(days) - begin) * _STEP,
        days=days,
    )


def nice_top(most: float) -> int:
    """The least of 2, 4, 6, 8, 10 and their tens that is no less than `most`, so that half of it is whole."""
    power = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if most <= step * power:
                return step * power
        power *= 10


def _bar(at: int, stories: int, top: int) -> str:
    height = _units(stories, top)
    return f"M{at * _STEP + 1} {_trim(_HEIGHT - height)}h{_BAR}v{_trim(height)}h-{_BAR}z"


def _steps(days: Sequence[ReportDay], top: int) -> str:
    parts: list[str] = []
    drawing = False
    for at, day in enumerate(days):
        if day.expected is None or not day.observed:
            drawing = False
            continue
        y = _trim(_HEIGHT - _units(day.expected, top))
        parts.append(f"V{y}" if drawing else f"M{at * _STEP} {y}")
        parts.append(f"H{(at + 1) * _STEP}")
        drawing = True
    return "".join(parts)


def _units(value: float, top: int) -> float:
    return value / top * _HEIGHT


def _trim(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Interval:
    """Where growth and its interval lie on a shared logarithmic scale, in per cent of its width."""

    low: str
    point: str
    width: str


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale of growth that holds every topic of a list.

    Attributes:
        marks: Growth factors to mark, with their place in per cent.
        place: Finds the interval of a topic.
    """

    marks: tuple[tuple[int, str], ...]
    place: Callable[[ReportTopic], Interval]


def growth_scale(topics: Sequence[ReportTopic]) -> Scale:
    """Find the scale for these topics."""
    least = min([_LEAST_GROWTH, *(_inside(topic.growth_low) for topic in topics)])
    most = max([2.5, *(_inside(topic.growth_high) for topic in topics)])

    def place(value: float) -> float:
        share = math.log(_inside(value) / least) / math.log(most / least)
        # Two per cent at either side leave room for the dot.
        return 2 + 96 * min(max(share, 0.0), 1.0)

    def interval(topic: ReportTopic) -> Interval:
        low, high = place(topic.growth_low), place(topic.growth_high)
        return Interval(
            low=f"{low:.2f}", point=f"{place(topic.growth):.2f}", width=f"{high - low:.2f}"
        )

    marks = tuple((mark, f"{place(mark):.2f}") for mark in _MARKS if mark <= most)
    return Scale(marks=marks, place=interval)


def _inside(growth: float) -> float:
    return min(max(growth, _LEAST_GROWTH / 4), _MOST_GROWTH)


def text_bars(days: Sequence[ReportDay]) -> str:
    """Daily counts as block characters; a dot where nobody observed, a space-wide line at zero."""
    most = max((day.stories for day in days if day.observed), default=0)
    return "".join(_block(day, most) for day in days)


def _block(day: ReportDay, most: int) -> str:
    if not day.observed:
        return "·"
    if not day.stories:
        return _BLOCKS[0]
    return _BLOCKS[max(round(day.stories / most * (len(_BLOCKS) - 1)), 1)]
