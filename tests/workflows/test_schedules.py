"""Schedules on a real server: kept in line with the rows, and each time has one run, whatever is lost or killed."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    ScheduleBackfill,
    ScheduleDescription,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.service import RPCError

from engine.doors import Doors, open_doors
from engine.schedule_names import action_id, schedule_id, workflow_id_at
from engine.wiring import make_schedules
from tests.workflows.stand import PATIENCE_SECONDS, Stand, stand
from trends.domain.fires import FireState
from trends.domain.models import RunStatus
from trends.domain.monitors import MonitorDraft, MonitorVerb
from trends.domain.pace import Overlap
from trends.errors import ConflictError, MonitorNotFoundError
from trends.storage.monitor_tables import monitor_fires
from trends.storage.runs import RunRow

pytestmark = pytest.mark.engine

LOCAL = "local"
# The stand's clock: 2026-03-02 12:00 in Seoul. The server's runs on. Each test has a morning of its own, as the server
# remembers those of others.
MORNINGS = [datetime(2026, 2, day, 23, 10, tzinfo=UTC) for day in range(10, 29)]
DAILY = MonitorDraft(name="daily", sources=("sample",), cadence="1d", due="08:30")


@pytest.fixture
async def idle(engine_server: str, tmp_path: Path) -> AsyncGenerator[Stand]:
    """A stand without any worker, whose server has no schedule."""
    async with stand(engine_server, tmp_path) as built:
        try:
            yield built
        finally:
            async for each in await built.doors.client.list_schedules():
                # One that is gone may be listed for a moment.
                with contextlib.suppress(RPCError):
                    await built.doors.client.get_schedule_handle(each.id).delete()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Await a state of the database or the server, which tell nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


def handle(doors: Doors, monitor: str = "daily") -> ScheduleHandle:
    """The monitor's schedule."""
    return doors.client.get_schedule_handle(schedule_id(LOCAL, monitor))


async def described(doors: Doors) -> ScheduleDescription | None:
    """How the schedule stands; None where there is none."""
    try:
        return await handle(doors).describe()
    except RPCError:
        return None


async def fire_at(doors: Doors, moment: datetime) -> str:
    """Let the server begin with one time, as it does when that comes; gives the id of the workflow."""
    await handle(doors).backfill(
        ScheduleBackfill(
            start_at=moment - timedelta(seconds=30),
            end_at=moment + timedelta(seconds=30),
            overlap=ScheduleOverlapPolicy.ALLOW_ALL,
        )
    )
    await until(lambda: _begun(doors, moment))
    return workflow_id_at(LOCAL, "daily", moment)


def workflow_at(doors: Doors, moment: datetime) -> WorkflowHandle[Any, Any]:
    """The workflow of one time."""
    return doors.client.get_workflow_handle(workflow_id_at(LOCAL, "daily", moment))


async def status_at(doors: Doors, moment: datetime) -> WorkflowExecutionStatus | None:
    """How the workflow of one time stands; None where it has not begun."""
    try:
        return (await workflow_at(doors, moment).describe()).status
    except RPCError:
        return None


async def _begun(doors: Doors, moment: datetime) -> bool:
    return await status_at(doors, moment) is not None


async def runs(doors: Doors) -> tuple[RunRow, ...]:
    """Every run there is."""
    return (await doors.store.page(LOCAL)).items


async def messages(doors: Doors) -> list[str]:
    """Subjects of the messages that wait for the log's sender."""
    rows = await doors.parts.outbox.due(LOCAL, "log", datetime(2100, 1, 1, tzinfo=UTC))
    return [row.subject for row in rows]


async def test_a_monitor_with_a_pace_has_a_schedule_and_one_without_has_none(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "kim")
    by_hand = DAILY.model_copy(update={"name": "by-hand", "cadence": "", "due": "", "query": "tea"})
    await idle.doors.monitors.add(LOCAL, by_hand, "kim")
    # On the server's clock, so that it has times ahead.
    async with open_doors(idle.env) as doors:
        assert await doors.schedules.look() == 1
        found = await described(doors)
        assert await doors.schedules.look() == 0
    assert found is not None
    assert {each.comment for each in found.schedule.spec.calendars} == {"10 8 * * * in Asia/Seoul"}
    assert found.schedule.policy.catchup_window == timedelta(hours=6)
    # At 8:10, twenty minutes before it is due.
    assert {moment.strftime("%H:%M") for moment in found.info.next_action_times} == {"23:10"}


async def test_what_is_lost_or_changed_at_the_server_is_set_back(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    await handle(doors).delete()
    await until(lambda: _gone(doors))
    await doors.schedules.look()
    assert await described(doors) is not None
    await handle(doors).pause(note="by hand")
    await until(lambda: _listed_as_paused(doors))
    await doors.schedules.look()
    found = await described(doors)
    assert found is not None
    assert not found.schedule.state.paused


async def test_a_schedule_follows_its_monitor(idle: Stand) -> None:
    doors = idle.doors
    kept = await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.sync(kept.monitor)
    paused = await doors.monitors.steer(LOCAL, "daily", MonitorVerb.PAUSED, "", None)
    await doors.schedules.sync(paused)
    found = await described(doors)
    assert found is not None
    assert found.schedule.state.paused
    changed = await doors.monitors.edit(
        LOCAL, MonitorDraft(name="daily", cadence="", due="", cron="30 9 * * 1-5"), "", None
    )
    await doors.schedules.sync(changed.monitor)
    found = await described(doors)
    assert found is not None
    assert found.schedule.state.paused
    assert {each.comment for each in found.schedule.spec.calendars} == {
        "30 9 * * 1-5 in Asia/Seoul"
    }
    view = await doors.schedules.get(LOCAL, "daily")
    assert len(view.next_fires) == 5
    removed = await doors.monitors.steer(LOCAL, "daily", MonitorVerb.REMOVED, "", None)
    await doors.schedules.sync(removed)
    assert await described(doors) is None


async def test_a_schedule_without_a_monitor_is_deleted(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    await until(lambda: _listed(doors))
    await doors.monitors.steer(LOCAL, "daily", MonitorVerb.REMOVED, "", None)
    assert await doors.schedules.look() == 1
    assert await described(doors) is None


async def test_what_has_no_schedule_says_so(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY.model_copy(update={"cadence": "", "due": ""}), "")
    with pytest.raises(ConflictError, match="runs by hand alone"):
        await idle.doors.schedules.trigger(LOCAL, "daily")
    with pytest.raises(MonitorNotFoundError):
        await idle.doors.schedules.get(LOCAL, "nobody")


@pytest.mark.slow
async def test_a_time_has_one_run_over_the_window_that_it_was_meant_for(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    process = await idle.worker("--die", "accept:recorded")
    workflow = await fire_at(doors, MORNINGS[0])
    assert await process.wait() == -signal.SIGKILL
    (row,) = await runs(doors)
    assert row.status is RunStatus.STARTING
    await idle.worker()
    await doors.client.get_workflow_handle(workflow).result()
    (row,) = await runs(doors)
    assert (row.status, row.window_end, row.priority) == (RunStatus.COMPLETED, MORNINGS[0], 3)
    (fire,) = await doors.parts.fires.latest(LOCAL, "daily")
    assert (fire.state, fire.run_id, fire.note) == (FireState.FIRED, row.run_id, "")


@dataclass(frozen=True)
class Overlapping:
    """What the server makes of times that come while nobody works on the first.

    Attributes:
        first: How the run of the first time stands then.
        last: How that of the last does; None: it has not begun.
        waiting: Times that wait for their turn.
        skipped: Times that were passed over.
        cancelled: Whether the first run is asked to end.
        times: How many times come.
    """

    first: WorkflowExecutionStatus = WorkflowExecutionStatus.RUNNING
    last: WorkflowExecutionStatus | None = None
    waiting: int = 0
    skipped: int = 0
    cancelled: bool = False
    times: int = 3


OVERLAPPING = {
    Overlap.SKIP: Overlapping(skipped=2),
    Overlap.BUFFER_ONE: Overlapping(waiting=1, skipped=1),
    Overlap.BUFFER_ALL: Overlapping(waiting=2),
    # A third that comes while the first is being ended takes the place of the second: who comes when is chance.
    Overlap.CANCEL_OTHER: Overlapping(waiting=1, cancelled=True, times=2),
    Overlap.TERMINATE_OTHER: Overlapping(
        first=WorkflowExecutionStatus.TERMINATED, last=WorkflowExecutionStatus.RUNNING, times=2
    ),
    Overlap.ALLOW_ALL: Overlapping(last=WorkflowExecutionStatus.RUNNING),
}


@pytest.mark.parametrize("rule", Overlap)
async def test_a_time_that_comes_while_the_run_before_goes_on_is_dealt_with_as_its_monitor_says(
    idle: Stand, rule: Overlap
) -> None:
    doors, expected = idle.doors, OVERLAPPING[rule]
    # An hour of its own for each rule: nobody ends what the others began.
    hour = 10 + list(Overlap).index(rule)
    cron = f"10 {hour} * * *"
    draft = DAILY.model_copy(update={"overlap": rule, "cadence": "", "due": "", "cron": cron})
    kept = await doors.monitors.add(LOCAL, draft, "kim")
    await doors.schedules.sync(kept.monitor)
    times = [datetime(2026, 2, 1 + n, hour - 9, 10, tzinfo=UTC) for n in range(expected.times)]

    async def stands() -> Overlapping:
        first, last = [await status_at(doors, time) for time in (times[0], times[-1])]
        assert first is not None
        history = await workflow_at(doors, times[0]).fetch_history()
        cancelled = any(
            each.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
            for each in history.events
        )
        info = (await handle(doors).describe()).raw_description.info
        return Overlapping(
            first, last, info.buffer_size, info.overlap_skipped, cancelled, expected.times
        )

    async def as_expected() -> bool:
        return await stands() == expected

    async def dealt_with(count: int) -> bool:
        info = (await handle(doors).describe()).raw_description.info
        begun = [await status_at(doors, time) is not None for time in times]
        return sum(begun) + info.buffer_size + info.overlap_skipped >= count

    try:
        for number, time in enumerate(times):
            span = ScheduleBackfill(
                start_at=time - timedelta(seconds=30), end_at=time + timedelta(seconds=30)
            )
            await handle(doors).backfill(span)
            # One after the other: times that the server deals with together may be counted as one.
            await until(lambda number=number: dealt_with(number + 1))
        found = await handle(doors).describe()
        assert found.schedule.policy.overlap == ScheduleOverlapPolicy[rule.name]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                await until(as_expected)
        assert await stands() == expected
    finally:
        # No worker of another test may find them.
        await handle(doors).delete()
        for time in times:
            if await status_at(doors, time) is WorkflowExecutionStatus.RUNNING:
                await workflow_at(doors, time).terminate()


@pytest.mark.slow
async def test_a_run_that_the_reconciler_began_first_is_waited_for(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    process = await idle.worker("--die", "accept:recorded")
    workflow = await fire_at(doors, MORNINGS[1])
    await process.wait()
    (row,) = await runs(doors)
    assert await doors.reconciler.run_once(row.updated_at + timedelta(minutes=1)) == 1
    await idle.worker()
    await doors.client.get_workflow_handle(workflow).result()
    (row,) = await runs(doors)
    assert row.status is RunStatus.COMPLETED


@pytest.mark.slow
async def test_triggered_by_hand_it_runs_also_while_it_is_paused(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.monitors.steer(LOCAL, "daily", MonitorVerb.PAUSED, "", None)
    await idle.worker()
    await doors.schedules.trigger(LOCAL, "daily")
    await until(lambda: _has_runs(doors))
    (row,) = await runs(doors)
    await idle.ended(row)
    (fire,) = await doors.parts.fires.latest(LOCAL, "daily")
    assert (fire.state, fire.run_id, fire.note) == (FireState.FIRED, row.run_id, "By hand.")


async def test_a_time_that_passed_without_a_run_is_told_once(
    idle: Stand,
) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "")
    # Two days on: the morning of the 3rd is past its catch-up time, that of the 4th is not.
    async with open_doors(idle.env, lambda: datetime(2026, 3, 4, 3, tzinfo=UTC)) as later:
        await later.schedules.look()
        await later.schedules.look()
        await make_schedules(later.client, later.parts).look()
        missed = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)
        assert [
            (fire.scheduled_at, fire.state)
            for fire in await later.parts.fires.latest(LOCAL, "daily")
        ] == [(missed, FireState.MISSED)]
        assert await messages(later) == ["schedule/daily/missed/2026-03-02T23:10:00Z"]


async def test_a_time_that_may_still_be_caught_up_with_is_not_missed(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "")
    async with open_doors(idle.env, lambda: datetime(2026, 3, 3, 5, tzinfo=UTC)) as later:
        await later.schedules.look()
        assert await later.parts.fires.latest(LOCAL, "daily") == ()


async def test_times_of_a_paused_monitor_are_noted_and_nobody_is_told(idle: Stand) -> None:
    await idle.doors.monitors.add(LOCAL, DAILY, "")
    await idle.doors.monitors.steer(LOCAL, "daily", MonitorVerb.PAUSED, "", None)
    async with open_doors(idle.env, lambda: datetime(2026, 3, 4, 3, tzinfo=UTC)) as later:
        await later.schedules.look()
        states = [fire.state for fire in await later.parts.fires.latest(LOCAL, "daily")]
        assert states == [FireState.PAUSED, FireState.PAUSED]
        assert await messages(later) == []


@pytest.mark.slow
async def test_fires_that_the_database_lost_are_written_down_again(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    await idle.worker()
    moment = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)
    async with open_doors(idle.env, lambda: datetime(2026, 3, 4, 3, tzinfo=UTC)) as later:
        workflow = await fire_at(later, moment)
        await later.client.get_workflow_handle(workflow).result()
        (fire,) = await later.parts.fires.latest(LOCAL, "daily")
        await later.schedules.look()
        await later.parts.database.write(_forget)
        # As the API does when it starts.
        await make_schedules(later.client, later.parts).look()
        (again,) = await later.parts.fires.latest(LOCAL, "daily")
        assert (again.scheduled_at, again.run_id) == (moment, fire.run_id)
        assert await messages(later) == []


@pytest.mark.slow
async def test_a_monitor_that_can_no_longer_be_asked_says_so_and_ends(idle: Stand) -> None:
    doors = idle.doors
    await doors.monitors.add(LOCAL, DAILY, "")
    await doors.schedules.look()
    await doors.monitors.steer(LOCAL, "daily", MonitorVerb.REMOVED, "", None)
    await idle.worker()
    workflow = doors.client.get_workflow_handle(await fire_at(doors, MORNINGS[2]))
    result = await workflow.result()
    assert result["note"] == "The monitor was removed."
    assert await runs(doors) == ()


async def test_names_of_schedules_of_two_tenants_are_two() -> None:
    assert schedule_id("a-b", "c") != schedule_id("a", "b-c")
    assert action_id("a-b", "c") != action_id("a", "b-c")


async def _gone(doors: Doors) -> bool:
    return not await _listed(doors)


async def _listed(doors: Doors) -> bool:
    return any([each.id async for each in await doors.client.list_schedules()])


async def _listed_as_paused(doors: Doors) -> bool:
    return any(
        [
            each.schedule is not None and each.schedule.state.paused
            async for each in await doors.client.list_schedules()
        ]
    )


async def _has_runs(doors: Doors) -> bool:
    return bool(await runs(doors))


def _forget(connection: sa.Connection) -> None:
    connection.execute(sa.delete(monitor_fires))
