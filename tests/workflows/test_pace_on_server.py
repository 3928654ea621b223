"""What we say of the next times is what the server does: over zones, both leaps of the clock, leap days and odd fields."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow

from engine.schedules import spec_of
from trends.domain.pace import Overlap, calendars, next_fires, pace_of

pytestmark = pytest.mark.engine

MOMENTS = {
    "Asia/Seoul": ("2027-02-27T00:00Z",),
    "UTC": ("2028-02-27T00:00Z",),
    "Europe/Berlin": ("2027-03-27T00:00Z", "2027-10-30T12:00Z"),
    "America/New_York": ("2027-03-13T12:00Z", "2027-11-07T04:10Z"),
    # Half an hour of daylight saving; a leap at midnight; one that comes back for Ramadan.
    "Australia/Lord_Howe": ("2027-04-03T10:00Z", "2027-10-02T10:00Z"),
    "America/Havana": ("2027-03-13T20:00Z", "2027-11-06T20:00Z"),
    "Africa/Casablanca": ("2027-02-06T20:00Z",),
}
CRONS = (
    "30 2 * * *",
    "0,30 0-3 * * *",
    "0 9 13 * 5",
    "0 9 29 2 *",
    "*/20 */6 1-7 * MON",
)


@pytest.mark.parametrize("zone", MOMENTS)
@pytest.mark.parametrize("cron", CRONS)
async def test_cron(temporal: Client, zone: str, cron: str) -> None:
    for moment in MOMENTS[zone]:
        await agree(temporal, datetime.fromisoformat(moment), cron=cron, zone=zone)


@pytest.mark.parametrize("cadence", ["15m", "6h", "7h", "1d", "2d", "5d", "1w", "3w"])
async def test_cadence(temporal: Client, cadence: str) -> None:
    await agree(temporal, datetime(2027, 3, 13, 11, 7, tzinfo=UTC), cadence=cadence)


@pytest.mark.parametrize("due", ["08:30", "00:10", "02:45"])
@pytest.mark.parametrize("cadence", ["1d", "1w"])
async def test_due(temporal: Client, cadence: str, due: str) -> None:
    await agree(
        temporal, datetime(2027, 3, 13, tzinfo=UTC), cadence=cadence, due=due, zone="Europe/Berlin"
    )


async def agree(temporal: Client, after: datetime, **said: str) -> None:
    """Compare ten times with those that the server tells of such a schedule from a moment on."""
    asked = {"cadence": "", "cron": "", "due": "", "zone": "Asia/Seoul", **said}
    pace = pace_of(
        **asked,
        jitter="",
        catchup="6h",
        overlap=Overlap.SKIP,
        lead=timedelta(minutes=20),
    )
    assert pace is not None
    handle = await temporal.create_schedule(
        "agreement",
        Schedule(
            action=ScheduleActionStartWorkflow("Nothing", id="nothing", task_queue="nobody"),
            # The server counts a time that falls on the start; we mean those after it.
            spec=replace(
                spec_of(pace, calendars(pace, after)), start_at=after + timedelta(seconds=1)
            ),
        ),
    )
    try:
        told = (await handle.describe()).info.next_action_times
    finally:
        await handle.delete()
    assert told
    assert list(next_fires(pace, after, len(told))) == list(told)
