"""Spikes in counts by the minute or the hour, told while they come in: no look ahead, a few numbers of memory.

Three steps. What is to be expected is a level that follows the series times a profile of the day, both learnt with
past spikes cut off. How surprising a count is, is the upper tail of a negative binomial about that expectation (the
scheme of outbreak surveillance: Farrington et al. 1996, Noufaily et al. 2013). Such tails are never quite right, and wrong
by another amount for every series; so the surprise is at last held against the series' own largest surprises, whose
excess over a high quantile is near exponential (peaks over threshold: Pickands 1975; on streams: Siffer et al. 2017).
What comes out has a unit: how many days usually lie between two moments as rare as this one.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from scipy.special import betainc

from trends.errors import InvalidRequestError

RARE = timedelta(days=7)
"""An alarm is a moment such as comes once in so long a time."""

REFRACTORY = timedelta(days=1)
"""After an alarm there is none for so long: one event, one alarm."""

SPAN = timedelta(minutes=15)
"""Counts are summed over so long a time, that a single lucky minute is no spike."""

_SLOTS = 24
_LEVEL_MEMORY = timedelta(days=1)
_SPREAD_MEMORY = timedelta(days=7)
_TAIL_MEMORY = timedelta(days=7)
_PROFILE_WEIGHT = 0.15
_CUT = 4.0
_CALM = 0.99
_EXCESS_WEIGHT = 0.02
_LEAST_EXCESS = 0.3
_EXCESS_CUT = 6.0
_LEAST_MEAN = 0.02
_POINTS_TO_KNOW_THE_LEVEL = 12
_LEAST_DISPERSION = 1.02
_LEAST_TAIL = 1e-300
# Past e¹² times its quantile a surprise is just absurd, and no span of time could hold the number.
_MOST = 12.0
_DAY = timedelta(days=1)


class Moment(NamedTuple):
    """What one count says.

    Attributes:
        expected: Count to be expected over the last `SPAN`.
        surprise: Chance of so many or more, as -log10.
        rarity: Usual time between two moments as rare; zero for everyday ones.
        alarm: Whether to tell somebody.
    """

    expected: float
    surprise: float
    rarity: timedelta
    alarm: bool


@dataclass
class _Fading:
    """A mean over the past that forgets; at first it is the plain mean."""

    weight: float
    value: float = 0.0
    seen: int = 0

    def add(self, value: float) -> None:
        self.seen += 1
        self.value += max(self.weight, 1.0 / self.seen) * (value - self.value)


@dataclass
class _Profile:
    """How busy each hour of the day is, relative to the level."""

    hours: list[float] = field(default_factory=lambda: [1.0] * _SLOTS)
    _hour: int = -1
    _sum: float = 0.0
    _points: int = 0

    def at(self, when: datetime) -> float:
        """Interpolate between the middles of two hours."""
        place = (when.hour * 3600 + when.minute * 60 + when.second) / 3600 - 0.5
        before = math.floor(place)
        share = place - before
        return (1.0 - share) * self.hours[before % _SLOTS] + share * self.hours[
            (before + 1) % _SLOTS
        ]

    def add(self, when: datetime, relative: float) -> None:
        """Take a count relative to the level; the hour is learnt when it is over."""
        if when.hour != self._hour:
            self._learn()
            self._hour = when.hour
        self._sum += relative
        self._points += 1

    def _learn(self) -> None:
        if self._points:
            mean = self._sum / self._points
            self.hours[self._hour] += _PROFILE_WEIGHT * (mean - self.hours[self._hour])
            whole = sum(self.hours) / _SLOTS
            self.hours = [hour / max(whole, _LEAST_MEAN) for hour in self.hours]
        self._sum = 0.0
        self._points = 0


class _Tail:
    """The largest surprises of a series: a high quantile, and the mean excess over it."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._seen = 0
        self._bound = 1.0
        self._excess = 0.5

    def rarity(self, surprise: float) -> float:
        """Return the usual number of points between two such surprises; 0 below the quantile."""
        if surprise <= self._bound:
            return 0.0
        return math.exp(min((surprise - self._bound) / self._excess, _MOST)) / (1.0 - _CALM)

    def add(self, surprise: float) -> None:
        """Learn: the quantile by stochastic approximation (Robbins & Monro 1951), the excess by a fading mean."""
        self._seen += 1
        cut = min(surprise, self._bound + _EXCESS_CUT * self._excess)
        below = 1.0 if cut <= self._bound else 0.0
        self._bound += max(self._step, 1.0 / self._seen) * 3.0 * (_CALM - below)
        self._bound = max(self._bound, 0.3)
        if cut > self._bound:
            self._excess += _EXCESS_WEIGHT * (cut - self._bound - self._excess)
            self._excess = max(self._excess, _LEAST_EXCESS)


class SpikeDetector:
    """Follows one series of counts.

    Args:
        interval: Time between two counts; from a minute to an hour.
        rare: An alarm is a moment such as comes once in so long a time.
        refractory: After an alarm there is none for so long.

    Raises:
        InvalidRequestError: An interval that is not positive, or longer than an hour.
    """

    def __init__(
        self, interval: timedelta, rare: timedelta = RARE, refractory: timedelta = REFRACTORY
    ) -> None:
        if not timedelta() < interval <= timedelta(hours=1):
            raise InvalidRequestError(
                f"Counts every {interval} cannot be watched for spikes.",
                next_step="Count by the minute, the hour, or something between.",
            )
        self._interval = interval
        self._rare = rare
        self._refractory = refractory
        self._level = _Fading(interval / _LEVEL_MEMORY)
        self._spread = _Fading(interval / _SPREAD_MEMORY, value=2.0)
        self._profile = _Profile()
        self._tail = _Tail(interval / _TAIL_MEMORY)
        self._latest: deque[tuple[float, float, float]] = deque(
            maxlen=max(1, round(SPAN / interval))
        )
        self._quiet_until: datetime | None = None

    def observe(self, when: datetime, count: float) -> Moment:
        """Judge a count by what came before it, then learn from it.

        Args:
            when: Its time, later than all before; the hour of the day is read off it as it stands.
            count: What was counted since the last one.
        """
        lift = self._profile.at(when)
        mean = max(self._level.value * lift, _LEAST_MEAN)
        dispersion = max(self._spread.value, _LEAST_DISPERSION)
        kept = min(count, mean + _CUT * math.sqrt(dispersion * mean) + 1.0)
        self._latest.append((count, kept, mean))
        expected = sum(each[2] for each in self._latest)
        surprise = _surprise(sum(each[0] for each in self._latest), expected, dispersion)
        rarity = self._tail.rarity(surprise) * self._interval
        alarm = rarity >= self._rare and (self._quiet_until is None or when >= self._quiet_until)
        if alarm:
            self._quiet_until = when + self._refractory
        self._tail.add(surprise)
        residual = sum(each[1] for each in self._latest) - expected
        self._spread.add(residual**2 / max(expected, 0.05))
        self._level.add(
            (kept if self._level.seen >= _POINTS_TO_KNOW_THE_LEVEL else count) / max(lift, 0.1)
        )
        self._profile.add(when, kept / max(self._level.value, _LEAST_MEAN))
        return Moment(expected, surprise, rarity, alarm)


def _surprise(count: float, mean: float, dispersion: float) -> float:
    """Return -log10 P(X ≥ count) of a negative binomial; see `surprise.upper_tail`."""
    if count <= 0:
        return 0.0
    shape = mean / (dispersion - 1.0)
    tail = float(betainc(count, shape, 1.0 - 1.0 / dispersion))
    return -math.log10(max(tail, _LEAST_TAIL))
