"""Schedules: when monitors run by themselves, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter

from api.deps import ReadsMonitors, ServedBy, WritesMonitors
from api.errors import problems
from api.monitor_schemas import AuthorBody
from api.schedule_schemas import ScheduleList, ScheduleOut, schedule_out
from trends.domain.monitors import MonitorVerb
from trends.storage.fires import MAX_FIRES

router = APIRouter(prefix="/v1/schedules", tags=["schedules"])

_READ = problems("monitor-not-found", "conflict", "validation", "storage-unavailable")
_STEER = problems(
    "monitor-not-found",
    "conflict",
    "validation",
    "malformed-body",
    "unsupported-media-type",
    "too-large",
    "engine-unreachable",
    "storage-unavailable",
)

MonitorName = Annotated[
    str, PathParameter(max_length=80, description="Name of the monitor.", examples=["coffee-kr"])
]
Fires = Annotated[
    int, Query(ge=1, le=MAX_FIRES, description="So many of the latest times are told.")
]


@router.get(
    "",
    operation_id="list_schedules",
    summary="List schedules",
    responses=problems("storage-unavailable"),
)
async def list_schedules(who: ReadsMonitors, served: ServedBy) -> ScheduleList:
    """Give every monitor that runs by itself, paused ones too, with its next times and what became of the last."""
    views = await served.doors.schedules.list(who.tenant)
    return ScheduleList(items=[schedule_out(view) for view in views])


@router.get("/{monitor}", operation_id="get_schedule", summary="See a schedule", responses=_READ)
async def get_schedule(
    who: ReadsMonitors, monitor: MonitorName, served: ServedBy, fires: Fires = 10
) -> ScheduleOut:
    """Give when a monitor runs next, and what became of the latest times."""
    return schedule_out(await served.doors.schedules.get(who.tenant, monitor, fires))


@router.post(
    "/{monitor}/trigger",
    operation_id="trigger_schedule",
    summary="Run a monitor now, as its schedule does",
    status_code=202,
    responses=_STEER,
)
async def trigger_schedule(
    who: WritesMonitors, monitor: MonitorName, served: ServedBy
) -> ScheduleOut:
    """Let the schedule begin now; its overlap rule holds, so that it may wait for a run that goes on, or be skipped."""
    return schedule_out(await served.doors.schedules.trigger(who.tenant, monitor))


@router.post(
    "/{monitor}/pause", operation_id="pause_schedule", summary="Pause a schedule", responses=_STEER
)
async def pause_schedule(
    who: WritesMonitors, monitor: MonitorName, served: ServedBy, body: AuthorBody | None = None
) -> ScheduleOut:
    """Keep a monitor from running by itself: the same as to pause the monitor, but it holds at the server on return."""
    return await _steer(who, monitor, MonitorVerb.PAUSED, body, served)


@router.post(
    "/{monitor}/resume",
    operation_id="resume_schedule",
    summary="Let a schedule go on",
    responses=_STEER,
)
async def resume_schedule(
    who: WritesMonitors, monitor: MonitorName, served: ServedBy, body: AuthorBody | None = None
) -> ScheduleOut:
    """Let a paused monitor run by itself again. What it missed while it was paused stays missed."""
    return await _steer(who, monitor, MonitorVerb.RESUMED, body, served)


async def _steer(
    who: WritesMonitors,
    monitor: str,
    verb: MonitorVerb,
    body: AuthorBody | None,
    served: ServedBy,
) -> ScheduleOut:
    schedules = served.doors.schedules
    # First: a monitor that runs by hand alone has nothing to be paused.
    await schedules.get(who.tenant, monitor, 1)
    author = who.author(body.author if body else "")
    steered = await served.doors.monitors.steer(who.tenant, monitor, verb, author, None)
    await schedules.sync(steered)
    return schedule_out(await schedules.get(who.tenant, monitor))
