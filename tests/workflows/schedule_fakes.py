"""The smallest activities of schedules and senders, over the smallest stages."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)

from activities import contracts
from activities.contracts import (
    DueInput,
    DueResult,
    FireInput,
    FireResult,
    NewsRunInput,
    RunRef,
    RunStart,
    ScheduledInput,
    ScheduledOutput,
    SenderInput,
    SendResult,
)
from engine.worker import build_workers
from tests.workflows.stage_fakes import REF, FakeStages
from trends.settings import load_settings

ScheduledHandle = WorkflowHandle[object, ScheduledOutput]
SenderHandle = WorkflowHandle[object, None]
SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
MORNING = datetime(2026, 2, 27, 23, 10, tzinfo=UTC)


def run_start() -> RunStart:
    """How a run over made-up sources is started."""
    run_id = str(uuid4())
    return RunStart(
        workflow_id=f"run-local-{run_id}",
        input=NewsRunInput(
            run=RunRef(tenant="local", run_id=run_id, brief=REF), sources=("a",), title="kimchi"
        ),
        agent="news",
        monitor="daily",
        priority=3,
        summary="news · kimchi",
        details="",
    )


@dataclass
class FakeFires:
    """A time at which a monitor runs, whose report is due at once; and a channel that has something left to send.

    Attributes:
        late: Whether a partial edition is begun at the due time.
        sends: What the channel's sender answers, in order.
    """

    late: bool = True
    sends: list[SendResult] = field(default_factory=list[SendResult])

    @activity.defn(name=contracts.FIRE)
    async def fire(self, request: FireInput) -> FireResult:
        return FireResult(start=run_start(), due_at=request.scheduled_at)

    @activity.defn(name=contracts.DUE)
    async def due(self, _: DueInput) -> DueResult:
        return DueResult(start=run_start() if self.late else None)

    @activity.defn(name=contracts.SEND_DUE)
    async def send(self, _: SenderInput) -> SendResult:
        return self.sends.pop(0)


@asynccontextmanager
async def firing(client: Client, stages: FakeStages, fires: FakeFires) -> AsyncGenerator[None]:
    """Workers for every queue, as worker.py makes them."""
    activities = stages.by_queue()
    activities[contracts.IO_QUEUE] += [fires.fire, fires.due, fires.send]
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, contracts.QUEUES, activities, load_settings({})):
            await stack.enter_async_context(worker)
        yield


async def start_scheduled(client: Client) -> ScheduledHandle:
    """Begin as a schedule does."""
    return await client.start_workflow(
        contracts.SCHEDULED_WORKFLOW,
        ScheduledInput(tenant="local", monitor="daily"),
        id=f"scheduled-{uuid4()}",
        task_queue=contracts.WORKFLOW_QUEUE,
        result_type=ScheduledOutput,
        search_attributes=TypedSearchAttributes([SearchAttributePair(SCHEDULED_START, MORNING)]),
    )


async def start_sender(client: Client) -> SenderHandle:
    """Begin the sender of a channel."""
    return await client.start_workflow(
        contracts.SENDER_WORKFLOW,
        SenderInput(tenant="local", channel="log"),
        id=f"sender-{uuid4()}",
        task_queue=contracts.WORKFLOW_QUEUE,
        result_type=type(None),
    )


def sends_twice(at: datetime) -> list[SendResult]:
    """One message now, one a moment later, and then nothing waits."""
    return [SendResult(sent=1, next_at=at + timedelta(milliseconds=200)), SendResult(sent=1)]
