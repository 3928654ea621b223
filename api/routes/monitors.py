"""Monitors: saved questions with their watchlists."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter

from api.deps import IdempotencyKey, ReadsMonitors, ServedBy, WritesMonitors, WritesRuns
from api.errors import problems
from api.monitor_schemas import (
    AuthorBody,
    ImportedMonitors,
    LookBackOut,
    MonitorChangesBody,
    MonitorOut,
    MonitorPageOut,
    NewMonitorBody,
    RevisionList,
    kept_out,
    look_back_out,
    monitor_out,
    revision_out,
    summary_out,
)
from api.routes.runs import started_out
from api.schemas import Run
from engine.requests import StartRun
from trends.domain.monitors import Monitor, MonitorVerb
from trends.errors import InvalidRequestError
from trends.storage.monitors import MAX_PAGE
from trends.watchlist_csv import write_watchlist

router = APIRouter(prefix="/v1/monitors", tags=["monitors"])

YAML = "application/yaml"
CSV = "text/csv"

_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
_ETAG = {"ETag": {"description": "Its revision.", "schema": {"type": "string"}}}
_WRONG = (
    "malformed-body",
    "invalid-request",
    "too-large",
    "unsupported-media-type",
    "validation",
    "unknown-name",
    "invalid-query",
    "invalid-window",
    "invalid-watchlist",
    "path-refused",
    "monitor-exists",
    "storage-unavailable",
)
_CHANGED = problems(*_WRONG, "monitor-not-found", "monitor-changed")
_STEER = problems(
    "invalid-request",
    "validation",
    "monitor-not-found",
    "monitor-changed",
    "monitor-exists",
    "storage-unavailable",
)
_READ = problems("monitor-not-found", "validation", "storage-unavailable")

MonitorName = Annotated[
    str, PathParameter(max_length=80, description="Name of the monitor.", examples=["coffee-kr"])
]
Back = Annotated[str, Query(max_length=20, description="How far to look back, such as `90d`.")]
Author = Annotated[
    str,
    Query(
        max_length=80,
        description="Who does it. Whoever came with a credential is named by it, whatever stands here.",
    ),
]


def if_revision(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=40,
            description="ETag of the monitor that the change is based on; `*` makes it whatever came in between.",
        ),
    ] = None,
) -> int | None:
    """Read the revision that a change is based on; None for `*`.

    Raises:
        InvalidRequestError: It is missing, or no revision.
    """
    if if_match is not None and if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip()) if if_match else None
    if found is None:
        raise InvalidRequestError(
            "A change needs the revision that it is based on, so that it undoes nobody else's.",
            why="There is no If-Match header with a revision.",
            next_step="Send the monitor's ETag as If-Match, or * to change it whatever it is.",
        )
    return int(found[1])


def maybe_revision(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", max_length=40, description="Only if the monitor is this one."),
    ] = None,
) -> int | None:
    """Read the revision, where one is given."""
    return None if if_match is None else if_revision(if_match)


IfRevision = Annotated[int | None, Depends(if_revision)]
MaybeRevision = Annotated[int | None, Depends(maybe_revision)]


@router.get(
    "",
    operation_id="list_monitors",
    summary="List monitors",
    responses=problems("invalid-request", "validation", "storage-unavailable"),
)
async def list_monitors(
    who: ReadsMonitors,
    request: Request,
    response: Response,
    served: ServedBy,
    removed: Annotated[bool, Query(description="Removed ones, too.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Monitors on a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> MonitorPageOut:
    """Give one page of monitors, by name. `Link: rel="next"` leads to the next."""
    page = await served.doors.monitors.store.page(
        who.tenant, removed=removed, cursor=cursor, limit=limit
    )
    if page.next_cursor is not None:
        asked = {"removed": str(removed).lower(), "limit": limit, "cursor": page.next_cursor}
        response.headers["Link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
    return MonitorPageOut(
        items=[summary_out(monitor) for monitor in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "",
    operation_id="add_monitor",
    summary="Save a question",
    status_code=201,
    responses={
        201: {"description": "The monitor.", "headers": _ETAG},
        **problems(*_WRONG),
    },
)
async def add_monitor(
    who: WritesMonitors, body: NewMonitorBody, served: ServedBy, response: Response
) -> MonitorOut:
    """Add a monitor. One that was removed comes back with what is given, and with its past."""
    kept = await served.doors.monitors.add(who.tenant, body.draft(), who.author(body.author))
    _tag(response, kept.monitor)
    response.headers["Location"] = f"/v1/monitors/{kept.monitor.name}"
    return kept_out(kept)


@router.get(
    "/export",
    operation_id="export_monitors",
    summary="Write monitors as YAML",
    response_class=Response,
    responses={
        200: {"description": "YAML.", "content": {YAML: {"schema": {"type": "object"}}}},
        **_READ,
    },
)
async def export_monitors(
    who: ReadsMonitors,
    served: ServedBy,
    name: Annotated[
        list[str], Query(description="Only these; else all that are not removed.")
    ] = [],  # noqa: B006  # the framework copies it
) -> Response:
    """Give monitors, each complete; brought in again they are the same."""
    return Response(await served.doors.monitors.write_out(who.tenant, name), media_type=YAML)


@router.post(
    "/import",
    operation_id="import_monitors",
    summary="Bring in monitors from YAML",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The YAML file itself.",
            "content": {YAML: {"schema": {"type": "string"}}},
        }
    },
    responses=problems(*_WRONG),
)
async def import_monitors(
    who: WritesMonitors,
    request: Request,
    served: ServedBy,
    origin: Annotated[
        str, Query(max_length=200, description="What to call the file in messages.")
    ] = "monitors.yaml",
    author: Author = "",
) -> ImportedMonitors:
    """Add the monitors of a file, or make known ones what it says: all of them, or none."""
    monitors = await served.doors.monitors.bring_in(
        who.tenant, await request.body(), origin, who.author(author)
    )
    return ImportedMonitors(items=[summary_out(monitor) for monitor in monitors])


@router.get(
    "/{name}",
    operation_id="get_monitor",
    summary="See a monitor",
    responses={200: {"description": "The monitor.", "headers": _ETAG}, **_READ},
)
async def get_monitor(
    who: ReadsMonitors, name: MonitorName, served: ServedBy, response: Response
) -> MonitorOut:
    """Give one monitor, also one that was removed."""
    monitor = await served.doors.monitors.store.get(who.tenant, name)
    _tag(response, monitor)
    return monitor_out(monitor)


@router.patch(
    "/{name}",
    operation_id="edit_monitor",
    summary="Change a monitor",
    responses={200: {"description": "The monitor.", "headers": _ETAG}, **_CHANGED},
)
async def edit_monitor(
    who: WritesMonitors,
    name: MonitorName,
    body: MonitorChangesBody,
    revision: IfRevision,
    served: ServedBy,
    response: Response,
) -> MonitorOut:
    """Change what is given. Where that changes the question, the monitor gets another id and keeps the one before."""
    kept = await served.doors.monitors.edit(
        who.tenant, body.draft(name), who.author(body.author), revision
    )
    _tag(response, kept.monitor)
    return kept_out(kept)


@router.delete(
    "/{name}", operation_id="remove_monitor", summary="Remove a monitor", responses=_STEER
)
async def remove_monitor(
    who: WritesMonitors,
    name: MonitorName,
    revision: MaybeRevision,
    served: ServedBy,
    author: Author = "",
) -> MonitorOut:
    """Remove a monitor. Its runs, reports and trends stay."""
    monitors = served.doors.monitors
    return monitor_out(
        await monitors.steer(who.tenant, name, MonitorVerb.REMOVED, who.author(author), revision)
    )


@router.post(
    "/{name}/pause", operation_id="pause_monitor", summary="Pause a monitor", responses=_STEER
)
async def pause_monitor(
    who: WritesMonitors,
    name: MonitorName,
    revision: MaybeRevision,
    served: ServedBy,
    body: AuthorBody | None = None,
) -> MonitorOut:
    """Keep a monitor from running by itself. By hand it still runs."""
    author = who.author(body.author if body else "")
    return monitor_out(
        await served.doors.monitors.steer(who.tenant, name, MonitorVerb.PAUSED, author, revision)
    )


@router.post(
    "/{name}/resume",
    operation_id="resume_monitor",
    summary="Let a monitor go on",
    responses=_STEER,
)
async def resume_monitor(
    who: WritesMonitors,
    name: MonitorName,
    revision: MaybeRevision,
    served: ServedBy,
    body: AuthorBody | None = None,
) -> MonitorOut:
    """Let a paused monitor run by itself again."""
    author = who.author(body.author if body else "")
    return monitor_out(
        await served.doors.monitors.steer(who.tenant, name, MonitorVerb.RESUMED, author, revision)
    )


@router.post(
    "/{name}/run",
    operation_id="run_monitor",
    summary="Run a monitor now",
    status_code=202,
    responses=problems(
        "invalid-request",
        "monitor-not-found",
        "unknown-name",
        "path-refused",
        "idempotency-conflict",
        "validation",
        "storage-unavailable",
    ),
)
async def run_monitor(
    who: WritesRuns, name: MonitorName, key: IdempotencyKey, served: ServedBy, response: Response
) -> Run:
    """Start a run of a monitor over the window up to now; `POST /v1/runs` with `monitor` says more."""
    started = await served.doors.runs.start(who.tenant, StartRun(monitor=name), key)
    return await started_out(started, served, response)


@router.get(
    "/{name}/revisions",
    operation_id="list_monitor_revisions",
    summary="See every change of a monitor",
    responses=_READ,
)
async def list_monitor_revisions(
    who: ReadsMonitors, name: MonitorName, served: ServedBy
) -> RevisionList:
    """Give what was done to a monitor, when and by whom, the newest first."""
    revisions = await served.doors.monitors.store.revisions(who.tenant, name)
    return RevisionList(items=[revision_out(each) for each in revisions])


@router.get(
    "/{name}/watchlist",
    operation_id="export_watchlist",
    summary="Write a watchlist as CSV",
    response_class=Response,
    responses={
        200: {
            "description": "CSV in UTF-8 with a byte order mark.",
            "headers": _ETAG,
            "content": {CSV: {"schema": {"type": "string"}}},
        },
        **_READ,
    },
)
async def export_watchlist(who: ReadsMonitors, name: MonitorName, served: ServedBy) -> Response:
    """Give the watchlist of a monitor for a spreadsheet."""
    monitor = await served.doors.monitors.store.get(who.tenant, name)
    answer = Response(write_watchlist(monitor.spec.watchlist), media_type=CSV)
    _tag(answer, monitor)
    return answer


@router.put(
    "/{name}/watchlist",
    operation_id="import_watchlist",
    summary="Replace a watchlist by a CSV file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The CSV file itself, in UTF-8 or CP949.",
            "content": {CSV: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses={200: {"description": "The monitor.", "headers": _ETAG}, **_CHANGED},
)
async def import_watchlist(
    who: WritesMonitors,
    name: MonitorName,
    request: Request,
    revision: IfRevision,
    served: ServedBy,
    response: Response,
    origin: Annotated[
        str, Query(max_length=200, description="What to call the file in messages.")
    ] = "watchlist.csv",
    author: Author = "",
) -> MonitorOut:
    """Replace the watchlist of a monitor, all of it or nothing. Bad rows are named."""
    kept = await served.doors.monitors.set_watchlist(
        who.tenant, name, await request.body(), origin, who.author(author), revision
    )
    _tag(response, kept.monitor)
    return kept_out(kept)


@router.get(
    "/{name}/watch",
    operation_id="look_back",
    summary="Count a watchlist over the past",
    responses=problems(
        "monitor-not-found",
        "invalid-request",
        "invalid-window",
        "too-large",
        "validation",
        "storage-unavailable",
    ),
)
async def look_back(
    who: ReadsMonitors, name: MonitorName, served: ServedBy, back: Back = "90d"
) -> LookBackOut:
    """Count the monitor's entities by day over what its sources gave before, as a report of it would."""
    return look_back_out(await served.doors.monitors.look_back(who.tenant, name, back))


def _tag(response: Response, monitor: Monitor) -> None:
    response.headers["ETag"] = f'"{monitor.revision}"'
