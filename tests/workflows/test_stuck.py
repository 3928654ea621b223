"""Runs whose workflow fails its task again and again, on a real server: found, told, and going on when that is mended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Worker

from activities import contracts
from activities.contracts import Resolution
from engine.doctor import Verdict, check_workflows
from engine.doors import Doors, open_doors
from engine.runs import LOOK_TIMEOUT
from engine.state import State
from engine.stuck import Stuck, stuck_of
from engine.worker import workflow_runner
from tests.workflows.broken_news import BUG, FailingNewsTrendWorkflow, UnpatchedNewsTrendWorkflow
from tests.workflows.fake_runs import start, working
from tests.workflows.stage_fakes import FakeStages
from tests.workflows.stand import NOW, PATIENCE_SECONDS, Stand
from trends.domain.models import RunStatus
from trends.errors import EngineUnreachableError
from trends.settings import load_settings
from trends.storage.runs import RunRow

pytestmark = pytest.mark.engine

# Past the time in which a row counts as moving.
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
async def later(idle: Stand) -> AsyncGenerator[Doors]:
    """The same as the API sees it five minutes on."""
    async with open_doors(idle.env, lambda: LATER) as doors:
        yield doors


@pytest.fixture
async def row(idle: Stand, temporal: Client) -> RunRow:
    """A run that was taken by a worker whose workflow fails, and since then by nobody."""
    row = await idle.start()
    async with served_by(temporal, FailingNewsTrendWorkflow):
        await found_stuck(temporal, row.workflow_id)
    return row


@asynccontextmanager
async def served_by(client: Client, workflow: type) -> AsyncGenerator[None]:
    """A worker with another workflow than ours under its name."""
    async with Worker(
        client,
        task_queue=contracts.WORKFLOW_QUEUE,
        workflows=[workflow],
        workflow_runner=workflow_runner(),
    ):
        yield


async def found_stuck(client: Client, workflow_id: str) -> Stuck:
    """Await that a workflow is stuck; the server tells nobody."""
    handle = client.get_workflow_handle(workflow_id)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            described = await handle.describe()
            if stuck := await stuck_of(client, described, within=LOOK_TIMEOUT):
                return stuck
            await asyncio.sleep(0.02)


async def listed(client: Client) -> None:
    """Await that the server's list, which lags behind, shows what is under way."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not [each.id async for each in client.list_workflows("ExecutionStatus = 'Running'")]:
            await asyncio.sleep(0.02)


async def test_a_run_with_a_bug_in_its_workflow_says_which_and_what_to_do(
    row: RunRow, later: Doors
) -> None:
    stuck = await later.runs.stuck(row)
    assert stuck is not None
    assert f"has failed once: {BUG}." in stuck.reason
    assert stuck.reason.endswith("To give it up, cancel the run.")
    (pending,) = await later.runs.attempts("local", row.run_id)
    assert (pending.slug, pending.attempt, pending.last_failure) == (
        "workflow-stuck",
        2,
        stuck.reason,
    )


async def test_a_run_that_moved_a_moment_ago_is_not_asked_for(idle: Stand, row: RunRow) -> None:
    assert await idle.doors.runs.stuck(row) is None


async def test_a_run_that_nobody_serves_is_not_stuck(idle: Stand, later: Doors) -> None:
    row = await idle.start()
    assert await later.runs.stuck(row) is None
    assert await later.runs.attempts("local", row.run_id) == ()


async def test_code_that_does_not_fit_a_runs_history_is_told(temporal: Client) -> None:
    stages = FakeStages(hold={"analyze"})
    quick = load_settings({"TRENDS_WORKERS__GRACEFUL_SHUTDOWN_SECONDS": "0"})
    async with working(temporal, stages, quick):
        run = await start(temporal)
        await stages.until(lambda: "analyze" in stages.calls)
    await run.signal(contracts.PAUSE_SIGNAL)
    async with served_by(temporal, UnpatchedNewsTrendWorkflow):
        stuck = await found_stuck(temporal, run.id)
    assert "Nondeterminism" in stuck.why


async def test_the_reconciler_tells_of_it_once_and_leaves_the_row(
    row: RunRow, later: Doors, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    for _ in range(2):
        assert await later.reconciler.run_once(LATER) == 0
    assert "".join(capfd.readouterr()).count("reconcile.stuck") == 1
    assert (await later.store.get("local", row.run_id)).status is RunStatus.STARTING


async def test_a_run_that_cannot_hear_its_cancel_is_ended_all_the_same(
    row: RunRow, temporal: Client, later: Doors
) -> None:
    await later.runs.cancel("local", row.run_id)
    stuck = await later.runs.stuck(row)
    assert stuck is not None
    assert stuck.reason.endswith("it is ended by force within a minute or two.")

    assert await later.reconciler.run_once(LATER) == 1

    ended = await later.store.get("local", row.run_id)
    assert (ended.status, ended.slug) == (RunStatus.CANCELLED, "cancelled")
    described = await temporal.get_workflow_handle(row.workflow_id).describe()
    assert described.status is WorkflowExecutionStatus.TERMINATED
    assert await later.reconciler.run_once(LATER) == 0


async def test_the_doctor_names_the_workflow(idle: Stand, temporal: Client, later: Doors) -> None:
    state = State(Path(idle.env["TRENDS_STATE"]))
    environ = {"TEMPORAL_ADDRESS": idle.env["TEMPORAL_ADDRESS"]}
    before = await check_workflows(environ, state, later.settings)
    assert (before.verdict, before.what) == (Verdict.OK, "0 under way, none is stuck.")
    row = await idle.start()
    async with served_by(temporal, FailingNewsTrendWorkflow):
        await found_stuck(temporal, row.workflow_id)
    await listed(temporal)
    found = await check_workflows(environ, state, later.settings)
    assert (found.verdict, found.what) == (
        Verdict.WARN,
        f"1 of 1 under way fail at every try: {row.workflow_id} ({BUG}).",
    )


@pytest.mark.slow
async def test_a_decision_that_a_stuck_run_cannot_take_says_why(row: RunRow, later: Doors) -> None:
    with pytest.raises(EngineUnreachableError, match=BUG):
        await later.runs.resolve("local", row.run_id, Resolution.RETRY)


@pytest.mark.slow
async def test_a_stuck_run_goes_on_under_a_worker_that_is_mended(
    idle: Stand, row: RunRow, later: Doors
) -> None:
    await idle.worker()
    ended = await idle.finished(row)
    assert ended.status is RunStatus.COMPLETED
    assert await later.runs.stuck(ended) is None


async def test_a_stuck_run_that_is_terminated_has_ended(
    idle: Stand, row: RunRow, later: Doors
) -> None:
    await idle.doors.client.get_workflow_handle(row.workflow_id).terminate()
    assert await later.reconciler.run_once(LATER) == 1
    assert (await later.store.get("local", row.run_id)).status is RunStatus.TERMINATED
