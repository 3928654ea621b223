"""When a monitor runs: what is read, what is refused, and what the clock's leaps do to it."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.pace import (
    Calendar,
    Overlap,
    Pace,
    calendars,
    due_of,
    fires_between,
    gaps,
    length_of,
    next_fires,
    pace_of,
)
from trends.errors import InvalidRequestError

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
BERLIN, NEW_YORK, SEOUL, LORD_HOWE = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Seoul",
    "Australia/Lord_Howe",
)


def pace(**said: str) -> Pace | None:
    """A pace in Seoul, twenty minutes ahead of its due time."""
    asked = {"cadence": "", "cron": "", "due": "", "zone": SEOUL, "jitter": "", "catchup": "6h"}
    return pace_of(**{**asked, **said}, overlap=Overlap.BUFFER_ONE, lead=timedelta(minutes=20))


def paced(**said: str) -> Pace:
    """The same, where there is one."""
    found = pace(**said)
    assert found is not None
    return found


def texts(moments: tuple[datetime, ...]) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in moments]


def test_without_cadence_and_cron_it_runs_by_hand_alone() -> None:
    assert pace() is None


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ({"cadence": "1d", "due": "08:30"}, ["03-02 23:10", "03-03 23:10"]),
        ({"cadence": "1d"}, ["03-02 15:00", "03-03 15:00"]),
        # 2 March 2026 is a Monday.
        ({"cadence": "1w", "due": "08:30"}, ["03-08 23:10", "03-15 23:10"]),
        ({"cadence": "7d", "due": "08:30"}, ["03-08 23:10", "03-15 23:10"]),
        # Twenty minutes before ten past midnight is the day before.
        ({"cadence": "1d", "due": "00:10"}, ["03-02 14:50", "03-03 14:50"]),
        ({"cadence": "1w", "due": "00:10"}, ["03-08 14:50", "03-15 14:50"]),
        ({"cadence": "6h"}, ["03-02 06:00", "03-02 12:00"]),
        ({"cadence": "2d"}, ["03-04 00:00", "03-06 00:00"]),
        ({"cron": "30 9 * * 1-5"}, ["03-03 00:30", "03-04 00:30"]),
        ({"cron": "30 9 * * MON"}, ["03-09 00:30", "03-16 00:30"]),
        ({"cron": "0 9 * * 7"}, ["03-08 00:00", "03-15 00:00"]),
        ({"cron": "0 9 1 */6 *"}, ["07-01 00:00", "01-01 00:00"]),
        ({"cron": "0 9 29 2 *"}, ["02-29 00:00", "02-29 00:00"]),
        # Where both kinds of day are restricted, either will do.
        ({"cron": "0 9 13 * 5"}, ["03-06 00:00", "03-13 00:00"]),
        ({"cron": "0 9 * * *", "zone": "UTC"}, ["03-02 09:00", "03-03 09:00"]),
    ],
)
def test_next_times(said: dict[str, str], times: list[str]) -> None:
    assert texts(next_fires(paced(**said), NOON, 2)) == times


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"cadence": "1d", "cron": "0 9 * * *"}, "not both"),
        ({"due": "08:30"}, "Without a pace"),
        ({"cadence": "6h", "due": "08:30"}, "no place in the day"),
        ({"cadence": "2d", "due": "08:30"}, "no place in the day"),
        ({"cadence": "14m"}, "too often: every 14 min"),
        ({"cron": "*/14 * * * *"}, "too often: every 4 min"),
        ({"cron": "50,0 * * * *"}, "too often: every 10 min"),
        ({"cron": "* * * * *"}, "too often"),
        ({"cron": "0 0 31 2 *"}, "never fires"),
        ({"cron": "0 0 30 2 *"}, "never fires"),
        ({"cron": "0 0 31 2,4,6,9,11 *"}, "never fires"),
        ({"cron": "0 0 32 1 *"}, "Bad day-of-month"),
        ({"cron": "0 0 31 13 *"}, "Bad month"),
        ({"cron": "60 0 * * *"}, "Bad minute"),
        ({"cron": "0 24 * * *"}, "Bad hour"),
        ({"cron": "0 0 * * 8"}, "Bad day-of-week"),
        ({"cron": "0 9"}, "It has 2 fields"),
        ({"cron": "0 0 9 * * *"}, "It has 6 fields"),
        ({"cron": "@daily"}, "It has 1 fields"),
        ({"cron": "0 9 L * *"}, "not understood"),
        ({"cron": "0 9 LW * *"}, "not understood"),
        ({"cron": "0 9 * * 5L"}, "not understood"),
        ({"cron": "0 9 * * 1#2"}, "not understood"),
        ({"cron": "0 9,18 * * *", "due": "20:00"}, "several times a day"),
        ({"cron": "0 9 * * *", "zone": "Asia/Seul"}, "no time zone named 'Asia/Seul'"),
        ({"cron": "0 9 * * *", "zone": "../etc/passwd"}, "no time zone named"),
        ({"cadence": "15m", "jitter": "8m"}, "jitter is too large"),
        ({"cadence": "1d", "due": "08:30", "jitter": "1m"}, "contradict each other"),
        ({"cadence": "1d", "catchup": "31d"}, "between one minute and 30 days"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(said: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidRequestError, match=why):
        pace(**said)


def test_a_quarter_of_an_hour_is_often_enough() -> None:
    assert paced(cadence="15m", jitter="7m").every == timedelta(minutes=15)
    assert texts(next_fires(paced(cron="*/15 * * * *"), NOON, 2)) == ["03-02 03:15", "03-02 03:30"]


def test_a_time_that_the_clock_skips_runs_when_it_has_leaped_and_is_named() -> None:
    early = paced(cron="30 2 * * *", zone=BERLIN)
    before = datetime(2027, 3, 27, tzinfo=UTC)
    assert texts(next_fires(early, before, 3)) == ["03-27 01:30", "03-28 01:00", "03-29 00:30"]
    assert gaps(early, before, 30) == ("2027-03-28 02:30",)
    assert gaps(paced(cron="30 9 * * *", zone=BERLIN), before) == ()
    assert gaps(paced(cadence="6h", zone=BERLIN), before) == ()


def test_all_that_the_clock_skips_runs_once() -> None:
    nightly = paced(cron="0,20,40 2,3 * * *", zone=BERLIN)
    found = next_fires(nightly, datetime(2027, 3, 28, tzinfo=UTC), 4)
    assert texts(found) == ["03-28 01:00", "03-28 01:20", "03-28 01:40", "03-29 00:00"]


def test_a_leap_over_midnight_loses_no_day() -> None:
    # In Havana 14 March 2027, a Sunday, begins at one.
    sundays = paced(cron="0 9 * * 0", zone="America/Havana")
    assert texts(next_fires(sundays, datetime(2027, 3, 13, tzinfo=UTC), 1)) == ["03-14 13:00"]
    midnights = paced(cadence="1d", zone="America/Havana")
    found = next_fires(midnights, datetime(2027, 3, 13, 12, tzinfo=UTC), 2)
    assert texts(found) == ["03-14 05:00", "03-15 04:00"]


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN])
def test_a_time_of_day_that_comes_twice_runs_the_first_time(zone: str) -> None:
    hour = "1" if zone == NEW_YORK else "2"
    daily = paced(cron=f"30 {hour} * * *", zone=zone)
    day = (
        datetime(2027, 11, 7, 4, tzinfo=UTC)
        if zone == NEW_YORK
        else datetime(2027, 10, 31, tzinfo=UTC)
    )
    first, second = next_fires(daily, day, 2)
    assert second - first == timedelta(hours=25)


def test_what_runs_through_all_hours_follows_the_clock_as_it_goes() -> None:
    half_hours = paced(cron="0,30 * * * *", zone=NEW_YORK)
    found = next_fires(half_hours, datetime(2027, 11, 7, 4, 45, tzinfo=UTC), 5)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}
    found = next_fires(half_hours, datetime(2027, 3, 14, 6, 15, tzinfo=UTC), 5)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


# Not where a clock leaps by half an hour, or over midnight: there the library loses times.
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, SEOUL, "Africa/Casablanca", "UTC"])
@pytest.mark.parametrize(
    "cron",
    ["30 2 * * *", "30 1 * * *", "0,30 0-3 * * *", "0 9 13 * 5", "*/15 * * * *", "5 */4 * * 7"],
)
def test_times_are_those_of_cronsim_in_the_zone(zone: str, cron: str) -> None:
    for day in ("2027-03-10", "2027-10-01", "2027-10-25", "2027-11-05", "2027-02-05"):
        after = datetime.fromisoformat(f"{day}T00:00Z")
        theirs = islice(CronSim(cron, after.astimezone(ZoneInfo(zone))), 300)
        expected = sorted({moment.astimezone(UTC) for moment in theirs})
        assert list(next_fires(paced(cron=cron, zone=zone), after, len(expected))) == expected


def test_a_clock_that_leaps_by_half_an_hour() -> None:
    quarters = paced(cron="*/15 * * * *", zone=LORD_HOWE)
    day = datetime(2027, 4, 3, 14, tzinfo=UTC)
    found = next_fires(quarters, day, 12)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=15)}


@given(
    st.sampled_from([BERLIN, NEW_YORK, SEOUL, LORD_HOWE, "Africa/Casablanca", "America/Havana"]),
    st.sampled_from(["*/15 * * * *", "0,30 0-4 * * *", "45 23 * * 0", "0 0 1 * *"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  # the zone is UTC
)
def test_times_only_go_forward_and_are_on_the_clock(zone: str, cron: str, start: datetime) -> None:
    after = start.replace(tzinfo=UTC)
    found = (after, *next_fires(paced(cron=cron, zone=zone), after, 30))
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(moment.second == 0 for moment in found[1:])


def test_times_between_are_the_latest_and_the_end_counts() -> None:
    daily = paced(cadence="1d", due="08:30")
    first, second, third = next_fires(daily, NOON, 3)
    assert fires_between(daily, NOON, third, 2) == (second, third)
    assert fires_between(daily, first, third, 10) == (second, third)
    assert fires_between(daily, NOON, NOON, 10) == ()


@pytest.mark.parametrize(
    ("said", "fire", "due"),
    [
        ({"cadence": "1d", "due": "08:30"}, "2026-03-02T23:10Z", "2026-03-02T23:30Z"),
        ({"cadence": "1d", "due": "00:10"}, "2026-03-02T14:50Z", "2026-03-02T15:10Z"),
        ({"cron": "0 22 * * *", "due": "07:00"}, "2026-03-02T13:00Z", "2026-03-02T22:00Z"),
        # At its very minute the report is due the next day.
        ({"cron": "30 8 * * *", "due": "08:30"}, "2026-03-01T23:30Z", "2026-03-02T23:30Z"),
        # 2:30 is skipped on that day: an hour later.
        (
            {"cron": "0 1 * * *", "due": "02:30", "zone": BERLIN},
            "2027-03-28T00:00Z",
            "2027-03-28T01:30Z",
        ),
    ],
)
def test_when_a_report_is_due(said: dict[str, str], fire: str, due: str) -> None:
    assert due_of(paced(**said), datetime.fromisoformat(fire)) == datetime.fromisoformat(due)


def test_without_a_due_time_nothing_is_due() -> None:
    assert due_of(paced(cadence="1d"), NOON) is None


def in_calendars(found: tuple[Calendar, ...]) -> list[datetime]:
    """Every moment that calendars stand for."""
    return sorted(
        datetime(each.year, each.month, day, hour, minute, tzinfo=UTC)
        for each in found
        for day in each.days
        for hour in each.hours
        for minute in each.minutes
    )


@pytest.mark.parametrize("cron", ["30 2 * * *", "0,30 0-3 * * 1-5", "*/15 * * * *", "0 9 29 2 *"])
@pytest.mark.parametrize("now", ["2026-12-31T23:59Z", "2027-01-01T00:00Z", "2027-03-20T12:00Z"])
def test_calendars_hold_the_times_from_the_month_before_to_two_months_on(
    cron: str, now: str
) -> None:
    asked, moment = paced(cron=cron, zone=BERLIN), datetime.fromisoformat(now)
    month = moment.month + 12 * moment.year
    told = in_calendars(calendars(asked, moment))
    near = [each for each in told if each.month + 12 * each.year <= month + 2]
    first = near[0] if near else None
    assert len(told) == len(set(told))
    assert set(next_fires(asked, moment)) <= set(told)
    if first is not None:
        assert near == list(next_fires(asked, first - timedelta(minutes=1), len(near)))


def test_calendars_stay_the_same_over_a_month() -> None:
    daily = paced(cadence="1d", due="08:30")
    first = calendars(daily, datetime(2026, 3, 1, tzinfo=UTC))
    assert first == calendars(daily, datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    assert [(each.month, len(each.days)) for each in first] == [(2, 28), (3, 31), (4, 30), (5, 31)]
    assert calendars(paced(cadence="6h"), NOON) == ()


def test_lengths() -> None:
    assert (length_of("90s"), length_of("15m"), length_of("")) == (
        timedelta(seconds=90),
        timedelta(minutes=15),
        None,
    )
