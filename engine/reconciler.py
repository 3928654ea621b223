"""Make the run rows and the Temporal server agree: at start, and every minute."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.contracts import RunBrief
from engine.launch import RPC_TIMEOUT, answering, launch
from engine.retention import Retention
from engine.runs import RunService
from engine.stuck import SLUG, stuck_of
from trends.domain.models import RunStatus
from trends.errors import ArtifactCorruptError, ArtifactMissingError, TrendsError
from trends.storage.artifacts import ArtifactStore
from trends.storage.runs import RunRow
from trends.telemetry import get_logger

INTERVAL = timedelta(minutes=1)
# After a pass that failed: what was accepted meanwhile is to begin as soon as the server is back.
AGAIN = timedelta(seconds=5)
# A row this young is still being started by whoever accepted it.
GRACE = timedelta(seconds=10)
BATCH = 500

_ENDS = {
    WorkflowExecutionStatus.COMPLETED: RunStatus.COMPLETED,
    WorkflowExecutionStatus.FAILED: RunStatus.FAILED,
    WorkflowExecutionStatus.CANCELED: RunStatus.CANCELLED,
    WorkflowExecutionStatus.TERMINATED: RunStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT: RunStatus.TIMED_OUT,
}
_REASONS = {
    RunStatus.CANCELLED: "Cancelled on request.",
    RunStatus.TERMINATED: "Terminated at the Temporal server.",
    RunStatus.TIMED_OUT: "The workflow ran out of its time.",
}

_log = get_logger(__name__)


class Reconciler:
    """Compares every unfinished row with what the server says.

    Args:
        service: Starts what was accepted but never started.
        artifacts: Where briefs lie.
        clock: Now, in UTC.
        retention: Removes what is kept no longer.
        interval: Between two passes.
        again: After a pass that failed, where that is shorter.
    """

    def __init__(
        self,
        service: RunService,
        artifacts: ArtifactStore,
        clock: Callable[[], datetime],
        retention: Retention,
        interval: timedelta = INTERVAL,
        again: timedelta = AGAIN,
    ) -> None:
        self._interval = interval
        self._again = min(again, interval)
        self._retention = retention
        self._clock = clock
        self._service = service
        self._artifacts = artifacts
        self._stuck: set[str] = set()

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Reconcile until told to stop; a pass that fails is logged and tried again."""
        while not stop.is_set():
            pause = self._interval
            try:
                await self.run_once(self._clock() - GRACE)
            except TrendsError as error:
                pause = self._again
                _log.warning("reconcile.failed", slug=error.slug, reason=str(error))
            # Apart from the comparison: rows grow old while the Temporal server is away, too.
            try:
                await self._retention.run_due(self._clock())
            except TrendsError as error:
                _log.warning("retention.failed", slug=error.slug, reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause.total_seconds())

    async def run_once(self, older_than: datetime) -> int:
        """Compare once; answers how many rows changed.

        Raises:
            EngineUnreachableError: The server does not answer; nothing more was looked at.
        """
        changed = 0
        for row in await self._service.store.unfinished(older_than, BATCH):
            try:
                changed += await self._compare(row)
            except TrendsError as error:
                # What is away is away for all; what is wrong with one row must not hold up those behind it, for ever.
                if error.retryable:
                    raise
                _log.warning(
                    "reconcile.passed_over", run_id=row.run_id, slug=error.slug, reason=str(error)
                )
        return changed

    async def _compare(self, row: RunRow) -> bool:
        handle = self._service.client.get_workflow_handle(row.workflow_id)
        try:
            with answering():
                described = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            return await self._unknown(row)
        status = _ENDS.get(described.status) if described.status else None
        if status is None:
            return await self._look_for_stuck(row, described)
        self._stuck.discard(row.workflow_id)
        slug, reason = status.value, _REASONS.get(status, "")
        if status is RunStatus.FAILED:
            slug, reason = await self._why(row)
        await self._service.store.finish(
            row.tenant,
            row.run_id,
            status,
            row.stage,
            "" if status is RunStatus.COMPLETED else slug,
            reason,
        )
        _log.info("reconcile.ended", run_id=row.run_id, status=status.value)
        return True

    async def _look_for_stuck(self, row: RunRow, described: WorkflowExecutionDescription) -> bool:
        """Log a run whose workflow gets nowhere, once, and end it if somebody has asked for that.

        Otherwise its row stays as it is, since a mended worker lets it go on.
        """
        try:
            with answering():
                stuck = await stuck_of(self._service.client, described, within=RPC_TIMEOUT)
        except RPCError:
            return False  # forgotten since it was described; the next pass finds out
        if stuck is None:
            self._stuck.discard(row.workflow_id)
            return False
        if row.workflow_id not in self._stuck:
            self._stuck.add(row.workflow_id)
            _log.error("reconcile.stuck", run_id=row.run_id, slug=SLUG, reason=stuck.reason)
        return stuck.asked_to_end and await self._give_up(row)

    async def _give_up(self, row: RunRow) -> bool:
        """End a run that was asked to end and cannot hear it."""
        reason = "Cancelled on request, by force: its workflow got nowhere."
        handle = self._service.client.get_workflow_handle(row.workflow_id)
        try:
            with answering():
                await handle.terminate(reason=reason, rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            return False  # ended since it was described; the next pass finds out how
        self._stuck.discard(row.workflow_id)
        await self._service.store.finish(
            row.tenant, row.run_id, RunStatus.CANCELLED, row.stage, "cancelled", reason
        )
        _log.info("reconcile.given_up", run_id=row.run_id)
        return True

    async def _unknown(self, row: RunRow) -> bool:
        """Start a row that was accepted only; call lost what the server once had."""
        if row.status is RunStatus.STARTING:
            try:
                data = await self._artifacts.get(row.brief)
            except (ArtifactMissingError, ArtifactCorruptError) as error:
                # It can never begin: that is said, where it would be "starting" for ever.
                await self._service.store.finish(
                    row.tenant, row.run_id, RunStatus.FAILED, row.stage, error.slug, str(error)
                )
                return True
            await launch(self._service.client, row, RunBrief.model_validate_json(data))
            _log.info("reconcile.started", run_id=row.run_id)
            return True
        reason = (
            "The Temporal server does not know this run any more. Re-run it from its last stage."
        )
        await self._service.store.finish(
            row.tenant, row.run_id, RunStatus.LOST, row.stage, "lost", reason
        )
        _log.warning("reconcile.lost", run_id=row.run_id)
        return True

    async def _why(self, row: RunRow) -> tuple[str, str]:
        handle = self._service.client.get_workflow_handle(row.workflow_id)
        try:
            with answering():
                await handle.result(rpc_timeout=RPC_TIMEOUT)
        except WorkflowFailureError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError):
                return cause.type or "internal", cause.message
            return "internal", str(cause)
        return "internal", ""
