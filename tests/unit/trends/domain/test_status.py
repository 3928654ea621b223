"""Where a topic stands in its life."""

import numpy as np
import pytest

from trends.domain.counts import Counts
from trends.domain.models import TopicStatus
from trends.domain.status import persistence_days, status

RATE = 1.0 / 20.0


def _status(counts: list[float], window_days: int) -> TopicStatus:
    series: Counts = np.array([*[1.0] * (60 - len(counts)), *counts])
    return status(series, np.full(60, 20.0), RATE, 1.2, window_days)


@pytest.mark.parametrize(
    ("counts", "window_days", "expected"),
    [
        ([12.0], 1, TopicStatus.EMERGING),
        ([3.0, 6.0, 12.0], 1, TopicStatus.RISING),
        ([8.0, 9.0, 8.0, 9.0], 1, TopicStatus.PEAKING),
        ([12.0, 9.0, 4.0, 3.0], 1, TopicStatus.FADING),
        ([15.0, 1.0, 1.0], 1, TopicStatus.FADING),
        ([2.0, 2.0, 4.0, 5.0, 6.0, 8.0, 9.0], 7, TopicStatus.RISING),
        ([9.0, 9.0, 8.0, 6.0, 4.0, 3.0, 2.0, 1.0], 7, TopicStatus.FADING),
        ([*[2.0] * 7, *[3.0] * 7, *[5.0] * 7], 14, TopicStatus.RISING),
        ([*[3.0] * 28], 28, TopicStatus.PEAKING),
        ([*[4.0] * 14, *[2.0] * 7, *[1.0] * 7], 28, TopicStatus.FADING),
        ([*[1.0] * 7, *[4.0] * 7, *[1.0] * 14], 28, TopicStatus.FADING),
    ],
)
def test_a_course_has_its_name(
    counts: list[float], window_days: int, expected: TopicStatus
) -> None:
    assert _status(counts, window_days) is expected


def test_a_direction_takes_two_windows() -> None:
    assert _status([1.0, 1.0, 20.0], 1) is TopicStatus.EMERGING


def test_no_evidence_at_all_is_no_fading() -> None:
    assert _status([1.0, 1.0, 1.0], 1) is TopicStatus.EMERGING


def test_a_series_of_one_day_has_a_status() -> None:
    assert status(np.array([5.0]), np.array([20.0]), 0.0, 1.5, 7) is TopicStatus.EMERGING


def test_days_that_were_not_observed_are_no_evidence() -> None:
    counts = np.array([1.0] * 56 + [9.0, 9.0, 0.0, 0.0])
    exposure = np.array([20.0] * 58 + [0.0, 0.0])
    assert status(counts, exposure, RATE, 1.2, 1) in {TopicStatus.PEAKING, TopicStatus.RISING}


def test_persistence_counts_days_above_the_usual_rate() -> None:
    counts = np.array([9.0] * 10 + [1.0] * 20 + [3.0] * 8)
    assert persistence_days(counts, np.full(38, 20.0), RATE) == 8


def test_persistence_looks_at_four_weeks_only() -> None:
    assert persistence_days(np.full(60, 5.0), np.full(60, 20.0), RATE) == 28
