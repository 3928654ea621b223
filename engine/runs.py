"""Start, stop and steer runs. What the API and the reconciler share."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities import contracts
from activities.acceptance import Acceptance, Acceptor
from activities.contracts import Given, Resolution, RunBrief
from engine.executing import PendingStage, executing
from engine.launch import RPC_TIMEOUT, answering, launch
from engine.monitor_runs import as_asked, request_of, said_again, said_by
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
from engine.stuck import Stuck, stuck_of
from trends.domain.models import Model, RunStatus
from trends.domain.monitors import Monitor
from trends.errors import (
    ConflictError,
    EngineUnreachableError,
    InvalidRequestError,
    RunEndedError,
    RunNotBlockedError,
    StageNotSkippableError,
    TrendsError,
    UnknownNameError,
)
from trends.settings import Settings, SettingsInForce
from trends.storage.artifacts import ArtifactStore
from trends.storage.monitors import MonitorStore
from trends.storage.runs import RunRow, RunStore
from workflows import stages

UPDATE_TIMEOUT = timedelta(seconds=10)
# A row that changed so lately belongs to a run that gets on.
STILL = timedelta(seconds=5)
# Who looks at a run waits no longer than this for a server that is away.
LOOK_TIMEOUT = timedelta(seconds=1)
# Parked runs are re-tried under these errors only; anything else a service call can say is a bug.
_UPDATE_ERRORS: dict[str, type[TrendsError]] = {
    RunNotBlockedError.slug: RunNotBlockedError,
    StageNotSkippableError.slug: StageNotSkippableError,
}


class Started(Model):
    """Answer to a start; `replayed` when the Idempotency-Key had been seen with the same request."""

    run: RunRow
    replayed: bool


class RunService:
    """Everything a caller can do to a run.

    Args:
        client: Temporal client; may be lazy, so that the API starts while the server is away.
        store: Run rows.
        artifacts: Briefs, settings snapshots and stage results.
        monitors: Saved questions.
        settings: Defaults of a run; pinned into it.
        check_source: Refuses a tenant's source spec that could not be read, before anything is stored.
        check_channels: Refuses a tenant's channels that nothing could be sent to, likewise.
        clock: Now, in UTC.
        new_id: Makes run ids that sort by time.
        may_plan: Whether there is a model that could plan.
    """

    def __init__(
        self,
        *,
        client: Client,
        store: RunStore,
        artifacts: ArtifactStore,
        monitors: MonitorStore,
        settings: SettingsInForce,
        check_source: Callable[[str, str], Awaitable[None]],
        check_channels: Callable[[str, Iterable[str]], Awaitable[None]],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        may_plan: Callable[[], bool] = lambda: False,
    ) -> None:
        self.client = client
        self.store = store
        self._artifacts = artifacts
        self._monitors = monitors
        self._settings = settings
        self._check_source = check_source
        self._check_channels = check_channels
        self._clock = clock
        current = settings.current
        self._acceptor = Acceptor(
            store, artifacts, current.workers, current.runs, clock, new_id, may_plan
        )

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
        # One reading for all that the run is made of: snapshot and revision must be of the same settings.
        settings = self._settings.current
        asked, monitor = await self._ask(tenant, request, settings, now)
        for source in asked.question.sources:
            await self._check_source(tenant, source)
        await self._check_channels(tenant, asked.channels)
        earlier = await self._acceptor.earlier(
            tenant, question_hash(tenant, asked.question), asked.window.end
        )
        snapshot = await self._artifacts.put(settings.snapshot(), "application/json")
        brief = make_brief(asked, settings, snapshot, now, earlier)
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

    async def pause(self, tenant: str, run_id: str) -> RunRow:
        """Ask a run to stand still: the stage under way ends, the next does not begin. Asked again, nothing changes.

        Raises:
            RunNotFoundError: No such run.
            RunEndedError: It has ended already.
            ConflictError: It is parked: it stands still as it is.
            EngineUnreachableError: The server does not answer, or has not begun the run.
        """
        row = await self._live(tenant, run_id)
        if row.status is RunStatus.BLOCKED:
            raise ConflictError(
                f"The run is parked at {row.stage}.",
                why="It does nothing until somebody decides, so there is nothing to pause.",
                next_step=f"Decide: trends runs retry, skip or abort {run_id}",
            )
        return await self._signal(row, contracts.PAUSE_SIGNAL)

    async def resume(self, tenant: str, run_id: str) -> RunRow:
        """Let a paused run go on. One that is not paused goes on as before.

        Raises:
            RunNotFoundError: No such run.
            RunEndedError: It has ended already.
            EngineUnreachableError: The server does not answer, or has not begun the run.
        """
        return await self._signal(await self._live(tenant, run_id), contracts.RESUME_SIGNAL)

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
            stuck = await self.stuck(row)
            raise EngineUnreachableError(
                "The run did not answer.",
                why=stuck.reason if stuck else "No worker took its task.",
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
                return await executing(self.client, row.workflow_id, RPC_TIMEOUT)
        except (RPCError, EngineUnreachableError):
            return ()

    async def stuck(self, row: RunRow) -> Stuck | None:
        """Ask the server whether a run gets nowhere; None also when it cannot say. A row that moves is not asked for."""
        if row.status.ended or self._clock() - row.updated_at < STILL:
            return None
        try:
            # A lazy client's first connection has no limit of its own.
            async with asyncio.timeout(LOOK_TIMEOUT.total_seconds() * 2):
                with answering():
                    described = await self._handle(row).describe(rpc_timeout=LOOK_TIMEOUT)
                    return await stuck_of(self.client, described, within=LOOK_TIMEOUT)
        except (RPCError, EngineUnreachableError, TimeoutError):
            return None

    async def _ask(
        self, tenant: str, request: StartRun, settings: Settings, now: datetime
    ) -> tuple[Asked, Monitor | None]:
        """Make a request whole, and find the monitor that it belongs to: the one it names, or whose question it is."""
        if request.monitor is not None:
            named = await self._monitors.get(tenant, request.monitor)
            whole = make_whole(request_of(named, request), settings, now)
            return as_asked(named, whole), named
        asked = make_whole(request, settings, now)
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
        settings = self._settings.current
        snapshot = await self._artifacts.put(settings.snapshot(), "application/json")
        monitor = await self._monitors.asking(tenant, parent.question_hash)
        brief = earlier.model_copy(
            update={
                **said_again(monitor, earlier),
                "report_language": request.report_language or earlier.report_language,
                "channels": tuple(dict.fromkeys(request.channels or earlier.channels)),
                "settings": snapshot,
                "settings_revision": settings.revision,
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
        await self._check_channels(tenant, asked.channels)
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
        row, replayed = await self._acceptor.accept(
            Acceptance(
                tenant=tenant,
                brief=brief,
                question_hash=question_hash(tenant, brief.question),
                priority=asked.priority,
                key=key,
                fingerprint=request.fingerprint(),
                start_from=request.start_from.stage if request.start_from else "collect",
                given=given,
                parent_run=parent.run_id if parent else None,
            )
        )
        if row.status is RunStatus.STARTING:
            # Durable either way: a row that cannot be started now is started by the reconciler.
            with contextlib.suppress(EngineUnreachableError):
                await launch(self.client, row, brief)
        return Started(run=row, replayed=replayed)

    async def _live(self, tenant: str, run_id: str) -> RunRow:
        row = await self.store.get(tenant, run_id)
        if row.status.ended:
            raise _ended(row)
        return row

    async def _signal(self, row: RunRow, signal: str) -> RunRow:
        try:
            with answering():
                await self._handle(row).signal(signal, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if row.status is not RunStatus.STARTING:
                raise _ended(row) from error
            raise EngineUnreachableError(
                "The run has not begun.",
                why="It was accepted, and the Temporal server has not taken it yet.",
                next_step="Ask again in a moment; it begins by itself.",
            ) from error
        return await self.store.get(row.tenant, row.run_id)

    def _handle(self, row: RunRow) -> WorkflowHandle[object, object]:
        return self.client.get_workflow_handle(row.workflow_id)


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
