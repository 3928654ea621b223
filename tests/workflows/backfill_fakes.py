"""Backfills over the smallest stages: order, storage and steering are real, and a window takes no time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from temporalio import activity
from temporalio.client import Client

from activities import contracts
from activities.backfill import BackfillActivities
from activities.store import RunRowActivities
from engine.wiring import make_acceptor
from engine.worker import build_workers
from tests.workflows.stage_fakes import FakeStages, broken
from tests.workflows.stand import Stand
from trends.storage.runs import RunStore


@dataclass
class FakeWindows(FakeStages):
    """Stages that know which window they work for.

    Attributes:
        store: Tells them.
        fail_at: Ends of the windows whose analyze fails for good.
        wait_at: End of a window to what its analyze waits for.
        read: Ends of the windows whose sources were read, in order.
        analyzed: Ends of the windows that were analyzed, in order.
        told_of: Channels that were told of reports.
    """

    store: RunStore | None = None
    fail_at: set[datetime] = field(default_factory=set[datetime])
    wait_at: dict[datetime, asyncio.Event] = field(default_factory=dict[datetime, asyncio.Event])
    read: list[datetime] = field(default_factory=list[datetime])
    analyzed: list[datetime] = field(default_factory=list[datetime])

    async def _end(self, run: contracts.RunRef) -> datetime:
        assert self.store is not None
        return (await self.store.get(run.tenant, run.run_id)).window_end

    @activity.defn(name=contracts.COLLECT)
    async def collect(self, request: contracts.CollectInput) -> contracts.CollectResult:
        self.read.append(await self._end(request.run))
        return await super().collect(request)

    @activity.defn(name=contracts.ANALYZE)
    async def analyze(self, request: contracts.AnalyzeInput) -> contracts.AnalyzeResult:
        end = await self._end(request.run)
        self.analyzed.append(end)
        await self._tell()
        if end in self.wait_at:
            waiting = asyncio.create_task(self.wait_at[end].wait())
            while not waiting.done():
                activity.heartbeat()
                await asyncio.wait({waiting}, timeout=0.1)
        if end in self.fail_at:
            raise broken("source-unreadable", final=True)
        return await super().analyze(request)

    @activity.defn(name=contracts.REPORT)
    async def report(self, request: contracts.ReportInput) -> contracts.ReportResult:
        assert self.store is not None
        answer = await super().report(request)
        run = (request.run.tenant, request.run.run_id, "report", "", activity.info().attempt)
        await self.store.stage_started(*run)
        await self.store.stage_completed(*run, answer.model_dump(mode="json"), (), {})
        return answer


@asynccontextmanager
async def fake_windows(built: Stand, client: Client) -> AsyncGenerator[FakeWindows]:
    """Workers for every queue in this process, over the stand's own storage."""
    parts = built.doors.parts
    windows = FakeWindows(store=parts.store)
    rows = RunRowActivities(parts.store)
    backfill = BackfillActivities(
        parts.backfills, parts.store, parts.artifacts, make_acceptor(parts)
    )
    activities = windows.by_queue()
    activities[contracts.IO_QUEUE] = [
        windows.collect,
        windows.report,
        windows.notify,
        windows.alert,
        rows.mark,
        rows.finish,
        backfill.step,
        backfill.end,
    ]
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, contracts.QUEUES, activities, parts.settings):
            await stack.enter_async_context(worker)
        yield windows
