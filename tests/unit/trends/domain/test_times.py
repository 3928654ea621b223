"""When an item was published."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import TimeRule
from trends.domain.times import CLOCK_TOLERANCE, TimeReader

NOW = datetime(2026, 1, 10, tzinfo=UTC)
SEEN = NOW - timedelta(microseconds=1)
PAST = st.datetimes(
    min_value=datetime(1990, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=datetime(2026, 1, 9),  # noqa: DTZ001  # the same
    timezones=st.sampled_from([UTC, ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")]),
)


@pytest.fixture
def reader() -> TimeReader:
    return TimeReader(now=NOW, seen=SEEN, zone=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(
    "published",
    [
        "2026-01-09T05:30:00Z",
        "2026-01-09T14:30:00+09:00",
        "2026-01-09T14:30:00+0900",
        "2026-01-09 14:30",
        "2026-01-09T14:30:00",
        "2026-01-09 14:30:00 KST",
        "2026-01-09T05:30:00.000000000Z",
        "Fri, 09 Jan 2026 05:30:00 GMT",
        "Fri, 09 Jan 2026 14:30:00 +0900",
        "Fri, 9 Jan 26 00:30 EST",
        "09 Jan 2026 14:30:00 KST",
        "Fri, 09 Jan 2026 05:30:00 -0000",
        "Fri Jan  9 14:30:00 2026",
        "January 9, 2026 2:30 PM",
        "Friday, Jan. 9, 2026 at 12:30 a.m. EST",
        "2026.01.09 14:30",
        "2026. 1. 9. 오후 2:30",
        "2026년 1월 9일 오후 2시 30분",
        "2026년 1월 9일 (금) 14시 30분 0초",
        "20260109143000",
        "202601091430",
        "1767936600",
        "1767936600000",
        "1767936600000000",
    ],
)
def test_time_is_read_however_it_is_written(reader: TimeReader, published: str) -> None:
    expected = datetime(2026, 1, 9, 5, 30, tzinfo=UTC)
    assert reader.read(published) == (expected, TimeRule.EXACT)


@pytest.mark.parametrize(
    "published",
    [
        "2026-01-09",
        "2026.01.09",
        "2026. 1. 9.",
        "2026/1/9",
        "2026년 1월 9일",
        "2026년 1월 9일 금요일",
        "20260109",
        "Jan 9, 2026",
        "9 January 2026",
        "Fri, 09 Jan 2026",
    ],
)
def test_date_alone_is_noon_in_the_market(reader: TimeReader, published: str) -> None:
    assert reader.read(published) == (datetime(2026, 1, 9, 3, tzinfo=UTC), TimeRule.DATE_ONLY)


def test_date_of_today_before_noon_is_first_seen(reader: TimeReader) -> None:
    assert reader.read("2026-01-10") == (SEEN, TimeRule.DATE_ONLY)


def test_midnight_and_noon_are_told_apart(reader: TimeReader) -> None:
    midnight, _ = reader.read("2026년 1월 9일 오전 12시 5분")
    noon, _ = reader.read("2026년 1월 9일 오후 12시 5분")
    assert noon - midnight == timedelta(hours=12)


@pytest.mark.parametrize(
    "published",
    [
        None,
        "",
        "  ",
        "3시간 전",
        "yesterday",
        "2026-13-40",
        "2026-01-09T25:00:00Z",
        "Fri, 09 Jan 2026 05:30:00 XYZ",
        "2026-01-09 05:30 XYZ",
        "9999-12-31T23:59:59-12:00",
        "1970-01-01",
        "0001-01-01T00:00:00Z",
        "0000000000",
        "99999999",
        "2026" * 100,
    ],
)
def test_time_that_is_missing_or_unreadable_is_first_seen(
    reader: TimeReader, published: str | None
) -> None:
    assert reader.read(published) == (SEEN, TimeRule.MISSING)


@pytest.mark.parametrize("published", ["2026-01-10T00:10:01Z", "2026-01-11", "2030-01-01"])
def test_time_in_the_future_is_first_seen(reader: TimeReader, published: str) -> None:
    assert reader.read(published) == (SEEN, TimeRule.FUTURE)


def test_clock_that_runs_a_little_ahead_is_believed(reader: TimeReader) -> None:
    ahead = (NOW + CLOCK_TOLERANCE).isoformat()
    assert reader.read(ahead) == (SEEN, TimeRule.EXACT)


def test_reading_again_gives_the_same(reader: TimeReader) -> None:
    assert reader.read("2026-01-09 14:30") == reader.read(" 2026-01-09 14:30 ")


@given(PAST)
def test_iso_times_are_read_exactly(moment: datetime) -> None:
    reader = TimeReader(now=NOW, seen=SEEN, zone=ZoneInfo("Asia/Seoul"))
    assert reader.read(moment.isoformat()) == (moment.astimezone(UTC), TimeRule.EXACT)


@given(st.text(alphabet="0123456789-./: 년월일시분초오전후TZ+JanKSTAPM,", max_size=40))
def test_any_text_gives_a_time_up_to_now(text: str) -> None:
    reader = TimeReader(now=NOW, seen=SEEN, zone=ZoneInfo("America/New_York"))
    moment, _ = reader.read(text)
    assert moment <= SEEN
    assert moment.tzinfo is UTC
