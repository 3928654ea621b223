"""What the API answers about schedules."""

from datetime import datetime

from trends_client.models import Model


class Fire(Model):
    """What became of one time at which a monitor was to run.

    Attributes:
        state: fired, missed, skipped or paused.
        run_id: The run that it began; None where it began none.
        note: Why it began none, or that it was by hand.
    """

    scheduled_at: datetime
    state: str
    run_id: str | None = None
    note: str = ""


class Schedule(Model):
    """When a monitor runs by itself.

    Attributes:
        monitor: Its name.
        state: active or paused.
        time_zone: Zone in which cron and due are read.
        next_fires: The next times, without jitter; of a paused monitor those that it would have.
        skipped_by_the_clock: Times of day within a year that the clock skips: it then runs at once after.
        fires: The latest times, the newest first; one in lists.
    """

    monitor: str
    state: str
    cadence: str = ""
    cron: str = ""
    time_zone: str
    due: str = ""
    jitter: str = ""
    overlap: str = ""
    catchup: str = ""
    next_fires: tuple[datetime, ...] = ()
    skipped_by_the_clock: tuple[str, ...] = ()
    fires: tuple[Fire, ...] = ()


class ScheduleList(Model):
    """Every schedule, by monitor."""

    items: tuple[Schedule, ...]
