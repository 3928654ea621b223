"""What the API answers about backfills."""

from datetime import datetime

from trends_client.models import Model, Reason

ENDED = frozenset({"completed", "failed", "cancelled"})


class BackfillProgress(Model):
    """How far a backfill is; counts of windows.

    Attributes:
        windows: In all.
        without: Done, and made while one before them had failed.
        left_seconds: What is left at the pace of the newest windows; None where that is not known.
    """

    windows: int
    done: int
    failed: int
    cancelled: int
    running: int
    waiting: int
    without: int
    left_seconds: float | None = None


class BackfillWindow(Model):
    """One window of a backfill."""

    window_start: datetime
    window_end: datetime
    state: str
    run_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: Reason | None = None


class Backfill(Model):
    """A monitor over a past span. `windows` and `warnings` are empty in lists."""

    id: str
    monitor: str
    status: str
    span_start: datetime
    span_end: datetime
    step: str
    window: str
    parallel: int
    strict: bool
    round: int
    requested_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    author: str = ""
    reason: Reason | None = None
    progress: BackfillProgress
    windows: tuple[BackfillWindow, ...] = ()
    warnings: tuple[str, ...] = ()
    replayed: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.status in ENDED


class BackfillPlan(Model):
    """What a backfill would do."""

    monitor: str
    windows: int
    first_window_end: datetime
    last_window_end: datetime
    step: str
    warnings: tuple[str, ...] = ()


class BackfillPage(Model):
    """One page of backfills, newest first."""

    items: tuple[Backfill, ...]
    next_cursor: str | None = None
