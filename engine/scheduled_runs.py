"""What happens when a monitor is to run by itself: the run is accepted as if a person had asked, or it is said why not."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from activities.acceptance import Acceptance, Acceptor, start_of
from activities.contracts import (
    CollectResult,
    DueResult,
    FireResult,
    Given,
    NewsRunInput,
    RunAlert,
    RunBrief,
    RunStart,
)
from engine.monitor_runs import as_asked, request_of, said_by
from engine.requests import StartRun, make_brief, make_whole
from trends.domain.fires import FireState, fire_key
from trends.domain.models import Edition, RunStatus, SourceOutcome
from trends.domain.monitors import Monitor, MonitorState, pace_in
from trends.domain.pace import due_of, next_fires
from trends.errors import InvalidRequestError, MonitorNotFoundError
from trends.limits.freeze import Freeze, Freezer
from trends.markets import load_market
from trends.settings import SettingsInForce
from trends.storage.artifacts import ArtifactStore
from trends.storage.fires import FireStore
from trends.storage.monitors import MonitorStore
from trends.storage.runs import RunRow, RunStore, StageRow

PRIORITY = "scheduled"
LATE = "late"

TellMissed = Callable[[Monitor, tuple[datetime, ...], str], Awaitable[None]]
"""Tells people that a monitor did not run at some times, and why."""

TellFrozen = Callable[[Monitor, datetime, Freeze], Awaitable[None]]
"""Tells people that a monitor does not run by itself while paid calls are stopped."""

_INSTANT = timedelta(microseconds=1)


class ScheduledRuns:
    """Begins the runs of schedules.

    Args:
        monitors: What is to run.
        store: Run rows.
        artifacts: Where briefs and snapshots go.
        acceptor: Accepts runs.
        fires: What became of each time.
        settings: Pinned into each run.
        missed: Tells people of a time that cannot have a run.
        freezer: Knows whether paid calls, and schedules with them, are stopped.
        frozen: Tells people of that.
    """

    def __init__(
        self,
        monitors: MonitorStore,
        store: RunStore,
        artifacts: ArtifactStore,
        acceptor: Acceptor,
        fires: FireStore,
        settings: SettingsInForce,
        missed: TellMissed,
        freezer: Freezer,
        frozen: TellFrozen,
    ) -> None:
        self._monitors = monitors
        self._store = store
        self._artifacts = artifacts
        self._acceptor = acceptor
        self._fires = fires
        self._settings = settings
        self._missed = missed
        self._freezer = freezer
        self._frozen = frozen

    async def fire(self, tenant: str, monitor: str, scheduled_at: datetime) -> FireResult:
        """Write down the run of one time, or why there is none. Asked again, it is the same run.

        Raises:
            StorageError: Storage failed; nothing is lost by asking again.
        """
        try:
            known = await self._monitors.get(tenant, monitor)
        except MonitorNotFoundError as error:
            return FireResult(note=str(error))
        if known.state is MonitorState.REMOVED:
            return FireResult(note="The monitor was removed.")
        try:
            return await self._begin(known, scheduled_at)
        except InvalidRequestError as error:
            # Nothing that asking again would mend: a market that is gone, a word that is no longer one of ours.
            await self._missed(known, (scheduled_at,), str(error))
            await self._fires.passed(tenant, monitor, (scheduled_at,), FireState.MISSED, str(error))
            return FireResult(note=str(error))

    async def late(self, tenant: str, run_id: str, due_at: datetime) -> DueResult:
        """Say what is to be done about a run whose report is due.

        Where one source was read and another was not, a partial edition over what is there; where nothing was read, or
        all of it and the work is not done, a message that says so.

        Raises:
            StorageError: Storage failed.
        """
        row = await self._store.get(tenant, run_id)
        if row.report is not None or row.status.ended:
            return DueResult()
        read = {
            stage.part: stage
            for stage in await self._store.stages(tenant, run_id)
            if stage.stage == "collect" and stage.status == "completed" and stage.result
        }
        missing = tuple(source for source in row.sources if source not in read)
        if read and missing:
            return DueResult(start=await self._partial(row, read, missing, due_at))
        return DueResult(alert=_alert(row, missing))

    async def _begin(self, monitor: Monitor, scheduled_at: datetime) -> FireResult:
        tenant, name = monitor.tenant, monitor.name
        settings = self._settings.current
        zone = load_market(monitor.spec.market).time_zone
        pace = pace_in(monitor.spec, zone, settings.schedules.lead)
        by_pace = pace is not None and next_fires(pace, scheduled_at - _INSTANT, 1) == (
            scheduled_at,
        )
        if monitor.state is MonitorState.PAUSED and by_pace:
            # The row is the truth; the schedule had not heard of the pause. By hand it runs all the same.
            note = "The monitor is paused."
            await self._fires.passed(tenant, name, (scheduled_at,), FireState.PAUSED, note)
            return FireResult(note=note)
        if by_pace and (stopped := await self._stopped(monitor, scheduled_at)):
            return FireResult(note=stopped)
        request = StartRun(monitor=name, priority=PRIORITY)
        whole = make_whole(request_of(monitor, request), settings, scheduled_at)
        asked = as_asked(monitor, whole)
        earlier = await self._acceptor.earlier(tenant, monitor.monitor_id, asked.window.end)
        snapshot = await self._artifacts.put(settings.snapshot(), "application/json")
        brief = make_brief(asked, settings, snapshot, scheduled_at, earlier)
        row, _ = await self._acceptor.accept(
            Acceptance(
                tenant=tenant,
                brief=brief.model_copy(update=said_by(monitor)),
                question_hash=monitor.monitor_id,
                priority=asked.priority,
                key=fire_key(name, scheduled_at),
                fingerprint=request.fingerprint(),
            )
        )
        await self._fires.fired(
            tenant, name, scheduled_at, row.run_id, "" if by_pace else "By hand."
        )
        return FireResult(
            start=await self._start(row),
            due_at=due_of(pace, scheduled_at) if pace is not None and by_pace else None,
            ends_with=monitor.spec.overlap == "terminate_other",
        )

    async def _stopped(self, monitor: Monitor, scheduled_at: datetime) -> str:
        """Why a time begins no run while paid calls are stopped; empty where it begins one."""
        tenant, name = monitor.tenant, monitor.name
        freeze = await self._freezer.standing(tenant)
        # What was accepted before they were stopped is the run of this time, however late it is asked for again.
        if freeze is None or await self._store.by_key(tenant, fire_key(name, scheduled_at)):
            return ""
        note = f"{freeze.author} has stopped paid calls: {freeze.reason or 'no reason was given'}"
        await self._frozen(monitor, scheduled_at, freeze)
        await self._fires.passed(tenant, name, (scheduled_at,), FireState.FROZEN, note)
        return note

    async def _partial(
        self, row: RunRow, read: dict[str, StageRow], missing: tuple[str, ...], due_at: datetime
    ) -> RunStart:
        brief = RunBrief.model_validate_json(await self._artifacts.get(row.brief))
        collected = tuple(
            _late_source(source, due_at, brief.market.time_zone)
            if source in missing
            else CollectResult.model_validate(read[source].result)
            for source in row.sources
        )
        partial, _ = await self._acceptor.accept(
            Acceptance(
                tenant=row.tenant,
                brief=brief.model_copy(update={"edition": Edition.PARTIAL}),
                question_hash=row.question_hash,
                priority=row.priority,
                key=f"partial/{row.run_id}",
                fingerprint=row.run_id,
                start_from="normalize",
                given=Given(collected=collected),
                parent_run=row.run_id,
            )
        )
        return await self._start(partial)

    async def _start(self, row: RunRow) -> RunStart:
        # As it was accepted first: an attempt before may have read another monitor.
        return start_of(row, RunBrief.model_validate_json(await self._artifacts.get(row.brief)))


def _late_source(source: str, due_at: datetime, zone: str) -> CollectResult:
    local = due_at.astimezone(ZoneInfo(zone))
    return CollectResult(
        outcome=SourceOutcome(
            source=source,
            ok=False,
            items=0,
            slug=LATE,
            reason=f"It had not been read by {local:%H:%M}, when the report was due.",
        )
    )


def _alert(row: RunRow, missing: tuple[str, ...]) -> RunAlert:
    if row.status is RunStatus.BLOCKED:
        slug, reason = row.slug, row.reason
    elif missing:
        slug, reason = LATE, f"No source had been read: {', '.join(missing)}."
    else:
        slug, reason = LATE, f"Every source was read, and the run is at {row.stage}."
    return RunAlert(
        kind="report.late",
        run=NewsRunInput.model_validate(row.input).run,
        stage=row.stage or "collect",
        slug=slug,
        reason=reason,
    )
