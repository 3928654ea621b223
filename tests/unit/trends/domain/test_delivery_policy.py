"""When a message may go out: quiet hours over midnight, the clock's leaps, weekends, 설날, 추석, and enough for a day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.delivery_policy import (
    NOW,
    DeliveryPolicy,
    Release,
    Urgency,
    day_start,
    is_quiet,
    opens_at,
    release,
)
from trends.markets import load_market

KR = load_market("KR")
REPORT, ALERT = Urgency.REPORT, Urgency.ALERT


def seoul(text: str) -> datetime:
    """A time on the clock of Seoul."""
    return datetime.fromisoformat(f"{text}+09:00").astimezone(UTC)


def policy(**said: Any) -> DeliveryPolicy:
    """A channel of the market KR."""
    return DeliveryPolicy.model_validate(
        {
            "zone": KR.time_zone,
            "weekend": frozenset(KR.weekend),
            "holidays": frozenset(KR.holidays),
            **said,
        }
    )


NIGHT = policy(quiet_hours="22:00-07:00")
WORKDAYS = policy(workdays_only=True)
OFFICE = policy(workdays_only=True, quiet_hours="18:00-09:00")


def test_a_channel_that_asks_nothing_is_always_open() -> None:
    assert policy().asks_nothing
    assert release(policy(), REPORT, seoul("2026-02-17T03:00")) == NOW
    assert not NIGHT.asks_nothing


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("21:59", False),
        ("22:00", True),
        ("23:59", True),
        ("00:00", True),
        ("06:59", True),
        ("07:00", False),
    ],
)
def test_quiet_hours_over_midnight(clock: str, quiet: bool) -> None:
    assert is_quiet("22:00-07:00", time.fromisoformat(clock)) is quiet


@pytest.mark.parametrize(("clock", "quiet"), [("11:59", False), ("12:00", True), ("13:00", False)])
def test_quiet_hours_within_a_day(clock: str, quiet: bool) -> None:
    assert is_quiet("12:00-13:00", time.fromisoformat(clock)) is quiet


@pytest.mark.parametrize(
    ("which", "now", "opens"),
    [
        (NIGHT, "2026-03-03T21:59", "2026-03-03T21:59"),
        (NIGHT, "2026-03-03T22:00", "2026-03-04T07:00"),
        (NIGHT, "2026-03-04T00:30", "2026-03-04T07:00"),
        (NIGHT, "2026-03-04T07:00", "2026-03-04T07:00"),
        # Leap day: the night of 28 to 29 February 2028.
        (NIGHT, "2028-02-28T23:00", "2028-02-29T07:00"),
        (NIGHT, "2028-02-29T23:00", "2028-03-01T07:00"),
        (NIGHT, "2026-12-31T23:00", "2027-01-01T07:00"),
        # Friday to Monday.
        (WORKDAYS, "2026-03-06T23:59", "2026-03-06T23:59"),
        (WORKDAYS, "2026-03-07T00:00", "2026-03-09T00:00"),
        # 설날 2026: Monday 16 to Wednesday 18 February, behind a weekend.
        (WORKDAYS, "2026-02-14T12:00", "2026-02-19T00:00"),
        (WORKDAYS, "2026-02-17T12:00", "2026-02-19T00:00"),
        # 추석 2026: Thursday 24 to Saturday 26 September, then Sunday.
        (WORKDAYS, "2026-09-24T00:00", "2026-09-28T00:00"),
        (WORKDAYS, "2026-09-23T23:59", "2026-09-23T23:59"),
        # 삼일절 on a Sunday, and the Monday in its place.
        (WORKDAYS, "2026-02-28T09:00", "2026-03-03T00:00"),
        (OFFICE, "2026-03-06T18:00", "2026-03-09T09:00"),
        (OFFICE, "2026-02-13T17:59", "2026-02-13T17:59"),
        (OFFICE, "2026-02-13T18:00", "2026-02-19T09:00"),
        (OFFICE, "2026-03-09T08:00", "2026-03-09T09:00"),
    ],
)
def test_when_a_channel_opens(which: DeliveryPolicy, now: str, opens: str) -> None:
    assert opens_at(which, seoul(now)) == seoul(opens)


@pytest.mark.parametrize("urgency", Urgency)
def test_quiet_hours_hold_alerts_too(urgency: Urgency) -> None:
    told = release(NIGHT, urgency, seoul("2026-03-03T23:00"))
    assert told == Release(at=seoul("2026-03-04T07:00"))


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-03-04T08:29", "2026-03-04T08:30"),
        ("2026-03-04T08:30", "2026-03-05T08:30"),
        # Friday's waits for Monday, and that of 설날 for Thursday.
        ("2026-03-06T09:00", "2026-03-09T08:30"),
        ("2026-02-13T09:00", "2026-02-19T08:30"),
    ],
)
def test_a_digest_goes_out_at_its_time_on_a_day_that_is_open(now: str, goes: str) -> None:
    digest = policy(digest="08:30", workdays_only=True, quiet_hours="22:00-07:00")
    assert release(digest, REPORT, seoul(now)) == Release(at=seoul(goes), digest=True)


def test_an_alert_does_not_wait_for_the_digest() -> None:
    assert release(policy(digest="08:30"), ALERT, seoul("2026-03-04T12:00")) == NOW


def test_alerts_beyond_those_of_a_day_go_out_in_the_next_digest() -> None:
    few = policy(digest="08:30", max_alerts_per_day=2)
    noon = seoul("2026-03-04T12:00")
    assert release(few, ALERT, noon, 1) == NOW
    assert release(few, ALERT, noon, 2) == Release(at=seoul("2026-03-05T08:30"), digest=True)
    assert release(policy(max_alerts_per_day=0), ALERT, noon).digest


def test_without_a_digest_they_go_out_when_the_next_day_opens() -> None:
    few = policy(max_alerts_per_day=2, quiet_hours="22:00-07:00")
    told = release(few, ALERT, seoul("2026-03-04T12:00"), 2)
    assert told == Release(at=seoul("2026-03-05T07:00"), digest=True)


def test_reports_are_no_alerts() -> None:
    assert release(policy(max_alerts_per_day=0), REPORT, seoul("2026-03-04T12:00"), 9) == NOW


def test_a_day_begins_at_midnight_of_the_market() -> None:
    assert day_start(policy(), seoul("2026-03-04T00:00")) == seoul("2026-03-04T00:00")
    assert day_start(policy(), seoul("2026-03-04T23:59")) == seoul("2026-03-04T00:00")


BERLIN = DeliveryPolicy(zone="Europe/Berlin", quiet_hours="22:00-02:30", digest="09:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        # The clock leaps from 2 to 3 on 28 March 2027: 2:30 is as much later.
        ("2027-03-27T23:00+00:00", "2027-03-28T01:30+00:00"),
        # It is set back from 3 to 2 on 31 October 2027: the first 2:30 ends the night.
        ("2027-10-30T23:00+00:00", "2027-10-31T00:30+00:00"),
        ("2027-07-01T22:00+00:00", "2027-07-02T00:30+00:00"),
        ("2027-01-01T22:00+00:00", "2027-01-02T01:30+00:00"),
    ],
)
def test_quiet_hours_where_the_clock_leaps(now: str, opens: str) -> None:
    assert opens_at(BERLIN, datetime.fromisoformat(now)) == datetime.fromisoformat(opens)


def test_a_digest_keeps_its_hour_where_the_clock_leaps() -> None:
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert release(BERLIN, REPORT, before).at == datetime(2027, 3, 28, 7, tzinfo=UTC)
    assert release(BERLIN, REPORT, before - timedelta(days=1)).at == datetime(
        2027, 3, 27, 8, tzinfo=UTC
    )


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 11, 30)),  # noqa: DTZ001  # the zone is UTC
    st.sampled_from(["", "22:00-07:00", "12:00-13:00", "00:00-23:59", "18:00-09:00"]),
    st.booleans(),
    st.sampled_from(["", "08:30", "17:00"]),
    st.sampled_from(Urgency),
    st.integers(0, 5),
)
def test_nothing_goes_out_while_closed_or_before_it_was_said_and_everything_goes_out(
    start: datetime, quiet: str, workdays: bool, digest: str, urgency: Urgency, alerts: int
) -> None:
    now = start.replace(tzinfo=UTC)
    which = policy(quiet_hours=quiet, workdays_only=workdays, digest=digest, max_alerts_per_day=3)
    told = release(which, urgency, now, alerts)
    at = told.at or now
    assert at >= now
    assert at - now < timedelta(days=14)
    assert opens_at(which, at) == at
    local = at.astimezone(datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo)
    if workdays:
        assert local.weekday() < 5
        assert date(local.year, local.month, local.day) not in KR.holidays
