"""The schedules of monitors: one Temporal Schedule for each that runs by itself, kept in line with the rows.

Rows are the truth. The API process looks at its start and every minute: a schedule that was lost is made again, one
without a monitor is deleted, one that somebody changed at the server is set back, and a time that passed without a run
is found and told, once.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError

from activities import contracts
from activities.contracts import ScheduledInput
from engine.launch import RPC_TIMEOUT, answering
from engine.missed import Judge
from engine.requests import PRIORITIES
from engine.schedule_names import PREFIX, action_id, schedule_id
from engine.senders import Senders
from trends.domain.fires import Fire
from trends.domain.models import Model
from trends.domain.monitors import Monitor, MonitorState, pace_in
from trends.domain.pace import Calendar, Overlap, Pace, calendars, gaps, next_fires
from trends.errors import ConflictError, InvalidRequestError, MonitorNotFoundError, TrendsError
from trends.markets import load_market
from trends.settings import SettingsInForce
from trends.storage.fires import FireStore
from trends.storage.monitors import MonitorStore
from trends.telemetry import get_logger
from workflows import attributes

INTERVAL = timedelta(minutes=1)
FIRES_SHOWN = 10

_OVERLAPS = {
    Overlap.SKIP: ScheduleOverlapPolicy.SKIP,
    Overlap.BUFFER_ONE: ScheduleOverlapPolicy.BUFFER_ONE,
    Overlap.BUFFER_ALL: ScheduleOverlapPolicy.BUFFER_ALL,
    Overlap.CANCEL_OTHER: ScheduleOverlapPolicy.CANCEL_OTHER,
    Overlap.TERMINATE_OTHER: ScheduleOverlapPolicy.TERMINATE_OTHER,
    Overlap.ALLOW_ALL: ScheduleOverlapPolicy.ALLOW_ALL,
}

_log = get_logger(__name__)


class ScheduleView(Model):
    """A monitor's schedule, as people see it.

    Attributes:
        monitor: The monitor.
        pace: When it runs.
        next_fires: The next times, by the rows: of a paused one those that it would have.
        gaps: Times of day within a year that the clock skips: then it runs as soon as the clock has leaped.
        fires: What became of the latest times, the newest first.
    """

    monitor: Monitor
    pace: Pace
    next_fires: tuple[datetime, ...]
    gaps: tuple[str, ...] = ()
    fires: tuple[Fire, ...] = ()


@dataclass(frozen=True)
class _Wanted:
    monitor: Monitor
    pace: Pace
    schedule: Schedule

    @property
    def note(self) -> str:
        return self.schedule.state.note or ""

    @property
    def paused(self) -> bool:
        return self.schedule.state.paused


class Schedules:
    """Keeps schedules in line with monitors, and answers for them.

    Args:
        client: Temporal client; may be lazy.
        monitors: What is to run.
        fires: What became of each time.
        judge: Finds the times that passed without a run.
        senders: Sends what waits in the outbox.
        settings: The lead before due times.
        clock: Now, in UTC.
    """

    def __init__(
        self,
        client: Client,
        monitors: MonitorStore,
        fires: FireStore,
        judge: Judge,
        senders: Senders,
        settings: SettingsInForce,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._monitors = monitors
        self._fires = fires
        self._judge = judge
        self._senders = senders
        self._settings = settings
        self._clock = clock
        self._wake = asyncio.Event()

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Keep schedules and senders in line until told to stop; a look that fails is logged and made again."""
        while not stop.is_set():
            self._wake.clear()
            for look in (self.look, self._senders.look):
                try:
                    await look()
                except TrendsError as error:
                    _log.warning("schedules.failed", slug=error.slug, reason=str(error))
            await self._rest(stop)

    def changed(self) -> None:
        """Say that a monitor changed: look now, and not within a minute."""
        self._wake.set()

    async def look(self) -> int:
        """Bring every schedule in line, and judge the times that passed; answers how many schedules were changed.

        Raises:
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        wanted = {
            schedule_id(monitor.tenant, monitor.name): each
            for monitor in await self._monitors.scheduled()
            if (each := self._wanted(monitor)) is not None
        }
        known = await self._listed()
        changed = 0
        for name, each in wanted.items():
            # The list lags behind: what it does not show is asked for.
            if known.get(name) != (each.note, each.paused):
                changed += await self._put(name, each)
        for name in sorted(known.keys() - wanted.keys()):
            changed += await self._delete(name)
        self._judge.begin()
        for each in wanted.values():
            await self._judge.look(each.monitor, each.pace)
        return changed

    async def list(self, tenant: str) -> tuple[ScheduleView, ...]:
        """Show the schedules of a tenant, by monitor.

        Raises:
            StorageError: The database failed.
        """
        views: list[ScheduleView] = []
        for monitor in await self._monitors.every(tenant):
            pace = self._pace(monitor)
            if pace is not None:
                views.append(await self._view(monitor, pace, fires=1))
        return tuple(views)

    async def get(self, tenant: str, name: str, fires: int = FIRES_SHOWN) -> ScheduleView:
        """Show the schedule of a monitor.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            ConflictError: It runs by hand alone.
            StorageError: The database failed.
        """
        monitor = await self._monitors.get(tenant, name)
        return await self._view(monitor, self._paced(monitor), fires)

    async def trigger(self, tenant: str, name: str) -> ScheduleView:
        """Run a monitor now as its schedule does; a paused one, too. The overlap rule holds.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            ConflictError: It runs by hand alone.
            EngineUnreachableError: The server does not answer.
        """
        monitor = await self._monitors.get(tenant, name)
        pace = self._paced(monitor)
        wanted = self._wanted(monitor)
        if wanted is not None:
            await self._put(schedule_id(tenant, name), wanted)
        with answering():
            await self._handle(schedule_id(tenant, name)).trigger(rpc_timeout=RPC_TIMEOUT)
        return await self._view(monitor, pace, FIRES_SHOWN)

    async def sync(self, monitor: Monitor) -> None:
        """Bring the schedule of one monitor in line at once.

        Raises:
            EngineUnreachableError: The server does not answer; the next look does it.
        """
        wanted = self._wanted(monitor)
        name = schedule_id(monitor.tenant, monitor.name)
        if wanted is None:
            await self._delete(name)
        else:
            await self._put(name, wanted)

    def _pace(self, monitor: Monitor) -> Pace | None:
        """Read a monitor's pace; one that cannot be kept any more is logged, and holds no other up."""
        if monitor.state is MonitorState.REMOVED:
            return None
        try:
            zone = load_market(monitor.spec.market).time_zone
            return pace_in(monitor.spec, zone, self._settings.current.schedules.lead)
        except InvalidRequestError as error:
            _log.warning("schedules.unreadable", monitor=monitor.name, reason=str(error))
            return None

    def _paced(self, monitor: Monitor) -> Pace:
        if monitor.state is MonitorState.REMOVED:
            raise MonitorNotFoundError(
                f"The monitor '{monitor.name}' was removed.",
                next_step="Add it again to let it run; list them: trends monitors list",
            )
        pace = self._pace(monitor)
        if pace is None:
            raise ConflictError(
                f"The monitor '{monitor.name}' has no schedule.",
                why="It runs by hand alone.",
                next_step=f"Give it a pace: trends monitors edit {monitor.name} --cadence 1d",
            )
        return pace

    async def _view(self, monitor: Monitor, pace: Pace, fires: int) -> ScheduleView:
        now = self._clock()
        return ScheduleView(
            monitor=monitor,
            pace=pace,
            next_fires=next_fires(pace, now),
            gaps=gaps(pace, now),
            fires=await self._fires.latest(monitor.tenant, monitor.name, fires),
        )

    def _wanted(self, monitor: Monitor) -> _Wanted | None:
        pace = self._pace(monitor)
        if pace is None:
            return None
        return _Wanted(monitor, pace, _schedule(monitor, pace, self._clock()))

    async def _listed(self) -> dict[str, tuple[str, bool]]:
        found: dict[str, tuple[str, bool]] = {}
        with answering():
            async for each in await self._client.list_schedules(rpc_timeout=RPC_TIMEOUT):
                if each.id.startswith(PREFIX):
                    state = each.schedule.state if each.schedule else None
                    found[each.id] = (state.note or "", state.paused) if state else ("", False)
        return found

    async def _put(self, name: str, wanted: _Wanted) -> bool:
        """Make a schedule what it is to be; False where it is so."""
        handle = self._handle(name)
        try:
            with answering():
                described = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            with answering():
                try:
                    await self._client.create_schedule(
                        name, wanted.schedule, rpc_timeout=RPC_TIMEOUT
                    )
                except ScheduleAlreadyRunningError:
                    return False  # another API process was faster
            _log.info("schedules.made", schedule=name)
            return True
        state = described.schedule.state
        if (state.note or "", state.paused) == (wanted.note, wanted.paused):
            return False

        def update(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=wanted.schedule)

        with answering():
            await handle.update(update, rpc_timeout=RPC_TIMEOUT)
        _log.info("schedules.changed", schedule=name)
        return True

    async def _delete(self, name: str) -> bool:
        try:
            with answering():
                await self._handle(name).delete(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            return False  # the list lags behind
        _log.info("schedules.deleted", schedule=name)
        return True

    def _handle(self, name: str) -> ScheduleHandle:
        return self._client.get_schedule_handle(name)

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._wake)]
        try:
            await asyncio.wait(
                waits, timeout=INTERVAL.total_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*waits, return_exceptions=True)


def _schedule(monitor: Monitor, pace: Pace, now: datetime) -> Schedule:
    tenant, name = monitor.tenant, monitor.name
    action = ScheduleActionStartWorkflow(
        contracts.SCHEDULED_WORKFLOW,
        ScheduledInput(tenant=tenant, monitor=name),
        id=action_id(tenant, name),
        task_queue=contracts.WORKFLOW_QUEUE,
        static_summary=f"schedule · {name}",
        typed_search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(attributes.PIPELINE, "schedule"),
                SearchAttributePair(attributes.STATUS, "Running"),
                SearchAttributePair(attributes.TENANT, tenant),
                SearchAttributePair(attributes.MONITOR, monitor.monitor_id),
            ]
        ),
        priority=Priority(priority_key=PRIORITIES["scheduled"], fairness_key=tenant),
    )
    times = calendars(pace, now)
    made = f"{pace.model_dump_json()} {monitor.monitor_id} {times}"
    revision = hashlib.sha256(made.encode()).hexdigest()[:12]
    return Schedule(
        action=action,
        spec=spec_of(pace, times),
        policy=SchedulePolicy(overlap=_OVERLAPS[pace.overlap], catchup_window=pace.catchup),
        state=ScheduleState(
            note=f"Kept in line with the monitor {name} ({revision}): change the monitor, not this.",
            paused=monitor.state is MonitorState.PAUSED,
        ),
    )


def spec_of(pace: Pace, times: Sequence[Calendar]) -> ScheduleSpec:
    """Write a pace as the server reads it: an interval, or moments in UTC for months ahead."""
    jitter = pace.jitter or None
    if pace.every is not None:
        return ScheduleSpec(intervals=[ScheduleIntervalSpec(every=pace.every)], jitter=jitter)
    return ScheduleSpec(
        calendars=[
            ScheduleCalendarSpec(
                year=_ranges((each.year,)),
                month=_ranges((each.month,)),
                day_of_month=_ranges(each.days),
                hour=_ranges(each.hours),
                minute=_ranges(each.minutes),
                comment=f"{pace.cron} in {pace.zone}",
            )
            for each in times
        ],
        jitter=jitter,
    )


def _ranges(values: Sequence[int]) -> list[ScheduleRange]:
    """Write numbers as runs of such that follow on each other."""
    runs: list[ScheduleRange] = []
    for value in values:
        if runs and runs[-1].end == value - 1:
            runs[-1] = ScheduleRange(runs[-1].start, value)
        else:
            runs.append(ScheduleRange(value, value))
    return runs
