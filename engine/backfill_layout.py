"""What a backfill is to do, before anything is promised: its windows, what is odd about them, and what is pinned."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from pydantic import Field

from activities.contracts import BackfillPlan, MarketClock
from engine.monitor_runs import said_by
from engine.requests import PRIORITIES
from trends.channel_settings import LOG
from trends.domain.backfills import DEFAULT_STEP, make_windows, read_end
from trends.domain.holidays import holidays_about
from trends.domain.models import Model, Question, Window
from trends.domain.monitors import Monitor, MonitorState
from trends.errors import InvalidRequestError, MonitorNotFoundError
from trends.markets import load_market
from trends.settings import SettingsInForce
from trends.storage.artifacts import ArtifactStore
from trends.storage.backfills import BackfillStore
from trends.storage.monitors import MonitorStore

# Only reading overlaps, and each window under way takes its part of the 50 KB that a history may grow to.
MOST_PARALLEL = 5

FirstStored = Callable[[str, Question, Window], Awaitable[datetime | None]]
"""Says of a question's sources since when they have anything in a span; None where they have nothing.

Sources that are read anew each time have all that they ever had: the begin of the span."""


class BackfillRequest(Model):
    """What a caller asks for.

    Attributes:
        start: Begin of the span: a day, or a time with its zone.
        end: End of the span, likewise.
        step: How far apart windows end, such as `1d`; the monitor's cadence where left out, else a day.
        parallel: Windows under way at once; as the settings say where left out.
        strict: Stop where a window fails.
        missing: Leave out windows that have a report.
    """

    start: str = Field(min_length=1, max_length=64)
    end: str = Field(min_length=1, max_length=64)
    step: str | None = Field(default=None, max_length=20)
    parallel: int | None = Field(default=None, ge=1, le=MOST_PARALLEL)
    strict: bool = False
    missing: bool = False


class Laid(Model):
    """What a backfill would do.

    Attributes:
        span: The span.
        windows: Its windows, oldest first.
        step: How far apart they end.
        warnings: What is odd about it, a sentence each.
    """

    span: Window
    windows: tuple[Window, ...]
    step: str
    warnings: tuple[str, ...] = ()


class Layout:
    """Lays out backfills.

    Args:
        store: For the reports that are there.
        monitors: Saved questions.
        artifacts: Where settings snapshots go.
        settings: Bounds, and what is pinned.
        check_source: Refuses a tenant's source spec that could not be read.
        first_stored: Says since when sources have anything.
    """

    def __init__(
        self,
        store: BackfillStore,
        monitors: MonitorStore,
        artifacts: ArtifactStore,
        settings: SettingsInForce,
        *,
        check_source: Callable[[str, str], Awaitable[None]],
        first_stored: FirstStored,
    ) -> None:
        self._store = store
        self._monitors = monitors
        self._artifacts = artifacts
        self._settings = settings
        self._check_source = check_source
        self._first_stored = first_stored

    async def monitor(self, tenant: str, name: str) -> Monitor:
        """Find the monitor that is to look back.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
        """
        monitor = await self._monitors.get(tenant, name)
        if monitor.state is MonitorState.REMOVED:
            raise MonitorNotFoundError(
                f"The monitor '{monitor.name}' was removed.",
                next_step="Add it again to look back with it; its earlier reports are still there.",
            )
        return monitor

    async def lay(self, monitor: Monitor, request: BackfillRequest, now: datetime) -> Laid:
        """Cut the span into windows, and say what is odd about it.

        Raises:
            InvalidRequestError: The span cannot be, makes too many windows, or nothing is stored of it.
        """
        zone = load_market(monitor.spec.market).time_zone
        start, end = read_end(request.start, zone, "start"), read_end(request.end, zone, "end")
        step = request.step or monitor.spec.cadence or DEFAULT_STEP
        windows = make_windows(
            start,
            end,
            step,
            monitor.spec.window,
            zone,
            now=now,
            most=self._settings.current.backfill.max_windows,
        )
        for source in monitor.question.sources:
            await self._check_source(monitor.tenant, source)
        reported = set(
            await self._store.reported(
                monitor.tenant, monitor.monitor_id, (windows[0].end, windows[-1].end)
            )
        )
        if request.missing:
            windows = tuple(each for each in windows if each.end not in reported)
            if not windows:
                raise InvalidRequestError(
                    "Every window of the span has its report already.",
                    next_step="Leave out 'missing' to make them anew, or choose another span.",
                )
        span = Window(start=start, end=end)
        warnings = (
            *await self._said_of_sources(monitor, windows),
            *await self._said_of_reports(monitor, windows, reported, now),
        )
        return Laid(span=span, windows=windows, step=step, warnings=warnings)

    async def _said_of_sources(
        self, monitor: Monitor, windows: tuple[Window, ...]
    ) -> tuple[str, ...]:
        whole = Window(start=windows[0].start, end=windows[-1].end)
        first = await self._first_stored(monitor.tenant, monitor.question, whole)
        if first is None:
            raise InvalidRequestError(
                f"Nothing is stored of {days_of(whole)} for the monitor '{monitor.name}'.",
                why="Its sources are lists of the newest items: what was not polled at the time cannot be had now.",
                next_step="Choose a span that was polled (trends items stats), or add a source with an archive (file:).",
            )
        empty = sum(each.end <= first for each in windows)
        if not empty:
            return ()
        told = f"{empty} of {len(windows)} windows end before the first stored item"
        return (f"{told} ({first:%Y-%m-%d}): their reports will have nothing to say.",)

    async def _said_of_reports(
        self,
        monitor: Monitor,
        windows: tuple[Window, ...],
        reported: set[datetime],
        now: datetime,
    ) -> tuple[str, ...]:
        warnings: list[str] = []
        again = sum(each.end in reported for each in windows)
        if again:
            warnings.append(
                f"{again} windows have a report already: it is made anew, and what was remembered of them is replaced."
            )
        last = windows[-1].end
        later = await self._store.reported(monitor.tenant, monitor.monitor_id, (last, now))
        after = sum(each > last for each in later)
        if after:
            warnings.append(
                f"{after} windows after the span have reports: those stay as they are, made without what is found now."
            )
        return tuple(warnings)

    async def plan(self, monitor: Monitor, span: Window, now: datetime) -> BackfillPlan:
        """Pin everything that the runs of a backfill are made of.

        Raises:
            StorageError: The artifact store failed.
        """
        settings = self._settings.current
        market = load_market(monitor.spec.market)
        # The first window, with the time that it is compared with, begins before the span.
        longest = timedelta(days=max(settings.analysis.history_days, 1))
        about = Window(start=span.start - longest, end=span.end)
        snapshot = await self._artifacts.put(settings.snapshot(), "application/json")
        said = said_by(monitor)
        return BackfillPlan(
            question=monitor.question,
            monitor_id=monitor.monitor_id,
            monitor=said["monitor"],
            monitor_title=said["monitor_title"],
            requested_at=now,
            history_days=settings.analysis.history_days,
            market=MarketClock(
                name=market.name,
                time_zone=market.time_zone,
                holidays=holidays_about(market.holidays, about, market.time_zone),
            ),
            report_language=monitor.spec.report_language,
            settings=snapshot,
            settings_revision=settings.revision,
            # Reports of long ago are news to nobody: people hear of none of them.
            channels=(LOG,),
            priority=PRIORITIES["backfill"],
            watchlist=said["watchlist"],
            categories=said["categories"],
        )


def fingerprint_of(name: str, request: BackfillRequest) -> str:
    """Digest of a request, by which a repeated Idempotency-Key is checked."""
    return hashlib.sha256(f"{name}\n{request.model_dump_json()}".encode()).hexdigest()


def days_of(span: Window) -> str:
    """Write a span for people."""
    return f"{span.start:%Y-%m-%d} to {span.end:%Y-%m-%d}"
