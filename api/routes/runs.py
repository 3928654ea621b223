"""Runs: start, look, steer."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from activities.contracts import Resolution
from api.auth import Credential, no_longer_holds
from api.deps import IdempotencyKey, ReadsRuns, RunId, Served, ServedBy, Shown, WritesRuns
from api.errors import problems
from api.schemas import (
    RerunBody,
    Run,
    RunPage,
    StageBody,
    StartRunBody,
    run_item,
    run_out,
    self_link,
)
from engine.runs import Started
from trends.domain.access import Principal
from trends.domain.models import RunStatus
from trends.storage.rows import RunRow

router = APIRouter(prefix="/v1/runs", tags=["runs"])

MAX_PAGE = 200
POLL_SECONDS = "1"

_START_HEADERS = {
    "Location": {"description": "Path of the run.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "Seconds until a look is worth it.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` when this key had started the run before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
_ACCEPTED = {"description": "The run, accepted durably.", "headers": _START_HEADERS}
_STEER = problems("run-not-found", "run-ended", "engine-unreachable", "storage-unavailable")
_RESOLVE = problems(
    "run-not-found",
    "run-ended",
    "run-not-blocked",
    "stage-not-skippable",
    "validation",
    "engine-unreachable",
    "storage-unavailable",
)
_START = problems(
    "malformed-body",
    "invalid-request",
    "too-large",
    "unsupported-media-type",
    "validation",
    "unknown-name",
    "invalid-query",
    "invalid-window",
    "path-refused",
    "idempotency-conflict",
    "storage-unavailable",
)

Wait = Annotated[
    float,
    Query(
        ge=0,
        allow_inf_nan=False,
        description="Hold the answer back until the run has ended or is parked, at most so many seconds.",
    ),
]


@router.post(
    "",
    operation_id="start_run",
    summary="Start a run",
    status_code=202,
    responses={
        202: _ACCEPTED,
        **_START,
        **problems("run-not-found", "monitor-not-found", "artifact-missing"),
    },
)
async def start_run(
    who: WritesRuns,
    body: StartRunBody,
    key: IdempotencyKey,
    served: ServedBy,
    response: Response,
    shown: Shown,
) -> Run:
    """Accept a run. From here on it survives restarts of everything, the API's own included."""
    started = await served.doors.runs.start(who.tenant, body.asked(), key)
    if body.wait:
        row = await _settled(who.tenant, started.run.run_id, body.wait, served, shown)
        started = started.model_copy(update={"run": row})
    return await started_out(started, served, response)


@router.get(
    "",
    operation_id="list_runs",
    summary="List runs",
    responses=problems(
        "invalid-request", "unknown-name", "monitor-not-found", "validation", "storage-unavailable"
    ),
)
async def list_runs(
    who: ReadsRuns,
    request: Request,
    response: Response,
    served: ServedBy,
    status: Annotated[RunStatus | None, Query(description="Only runs of this status.")] = None,
    agent: Annotated[
        str | None, Query(max_length=40, description="Only runs of this agent.")
    ] = None,
    monitor: Annotated[
        str | None,
        Query(
            max_length=80,
            description="Only runs of this monitor: by name, of all that it ever asked; by id, of that question.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Runs on a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> RunPage:
    """Give one page of runs, newest first. `Link: rel="next"` leads to the next."""
    monitors = served.doors.monitors.store
    questions = None if monitor is None else await monitors.ids(who.tenant, monitor)
    page = await served.doors.store.page(
        who.tenant, status=status, agent=agent, questions=questions, cursor=cursor, limit=limit
    )
    if page.next_cursor is not None:
        asked = {"status": status, "agent": agent, "monitor": monitor, "limit": limit}
        asked["cursor"] = page.next_cursor
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    base = ui_base(served)
    names = await monitors.names(who.tenant, {row.question_hash for row in page.items})
    return RunPage(
        items=[run_item(row, base, names.get(row.question_hash)) for row in page.items],
        next_cursor=page.next_cursor,
    )


@router.get(
    "/{run_id}",
    operation_id="get_run",
    summary="See how a run stands",
    responses=problems("run-not-found", "validation", "storage-unavailable"),
)
async def get_run(
    who: ReadsRuns, run_id: RunId, served: ServedBy, shown: Shown, wait: Wait = 0
) -> Run:
    """Give one run with its stages."""
    row = await _settled(who.tenant, run_id, wait, served, shown)
    return await _shown(row, served)


@router.post(
    "/{run_id}/cancel",
    operation_id="cancel_run",
    summary="Cancel a run",
    status_code=202,
    responses=_STEER,
)
async def cancel_run(who: WritesRuns, run_id: RunId, served: ServedBy) -> Run:
    """Ask a run to end. What it is doing stops within two seconds and cleans up."""
    return await _shown(await served.doors.runs.cancel(who.tenant, run_id), served)


@router.post(
    "/{run_id}/pause",
    operation_id="pause_run",
    summary="Pause a run",
    status_code=202,
    responses={**_STEER, **problems("conflict")},
)
async def pause_run(who: WritesRuns, run_id: RunId, served: ServedBy) -> Run:
    """Let a run stand still: the stage under way ends, the next does not begin. Its deadline does not run meanwhile."""
    return await _shown(await served.doors.runs.pause(who.tenant, run_id), served)


@router.post(
    "/{run_id}/resume",
    operation_id="resume_run",
    summary="Let a paused run go on",
    status_code=202,
    responses=_STEER,
)
async def resume_run(who: WritesRuns, run_id: RunId, served: ServedBy) -> Run:
    """Let a paused run go on with its next stage. One that is not paused goes on as before."""
    return await _shown(await served.doors.runs.resume(who.tenant, run_id), served)


@router.post(
    "/{run_id}/retry",
    operation_id="retry_run",
    summary="Let a parked run try again",
    status_code=202,
    responses=_RESOLVE,
)
async def retry_run(
    who: WritesRuns, run_id: RunId, served: ServedBy, body: StageBody | None = None
) -> Run:
    """Try the stage again at which the run is parked."""
    return await _resolved(who, run_id, Resolution.RETRY, body, served)


@router.post(
    "/{run_id}/skip",
    operation_id="skip_stage",
    summary="Let a parked run go on without its stage",
    status_code=202,
    responses=_RESOLVE,
)
async def skip_stage(
    who: WritesRuns, run_id: RunId, served: ServedBy, body: StageBody | None = None
) -> Run:
    """Leave the stage out at which the run is parked. `summarize` and `notify` can be left out, the others not."""
    return await _resolved(who, run_id, Resolution.SKIP, body, served)


@router.post(
    "/{run_id}/abort",
    operation_id="abort_run",
    summary="Let a parked run fail",
    status_code=202,
    responses=_RESOLVE,
)
async def abort_run(
    who: WritesRuns, run_id: RunId, served: ServedBy, body: StageBody | None = None
) -> Run:
    """End a parked run as failed, for the reason it is parked for."""
    return await _resolved(who, run_id, Resolution.ABORT, body, served)


@router.post(
    "/{run_id}/rerun",
    operation_id="rerun_run",
    summary="Run again from a stage",
    status_code=202,
    responses={
        202: _ACCEPTED,
        **problems(
            "malformed-body",
            "invalid-request",
            "run-not-found",
            "conflict",
            "artifact-missing",
            "validation",
            "unknown-name",
            "idempotency-conflict",
            "storage-unavailable",
        ),
    },
)
async def rerun_run(
    who: WritesRuns,
    run_id: RunId,
    body: RerunBody,
    key: IdempotencyKey,
    served: ServedBy,
    response: Response,
) -> Run:
    """Start a new run over the same question and window that takes the stages before `stage` over from this one."""
    started = await served.doors.runs.rerun(who.tenant, run_id, body.stage, key)
    return await started_out(started, served, response)


def ui_base(served: Served) -> str | None:
    """Address of all workflows in the Temporal UI, where there is one."""
    url = served.doors.temporal_ui_url
    namespace = served.doors.settings.engine.namespace
    return f"{url.rstrip('/')}/namespaces/{namespace}/workflows" if url else None


async def started_out(started: Started, served: Served, response: Response) -> Run:
    """Answer to a start: the run, where it is, and when to look again."""
    row = started.run
    response.headers["Location"] = self_link(row.run_id)
    if not row.status.ended:
        response.headers["Retry-After"] = POLL_SECONDS
    if started.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return await _shown(row, served)


async def _resolved(
    who: Principal, run_id: str, resolution: Resolution, body: StageBody | None, served: Served
) -> Run:
    stage = body.stage if body else None
    row = await served.doors.runs.resolve(who.tenant, run_id, resolution, stage)
    return await _shown(row, served)


async def _shown(row: RunRow, served: Served) -> Run:
    stages = await served.doors.store.stages(row.tenant, row.run_id)
    names = await served.doors.monitors.store.names(row.tenant, [row.question_hash])
    spending = await served.doors.spending.run(row.tenant, row.run_id)
    stuck = await served.doors.runs.stuck(row)
    return run_out(row, stages, spending, ui_base(served), names.get(row.question_hash), stuck)


async def _settled(
    tenant: str, run_id: str, wait: float, served: Served, shown: Credential | None
) -> RunRow:
    """Wait for a run to settle, no longer than its caller's credential holds.

    Raises:
        NotAuthenticatedError: It was revoked or has expired in the meantime.
    """
    longest = served.doors.settings.api.wait_timeout_seconds
    with served.standings.stream(shown if wait else None) as lapsed:
        row = await served.feeds.until_settled(tenant, run_id, min(wait, longest), lapsed)
    if lapsed.is_set():
        raise no_longer_holds()
    return row
