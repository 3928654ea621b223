"""What tests of backfills share: a monitor, its windows one after another as they would have been, and the waiting."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.backfill_layout import BackfillRequest
from engine.requests import StartRun, WindowSpan
from tests.workflows.stand import Stand, stand
from trends.domain.backfills import Backfill, BackfillWindow
from trends.domain.monitors import MonitorDraft

MONITOR = "desserts"
FIRST = datetime(2026, 2, 24, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOWS = 4
ENDS = tuple(FIRST + place * DAY for place in range(1, WINDOWS + 1))
LATER = ENDS[-1] + DAY
"""End of a window behind the span."""

REQUEST = BackfillRequest(start=FIRST.isoformat(), end=ENDS[-1].isoformat())

QUICK_SECONDS = 60.0
"""Patience with the smallest stages."""

SLOW_SECONDS = 480.0
"""Patience with real stages, on a loaded machine that loses its workers."""

Reports = dict[datetime, dict[str, bytes]]


async def save_monitor(built: Stand) -> None:
    """Save the monitor that every test asks."""
    draft = MonitorDraft(
        name=MONITOR, title="무엇이든", sources=("sample",), window="7d", cadence="1d"
    )
    await built.doors.monitors.add("local", draft, "kim")


async def begin(built: Stand, **changes: object) -> Backfill:
    """Ask for the backfill that every test asks for."""
    request = REQUEST.model_copy(update=changes)
    return (await built.doors.backfills.start("local", MONITOR, request)).backfill


async def until(
    built: Stand,
    backfill: Backfill,
    true: Callable[[Backfill], bool],
    seconds: float = QUICK_SECONDS,
) -> Backfill:
    """Await a state of a backfill."""
    # Other processes write the table, and tell nobody.
    async with asyncio.timeout(seconds):
        while not true(now := await built.doors.backfills.store.get("local", backfill.backfill_id)):
            await asyncio.sleep(0.05)
    return now


async def over(built: Stand, backfill: Backfill, seconds: float = QUICK_SECONDS) -> Backfill:
    """Await the end of a backfill."""
    return await until(built, backfill, lambda now: now.status.ended, seconds)


async def windows(built: Stand, backfill: Backfill) -> tuple[BackfillWindow, ...]:
    """Read its windows."""
    return await built.doors.backfills.store.windows("local", backfill.backfill_id)


async def reports(built: Stand, backfill: Backfill) -> Reports:
    """The reports of a backfill by the end of their window."""
    found: Reports = {}
    for window in await windows(built, backfill):
        assert window.run_id is not None
        row = await built.doors.store.get("local", window.run_id)
        found[window.window_end] = await built.report(row)
    return found


def live(end: datetime) -> StartRun:
    """What a run of the monitor asks when a window ends."""
    return StartRun(monitor=MONITOR, window=WindowSpan(start=end - 7 * DAY, end=end))


async def one_after_another(address: str, state: Path) -> Reports:
    """The reports of the windows and of the one behind them, each run when it ended, under another hash seed."""
    now = [FIRST]
    found: Reports = {}
    async with stand(address, state, lambda: now[0], PYTHONHASHSEED="4242") as calm:
        await save_monitor(calm)
        await calm.worker()
        for end in (*ENDS, LATER):
            now[0] = end
            row = (await calm.doors.runs.start("local", live(end), None)).run
            found[end] = await calm.report(await calm.finished(row))
    return found
