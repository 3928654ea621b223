"""Times at which a monitor was to run and did not: found by what there is, told once, never taken for granted.

The server catches up with what it missed within the monitor's catch-up time, so a time is given up only when that has
passed, or when a later one has run. And it is given up only when neither the run record nor the server knows of a run:
fires that the database lost are written down again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from engine.launch import RPC_TIMEOUT, answering
from engine.schedule_names import workflow_id_at
from trends.domain.fires import Fire, FireState, fire_key
from trends.domain.monitors import Monitor, MonitorRevision, MonitorSpec, MonitorState
from trends.domain.pace import Overlap, Pace, fires_between
from trends.errors import RunNotFoundError
from trends.limits.freeze import Freeze
from trends.markets import load_market
from trends.notify.alerts import schedule_missed
from trends.notify.base import Notice
from trends.notify.deliver import ChannelMaker, OutboxLedger, leave_to_senders
from trends.notify.spending_alerts import FreezeFacts, schedule_frozen
from trends.settings import SettingsInForce
from trends.storage.fires import FireStore
from trends.storage.monitors import MonitorStore
from trends.storage.runs import RunStore

LOOK_BACK = timedelta(days=14)
# A run that is on its way is no missed one.
GRACE = timedelta(minutes=2)
MOST_AT_ONCE = 100
# What is settled stays so, unless the database loses it: that is looked for about once an hour.
LOOKS_UNTIL_ALL = 60

_PACE = ("cadence", "cron", "time_zone", "due", "overlap", "catchup", "market")
_OVERLAP = "The run before it was still going on."
_GONE = "It could not begin in time, and its catch-up time has passed: the server or every worker was down."


class Missed:
    """Tells people that a monitor did not run.

    Args:
        outbox: Where it is written down.
        channels: The monitor's channels.
        settings: Channels of a monitor that names none.
        clock: Dates messages.
    """

    def __init__(
        self,
        outbox: OutboxLedger,
        channels: ChannelMaker,
        settings: SettingsInForce,
        clock: Callable[[], datetime],
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._settings = settings
        self._clock = clock

    async def tell(self, monitor: Monitor, times: Sequence[datetime], reason: str) -> None:
        """Tell it on the monitor's channels, once for each first time.

        Raises:
            StorageError: The outbox failed.
        """
        spec = monitor.spec
        notice = schedule_missed(
            monitor.tenant,
            monitor.name,
            times=times,
            zone=spec.time_zone or load_market(spec.market).time_zone,
            reason=reason,
            language=spec.report_language,
            at=self._clock(),
        )
        await self._leave(monitor, notice)

    async def tell_frozen(self, monitor: Monitor, time: datetime, freeze: Freeze) -> None:
        """Tell that a monitor stands still, once for each freeze, on its channels.

        Raises:
            StorageError: The outbox failed.
        """
        spec = monitor.spec
        notice = schedule_frozen(
            monitor.tenant,
            monitor.name,
            FreezeFacts(number=freeze.number, author=freeze.author, reason=freeze.reason),
            time=time,
            zone=spec.time_zone or load_market(spec.market).time_zone,
            language=spec.report_language,
            at=self._clock(),
        )
        await self._leave(monitor, notice)

    async def _leave(self, monitor: Monitor, notice: Notice) -> None:
        names = monitor.spec.channels or self._settings.current.notify.run_channels
        await leave_to_senders(self._outbox, self._channels, names, notice)


class Judge:
    """Finds times that passed without a run.

    Args:
        client: Temporal client; knows what was started.
        monitors: Since when a monitor has had its pace.
        fires: What became of each time.
        runs: Run rows; know what was accepted.
        missed: Tells people.
        clock: Now, in UTC.
    """

    def __init__(
        self,
        client: Client,
        monitors: MonitorStore,
        fires: FireStore,
        runs: RunStore,
        missed: Missed,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._monitors = monitors
        self._fires = fires
        self._runs = runs
        self._missed = missed
        self._clock = clock
        self._since: dict[tuple[str, str, int], datetime] = {}
        self._settled: dict[tuple[str, str, int], datetime] = {}
        self._looks = 0

    def begin(self) -> None:
        """Begin a look at all monitors; now and then, one at everything that has been settled, too."""
        if self._looks % LOOKS_UNTIL_ALL == 0:
            self._settled.clear()
        self._looks += 1

    async def look(self, monitor: Monitor, pace: Pace) -> int:
        """Judge the times of one monitor that nothing is known of; answers how many began no run.

        Raises:
            EngineUnreachableError: The server does not answer, and so nothing can be said.
            StorageError: The database failed.
        """
        now = self._clock()
        key = (monitor.tenant, monitor.name, monitor.revision)
        paced = await self._paced_since(monitor)
        since = max(paced, now - LOOK_BACK, self._settled.get(key, paced))
        times = fires_between(pace, since, now - GRACE - pace.jitter, MOST_AT_ONCE)
        if not times:
            return 0
        known = await self._fires.since(monitor.tenant, monitor.name, since)
        settled = {fire.scheduled_at for fire in known}
        unknown = [moment for moment in times if moment not in settled]
        if not unknown:
            self._settled[key] = times[-1]
            return 0
        if monitor.state is MonitorState.PAUSED:
            await self._pass(monitor, unknown, FireState.PAUSED, "The monitor was paused.")
            return len(unknown)
        gone = [
            moment
            for moment in unknown
            if not await self._restored(monitor, moment)
            and _given_up(moment, known, pace, now)
            and not await self._started(monitor, moment)
        ]
        if not gone:
            return 0
        skipped = await self._overlapped(monitor, pace, gone[0], known)
        reason = _OVERLAP if skipped else _GONE
        # Told first: a crash between the two finds the same first time again, and says nothing twice.
        await self._missed.tell(monitor, gone, reason)
        state = FireState.SKIPPED if skipped else FireState.MISSED
        await self._pass(monitor, gone, state, reason)
        return len(gone)

    async def _pass(
        self, monitor: Monitor, times: Sequence[datetime], state: FireState, note: str
    ) -> None:
        await self._fires.passed(monitor.tenant, monitor.name, times, state, note)

    async def _restored(self, monitor: Monitor, moment: datetime) -> bool:
        """Write a fire down again whose run there is."""
        run = await self._runs.by_key(monitor.tenant, fire_key(monitor.name, moment))
        if run is None:
            return False
        await self._fires.fired(monitor.tenant, monitor.name, moment, run.run_id)
        return True

    async def _started(self, monitor: Monitor, moment: datetime) -> bool:
        """Whether the server began with a time: then its workflow writes it down, sooner or later."""
        name = workflow_id_at(monitor.tenant, monitor.name, moment)
        try:
            with answering():
                await self._client.get_workflow_handle(name).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            return False
        return True

    async def _overlapped(
        self, monitor: Monitor, pace: Pace, moment: datetime, known: Sequence[Fire]
    ) -> bool:
        """Whether the run before was still going on at a time, under a rule that then skips it."""
        if pace.overlap not in {Overlap.SKIP, Overlap.BUFFER_ONE}:
            return False
        before = [fire for fire in known if fire.run_id and fire.scheduled_at < moment]
        if not before:
            return False
        try:
            run = await self._runs.get(monitor.tenant, before[-1].run_id or "")
        except RunNotFoundError:
            return False
        return run.ended_at is None or run.ended_at > moment

    async def _paced_since(self, monitor: Monitor) -> datetime:
        """Since when a monitor has run as it does: the last change of its pace or its state."""
        key = (monitor.tenant, monitor.name, monitor.revision)
        if key not in self._since:
            revisions = await self._monitors.revisions(monitor.tenant, monitor.name)
            self._since[key] = _paced_since(revisions)
        return self._since[key]


def _paced_since(revisions: Sequence[MonitorRevision]) -> datetime:
    latest, since = revisions[0], revisions[0].at
    for earlier in revisions[1:]:
        if latest.verb != "edited" or _pace_of(latest.spec) != _pace_of(earlier.spec):
            break
        latest, since = earlier, earlier.at
    return since


def _pace_of(spec: MonitorSpec) -> tuple[object, ...]:
    return tuple(getattr(spec, field) for field in _PACE)


def _given_up(moment: datetime, known: Sequence[Fire], pace: Pace, now: datetime) -> bool:
    """Whether a time can have no run any more."""
    later = any(
        fire.state is FireState.FIRED and fire.scheduled_at > moment and fire.at < now - GRACE
        for fire in known
        if not fire.note
    )
    return later or now > moment + pace.catchup + pace.jitter + GRACE
