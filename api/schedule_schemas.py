"""What goes out of the routes of schedules."""

from pydantic import AwareDatetime, Field

from api.schemas import Out
from engine.schedules import ScheduleView
from trends.domain.fires import Fire, FireState
from trends.domain.monitors import MonitorState
from trends.domain.pace import Overlap


class FireOut(Out):
    """What became of one time at which a monitor was to run."""

    scheduled_at: AwareDatetime
    state: FireState
    run_id: str | None = Field(description="The run that it began; null where it began none.")
    note: str = Field(description="Why it began none, or that it was by hand.")


class ScheduleOut(Out):
    """When a monitor runs by itself."""

    monitor: str
    state: MonitorState
    cadence: str = Field(description="Empty where there is a cron expression.")
    cron: str = Field(description="Five fields; empty where there is a cadence.")
    time_zone: str = Field(description="Zone in which it is read.")
    due: str = Field(description="Time of day by which the report is wanted; empty: none.")
    jitter: str
    overlap: Overlap
    catchup: str = Field(description="How late a run may begin that could not begin in time.")
    next_fires: list[AwareDatetime] = Field(
        description="The next five times, without jitter; of a paused monitor those that it would have."
    )
    skipped_by_the_clock: list[str] = Field(
        description="Times of day within a year that the clock skips when it leaps forward: it then runs at once after."
    )
    fires: list[FireOut] = Field(description="The latest times, the newest first.")


class ScheduleList(Out):
    """Every schedule, by monitor."""

    items: list[ScheduleOut]


def schedule_out(view: ScheduleView) -> ScheduleOut:
    """Show a schedule."""
    spec = view.monitor.spec
    return ScheduleOut(
        monitor=view.monitor.name,
        state=view.monitor.state,
        cadence=spec.cadence,
        cron=spec.cron,
        time_zone=view.pace.zone,
        due=spec.due,
        jitter=spec.jitter,
        overlap=spec.overlap,
        catchup=spec.catchup,
        next_fires=list(view.next_fires),
        skipped_by_the_clock=list(view.gaps),
        fires=[_fire_out(fire) for fire in view.fires],
    )


def _fire_out(fire: Fire) -> FireOut:
    return FireOut(
        scheduled_at=fire.scheduled_at, state=fire.state, run_id=fire.run_id, note=fire.note
    )
