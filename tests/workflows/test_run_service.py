"""Starting, steering and reconciling runs, on real storage, a real server and real stages."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from activities.contracts import Resolution
from engine.requests import StartFrom, StartRun, WindowSpan
from tests.workflows.stand import KEY, NOW, REQUEST, Stand
from trends.domain.models import Language, RunStatus
from trends.errors import (
    ConflictError,
    EngineUnreachableError,
    IdempotencyConflictError,
    InvalidRequestError,
    InvalidWindowError,
    RunEndedError,
    RunNotBlockedError,
    RunNotFoundError,
    UnknownNameError,
)

pytestmark = pytest.mark.engine

# Past the grace in which whoever accepted a run may still be starting it.
LATER = NOW + timedelta(minutes=5)


async def test_the_same_key_and_request_find_the_same_run(idle: Stand) -> None:
    first = await idle.doors.runs.start("local", REQUEST, KEY)
    second = await idle.doors.runs.start("local", REQUEST, KEY)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.run.run_id == first.run.run_id


async def test_the_same_key_for_another_request_is_a_conflict(idle: Stand) -> None:
    await idle.doors.runs.start("local", REQUEST, KEY)
    other = REQUEST.model_copy(update={"query": "kimchi"})
    with pytest.raises(IdempotencyConflictError, match="used for another request"):
        await idle.doors.runs.start("local", other, KEY)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"agent": "newz"}, UnknownNameError),
        ({"market": "KO"}, UnknownNameError),
        ({"sources": ("sampel",)}, UnknownNameError),
        ({"sources": ()}, InvalidRequestError),
        ({"sources": ("file:/etc/passwd",)}, InvalidRequestError),
        ({"sources": tuple(f"file:uploads/{n}.csv" for n in range(17))}, InvalidRequestError),
        ({"priority": "urgent"}, UnknownNameError),
        ({"query": '"half a phrase'}, InvalidRequestError),
        ({"query": "x" * 10_000}, InvalidRequestError),
        ({"window": "0d"}, InvalidWindowError),
        ({"window": WindowSpan(start=NOW, end=NOW - timedelta(days=1))}, InvalidWindowError),
        ({"window": WindowSpan(start=NOW, end=NOW + timedelta(days=1))}, InvalidWindowError),
    ],
)
async def test_a_request_that_cannot_be_starts_nothing(
    idle: Stand, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await idle.doors.runs.start("local", REQUEST.model_copy(update=change), None)
    assert (await idle.doors.store.page("local")).items == ()


async def test_a_run_of_another_tenant_is_not_found(idle: Stand) -> None:
    row = await idle.start()
    with pytest.raises(RunNotFoundError):
        await idle.doors.runs.cancel("other", row.run_id)


async def test_a_decision_on_a_run_that_no_worker_holds_says_so(idle: Stand) -> None:
    row = await idle.start()
    await idle.worker("--hold", "collect")
    await idle.begun(row, "collect")
    with pytest.raises(RunNotBlockedError):
        await idle.doors.runs.resolve("local", row.run_id, Resolution.RETRY)


async def test_a_run_that_was_accepted_but_never_started_is_started(idle: Stand) -> None:
    row = await idle.start()
    # As if the acceptor had died between the row and the start.
    await idle.forget(row)
    assert await idle.doors.reconciler.run_once(LATER) == 1
    await idle.doors.client.get_workflow_handle(row.workflow_id).describe()


async def test_a_run_terminated_at_the_server_is_shown_as_terminated(idle: Stand) -> None:
    row = await idle.start()
    await idle.doors.client.get_workflow_handle(row.workflow_id).terminate()
    await idle.doors.reconciler.run_once(LATER)
    ended = await idle.doors.store.get("local", row.run_id)
    assert (ended.status, ended.reason) == (
        RunStatus.TERMINATED,
        "Terminated at the Temporal server.",
    )
    with pytest.raises(RunEndedError):
        await idle.doors.runs.cancel("local", row.run_id)


async def test_a_running_run_that_the_server_forgot_is_lost(idle: Stand) -> None:
    row = await idle.start()
    await idle.doors.store.stage_started("local", row.run_id, "collect", "sample", 1)
    await idle.forget(row)
    await idle.doors.reconciler.run_once(LATER)
    assert (await idle.doors.store.get("local", row.run_id)).status is RunStatus.LOST


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["collect", "normalize", "analyze", "summarize", "report", "notify"]
)
async def test_cancel_reaches_every_stage(idle: Stand, stage: str) -> None:
    row = await idle.start()
    await idle.worker("--hold", stage)
    await idle.begun(row, stage)
    await idle.doors.runs.cancel("local", row.run_id)
    ended = await idle.ended(row)
    assert (ended.status, ended.stage) == (RunStatus.CANCELLED, stage)
    events = await idle.doors.events.after("local", row.run_id, 0)
    assert events[-1].type == "run.cancelled"
    assert list((Path(idle.env["TRENDS_STATE"]) / "artifacts").glob("incoming/*")) == []


@pytest.mark.slow
async def test_a_rerun_from_report_takes_the_earlier_stages_over(idle: Stand) -> None:
    await idle.worker()
    parent = await idle.finished(await idle.start())
    started = await idle.doors.runs.rerun("local", parent.run_id, "report", None)
    child = await idle.finished(started.run)
    assert child.parent_run == parent.run_id
    stages = [row.stage for row in await idle.doors.store.stages("local", child.run_id)]
    assert stages == ["report", "notify"]
    assert await idle.report(child) == await idle.report(parent)


@pytest.mark.slow
async def test_a_rerun_may_change_the_language_of_the_report(idle: Stand) -> None:
    await idle.worker()
    parent = await idle.finished(await idle.start())
    request = StartRun(
        start_from=StartFrom(run_id=parent.run_id, stage="report"), report_language=Language.KO
    )
    child = await idle.finished((await idle.doors.runs.start("local", request, None)).run)
    html = (await idle.report(child))["text/html"].decode()
    assert '<html lang="ko"' in html


async def test_a_rerun_over_stages_that_never_completed_is_a_conflict(idle: Stand) -> None:
    row = await idle.start()
    with pytest.raises(ConflictError, match="never completed collect"):
        await idle.doors.runs.rerun("local", row.run_id, "analyze", None)


async def test_a_rerun_cannot_ask_another_question(idle: Stand) -> None:
    row = await idle.start()
    start_from = StartFrom(run_id=row.run_id, stage="collect")
    with pytest.raises(InvalidRequestError, match="takes its question from there"):
        await idle.doors.runs.start("local", StartRun(query="tea", start_from=start_from), None)


async def test_a_run_is_paused_and_resumed_by_whoever_finds_it(idle: Stand) -> None:
    row = await idle.start()
    # Nobody serves it yet: the word waits for it.
    await idle.doors.runs.pause("local", row.run_id)
    await idle.doors.runs.pause("local", row.run_id)
    await idle.worker()
    await idle.told(row, "run.paused")
    paused = await idle.doors.store.get("local", row.run_id)
    assert (paused.status, paused.stage) == (RunStatus.PAUSED, "collect")
    # A run that stands still is none that the server lost.
    assert await idle.doors.reconciler.run_once(LATER) == 0
    await idle.doors.runs.resume("local", row.run_id)
    ended = await idle.finished(row)
    assert (ended.status, ended.resumes) == (RunStatus.COMPLETED, 1)
    with pytest.raises(RunEndedError):
        await idle.doors.runs.pause("local", row.run_id)
    with pytest.raises(RunEndedError):
        await idle.doors.runs.resume("local", row.run_id)


async def test_a_parked_run_cannot_be_paused(idle: Stand) -> None:
    row = await idle.start()
    await idle.doors.store.mark("local", row.run_id, RunStatus.BLOCKED, "collect", "x", "Why.")
    with pytest.raises(ConflictError, match="parked at collect"):
        await idle.doors.runs.pause("local", row.run_id)


async def test_a_run_that_has_not_begun_cannot_be_paused_yet(idle: Stand) -> None:
    row = await idle.start()
    await idle.forget(row)
    with pytest.raises(EngineUnreachableError, match="has not begun"):
        await idle.doors.runs.pause("local", row.run_id)


async def test_a_run_whose_brief_is_lost_has_failed_and_holds_no_other_run_up(idle: Stand) -> None:
    broken = await idle.start()
    request = REQUEST.model_copy(update={"query": "kimchi"})
    other = (await idle.doors.runs.start("local", request, None)).run
    for row in (broken, other):
        await idle.forget(row)
    (Path(idle.env["TRENDS_STATE"]) / "artifacts" / broken.brief.uri).unlink()
    assert await idle.doors.reconciler.run_once(LATER) == 2
    ended = await idle.doors.store.get("local", broken.run_id)
    assert (ended.status, ended.slug) == (RunStatus.FAILED, "artifact-missing")
    described = await idle.doors.client.get_workflow_handle(other.workflow_id).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
