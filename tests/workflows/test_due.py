"""A report that is due and not there, on a real server: a partial edition, then the corrected one; or word that it is late."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)

from activities import contracts
from activities.contracts import (
    IO_QUEUE,
    QUEUES,
    DueInput,
    DueResult,
    ReportResult,
    ScheduledInput,
    ScheduledOutput,
)
from activities.fire import FireActivities
from engine.connect import connect
from engine.host import build_activities
from engine.wiring import make_scheduled_runs
from engine.worker import build_workers
from tests.unit.trends.web_server import Exchange, open_web_server
from tests.workflows.stand import PATIENCE_SECONDS, Stand, stand
from tests.workflows.test_pollers import feed
from trends.domain.models import Edition, RunStatus
from trends.domain.monitors import MonitorDraft
from trends.domain.report import NoteCode, Report
from trends.notify.base import Message
from trends.storage.runs import RunRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]

LOCAL = "local"
MORNING = datetime(2026, 2, 27, 23, 10, tzinfo=UTC)
SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
BOTH = MonitorDraft(name="daily", sources=("sample", "rss:hani"), cadence="1d", due="08:30")
SLOW = MonitorDraft(name="daily", sources=("rss:hani",), cadence="1d", due="08:30")


@dataclass
class Morning:
    """A monitor whose feed answers when it is told to, and whose due time has come.

    Attributes:
        stand: The stand.
        answer: Lets the feed answer.
        asked: The feed has been asked.
    """

    stand: Stand
    answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, draft: MonitorDraft) -> WorkflowHandle[object, ScheduledOutput]:
        """Begin as the schedule does."""
        doors = self.stand.doors
        await doors.monitors.add(LOCAL, draft, "")
        return await doors.client.start_workflow(
            contracts.SCHEDULED_WORKFLOW,
            ScheduledInput(tenant=LOCAL, monitor="daily"),
            id=f"scheduled-{draft.sources}-{id(self)}",
            task_queue=contracts.WORKFLOW_QUEUE,
            result_type=ScheduledOutput,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(SCHEDULED_START, MORNING)]
            ),
        )

    async def run(self) -> RunRow:
        """The run itself, once there is one."""
        await until(self._has_runs)
        rows = (await self.stand.doors.store.page(LOCAL)).items
        return next(row for row in rows if row.parent_run is None)

    async def said(self, row: RunRow) -> list[Message]:
        """What people were told of a run."""
        rows = await self.stand.doors.parts.outbox.rows(LOCAL, row.run_id)
        return [Message.model_validate(each.payload) for each in rows if each.sent_at]

    async def read(self, row: RunRow) -> Report:
        """A run's report."""
        ref = ReportResult.model_validate(row.report).json_report
        return Report.model_validate_json(await self.stand.doors.artifacts.get(ref))

    async def _has_runs(self) -> bool:
        return bool((await self.stand.doors.store.page(LOCAL)).items)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Await a state of the database, which tells nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def morning(
    address: str, state: Path, ready: Callable[[Morning, str], Awaitable[None]]
) -> AsyncGenerator[Morning]:
    """Serve every queue in this process; the look at what is due waits until a test is ready for it."""
    async with open_web_server() as web:
        settings: dict[str, Any] = {
            "TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS": json.dumps([f"127.0.0.1:{web.port}"]),
            "TRENDS_SOURCES__RSS__FEEDS": json.dumps(
                {"hani": {"url": web.url("/feed", "127.0.0.1")}}
            ),
        }
        async with stand(address, state, **settings) as built, AsyncExitStack() as stack:
            here = Morning(built)

            async def answer(exchange: Exchange) -> None:
                here.asked.set()
                await here.answer.wait()
                await exchange.answer(200, feed(1, 2, 3, 4, 5))

            web.routes["/feed"] = answer
            parts = built.doors.parts
            real = FireActivities(make_scheduled_runs(parts), parts.store)

            @activity.defn(name=contracts.DUE)
            async def due(request: DueInput) -> DueResult:
                await ready(here, request.run_id)
                answered = await real.due(request)
                here.looked.set()
                return answered

            activities = build_activities(parts, stack.enter_context(ThreadPoolExecutor(8)))
            io = [each for each in activities[IO_QUEUE] if each.__name__ != "due"]
            workers = build_workers(
                await connect(built.env),
                QUEUES,
                {**activities, IO_QUEUE: [*io, due]},
                parts.settings,
            )
            for worker in workers:
                await stack.enter_async_context(worker)
            try:
                yield here
            finally:
                here.answer.set()


async def sample_is_read(here: Morning, run_id: str) -> None:
    """Wait until the run has its first source."""

    async def read() -> bool:
        stages = await here.stand.doors.store.stages(LOCAL, run_id)
        return any((row.part, row.status) == ("sample", "completed") for row in stages)

    await until(read)


async def feed_is_asked(here: Morning, run_id: str) -> None:
    """Wait until the run stands before its only source."""
    del run_id
    await here.asked.wait()


async def test_one_slow_source_makes_a_partial_edition_and_a_corrected_one(
    engine_server: str, tmp_path: Path
) -> None:
    async with morning(engine_server, tmp_path, sample_is_read) as here:
        workflow = await here.begin(BOTH)
        await here.looked.wait()
        full = await here.run()
        store = here.stand.doors.store
        partial = await store.by_key(LOCAL, f"partial/{full.run_id}")
        assert partial is not None
        partial = await here.stand.ended(partial)
        assert (partial.status, partial.edition) == (RunStatus.COMPLETED, Edition.PARTIAL)
        report = await here.read(partial)
        assert report.edition is Edition.PARTIAL
        assert report.notes[0].code is NoteCode.PARTIAL_EDITION
        assert "rss:hani" in report.notes[0].text
        late = next(each for each in report.sources if not each.ok)
        assert (late.source, late.slug) == ("rss:hani", "late")
        (said,) = await here.said(partial)
        assert said.title.startswith("Partial edition – ")
        assert "rss:hani" in said.lines[0]

        here.answer.set()
        output = await workflow.result()
        assert output == ScheduledOutput(run_id=full.run_id, partial_run=partial.run_id)
        full = await store.get(LOCAL, full.run_id)
        assert (full.status, full.edition) == (RunStatus.COMPLETED, Edition.CORRECTED)
        assert (await here.read(full)).edition is Edition.FULL
        (said,) = await here.said(full)
        assert (said.title[:20], said.facts["edition"]) == ("Corrected edition – ", "corrected")


async def test_with_nothing_there_people_hear_once_that_it_is_late(
    engine_server: str, tmp_path: Path
) -> None:
    async with morning(engine_server, tmp_path, feed_is_asked) as here:
        workflow = await here.begin(SLOW)
        full = await here.run()

        async def told() -> bool:
            return bool(await here.said(full))

        await until(told)
        (said,) = await here.said(full)
        assert said.kind.value == "report.late"
        assert "No source had been read: rss:hani." in said.lines
        here.answer.set()
        assert (await workflow.result()).partial_run is None
        kinds = [message.kind.value for message in await here.said(full)]
        assert max(kinds) == "report.late"
        assert len(kinds) == 2
        assert (await here.stand.doors.store.get(LOCAL, full.run_id)).edition is Edition.FULL


async def test_a_report_that_was_there_in_time_is_left_alone(
    engine_server: str, tmp_path: Path
) -> None:
    async def never(here: Morning, run_id: str) -> None:
        await here.stand.finished(await here.stand.doors.store.get(LOCAL, run_id))

    async with morning(engine_server, tmp_path, never) as here:
        here.answer.set()
        workflow = await here.begin(BOTH)
        output = await workflow.result()
        assert output.partial_run is None
        full = await here.run()
        assert full.edition is Edition.FULL
        assert [message.kind.value for message in await here.said(full)] != []
        after = make_scheduled_runs(here.stand.doors.parts)
        due_at = MORNING + timedelta(minutes=20)
        assert await after.late(LOCAL, full.run_id, due_at) == DueResult()
