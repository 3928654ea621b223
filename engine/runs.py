"""Start, stop and steer runs. What the API and the reconciler share."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities import contracts
from activities.contracts import Given, NewsRunInput, Resolution, RunBrief, RunRef
from engine.launch import RPC_TIMEOUT, answering, launch
from engine.monitor_runs import as_asked, request_of, said_by
from engine.requests import (
    PRIORITIES,
    Asked,
    StartFrom,
    StartRun,
    make_brief,
    make_whole,
    question_hash,
)
from engine.reruns import given_for
from trends.domain.models import ArtifactRef, Model, RunStatus
from trends.domain.monitors import Monitor
from trends.errors import (
    EngineUnreachableError,
    InvalidRequestError,
    RunEndedError,
    RunNotBlockedError,
    StageNotSkippableError,
    TrendsError,
    UnknownNameError,
)
from trends.settings import Settings
from trends.storage.artifacts import ArtifactStore
from trends.storage.monitors import MonitorStore
from trends.storage.runs import NewRun, RunRow, RunStore
from workflows import stages

UPDATE_TIMEOUT = timedelta(seconds=10)
# Parked runs are re-tried under these errors only; anything else a service call can say is a bug.
_UPDATE_ERRORS: dict[str, type[TrendsError]] = {
    RunNotBlockedError.slug: RunNotBlockedError,
    StageNotSkippableError.slug: StageNotSkippableError,
}


class Started(Model):
    """Answer to a start; `replayed` when the Idempotency-Key had been seen with the same request."""

    run: RunRow
    replayed: bool


class PendingStage(Model):
    """A stage that the server is executing or about to retry.

    Attributes:
        activity: Activity name.
        attempt: Attempt under way, from 1.
        last_failure: Why the attempt before failed; empty for the first.
        progress: (done, total) as last reported; total is 0 where it is not known.
    """

    activity: str
    attempt: int
    last_failure: str = ""
    progress: tuple[int, int] | None = None


class RunService:
    """Everything a caller can do to a run.

    Args:
        client: Temporal client; may be lazy, so that the API starts while the server is away.
        store: Run rows.
        artifacts: Briefs, settings snapshots and stage results.
        monitors: Saved questions.
        settings: Defaults of a run; pinned into it.
        check_source: Refuses a tenant's source spec that could not be read, before anything is stored.
        check_channels: Refuses channels that nothing could be sent to, likewise.
        clock: Now, in UTC.
        new_id: Makes run ids that sort by time.
    """

    def __init__(
        self,
        *,
        client: Client,
        store: RunStore,
        artifacts: ArtifactStore,
        monitors: MonitorStore,
        settings: Settings,
        check_source: Callable[[str, str], Awaitable[None]],
        check_channels: Callable[[Iterable[str]], None],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.client = client
        self.store = store
        self._artifacts = artifacts
        self._monitors = monitors
        self._settings = settings
        self._check_source = check_source
        self._check_channels = check_channels
        self._clock = clock
        self._new_id = new_id

    async def start(self, tenant: str, request: StartRun, key: str | None) -> Started:
        """Accept a run and start it.

        The accepted row is the promise: if the server is away, the reconciler starts the run when it is back.

        Raises:
            InvalidRequestError: The request cannot be; nothing was stored.
            IdempotencyConflictError: The key was used for another request.
            MonitorNotFoundError: It names a monitor that is not there.
        """
        if request.start_from is not None:
            return await self._start_from(tenant, request, request.start_from, key)
        now = self._clock()
        asked, monitor = await self._ask(tenant, request, now)
        for source in asked.question.sources:
            await self._check_source(tenant, source)
        await asyncio.to_thread(self._check_channels, asked.channels)
        earlier = await self._earlier(
            tenant, question_hash(tenant, asked.question), asked.window.end
        )
        snapshot = await self._artifacts.put(self._settings.snapshot(), "application/json")
        brief = make_brief(asked, self._settings, snapshot, now, earlier)
        brief = brief.model_copy(update=said_by(monitor))
        return await self._accept(tenant, request, key, asked, brief, Given(), None)

    async def rerun(self, tenant: str, run_id: str, stage: str, key: str | None) -> Started:
        """Run again from one stage on, as a new run over the parent's results.

        Raises:
            RunNotFoundError: No such parent.
            UnknownNameError: No such stage.
            ConflictError: A result that the stage needs is not there.
        """
        request = StartRun(start_from=StartFrom(run_id=run_id, stage=stage))
        return await self.start(tenant, request, key)

    async def cancel(self, tenant: str, run_id: str) -> RunRow:
        """Ask a run to end; it cleans up first.

        Raises:
            RunNotFoundError: No such run.
            RunEndedError: It has ended already.
            EngineUnreachableError: The server does not answer.
        """
        row = await self._live(tenant, run_id)
        try:
            with answering():
                await self._handle(row).cancel(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            # Accepted but never started, or ended between our look and our word.
            if row.status is RunStatus.STARTING:
                await self.store.finish(
                    tenant, run_id, RunStatus.CANCELLED, "", "cancelled", "Cancelled on request."
                )
        return await self.store.get(tenant, run_id)

    async def resolve(
        self, tenant: str, run_id: str, resolution: Resolution, stage: str | None = None
    ) -> RunRow:
        """Decide how a parked run goes on.

        Raises:
            RunNotFoundError: No such run.
            RunEndedError: It has ended.
            RunNotBlockedError: It is not parked.
            StageNotSkippableError: The stage cannot be skipped.
            EngineUnreachableError: The server, or every worker, does not answer.
        """
        row = await self._live(tenant, run_id)
        decision = contracts.ResolveInput(resolution=resolution, stage=stage)
        try:
            with answering():
                await self._handle(row).execute_update(  # pyright: ignore[reportUnknownMemberType]  # an overload of the SDK is untyped
                    contracts.RESOLVE_UPDATE, decision, result_type=str, rpc_timeout=UPDATE_TIMEOUT
                )
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.type in _UPDATE_ERRORS:
                raise _UPDATE_ERRORS[cause.type](
                    cause.message, next_step=f"Look first: trends runs show {run_id}"
                ) from error
            raise
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise EngineUnreachableError(
                "The run did not answer.",
                why="No worker took its task.",
                next_step="Check that a worker is up (trends doctor), then decide again.",
            ) from error
        except RPCError as error:
            raise _ended(row) from error
        return await self.store.get(tenant, run_id)

    async def attempts(self, tenant: str, run_id: str) -> tuple[PendingStage, ...]:
        """Look at what the server is executing right now; empty when it cannot say.

        Raises:
            RunNotFoundError: No such run.
        """
        row = await self.store.get(tenant, run_id)
        if row.status.ended:
            return ()
        try:
            with answering():
                described = await self._handle(row).describe(rpc_timeout=RPC_TIMEOUT)
        except (RPCError, EngineUnreachableError):
            return ()
        return await self._pending(described)

    async def _ask(
        self, tenant: str, request: StartRun, now: datetime
    ) -> tuple[Asked, Monitor | None]:
        """Make a request whole, and find the monitor that it belongs to: the one it names, or whose question it is."""
        if request.monitor is not None:
            named = await self._monitors.get(tenant, request.monitor)
            whole = make_whole(request_of(named, request), self._settings, now)
            return as_asked(named, whole), named
        asked = make_whole(request, self._settings, now)
        return asked, await self._monitors.asking(tenant, question_hash(tenant, asked.question))

    async def _start_from(
        self, tenant: str, request: StartRun, start: StartFrom, key: str | None
    ) -> Started:
        parent = await self.store.get(tenant, start.run_id)
        names = [row.name for row in stages.PIPELINES[parent.agent]]
        if start.stage not in names:
            raise UnknownNameError("stage", start.stage, names)
        _refuse_other_question(request)
        if request.priority not in PRIORITIES:
            raise UnknownNameError("priority", request.priority, PRIORITIES)
        given = await given_for(parent, start.stage, self.store, self._artifacts)
        earlier = RunBrief.model_validate_json(await self._artifacts.get(parent.brief))
        snapshot = await self._artifacts.put(self._settings.snapshot(), "application/json")
        monitor = await self._monitors.asking(tenant, parent.question_hash)
        brief = earlier.model_copy(
            update={
                **(said_by(monitor) if monitor else {}),
                "report_language": request.report_language or earlier.report_language,
                "channels": tuple(dict.fromkeys(request.channels or earlier.channels)),
                "settings": snapshot,
                "settings_revision": self._settings.revision,
            }
        )
        asked = Asked(
            question=brief.question,
            window=brief.window,
            market=brief.market,
            report_language=brief.report_language,
            priority=PRIORITIES[request.priority],
            channels=brief.channels,
        )
        await asyncio.to_thread(self._check_channels, asked.channels)
        return await self._accept(tenant, request, key, asked, brief, given, parent)

    async def _accept(
        self,
        tenant: str,
        request: StartRun,
        key: str | None,
        asked: Asked,
        brief: RunBrief,
        given: Given,
        parent: RunRow | None,
    ) -> Started:
        stored = await self._artifacts.put(brief.model_dump_json().encode(), "application/json")
        run_id = self._new_id()
        start_from = request.start_from.stage if request.start_from else "collect"
        workers = self._settings.workers
        run_input = NewsRunInput(
            run=RunRef(tenant=tenant, run_id=run_id, brief=stored),
            sources=brief.question.sources,
            title=brief.question.query[:100] or "everything",
            start_from=start_from,
            given=given,
            timeout_seconds=workers.timeout_seconds,
            heartbeat_timeout_seconds=workers.heartbeat_timeout_seconds,
            deadline_seconds=int(self._settings.runs.deadline_hours * 3600),
        )
        row, replayed = await self.store.insert(
            NewRun(
                tenant=tenant,
                run_id=run_id,
                workflow_id=f"run-{tenant}-{run_id}",
                agent=brief.question.agent,
                priority=asked.priority,
                question=brief.question,
                question_hash=question_hash(tenant, brief.question),
                window=brief.window,
                report_language=brief.report_language,
                requested_at=self._clock(),
                idempotency_key=key,
                fingerprint=request.fingerprint(),
                parent_run=parent.run_id if parent else None,
                start_from=start_from,
                brief=stored,
                settings_revision=brief.settings_revision,
                input=run_input.model_dump(mode="json"),
                artifacts=tuple(
                    ref for ref in (brief.settings, brief.previous, brief.week_ago) if ref
                ),
            )
        )
        if row.status is RunStatus.STARTING:
            # Durable either way: a row that cannot be started now is started by the reconciler.
            with contextlib.suppress(EngineUnreachableError):
                await launch(self.client, row, brief)
        return Started(run=row, replayed=replayed)

    async def _earlier(
        self, tenant: str, monitor: str, end: datetime
    ) -> tuple[ArtifactRef | None, ArtifactRef | None]:
        before = await self.store.latest_report(tenant, monitor, end)
        day = timedelta(hours=12)
        week = timedelta(days=7)
        ago = await self.store.report_at(tenant, monitor, (end - week - day, end - week + day))
        return _json_report(before), _json_report(ago)

    async def _live(self, tenant: str, run_id: str) -> RunRow:
        row = await self.store.get(tenant, run_id)
        if row.status.ended:
            raise _ended(row)
        return row

    def _handle(self, row: RunRow) -> WorkflowHandle[object, object]:
        return self.client.get_workflow_handle(row.workflow_id)

    async def _pending(self, described: WorkflowExecutionDescription) -> tuple[PendingStage, ...]:
        found: list[PendingStage] = []
        for pending in described.raw_description.pending_activities:
            beat = pending.heartbeat_details.payloads
            values = await self.client.data_converter.decode(list(beat), None) if beat else []
            done, total = values if len(values) == len(("done", "total")) else (None, None)
            found.append(
                PendingStage(
                    activity=pending.activity_type.name,
                    attempt=pending.attempt,
                    last_failure=pending.last_failure.message,
                    progress=(done, total)
                    if isinstance(done, int) and isinstance(total, int)
                    else None,
                )
            )
        return tuple(sorted(found, key=lambda stage: (stage.activity, stage.attempt)))


def _ended(row: RunRow) -> RunEndedError:
    return RunEndedError(
        f"The run has ended: {row.status.value}.",
        next_step=f"To do it again: trends runs rerun {row.run_id} --from STAGE",
    )


def _refuse_other_question(request: StartRun) -> None:
    asked = StartRun(start_from=request.start_from, report_language=request.report_language)
    if request.model_copy(update={"priority": asked.priority}) != asked:
        raise InvalidRequestError(
            "A run that starts from another takes its question from there.",
            next_step="Leave out everything but start_from, report_language and priority.",
        )


def _json_report(row: RunRow | None) -> ArtifactRef | None:
    if row is None or row.report is None:
        return None
    return contracts.ReportResult.model_validate(row.report).json_report
