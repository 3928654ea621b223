"""Schedules while paid calls are stopped: a time begins no run, says why, and is told once for each freeze."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.doors import Doors
from engine.scheduled_runs import ScheduledRuns
from engine.wiring import make_scheduled_runs
from trends.domain.fires import FireState
from trends.domain.monitors import MonitorDraft
from trends.notify.base import Message, NoticeKind
from trends.storage.tables import outbox as outbox_rows

LOCAL = "local"
# Eight in the morning in Seoul, when the monitor runs.
TIMES = [datetime(2026, 2, 25 + day, 23, 0, tzinfo=UTC) for day in range(3)]


@pytest.fixture
async def firing(stored_doors: Doors) -> ScheduledRuns:
    draft = MonitorDraft(name="daily", sources=("sample",), cron="0 8 * * *", channels=("log",))
    await stored_doors.monitors.add(LOCAL, draft, "kim")
    return make_scheduled_runs(stored_doors.parts)


async def told(doors: Doors) -> list[Message]:
    query = sa.select(outbox_rows.c.payload)
    rows = await doors.parts.database.read(lambda connection: connection.scalars(query).all())
    return [Message.model_validate(row) for row in rows]


async def runs(doors: Doors) -> int:
    return len((await doors.store.page(LOCAL)).items)


async def test_time_begins_no_run_while_frozen_and_says_why(
    stored_doors: Doors, firing: ScheduledRuns
) -> None:
    await stored_doors.spending.freeze(LOCAL, "key:1", "a key has leaked")
    result = await firing.fire(LOCAL, "daily", TIMES[0])
    assert (result.start, result.due_at) == (None, None)
    assert await runs(stored_doors) == 0
    (fire,) = await stored_doors.parts.fires.latest(LOCAL, "daily")
    assert fire.state is FireState.FROZEN
    assert fire.note == "key:1 has stopped paid calls: a key has leaked"


async def test_each_freeze_is_told_once_on_the_monitors_channels(
    stored_doors: Doors, firing: ScheduledRuns
) -> None:
    await stored_doors.spending.freeze(LOCAL, "key:1", "first")
    for moment in TIMES[:2]:
        await firing.fire(LOCAL, "daily", moment)
    (message,) = await told(stored_doors)
    assert (message.kind, message.monitor) == (NoticeKind.SCHEDULE_MISSED, "daily")
    assert "first" in message.lines
    await stored_doors.spending.thaw(LOCAL, "key:1")
    await stored_doors.spending.freeze(LOCAL, "key:1", "second")
    await firing.fire(LOCAL, "daily", TIMES[2])
    assert len(await told(stored_doors)) == 2


async def test_time_after_a_thaw_begins_a_run(stored_doors: Doors, firing: ScheduledRuns) -> None:
    await stored_doors.spending.freeze(LOCAL, "key:1", "")
    await firing.fire(LOCAL, "daily", TIMES[0])
    await stored_doors.spending.thaw(LOCAL, "key:1")
    assert (await firing.fire(LOCAL, "daily", TIMES[1])).start is not None
    assert await runs(stored_doors) == 1


async def test_run_that_was_accepted_before_a_freeze_is_found_again(
    stored_doors: Doors, firing: ScheduledRuns
) -> None:
    before = await firing.fire(LOCAL, "daily", TIMES[0])
    await stored_doors.spending.freeze(LOCAL, "key:1", "")
    again = await firing.fire(LOCAL, "daily", TIMES[0])
    assert again.start is not None
    assert again.start == before.start


async def test_run_by_hand_begins_while_frozen(stored_doors: Doors, firing: ScheduledRuns) -> None:
    await stored_doors.spending.freeze(LOCAL, "key:1", "")
    by_hand = TIMES[0] + timedelta(minutes=7)
    assert (await firing.fire(LOCAL, "daily", by_hand)).start is not None


async def test_freeze_of_another_tenant_stops_nothing_here(
    stored_doors: Doors, firing: ScheduledRuns
) -> None:
    await stored_doors.spending.freeze("acme", "key:1", "")
    assert (await firing.fire(LOCAL, "daily", TIMES[0])).start is not None
