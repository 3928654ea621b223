"""Start and steer backfills, and keep what runs of them in line with storage."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from activities import contracts
from activities.backfill import end_backfill
from activities.contracts import BackfillEndInput, BackfillInput
from engine.backfill_layout import BackfillRequest, Laid, Layout, days_of, fingerprint_of
from engine.launch import RPC_TIMEOUT, answering
from engine.requests import PRIORITIES
from trends.domain.backfills import (
    Backfill,
    BackfillStatus,
    BackfillWindow,
    WindowState,
    standing_of,
)
from trends.domain.models import Model, Window
from trends.errors import (
    ConflictError,
    EngineUnreachableError,
    TrendsError,
)
from trends.storage.backfills import BackfillStore, NewBackfill
from trends.storage.runs import RunRow, RunStore
from trends.telemetry import get_logger
from workflows import attributes

INTERVAL = timedelta(minutes=1)
# A row this young is still being started by whoever accepted it.
GRACE = timedelta(seconds=10)

_log = get_logger(__name__)


class BackfillStarted(Model):
    """Answer to a start; `replayed` when the Idempotency-Key had been seen with the same request."""

    backfill: Backfill
    replayed: bool
    warnings: tuple[str, ...] = ()


class Runs(Protocol):
    """What a backfill needs of runs; `engine.runs.RunService` has it."""

    store: RunStore

    async def cancel(self, tenant: str, run_id: str) -> RunRow:
        """Ask a run to end."""
        ...


class BackfillService:
    """Everything a caller can do to backfills.

    Args:
        client: Temporal client; may be lazy.
        store: Backfills.
        runs: Cancels runs that were left behind.
        layout: Says what a backfill is to do.
        parallel: Tells how many windows are under way at once, where the request does not say.
        clock: Now, in UTC.
        new_id: Makes ids that sort by time.
    """

    def __init__(
        self,
        *,
        client: Client,
        store: BackfillStore,
        runs: Runs,
        layout: Layout,
        parallel: Callable[[], int],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.store = store
        self._client = client
        self._runs = runs
        self._layout = layout
        self._parallel = parallel
        self._clock = clock
        self._new_id = new_id

    async def start(
        self,
        tenant: str,
        name: str,
        request: BackfillRequest,
        key: str | None = None,
        author: str = "",
    ) -> BackfillStarted:
        """Accept a backfill and start it.

        The accepted row is the promise: if the server is away, it is started once that is back.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            InvalidRequestError: The span cannot be, makes too many windows, or nothing is stored of it.
            IdempotencyConflictError: The key was used for another request.
            ConflictError: A backfill of this monitor is under way.
        """
        fingerprint = fingerprint_of(name, request)
        if key is not None:
            known = await self.store.known(tenant, key, fingerprint)
            if known is not None:
                return BackfillStarted(backfill=known, replayed=True)
        now = self._clock()
        monitor = await self._layout.monitor(tenant, name)
        laid = await self._layout.lay(monitor, request, now)
        parallel = request.parallel or self._parallel()
        backfill, replayed = await self.store.insert(
            NewBackfill(
                tenant=tenant,
                backfill_id=self._new_id(),
                monitor=name,
                monitor_id=monitor.monitor_id,
                plan=(await self._layout.plan(monitor, laid.span, now)).model_dump(mode="json"),
                span=laid.span,
                windows=laid.windows,
                step=laid.step,
                window_text=monitor.spec.window,
                parallel=parallel,
                strict=request.strict,
                requested_at=now,
                author=author,
                idempotency_key=key,
                fingerprint=fingerprint,
            )
        )
        if backfill.status is BackfillStatus.STARTING:
            with contextlib.suppress(EngineUnreachableError):
                await self._launch(backfill)
        return BackfillStarted(backfill=backfill, replayed=replayed, warnings=laid.warnings)

    async def lay(self, tenant: str, name: str, request: BackfillRequest) -> Laid:
        """Say what a backfill would do, and do nothing.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            InvalidRequestError: The span cannot be, makes too many windows, or nothing is stored of it.
        """
        return await self._layout.lay(
            await self._layout.monitor(tenant, name), request, self._clock()
        )

    async def windows(self, tenant: str, backfill_id: str) -> tuple[BackfillWindow, ...]:
        """Read the windows of a backfill, oldest first.

        Raises:
            BackfillNotFoundError: No such backfill.
        """
        await self.store.get(tenant, backfill_id)
        return await self.store.windows(tenant, backfill_id)

    async def pause(self, tenant: str, backfill_id: str) -> Backfill:
        """Begin no further window. Those under way end, but for those that wait for one before them.

        Raises:
            BackfillNotFoundError: No such backfill.
            ConflictError: It has ended.
            EngineUnreachableError: The server does not answer, or has not begun it.
        """
        return await self._signal(tenant, backfill_id, contracts.PAUSE_SIGNAL)

    async def resume(self, tenant: str, backfill_id: str) -> Backfill:
        """Let a paused backfill go on. One that is not paused goes on as before.

        Raises:
            BackfillNotFoundError: No such backfill.
            ConflictError: It has ended.
            EngineUnreachableError: The server does not answer, or has not begun it.
        """
        return await self._signal(tenant, backfill_id, contracts.RESUME_SIGNAL)

    async def cancel(self, tenant: str, backfill_id: str) -> Backfill:
        """Ask a backfill to end, with what is under way of it. Reports that are there stay.

        Raises:
            BackfillNotFoundError: No such backfill.
            ConflictError: It has ended.
            EngineUnreachableError: The server does not answer.
        """
        backfill = await self._live(tenant, backfill_id)
        try:
            with answering():
                await self._handle(backfill).cancel(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            # Accepted but never begun, or ended between our look and our word.
            if backfill.status is BackfillStatus.STARTING:
                await self._end(backfill, BackfillStatus.CANCELLED, "Cancelled on request.")
        return await self.store.get(tenant, backfill_id)

    async def retry_failed(
        self, tenant: str, backfill_id: str, *, following: bool = False
    ) -> BackfillStarted:
        """Do again what an ended backfill has no report of.

        Args:
            tenant: Whose.
            backfill_id: Which one.
            following: Also the windows after the first of those: their reports were made without it.

        Raises:
            BackfillNotFoundError: No such backfill.
            ConflictError: It is under way, or nothing is left to do.
        """
        backfill = await self.store.again(tenant, backfill_id, following=following)
        with contextlib.suppress(EngineUnreachableError):
            await self._launch(backfill)
        warnings = _without(await self.store.windows(tenant, backfill_id), backfill)
        return BackfillStarted(backfill=backfill, replayed=False, warnings=warnings)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Bring rows and server into line until told to stop; a pass that fails is logged and tried again."""
        while not stop.is_set():
            try:
                await self.run_once(self._clock() - GRACE)
            except TrendsError as error:
                _log.warning("backfills.reconcile", slug=error.slug, reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL.total_seconds())

    async def run_once(self, older_than: datetime) -> int:
        """Compare every unfinished backfill with what the server says, once; answers how many were moved.

        Raises:
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        moved = 0
        for backfill in await self.store.unfinished(older_than):
            moved += await self._bring_in_line(backfill)
        return moved

    async def _bring_in_line(self, backfill: Backfill) -> bool:
        try:
            with answering():
                described = await self._handle(backfill).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            # Accepted only, or the server lost it: where its windows stand is in storage.
            await self._launch(backfill)
            _log.info("backfills.started", backfill=backfill.backfill_id)
            return True
        if described.status in {None, WorkflowExecutionStatus.RUNNING}:
            return False
        for window in await self.store.windows(backfill.tenant, backfill.backfill_id):
            if window.state is WindowState.RUNNING and window.run_id is not None:
                # It may wait at its gate for a word that nobody will say.
                with contextlib.suppress(TrendsError):
                    await self._runs.cancel(backfill.tenant, window.run_id)
        await self._end(backfill, BackfillStatus.FAILED, "Ended at the Temporal server.")
        return True

    async def _end(self, backfill: Backfill, status: BackfillStatus, reason: str) -> None:
        slug = "cancelled" if status is BackfillStatus.CANCELLED else "terminated"
        request = BackfillEndInput(
            tenant=backfill.tenant,
            backfill_id=backfill.backfill_id,
            status=status,
            slug=slug,
            reason=reason,
        )
        await end_backfill(self.store, self._runs.store, request)

    async def _launch(self, backfill: Backfill) -> None:
        """Start the workflow of an accepted backfill. Does nothing while it runs.

        Raises:
            EngineUnreachableError: The server does not answer.
        """
        request = BackfillInput(
            tenant=backfill.tenant,
            backfill_id=backfill.backfill_id,
            title=f"{backfill.monitor}: {days_of(Window(start=backfill.span_start, end=backfill.span_end))}",
            parallel=backfill.parallel,
            paused=backfill.status is BackfillStatus.PAUSED,
        )
        with answering():
            await self._client.start_workflow(
                contracts.BACKFILL_WORKFLOW,
                request,
                id=backfill.workflow_id,
                task_queue=contracts.WORKFLOW_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                # After a loss it is the same backfill, on its way.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=f"backfill · {backfill.monitor} · {backfill.standing.windows} windows",
                static_details=_details(backfill),
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(attributes.PIPELINE, "backfill"),
                        SearchAttributePair(attributes.STATUS, "Running"),
                        SearchAttributePair(attributes.TENANT, backfill.tenant),
                        SearchAttributePair(attributes.MONITOR, backfill.monitor_id),
                    ]
                ),
                priority=Priority(
                    priority_key=PRIORITIES["backfill"], fairness_key=backfill.tenant
                ),
                rpc_timeout=RPC_TIMEOUT,
            )

    async def _signal(self, tenant: str, backfill_id: str, signal: str) -> Backfill:
        backfill = await self._live(tenant, backfill_id)
        try:
            with answering():
                await self._handle(backfill).signal(signal, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if backfill.status is not BackfillStatus.STARTING:
                raise _ended(backfill) from error
            raise EngineUnreachableError(
                "The backfill has not begun.",
                why="It was accepted, and the Temporal server has not taken it yet.",
                next_step="Ask again in a moment; it begins by itself.",
            ) from error
        return await self.store.get(tenant, backfill_id)

    async def _live(self, tenant: str, backfill_id: str) -> Backfill:
        backfill = await self.store.get(tenant, backfill_id)
        if backfill.status.ended:
            raise _ended(backfill)
        return backfill

    def _handle(self, backfill: Backfill) -> WorkflowHandle[object, object]:
        return self._client.get_workflow_handle(backfill.workflow_id)


def _ended(backfill: Backfill) -> ConflictError:
    return ConflictError(
        f"The backfill has ended: {backfill.status.value}.",
        next_step=f"To do again what has no report: trends backfills retry-failed {backfill.backfill_id}",
    )


def _without(windows: tuple[BackfillWindow, ...], backfill: Backfill) -> tuple[str, ...]:
    """Say which reports will not know of the windows that are done again."""
    assumed = [
        each.model_copy(update={"state": WindowState.DONE})
        if each.state is WindowState.WAITING
        else each
        for each in windows
    ]
    number = standing_of(assumed, backfill.parallel).without
    if not number:
        return ()
    told = f"{number} later windows keep reports that were made without what is done again now."
    return (f"{told} To make those anew as well: trends backfills retry-failed --following",)


def _details(backfill: Backfill) -> str:
    return "\n".join(
        [
            f"- monitor: {backfill.monitor}",
            f"- span: {backfill.span_start.isoformat()} to {backfill.span_end.isoformat()}",
            f"- windows: {backfill.standing.windows}, each {backfill.window_text} long, {backfill.step} apart",
            f"- at once: {backfill.parallel}" + (", strict" if backfill.strict else ""),
            f"- round: {backfill.round}",
            f"- backfill: {backfill.backfill_id}",
        ]
    )
