"""Runs over the smallest stages: workers as worker.py makes them, and a start."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from activities import contracts
from activities.contracts import NewsRunInput, NewsRunOutput, Resolution, RunRef
from engine.worker import build_workers
from tests.workflows.backfill_steps import FakeSteps
from tests.workflows.stage_fakes import REF, FakeStages
from trends.domain.models import RunStatus
from trends.settings import Settings, load_settings

Handle = WorkflowHandle[object, NewsRunOutput]
# What comes after collect, and how often each is tried.
STAGES = ["normalize", "analyze", "summarize", "report", "notify"]
ATTEMPTS = {"normalize": 4, "analyze": 4, "summarize": 16, "report": 4, "notify": 6, "collect:a": 6}


@asynccontextmanager
async def working(
    client: Client,
    stages: FakeStages,
    settings: Settings | None = None,
    steps: FakeSteps | None = None,
) -> AsyncGenerator[None]:
    """Workers for every queue, as worker.py makes them."""
    queues = contracts.QUEUES
    activities = stages.by_queue()
    if steps is not None:
        activities[contracts.IO_QUEUE] += [steps.step, steps.end]
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, queues, activities, settings or load_settings({})):
            await stack.enter_async_context(worker)
        yield


async def start(client: Client, *sources: str, **changes: object) -> Handle:
    """Start a run over made-up sources."""
    run_id = str(uuid4())
    run = NewsRunInput(
        run=RunRef(tenant="local", run_id=run_id, brief=REF),
        sources=sources or ("a",),
        title="kimchi",
    ).model_copy(update=changes)
    return await client.start_workflow(
        contracts.NEWS_WORKFLOW,
        run,
        id=f"run-local-{run_id}",
        task_queue=contracts.WORKFLOW_QUEUE,
        result_type=NewsRunOutput,
    )


async def decide(handle: Handle, resolution: Resolution, stage: str | None = None) -> str:
    """Decide on a parked stage; gives its name."""
    decision = contracts.ResolveInput(resolution=resolution, stage=stage)
    return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]  # an overload of the SDK is untyped
        contracts.RESOLVE_UPDATE, decision, result_type=str
    )


async def parked(stages: FakeStages, stage: str) -> None:
    """Await the projection that says the run is parked."""
    await stages.until(lambda: (RunStatus.BLOCKED, stage) in [row[:2] for row in stages.row])
