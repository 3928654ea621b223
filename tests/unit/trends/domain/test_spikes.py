"""Spikes in counts, told while they come in."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.domain.spikes import REFRACTORY, Moment, SpikeDetector
from trends.errors import InvalidRequestError

START = datetime(2026, 1, 5, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
PER_DAY = 288


def _watched(
    counts: Callable[[int, random.Random], int],
    days: int,
    *,
    interval: timedelta = FIVE_MINUTES,
    rare: timedelta = timedelta(days=7),
) -> list[Moment]:
    """Watch a made-up series; `counts` draws the count of a point by its number."""
    detector = SpikeDetector(interval, rare)
    chance = random.Random(20260105)  # noqa: S311 - a made-up series, no secret
    points = round(timedelta(days=days) / interval)
    return [
        detector.observe(START + number * interval, counts(number, chance))
        for number in range(points)
    ]


def _poisson(chance: random.Random, mean: float) -> int:
    return sum(chance.random() < mean / 100.0 for _ in range(100))


def _alarms(moments: list[Moment]) -> list[int]:
    return [number for number, moment in enumerate(moments) if moment.alarm]


def test_steady_counts_alarm_about_as_rarely_as_they_are_asked_to() -> None:
    moments = _watched(lambda _, chance: _poisson(chance, 10.0), 42)
    # Once a week is asked for: six in six weeks, the first days aside.
    assert len([n for n in _alarms(moments) if n > 3 * PER_DAY]) <= 12


def test_a_spike_is_told_of_at_once() -> None:
    spike = 20 * PER_DAY
    moments = _watched(lambda n, chance: 90 if n >= spike else _poisson(chance, 10.0), 21)
    assert next(n for n in _alarms(moments) if n >= spike) <= spike + 1


def test_the_rhythm_of_the_day_is_no_spike() -> None:
    def counts(number: int, chance: random.Random) -> int:
        noon = abs(number % PER_DAY - PER_DAY // 2) < PER_DAY // 12
        return _poisson(chance, 30.0 if noon else 5.0)

    moments = _watched(counts, 28)
    late = [n for n in _alarms(moments) if n >= 14 * PER_DAY]
    assert len(late) <= 4


def test_one_event_is_one_alarm() -> None:
    spike = 20 * PER_DAY
    moments = _watched(
        lambda n, chance: 90 if spike <= n < spike + 60 else _poisson(chance, 10.0), 21
    )
    told = [n for n in _alarms(moments) if spike <= n < spike + REFRACTORY / FIVE_MINUTES]
    assert len(told) == 1


def test_a_spike_does_not_become_the_usual() -> None:
    spike = 20 * PER_DAY
    moments = _watched(
        lambda n, chance: 90 if spike <= n < spike + 6 else _poisson(chance, 10.0), 21
    )
    before, after = moments[spike - 1].expected, moments[spike + 12].expected
    assert after < 1.5 * before


def test_a_silent_series_never_alarms() -> None:
    assert _alarms(_watched(lambda _n, _chance: 0, 14)) == []


def test_hourly_counts_are_watched_too() -> None:
    spike = 20 * 24
    moments = _watched(
        lambda n, chance: 90 if n == spike else _poisson(chance, 10.0),
        21,
        interval=timedelta(hours=1),
    )
    assert moments[spike].alarm


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(0, 500), min_size=20, max_size=120), st.lists(st.integers(0, 9_999_999))
)
def test_what_comes_later_changes_nothing_that_was_said(past: list[int], later: list[int]) -> None:
    def said(counts: list[int]) -> list[Moment]:
        detector = SpikeDetector(FIVE_MINUTES)
        return [detector.observe(START + n * FIVE_MINUTES, c) for n, c in enumerate(counts)]

    assert said([*past, *later])[: len(past)] == said(past)


def test_an_absurd_count_is_a_moment_of_finite_rarity() -> None:
    moments = _watched(lambda n, chance: 10**9 if n == 5 * PER_DAY else _poisson(chance, 5.0), 6)
    assert moments[5 * PER_DAY].alarm
    assert timedelta(days=7) < moments[5 * PER_DAY].rarity < timedelta(days=10**9 // 2)


@pytest.mark.parametrize("interval", [timedelta(), timedelta(seconds=-1), timedelta(hours=2)])
def test_an_interval_that_cannot_be_watched_is_refused(interval: timedelta) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be watched"):
        SpikeDetector(interval)
