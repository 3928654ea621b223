"""The benchmark's own scoring rules."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.nab_scoring import Labelled, Score, probation, score, sigmoid

START = datetime(2026, 1, 1, tzinfo=UTC)


def _series(*windows: tuple[int, int], points: int = 2_000) -> Labelled:
    times = tuple(START + number * timedelta(minutes=5) for number in range(points))
    return Labelled("made up", times, (0.0,) * points, windows)


def test_an_alarm_first_thing_in_every_window_is_perfect() -> None:
    series = _series((500, 599), (1_500, 1_599))
    assert score(series, [500, 1_500]).normalised == pytest.approx(100.0)


def test_silence_is_nothing() -> None:
    assert score(_series((500, 599)), []).normalised == 0.0


def test_a_window_counts_once_by_its_earliest_alarm() -> None:
    series = _series((500, 599))
    assert score(series, [520, 540, 590]) == score(series, [520])


def test_late_in_the_window_earns_less() -> None:
    series = _series((500, 599))
    early, late = score(series, [510]), score(series, [590])
    assert early.raw > late.raw > 0.0


def test_an_alarm_far_from_any_window_costs_its_whole_weight() -> None:
    series = _series((500, 599))
    assert score(series, [500, 1_900]).raw == pytest.approx(1.0 - 0.11)
    assert score(series, [400, 500]).raw == pytest.approx(1.0 - 0.11)


def test_an_alarm_shortly_behind_a_window_costs_little() -> None:
    found = score(_series((500, 599)), [500, 605])
    assert found.false == 1
    assert 0.9 < found.raw - 0.0 < 1.0
    assert found.raw > 1.0 - 0.11


def test_alarms_in_the_probation_count_neither_way() -> None:
    assert probation(2_000) == 300
    assert probation(15_902) == 750
    assert score(_series((500, 599)), [10, 299]) == Score(-1.0, 1, 0, 0)


@pytest.mark.parametrize(
    ("position", "expected"), [(-1.0, 0.98661), (0.0, 0.0), (1.0, -0.98661), (3.5, -1.0)]
)
def test_the_curve_is_that_of_the_benchmark(position: float, expected: float) -> None:
    assert sigmoid(position) == pytest.approx(expected, abs=1e-5)
