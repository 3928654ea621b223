"""Windows as people write them, and the days they are cut into."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import Window
from trends.domain.windows import bin_index, bins, parse_window, span
from trends.errors import InvalidWindowError

NOW = datetime(2026, 1, 9, 3, 30, tzinfo=UTC)
ZONES = st.sampled_from(
    ["UTC", "Asia/Seoul", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut"]
)
MOMENTS = st.datetimes(
    min_value=datetime(2005, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001  # the same
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("7d", timedelta(days=7)),
        ("24h", timedelta(hours=24)),
        ("4w", timedelta(weeks=4)),
        (" 7 D ", timedelta(days=7)),
        ("3653d", timedelta(days=3653)),
    ],
)
def test_span_looks_back_from_now(text: str, length: timedelta) -> None:
    assert parse_window(text, NOW) == Window(start=NOW - length, end=NOW)


def test_days_are_wall_clock_days_of_the_market() -> None:
    after_the_change = datetime(2026, 3, 10, 9, tzinfo=UTC)
    window = parse_window("7d", after_the_change, "America/New_York")
    assert window.end - window.start == timedelta(days=7) - timedelta(hours=1)


def test_two_times_may_be_given_with_their_zones() -> None:
    window = parse_window("2026-01-01T09:00+09:00/2026-01-08T00:00Z", NOW)
    assert (window.start, window.end) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 8, tzinfo=UTC),
    )


def test_window_may_end_right_now() -> None:
    assert span(NOW - timedelta(hours=1), NOW, NOW).end == NOW


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0d", "no length"),
        ("-3d", "no length"),
        ("3654d", "ten years"),
        ("999999999w", "ten years"),
        ("", "not a window"),
        ("week", "not a window"),
        ("7", "not a window"),
        ("٧d", "not a window"),
        ("9" * 5_000 + "d", "not a window"),
        ("2026-01-08T00:00Z/2026-01-01T00:00Z", "ends before it begins"),
        ("2026-01-01T00:00Z/2026-01-01T00:00Z", "ends before it begins"),
        ("2026-01-01T00:00Z/2026-01-10T00:00Z", "in the future"),
        ("2015-01-01T00:00Z/2026-01-01T00:00Z", "ten years"),
        ("2026-01-01/2026-01-08T00:00Z", "start has no time zone"),
        ("2026-01-01T00:00Z/2026-01-08", "end has no time zone"),
        ("yesterday/2026-01-08T00:00Z", "'yesterday' is not a time"),
        ("2026-01-01T00:00Z/", "'' is not a time"),
        ("0001-01-01T00:00+14:00/2026-01-01T00:00Z", "beyond the calendar"),
    ],
)
def test_window_that_cannot_be_is_refused_with_a_next_step(text: str, says: str) -> None:
    with pytest.raises(InvalidWindowError, match=says) as refused:
        parse_window(text, NOW)
    assert refused.value.next_step


def test_naive_datetimes_are_refused() -> None:
    with pytest.raises(InvalidWindowError, match="no time zone"):
        span(NOW.replace(tzinfo=None), NOW, NOW)


def test_span_longer_than_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidWindowError, match="before the calendar"):
        parse_window("10d", datetime(1, 1, 3, tzinfo=UTC))


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidWindowError, match="Asia/Soul"):
        bins(NOW, "Asia/Soul", 1)


@given(st.text(), MOMENTS)
def test_nothing_but_a_window_error_ever_comes_of_a_text(text: str, now: datetime) -> None:
    try:
        window = parse_window(text, now)
    except InvalidWindowError:
        return
    assert window.start < window.end <= now


def test_bins_end_at_the_window_end_oldest_first() -> None:
    found = bins(NOW, "Asia/Seoul", 2)
    assert found == [
        (NOW - timedelta(days=2), NOW - timedelta(days=1), date(2026, 1, 8)),
        (NOW - timedelta(days=1), NOW, date(2026, 1, 9)),
    ]


def test_bin_that_ends_at_midnight_carries_the_date_it_covers() -> None:
    midnight_in_seoul = datetime(2026, 1, 8, 15, tzinfo=UTC)
    assert bins(midnight_in_seoul, "Asia/Seoul", 1)[0].day == date(2026, 1, 8)


@pytest.mark.parametrize(
    ("end", "hours"),
    [(datetime(2026, 3, 8, 16, tzinfo=UTC), 23), (datetime(2026, 11, 1, 17, tzinfo=UTC), 25)],
)
def test_day_on_which_the_clock_changes_is_shorter_or_longer(end: datetime, hours: int) -> None:
    newest = bins(end, "America/New_York", 1)[0]
    assert newest.end - newest.start == timedelta(hours=hours)


def test_edge_in_a_gap_lies_where_the_clock_lands() -> None:
    half_past_two = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
    assert bins(half_past_two, "America/New_York", 1)[0].start == datetime(
        2026, 3, 8, 7, 30, tzinfo=UTC
    )


def test_edge_that_occurs_twice_is_the_first() -> None:
    half_past_one = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    assert bins(half_past_one, "America/New_York", 1)[0].start == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


def test_date_that_a_zone_skipped_has_no_bin() -> None:
    days = [each.day for each in bins(datetime(2012, 1, 2, tzinfo=UTC), "Pacific/Apia", 4)]
    assert days == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1), date(2012, 1, 2)]


@given(MOMENTS, ZONES, st.integers(0, 400))
def test_bins_are_as_many_as_asked_and_touch(end: datetime, zone: str, count: int) -> None:
    found = bins(end, zone, count)
    assert len(found) == count
    assert all(here.end == there.start for here, there in pairwise(found))
    assert all(each.start < each.end for each in found)
    assert not found or found[-1].end == end


@given(MOMENTS, ZONES)
def test_every_bin_has_a_date_of_its_own(end: datetime, zone: str) -> None:
    days = [each.day for each in bins(end, zone, 120)]
    assert days == sorted(set(days))


@given(MOMENTS, ZONES, st.integers(0, 60), st.lists(MOMENTS))
def test_bin_index_names_the_bin_that_holds_a_moment(
    end: datetime, zone: str, count: int, others: list[datetime]
) -> None:
    found = bins(end, zone, count)
    edges = [edge for each in found for edge in (each.start, each.end)]
    moments = [*others, *edges, *(edge - timedelta(microseconds=1) for edge in edges)]
    places = [
        next((n for n, each in enumerate(found) if each.start <= moment < each.end), -1)
        for moment in moments
    ]
    assert bin_index(found, moments) == places


def test_bin_index_reads_times_in_any_zone() -> None:
    assert bin_index(
        bins(NOW, "Asia/Seoul", 2),
        [(NOW - timedelta(hours=1)).astimezone(ZoneInfo("Asia/Seoul"))],
    ) == [1]
