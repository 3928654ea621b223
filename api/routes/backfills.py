"""Backfills: a monitor over a past span, window after window."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from api.backfill_schemas import (
    BackfillBody,
    BackfillOut,
    BackfillPageOut,
    BackfillPlanOut,
    RetryBody,
    backfill_out,
    item_out,
    plan_out,
)
from api.deps import IdempotencyKey, ReadsRuns, ServedBy, WritesRuns
from api.errors import problems
from trends.domain.backfills import Backfill

router = APIRouter(tags=["backfills"])

MAX_PAGE = 200
POLL_SECONDS = "2"

_READ = problems("backfill-not-found", "validation", "storage-unavailable")
_STEER = problems(
    "backfill-not-found", "conflict", "engine-unreachable", "validation", "storage-unavailable"
)
_START = problems(
    "monitor-not-found",
    "malformed-body",
    "invalid-request",
    "invalid-window",
    "too-large",
    "unsupported-media-type",
    "validation",
    "unknown-name",
    "path-refused",
    "conflict",
    "idempotency-conflict",
    "storage-unavailable",
)
_STARTED = {
    "description": "The backfill, accepted durably.",
    "headers": {
        "Location": {
            "description": "Path of the backfill.",
            "schema": {"type": "string"},
        },
        "Retry-After": {
            "description": "Seconds until a look is worth it.",
            "schema": {"type": "string"},
        },
        "Idempotency-Replayed": {
            "description": "`true` when this key had started the backfill before.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
}

BackfillId = Annotated[
    str, PathParameter(max_length=64, description="Id of the backfill.", examples=["0199c1f2"])
]
MonitorName = Annotated[
    str, PathParameter(max_length=80, description="Name of the monitor.", examples=["coffee-kr"])
]


@router.post(
    "/v1/monitors/{name}/backfills",
    operation_id="start_backfill",
    summary="Run a monitor over a past span",
    status_code=202,
    response_model=BackfillOut | BackfillPlanOut,
    responses={
        200: {"description": "What it would do (`dry_run`).", "model": BackfillPlanOut},
        202: _STARTED,
        **_START,
    },
)
async def start_backfill(
    who: WritesRuns,
    name: MonitorName,
    body: BackfillBody,
    key: IdempotencyKey,
    served: ServedBy,
    response: Response,
) -> BackfillOut | BackfillPlanOut:
    """Make the reports of a past span as if the monitor had been run at the time, oldest first.

    The first window ends one step after `from`, the last at `to` or before it. People hear of none of them.
    """
    backfills = served.doors.backfills
    if body.dry_run:
        response.status_code = 200
        return plan_out(name, await backfills.lay(who.tenant, name, body.asked()))
    started = await backfills.start(who.tenant, name, body.asked(), key, who.subject)
    if started.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return await _accepted(started.backfill, started.warnings, served, response)


@router.get(
    "/v1/backfills",
    operation_id="list_backfills",
    summary="List backfills",
    responses=problems("invalid-request", "validation", "storage-unavailable"),
)
async def list_backfills(
    who: ReadsRuns,
    request: Request,
    response: Response,
    served: ServedBy,
    monitor: Annotated[
        str | None, Query(max_length=80, description="Only those of this monitor, by name.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Backfills on a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> BackfillPageOut:
    """Give one page of backfills, newest first. `Link: rel="next"` leads to the next."""
    page = await served.doors.backfills.store.page(
        who.tenant, monitor=monitor, cursor=cursor, limit=limit
    )
    if page.next_cursor is not None:
        asked = {"monitor": monitor, "limit": limit, "cursor": page.next_cursor}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return BackfillPageOut(
        items=[item_out(backfill) for backfill in page.items], next_cursor=page.next_cursor
    )


@router.get(
    "/v1/backfills/{backfill_id}",
    operation_id="get_backfill",
    summary="See how a backfill stands",
    responses=_READ,
)
async def get_backfill(who: ReadsRuns, backfill_id: BackfillId, served: ServedBy) -> BackfillOut:
    """Give one backfill with its windows, how far it is, and how long it will take."""
    backfills = served.doors.backfills
    backfill = await backfills.store.get(who.tenant, backfill_id)
    return backfill_out(backfill, await backfills.windows(who.tenant, backfill_id))


@router.post(
    "/v1/backfills/{backfill_id}/pause",
    operation_id="pause_backfill",
    summary="Pause a backfill",
    status_code=202,
    responses=_STEER,
)
async def pause_backfill(who: WritesRuns, backfill_id: BackfillId, served: ServedBy) -> BackfillOut:
    """Begin no further window. Those under way end, but for those that wait for one before them."""
    return await _shown(await served.doors.backfills.pause(who.tenant, backfill_id), served)


@router.post(
    "/v1/backfills/{backfill_id}/resume",
    operation_id="resume_backfill",
    summary="Let a paused backfill go on",
    status_code=202,
    responses=_STEER,
)
async def resume_backfill(
    who: WritesRuns, backfill_id: BackfillId, served: ServedBy
) -> BackfillOut:
    """Let a paused backfill go on. One that is not paused goes on as before."""
    return await _shown(await served.doors.backfills.resume(who.tenant, backfill_id), served)


@router.post(
    "/v1/backfills/{backfill_id}/cancel",
    operation_id="cancel_backfill",
    summary="Cancel a backfill",
    status_code=202,
    responses=_STEER,
)
async def cancel_backfill(
    who: WritesRuns, backfill_id: BackfillId, served: ServedBy
) -> BackfillOut:
    """End a backfill with what is under way of it. Reports that are there stay."""
    return await _shown(await served.doors.backfills.cancel(who.tenant, backfill_id), served)


@router.post(
    "/v1/backfills/{backfill_id}/retry-failed",
    operation_id="retry_failed_windows",
    summary="Do again what has no report",
    status_code=202,
    responses={**_STEER, **problems("malformed-body", "unsupported-media-type")},
)
async def retry_failed_windows(
    who: WritesRuns,
    backfill_id: BackfillId,
    served: ServedBy,
    response: Response,
    body: RetryBody | None = None,
) -> BackfillOut:
    """Do again the windows of an ended backfill that have no report; `warnings` says what is not made anew with them."""
    following = body.following if body else False
    started = await served.doors.backfills.retry_failed(
        who.tenant, backfill_id, following=following
    )
    return await _accepted(started.backfill, started.warnings, served, response)


async def _accepted(
    backfill: Backfill, warnings: tuple[str, ...], served: ServedBy, response: Response
) -> BackfillOut:
    response.headers["Location"] = f"/v1/backfills/{backfill.backfill_id}"
    if not backfill.status.ended:
        response.headers["Retry-After"] = POLL_SECONDS
    return await _shown(backfill, served, warnings)


async def _shown(
    backfill: Backfill, served: ServedBy, warnings: tuple[str, ...] = ()
) -> BackfillOut:
    windows = await served.doors.backfills.windows(backfill.tenant, backfill.backfill_id)
    return backfill_out(backfill, windows, warnings)
