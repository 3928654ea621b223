"""What goes in and out of the routes of backfills."""

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas import Out, Reason, TextOnly
from engine.backfill_layout import MOST_PARALLEL, BackfillRequest, Laid
from trends.domain.backfills import Backfill, BackfillStatus, BackfillWindow, Standing, WindowState

DAY_OR_TIME = "A day (`2026-01-01`, from midnight in the market's zone) or a time with its zone."


class BackfillBody(TextOnly):
    """A past span to run a monitor over, window after window."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"from": "2026-01-01", "to": "2026-03-01", "step": "1d"}]},
    )

    start: str = Field(alias="from", min_length=1, max_length=64, description=DAY_OR_TIME)
    end: str = Field(alias="to", min_length=1, max_length=64, description=DAY_OR_TIME)
    step: str | None = Field(
        default=None,
        max_length=20,
        description="How far apart windows end, such as `1d`; the monitor's cadence, else a day.",
    )
    parallel: int | None = Field(
        default=None,
        ge=1,
        le=MOST_PARALLEL,
        description="Windows under way at once; as the settings say (`backfill.parallel`).",
    )
    strict: bool = Field(
        default=False,
        description="Stop where a window fails; else the later ones are made without it.",
    )
    missing: bool = Field(default=False, description="Leave out windows that have a report.")
    dry_run: bool = Field(default=False, description="Only say what it would do.")

    def asked(self) -> BackfillRequest:
        """The request as the engine takes it."""
        return BackfillRequest(
            start=self.start,
            end=self.end,
            step=self.step or None,
            parallel=self.parallel,
            strict=self.strict,
            missing=self.missing,
        )


class RetryBody(TextOnly):
    """Which windows are done again besides those without a report."""

    model_config = ConfigDict(extra="forbid")

    following: bool = Field(
        default=False,
        description="Also those after the first of them: their reports were made without it.",
    )


class Progress(Out):
    """How far a backfill is; counts of windows."""

    windows: int = Field(description="In all.")
    done: int
    failed: int
    cancelled: int
    running: int
    waiting: int
    without: int = Field(
        description="Done, and made while one before them had failed: they do not know of it."
    )
    left_seconds: float | None = Field(
        description="What is left at the pace of the newest windows; null where that is not known."
    )


class BackfillWindowOut(Out):
    """One window of a backfill."""

    window_start: AwareDatetime
    window_end: AwareDatetime
    state: WindowState
    run: str | None = Field(description="Path of its run.")
    run_id: str | None
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    reason: Reason | None


class BackfillItem(Out):
    """One backfill, in a list."""

    id: str
    monitor: str
    status: BackfillStatus
    span_start: AwareDatetime
    span_end: AwareDatetime
    step: str
    window: str = Field(description="Length of its windows.")
    parallel: int
    strict: bool
    round: int = Field(description="Counts the retries, from 1.")
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    author: str
    reason: Reason | None
    progress: Progress
    workflow_id: str = Field(description="Its workflow in the Temporal UI.")


class BackfillOut(BackfillItem):
    """One backfill with its windows."""

    windows: list[BackfillWindowOut] = Field(description="Oldest first.")
    warnings: list[str] = Field(description="What is odd about it; empty but where it is started.")


class BackfillPlanOut(Out):
    """What a backfill would do; nothing was started."""

    dry_run: Literal[True]
    monitor: str
    windows: int
    first_window_end: AwareDatetime
    last_window_end: AwareDatetime
    step: str
    warnings: list[str]


class BackfillPageOut(Out):
    """One page of backfills, newest first."""

    items: list[BackfillItem]
    next_cursor: str | None


def item_out(backfill: Backfill) -> BackfillItem:
    """Show a backfill in a list."""
    return BackfillItem(
        id=backfill.backfill_id,
        monitor=backfill.monitor,
        status=backfill.status,
        span_start=backfill.span_start,
        span_end=backfill.span_end,
        step=backfill.step,
        window=backfill.window_text,
        parallel=backfill.parallel,
        strict=backfill.strict,
        round=backfill.round,
        requested_at=backfill.requested_at,
        started_at=backfill.started_at,
        ended_at=backfill.ended_at,
        author=backfill.author,
        reason=_reason(backfill.slug, backfill.reason),
        progress=_progress(backfill.standing),
        workflow_id=backfill.workflow_id,
    )


def backfill_out(
    backfill: Backfill, windows: Sequence[BackfillWindow], warnings: Sequence[str] = ()
) -> BackfillOut:
    """Show a backfill with its windows."""
    return BackfillOut(
        **dict(item_out(backfill)),
        windows=[_window(each) for each in windows],
        warnings=list(warnings),
    )


def plan_out(monitor: str, laid: Laid) -> BackfillPlanOut:
    """Show what a backfill would do."""
    return BackfillPlanOut(
        dry_run=True,
        monitor=monitor,
        windows=len(laid.windows),
        first_window_end=laid.windows[0].end,
        last_window_end=laid.windows[-1].end,
        step=laid.step,
        warnings=list(laid.warnings),
    )


def _window(window: BackfillWindow) -> BackfillWindowOut:
    return BackfillWindowOut(
        window_start=window.window_start,
        window_end=window.window_end,
        state=window.state,
        run=f"/v1/runs/{window.run_id}" if window.run_id else None,
        run_id=window.run_id,
        started_at=window.started_at,
        ended_at=window.ended_at,
        reason=_reason(window.slug, window.reason),
    )


def _progress(standing: Standing) -> Progress:
    return Progress.model_validate(standing.model_dump())


def _reason(slug: str, message: str) -> Reason | None:
    return Reason(slug=slug, message=message) if slug or message else None
