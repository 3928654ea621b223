"""Feeds: one poller for each watched run, viewers that lose nothing."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest

from api.events import Events, Feeds, Interrupted, Pace, Progress, Seen, Stalled
from engine.executing import PendingStage
from tests.unit.api.fake_doors import FAST, TENANT, FakeDoors
from trends.domain.models import RunStatus
from trends.errors import StorageUnavailableError
from trends.storage.rows import RunEvent

PENDING = PendingStage(activity="news.normalize.v1", attempt=2, progress=(10, 40))


class CountedEvents:
    """Real events; counts how often the table is read, and can be out of reach."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.reads: list[int] = []
        self.fails = 0

    async def after(
        self, tenant: str, run_id: str, seq: int, limit: int = 500
    ) -> tuple[RunEvent, ...]:
        """Read, or fail."""
        self.reads.append(seq)
        if self.fails:
            self.fails -= 1
            raise StorageUnavailableError("It is locked.")
        return await self._events.after(tenant, run_id, seq, limit)


def feeds_over(doors: FakeDoors, pace: Pace = FAST, events: Events | None = None) -> Feeds:
    return Feeds(events or doors.events, doors.runs.attempts, doors.store.get, pace)


async def gather(seen: AsyncGenerator[Seen]) -> list[Seen]:
    async with asyncio.timeout(20), contextlib.aclosing(seen):
        return [each async for each in seen]


async def take(seen: AsyncGenerator[Seen], count: int) -> AsyncGenerator[RunEvent]:
    """The first events of a stream."""
    while count:
        each = await anext(seen)
        if isinstance(each, RunEvent):
            count -= 1
            yield each


def seqs(seen: list[Seen]) -> list[int]:
    return [each.seq for each in seen if isinstance(each, RunEvent)]


async def tell(doors: FakeDoors, run_id: str, stages: int) -> None:
    """Add events to a run, two for each stage."""
    for number in range(stages):
        key = (TENANT, run_id, f"stage-{number}", "", 1)
        await doors.store.stage_started(*key)
        await doors.store.stage_completed(*key, {}, (), {})


async def finish(doors: FakeDoors, run_id: str) -> None:
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")


async def test_viewer_gets_past_and_future_once_and_in_order(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await tell(doors, run_id, 2)
    feeds = feeds_over(doors)
    watching = asyncio.create_task(gather(feeds.watch(TENANT, run_id, 0)))
    await asyncio.sleep(0)
    await tell(doors, run_id, 4)
    await finish(doors, run_id)
    assert seqs(await watching) == list(range(1, 11))


async def test_viewer_begins_behind_the_last_event_it_saw(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await tell(doors, run_id, 2)
    await finish(doors, run_id)
    assert seqs(await gather(feeds_over(doors).watch(TENANT, run_id, 3))) == [4, 5, 6]


async def test_viewer_that_saw_the_end_is_not_kept(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    assert await gather(feeds_over(doors).watch(TENANT, run_id, 99)) == []


async def test_many_viewers_of_a_run_share_one_poller(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await tell(doors, run_id, 3)
    counted = CountedEvents(doors.events)
    feeds = feeds_over(doors, Pace(poll=0.05), counted)
    watching = [asyncio.create_task(gather(feeds.watch(TENANT, run_id, 0))) for _ in range(50)]
    await asyncio.sleep(0)
    await finish(doors, run_id)
    for each in watching:
        assert seqs(await each) == list(range(1, 9))
    assert len(counted.reads) <= 3


async def test_viewer_too_slow_for_the_memory_loses_nothing(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    feeds = feeds_over(doors, Pace(poll=0.01, remembered=3))
    got: list[int] = []
    async with asyncio.timeout(20), contextlib.aclosing(feeds.watch(TENANT, run_id, 0)) as seen:
        async for each in seen:
            assert isinstance(each, RunEvent)
            got.append(each.seq)
            if each.seq == 1:
                await tell(doors, run_id, 10)
                await finish(doors, run_id)
                # When this other viewer has seen the end, the feed is far ahead of the first.
                await gather(feeds.watch(TENANT, run_id, 21))
    assert got == list(range(1, 23))


async def test_feed_is_dropped_with_its_last_viewer(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    feeds = feeds_over(doors)
    seen = feeds.watch(TENANT, run_id, 0)
    await anext(seen)
    assert feeds.watched == 1
    await seen.aclose()
    assert feeds.watched == 0


async def test_storage_that_is_gone_for_a_while_ends_no_stream(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    counted = CountedEvents(doors.events)
    counted.fails = 3
    watching = asyncio.create_task(
        gather(feeds_over(doors, events=counted).watch(TENANT, run_id, 0))
    )
    await finish(doors, run_id)
    assert seqs(await watching) == [1, 2]


async def test_storage_that_stays_away_is_told_and_so_is_its_return(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    counted = CountedEvents(doors.events)
    got: list[Seen] = []
    async with (
        asyncio.timeout(20),
        contextlib.aclosing(feeds_over(doors, events=counted).watch(TENANT, run_id, 0)) as seen,
    ):
        async for each in seen:
            got.append(each)
            if isinstance(each, RunEvent):
                counted.fails = 10
            elif each == Stalled(""):
                await finish(doors, run_id)
    told = [each for each in got if isinstance(each, Stalled)]
    assert told == [Stalled("It is locked."), Stalled("")]
    assert seqs(got) == [1, 2]


async def test_slow_viewer_whose_reading_fails_is_neither_ended_nor_deaf(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    counted = CountedEvents(doors.events)
    feeds = feeds_over(doors, Pace(poll=0.01, remembered=3), counted)
    got: list[int] = []
    async with asyncio.timeout(20), contextlib.aclosing(feeds.watch(TENANT, run_id, 0)) as seen:
        async for each in seen:
            if not isinstance(each, RunEvent):
                continue
            got.append(each.seq)
            if each.seq == 1:
                await tell(doors, run_id, 10)
                await finish(doors, run_id)
                await gather(feeds.watch(TENANT, run_id, 21))
                # The feed has ended, so all that read now are this viewer's looks into the table.
                counted.fails = 3
    assert got == list(range(1, 23))


async def test_progress_is_shown_when_it_changes(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    doors.runs.pending = (PENDING,)
    feeds = feeds_over(doors)
    shown: list[Progress] = []
    async with asyncio.timeout(20), contextlib.aclosing(feeds.watch(TENANT, run_id, 0)) as seen:
        async for each in seen:
            if isinstance(each, Progress):
                shown.append(each)
                if len(shown) == 2:
                    break
                further = PENDING.model_copy(update={"progress": (20, 40)})
                doors.runs.pending = (further,)
    assert [each.stages[0].progress for each in shown] == [(10, 40), (20, 40)]


async def test_stream_ends_when_the_process_is_about_to_leave(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    feeds = feeds_over(doors)
    watching = asyncio.create_task(gather(feeds.watch(TENANT, run_id, 0)))
    await asyncio.sleep(0)
    feeds.stop()
    assert (await watching)[-1] == Interrupted("the API is shutting down")


async def test_stream_has_a_longest_life(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    seen = await gather(feeds_over(doors, Pace(poll=0.01, lifetime=0.1)).watch(TENANT, run_id, 0))
    assert seqs(seen) == [1]
    assert isinstance(seen[-1], Interrupted)


async def test_waiting_ends_when_the_run_ends(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    waiting = asyncio.create_task(feeds_over(doors).until_settled(TENANT, run_id, 20))
    await asyncio.sleep(0)
    await finish(doors, run_id)
    assert (await waiting).status is RunStatus.COMPLETED


async def test_waiting_goes_on_over_a_parking_of_the_past(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    await doors.store.mark(TENANT, run_id, RunStatus.RUNNING, "summarize", "", "")
    feeds = feeds_over(doors)
    waiting = asyncio.create_task(feeds.until_settled(TENANT, run_id, 20))
    async with contextlib.aclosing(feeds.watch(TENANT, run_id, 0)) as seen:
        kinds = [each.type async for each in take(seen, 5)]
    assert kinds[-2:] == ["run.blocked", "run.resumed"]
    assert not waiting.done()
    await finish(doors, run_id)
    assert (await waiting).status is RunStatus.COMPLETED


async def test_waiting_ends_when_the_time_is_over(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    row = await feeds_over(doors).until_settled(TENANT, run_id, 0.05)
    assert row.status is RunStatus.STARTING


@pytest.mark.parametrize("seconds", [0.0, -1.0])
async def test_without_time_to_wait_nothing_is_watched(doors: FakeDoors, seconds: float) -> None:
    run_id = await doors.accept()
    feeds = feeds_over(doors)
    await feeds.until_settled(TENANT, run_id, seconds)
    assert feeds.watched == 0
