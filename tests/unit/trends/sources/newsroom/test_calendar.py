"""The days of a corpus."""

from datetime import UTC, datetime

import pytest

from trends.domain.windows import bins
from trends.sources.newsroom.calendar import WEEKDAY_RHYTHM, Calendar
from trends.sources.newsroom.chance import Chance


@pytest.mark.parametrize(
    ("until", "zone"),
    [
        (datetime(2026, 3, 2, 7, 30, tzinfo=UTC), "Asia/Seoul"),
        (datetime(2026, 3, 12, 15, 0, tzinfo=UTC), "America/New_York"),
    ],
)
def test_days_are_the_bins_that_analysis_counts_in(until: datetime, zone: str) -> None:
    days = Calendar(until, 14, zone).days
    assert [(day.start, day.end) for day in days] == [
        (int(each.start.timestamp()), int(each.end.timestamp())) for each in bins(until, zone, 14)
    ]


def test_moments_lie_within_their_day() -> None:
    calendar, chance = Calendar(datetime(2026, 3, 12, tzinfo=UTC), 7, "America/New_York"), Chance(1)
    assert all(
        day.start <= day.moment(chance) < day.end for day in calendar.days for _ in range(200)
    )


def test_times_are_written_with_the_offset_of_the_zone() -> None:
    calendar = Calendar(datetime(2026, 3, 2, tzinfo=UTC), 1, "Asia/Seoul")
    assert calendar.written(0) == "1970-01-01T09:00:00+09:00"


def test_weekday_rhythm_is_one_on_average() -> None:
    assert abs(sum(WEEKDAY_RHYTHM) / 7 - 1) < 1e-9
