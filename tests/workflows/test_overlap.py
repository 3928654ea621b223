"""What becomes of a monitor's runs when its next time comes while one goes on: real schedules, workers and rows."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import ScheduleBackfill, ScheduleHandle

from engine.doors import open_doors
from engine.schedule_names import schedule_id
from tests.workflows.stand import PATIENCE_SECONDS, Stand, stand
from trends.domain.models import RunStatus
from trends.domain.monitors import MonitorDraft
from trends.domain.pace import Overlap
from trends.storage.runs import RunRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]

LOCAL = "local"
TIMES = [datetime(2026, 2, day, 11, 10, tzinfo=UTC) for day in (5, 6, 7)]


@dataclass
class Scheduled:
    """A monitor with an overlap rule, whose runs stay in collect until they are made to end."""

    stand: Stand
    name: str

    @property
    def schedule(self) -> ScheduleHandle:
        """The schedule at the server."""
        return self.stand.doors.client.get_schedule_handle(schedule_id(LOCAL, self.name))

    async def come(self, time: datetime) -> None:
        """Let a time come, as the server does: the overlap rule holds."""
        margin = timedelta(seconds=30)
        await self.schedule.backfill(ScheduleBackfill(start_at=time - margin, end_at=time + margin))

    async def buffered(self) -> int:
        """How many times wait for their turn."""
        return (await self.schedule.describe()).raw_description.info.buffer_size

    async def run_at(self, time: datetime) -> RunRow | None:
        """The run of a time; None before it is written down."""
        for fire in await self.stand.doors.parts.fires.latest(LOCAL, self.name):
            if fire.scheduled_at == time and fire.run_id:
                return await self.stand.doors.store.get(LOCAL, fire.run_id)
        return None

    async def collecting(self, time: datetime) -> RunRow:
        """Await that the run of a time is held."""

        async def there() -> bool:
            return await self.run_at(time) is not None

        await until(there)
        row = await self.run_at(time)
        assert row is not None
        await self.stand.begun(row, "collect")
        return row


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Await a state of the database or the server, which tell nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def held(
    engine_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Stand]:
    """A stand with a worker that holds every run in collect. One for all: a worker takes seconds to start."""
    async with stand(engine_server, tmp_path_factory.mktemp("held")) as built:
        await built.worker("--hold", "collect")
        yield built


async def scheduled(held: Stand, rule: Overlap) -> Scheduled:
    """Set a monitor up that has an overlap rule, and its name: the server remembers the times of others."""
    name = rule.value.replace("_", "-")
    draft = MonitorDraft(
        name=name, query=name, sources=("sample",), cron="10 20 * * *", overlap=rule
    )
    kept = await held.doors.monitors.add(LOCAL, draft, "kim")
    await held.doors.schedules.sync(kept.monitor)
    return Scheduled(held, name)


async def test_cancel_other_ends_the_run_in_order_and_then_begins_the_next(held: Stand) -> None:
    monitor = await scheduled(held, Overlap.CANCEL_OTHER)
    await monitor.come(TIMES[0])
    first = await monitor.collecting(TIMES[0])
    await monitor.come(TIMES[1])
    await monitor.collecting(TIMES[1])
    # It has written down its own end before the other one began.
    first = await held.doors.store.get(LOCAL, first.run_id)
    assert (first.status, first.slug, first.stage) == (RunStatus.CANCELLED, "cancelled", "collect")
    assert list((Path(held.env["TRENDS_STATE"]) / "artifacts").glob("incoming/*")) == []


async def test_terminate_other_ends_the_run_and_its_row_learns_of_it(held: Stand) -> None:
    monitor = await scheduled(held, Overlap.TERMINATE_OTHER)
    await monitor.come(TIMES[0])
    first = await monitor.collecting(TIMES[0])
    await monitor.come(TIMES[1])
    second = await monitor.collecting(TIMES[1])
    # Nothing of ours is asked when the server terminates: the next look finds it.
    later = max(first.updated_at, second.updated_at) + timedelta(minutes=1)
    async with open_doors(held.env, lambda: later) as doors:

        async def found() -> bool:
            await doors.reconciler.run_once(later)
            return (await doors.store.get(LOCAL, first.run_id)).status is RunStatus.TERMINATED

        await until(found)
        assert (await doors.store.get(LOCAL, second.run_id)).status is RunStatus.RUNNING


async def test_buffer_all_runs_what_waited_one_after_the_other(held: Stand) -> None:
    monitor = await scheduled(held, Overlap.BUFFER_ALL)
    await monitor.come(TIMES[0])
    run = await monitor.collecting(TIMES[0])
    for time in TIMES[1:]:
        await monitor.come(time)

    async def both_wait() -> bool:
        return await monitor.buffered() == 2

    await until(both_wait)
    for time in TIMES[1:]:
        assert await monitor.run_at(time) is None
        await held.doors.runs.cancel(LOCAL, run.run_id)
        run = await monitor.collecting(time)
    assert await monitor.buffered() == 0


async def test_jitter_goes_to_the_server_and_puts_no_run_off_by_more(
    engine_server: str, tmp_path: Path
) -> None:
    # On the clock of the server, so that its next times and ours are the same.
    async with stand(engine_server, tmp_path, lambda: datetime.now(UTC)) as built:
        draft = MonitorDraft(name="jittered", sources=("sample",), cron="0 */6 * * *", jitter="30m")
        kept = await built.doors.monitors.add(LOCAL, draft, "kim")
        await built.doors.schedules.sync(kept.monitor)
        described = await Scheduled(built, "jittered").schedule.describe()
        assert described.schedule.spec.jitter == timedelta(minutes=30)
        shown = (await built.doors.schedules.get(LOCAL, "jittered")).next_fires
        put_off = [
            begins - time
            for begins, time in zip(described.info.next_action_times, shown, strict=False)
        ]
        assert len(put_off) == len(shown)
        assert all(timedelta() <= each <= timedelta(minutes=30) for each in put_off)
        assert any(put_off)
