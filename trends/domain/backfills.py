"""A backfill: one question asked over a past span, window after window, as if it had been asked at the time."""

import math
import re
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain import windows
from trends.domain.models import Model, Tenant, Window
from trends.errors import InvalidRequestError, InvalidWindowError

DEFAULT_STEP = "1d"
RECENT = 20
"""Windows whose durations an estimate rests on: the newest, since windows grow with their history."""

SHORTEST_STEP = timedelta(minutes=15)

_STEP = re.compile(r"([1-9][0-9]{0,3})([mhdw])")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_WALL_CLOCK = frozenset("dw")


class BackfillStatus(StrEnum):
    """Where a backfill stands. The last three are final until what is not done is asked for again."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in {
            BackfillStatus.COMPLETED,
            BackfillStatus.FAILED,
            BackfillStatus.CANCELLED,
        }


class WindowState(StrEnum):
    """Where one window of a backfill stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BackfillWindow(Model):
    """One window of a backfill.

    Attributes:
        window_end: Where it ends: its name.
        window_start: Where it begins.
        state: Where it stands.
        round: The round in which it was asked for last, from 1; each retry is a further one.
        run_id: The run over it, once there is one.
        released: Whether its run knows the reports of the windows before.
        started_at: When its run was accepted.
        ended_at: When that had ended.
        slug: Why it failed: error slug.
        reason: The same as a sentence.
    """

    window_end: AwareDatetime
    window_start: AwareDatetime
    state: WindowState
    round: int
    run_id: str | None = None
    released: bool = False
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    slug: str = ""
    reason: str = ""


class Standing(Model):
    """How far a backfill is.

    Attributes:
        windows: Windows in all.
        done: Those that have their report.
        failed: Those that failed.
        cancelled: Those that were cancelled.
        running: Those under way.
        waiting: Those that have not begun.
        without: Done windows whose reports were made while one before them had failed: they do not know of it.
        left_seconds: What is left, at the pace of the newest windows; None before the first is done, and at the end.
    """

    windows: int
    done: int
    failed: int
    cancelled: int
    running: int
    waiting: int
    without: int
    left_seconds: float | None


class Backfill(Model):
    """A backfill as it stands, without its windows.

    Attributes:
        tenant: Whose it is.
        backfill_id: Its id, sortable by time.
        workflow_id: Id of the workflow of its round.
        monitor: Name of the monitor.
        monitor_id: Name of its question, as it was when this was asked for.
        status: Where it stands.
        span_start: Begin of the span.
        span_end: End of the span.
        step: How far apart windows end, such as `1d`.
        window_text: Length of each, such as `7d`.
        parallel: Windows under way at once.
        strict: Whether a window that fails stops those after it.
        round: Counts the retries, from 1.
        requested_at: When it was asked for.
        started_at: When its workflow first said a word.
        ended_at: When it ended.
        updated_at: Its last change.
        author: Who asked.
        slug: Why it failed: error slug.
        reason: The same as a sentence.
        standing: How far it is.
    """

    tenant: Tenant
    backfill_id: str
    workflow_id: str
    monitor: str
    monitor_id: str
    status: BackfillStatus
    span_start: AwareDatetime
    span_end: AwareDatetime
    step: str
    window_text: str
    parallel: int
    strict: bool
    round: int
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    updated_at: AwareDatetime
    author: str
    slug: str
    reason: str
    standing: Standing


def read_end(text: str, zone: str, name: str) -> datetime:
    """Read one end of a span: a day, which begins at midnight in the market's zone, or a time with its own zone.

    Raises:
        InvalidWindowError: It is neither.
    """
    written = text.strip()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        try:
            moment = datetime.fromisoformat(written)
        except ValueError as error:
            raise InvalidWindowError(
                f"The {name} '{written[:80]}' is neither a day nor a time.",
                next_step="Write 2026-01-08, or 2026-01-08T09:00+09:00.",
            ) from error
        if moment.utcoffset() is None:
            raise InvalidWindowError(
                f"The {name} '{written[:80]}' has no time zone.",
                why="It means another moment in every zone.",
                next_step="Write a day alone, or add a zone: 2026-01-08T09:00+09:00.",
            ) from None
        return moment
    return datetime.combine(day, time(), windows.zone_named(zone))


def make_windows(
    start: datetime, end: datetime, step: str, length: str, zone: str, *, now: datetime, most: int
) -> tuple[Window, ...]:
    """Cut a span into windows: the first ends one step after the start, the last at the end or before it.

    Steps of days and weeks are wall-clock days of the zone, so that each window ends at the same time of day.

    Args:
        start: Begin of the span.
        end: End of the span.
        step: How far apart windows end, such as `1d` or `6h`.
        length: Length of each window, such as `7d`.
        zone: IANA name of the market's time zone.
        now: Nothing ends after it.
        most: More windows than these are refused.

    Returns:
        At least one window, oldest first.

    Raises:
        InvalidWindowError: The span ends before it begins or in the future, is shorter than a step or longer than ten
            years.
        InvalidRequestError: The step cannot be, or makes too many windows.
    """
    span = windows.span(start, end, now)
    apart = read_step(step)
    ends = _ends(span, apart, zone, most + 1, wall_clock=step[-1] in _WALL_CLOCK)
    if not ends:
        raise InvalidWindowError(
            f"The span is shorter than one step of {step}.",
            why="The first window would end one step after its start.",
            next_step="Begin it earlier, or take a shorter step.",
        )
    if len(ends) > most:
        days = (span.end - span.start) / timedelta(days=1)
        raise InvalidRequestError(
            f"That would be {math.floor((span.end - span.start) / apart):,} windows; "
            f"a backfill has at most {most:,}.",
            why="Each window is a whole run with its own report.",
            next_step=f"Take a longer step ({math.ceil(days / most)}d fits), or a shorter span.",
        )
    return tuple(windows.parse_window(length, each) for each in ends)


def read_step(step: str) -> timedelta:
    """Read how far apart windows end.

    Raises:
        InvalidRequestError: It cannot be read, or is too short.
    """
    found = _STEP.fullmatch(step)
    apart = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if apart < SHORTEST_STEP:
        raise InvalidRequestError(
            f"The step '{step[:20]}' cannot be used.",
            why="It is a number with m, h, d or w, and windows end at least 15 minutes apart.",
            next_step="Write a step such as 6h, 1d or 1w.",
        )
    return apart


def _ends(
    span: Window, apart: timedelta, zone: str, most: int, *, wall_clock: bool
) -> list[datetime]:
    market = windows.zone_named(zone)
    first = span.start.astimezone(market).replace(tzinfo=None)
    found: list[datetime] = []
    for place in range(1, most + 1):
        end = span.start + place * apart
        if wall_clock:
            end = (first + place * apart).replace(tzinfo=market).astimezone(UTC)
        if end > span.end:
            break
        found.append(end)
    return found


def standing_of(of: Sequence[BackfillWindow], parallel: int) -> Standing:
    """Count windows by where they stand, and say what is left.

    So many windows are under way at once, each taking so long: by Little's law a window ends every so many seconds
    divided by as many, whatever part of its time it waits for the window before.

    Args:
        of: Windows, oldest first.
        parallel: Windows under way at once.
    """
    counts = dict.fromkeys(WindowState, 0)
    for each in of:
        counts[each.state] += 1
    took = [
        (each.ended_at - each.started_at).total_seconds()
        for each in of
        if each.state is WindowState.DONE and each.started_at and each.ended_at
    ][-RECENT:]
    left = counts[WindowState.WAITING] + counts[WindowState.RUNNING]
    pace = statistics.fmean(took) / parallel if took else None
    return Standing(
        windows=len(of),
        done=counts[WindowState.DONE],
        failed=counts[WindowState.FAILED],
        cancelled=counts[WindowState.CANCELLED],
        running=counts[WindowState.RUNNING],
        waiting=counts[WindowState.WAITING],
        without=len(made_without(of)),
        left_seconds=round(pace * left, 1) if pace is not None and left else None,
    )


def made_without(of: Sequence[BackfillWindow]) -> tuple[datetime, ...]:
    """Name the done windows that do not know of one before them: it failed, or was done only in a later round.

    Args:
        of: Windows, oldest first.
    """
    latest = 0
    missed: list[datetime] = []
    for each in of:
        if each.state is WindowState.DONE:
            if each.round < latest:
                missed.append(each.window_end)
            latest = max(latest, each.round)
        elif each.state in {WindowState.FAILED, WindowState.CANCELLED}:
            latest = max(latest, each.round + 1)
    return tuple(missed)
