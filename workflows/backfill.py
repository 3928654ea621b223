"""`BackfillWorkflow`: a monitor over a past span, window after window, as if it had been run at the time.

Sources of several windows are read at once; from analyze on, a window waits until the one before it has ended, since it
must know what that found. Which window stands where is in storage: this walks from one step to the next, and can begin
anew at any of them. This file defines only the workflow, as the sandbox re-creates what it defines.
"""

import asyncio
import contextlib
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from activities.contracts import (
        BackfillEndInput,
        BackfillInput,
        BackfillOutput,
        BackfillStepInput,
        BackfillStepResult,
        Release,
        RunStart,
    )
    from trends.domain.backfills import BackfillStatus
    from workflows.attributes import STATUS
    from workflows.children import RunHandle, start_run
    from workflows.failures import failure_of
    from workflows.standing import details_of

Result = TypeVar("Result")

STEP_TIMEOUT = timedelta(minutes=2)
HEARTBEAT_TIMEOUT = timedelta(seconds=5)
# What a window that is under way still adds to history: a step, a word, its end.
BYTES_TO_COME = 4_000
# Tried until storage is back: nothing is lost by waiting, and a list that lies is worse.
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name=contracts.BACKFILL_WORKFLOW)
class BackfillWorkflow:
    """One backfill, from its first window to its last."""

    @workflow.init
    def __init__(self, backfill: BackfillInput) -> None:
        self._backfill = backfill
        self._paused = backfill.paused
        self._shown_paused = backfill.paused
        self._following: dict[str, asyncio.Task[None]] = {}
        self._ended: list[str] = []
        self._passed: set[str] = set()
        self._opened_any = False
        self._last: BackfillStepResult | None = None

    @workflow.run
    async def run(self, _: BackfillInput) -> BackfillOutput:
        """Walk the windows; whatever happens, the backfill's row learns how it ended.

        Raises:
            ApplicationError: Windows failed.
        """
        try:
            last = await self._walk()
        except BaseException as error:
            if not isinstance(error, Exception | asyncio.CancelledError):
                raise  # continue-as-new, or the SDK's own eviction; nothing has ended
            if is_cancelled_exception(error):
                await self._wind_up()
                await self._end(BackfillStatus.CANCELLED, "cancelled", "Cancelled on request.")
                raise
            if not isinstance(error, ActivityError | ApplicationError):
                raise  # a bug in workflow code: the task is retried until a fixed worker takes it
            failure = failure_of(error)
            await self._wind_up()
            await self._end(BackfillStatus.FAILED, failure.slug, failure.reason)
            raise ApplicationError(failure.reason, type=failure.slug, non_retryable=True) from error
        standing = last.standing
        if standing.done == standing.windows:
            await self._end(BackfillStatus.COMPLETED, "", "")
            return BackfillOutput(standing=standing)
        reason = f"{standing.windows - standing.done} of {standing.windows} windows have no report. {last.reason}"
        await self._end(BackfillStatus.FAILED, last.slug, reason)
        raise ApplicationError(reason, type=last.slug, non_retryable=True)

    @workflow.signal(name=contracts.PAUSE_SIGNAL)
    def pause(self) -> None:
        """Begin no further window; those under way go on as far as they can without the ones before."""
        self._paused = True

    @workflow.signal(name=contracts.RESUME_SIGNAL)
    def resume(self) -> None:
        """Go on."""
        self._paused = False

    async def _walk(self) -> BackfillStepResult:
        while True:
            last = self._last = await self._step()
            for start in last.opened:
                await self._open(start)
            if last.release is not None:
                await self._let_pass(last.release)
            self._show()
            if last.stop:
                await self._wind_up()
                return await self._step()
            if not self._following:
                if not last.standing.waiting and not last.standing.running:
                    return last
                if self._is_heavy():
                    self._begin_anew()
            await workflow.wait_condition(
                lambda: (
                    bool(self._ended)
                    or self._paused != self._shown_paused
                    or not (self._following or self._paused)
                )
            )

    async def _step(self) -> BackfillStepResult:
        ended, self._ended = tuple(self._ended), []
        self._shown_paused = self._paused
        request = BackfillStepInput(
            tenant=self._backfill.tenant,
            backfill_id=self._backfill.backfill_id,
            following=tuple(self._following),
            ended=ended,
            passed=tuple(one for one in self._following if one in self._passed),
            # What is under way ends first: a run cannot be followed from one history into the next.
            room=0 if self._is_heavy() else self._backfill.parallel,
            paused=self._paused,
        )
        # To its end, also when a cancel comes: what it opens must be known to be there.
        return await _to_its_end(
            workflow.start_activity(
                contracts.BACKFILL_STEP,
                request,
                result_type=BackfillStepResult,
                task_queue=contracts.IO_QUEUE,
                summary=_summary(request),
                start_to_close_timeout=STEP_TIMEOUT,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=PATIENT,
            )
        )

    async def _open(self, start: RunStart) -> None:
        """Start a run, and follow it from here on."""
        self._opened_any = True
        run_id = start.input.run.run_id
        if not start.input.gate_before:
            self._passed.add(run_id)
        try:
            handle = await start_run(start)
        except WorkflowAlreadyStartedError:
            # The reconciler was first, or a history before this one: its row tells how it goes.
            following = self._look_again(run_id)
        else:
            following = self._follow(run_id, handle)
        self._following[run_id] = asyncio.create_task(following)

    async def _follow(self, run_id: str, handle: RunHandle) -> None:
        with contextlib.suppress(ChildWorkflowError):
            await handle
        self._over(run_id, ended=True)

    async def _look_again(self, run_id: str) -> None:
        await asyncio.sleep(self._backfill.look_seconds)
        self._over(run_id, ended=False)

    def _over(self, run_id: str, *, ended: bool) -> None:
        del self._following[run_id]
        # Of a run that is not our child we know nothing: the next step reads its row.
        self._ended.append(run_id if ended else "")

    async def _let_pass(self, release: Release) -> None:
        self._passed.add(release.run.run_id)
        handle = workflow.get_external_workflow_handle(release.workflow_id)
        # A run that has ended meanwhile needs no word; that it has is told by itself.
        with contextlib.suppress(ApplicationError):
            await handle.signal(contracts.RELEASE_SIGNAL, release.run)

    async def _wind_up(self) -> None:
        """Cancel what is under way, and wait until it has cleaned up."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        if tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await _to_its_end(asyncio.ensure_future(workflow.wait(tasks)))
        self._following.clear()

    async def _end(self, status: BackfillStatus, slug: str, reason: str) -> None:
        request = BackfillEndInput(
            tenant=self._backfill.tenant,
            backfill_id=self._backfill.backfill_id,
            status=status,
            slug=slug,
            reason=reason,
        )
        workflow.upsert_search_attributes([STATUS.value_set(status.value.capitalize())])  # pyright: ignore[reportUnknownMemberType]  # the SDK leaves its sequence untyped
        # A cancel that comes now comes too late: the backfill has ended, and its row must say so.
        with contextlib.suppress(asyncio.CancelledError):
            await _to_its_end(
                workflow.start_activity(
                    contracts.BACKFILL_END,
                    request,
                    task_queue=contracts.IO_QUEUE,
                    summary="write how the backfill ended",
                    start_to_close_timeout=STEP_TIMEOUT,
                    heartbeat_timeout=HEARTBEAT_TIMEOUT,
                    retry_policy=PATIENT,
                )
            )
        self._show(reason)

    def _is_heavy(self) -> bool:
        # Each history brings at least one window further, whatever the limit.
        info = workflow.info()
        size = info.get_current_history_size() + len(self._following) * BYTES_TO_COME
        return self._opened_any and size >= self._backfill.history_limit_bytes

    def _begin_anew(self) -> None:
        workflow.continue_as_new(self._backfill.model_copy(update={"paused": self._paused}))

    def _show(self, closing: str = "") -> None:
        if self._last is not None:
            details = details_of(
                self._backfill.title, self._last.standing, closing, paused=self._paused
            )
            workflow.set_current_details(details)


async def _to_its_end(work: asyncio.Future[Result]) -> Result:
    """Wait for something that a cancel must not break off.

    Raises:
        CancelledError: It has ended, and a cancel had come meanwhile.
    """
    cancelled = False
    while not work.done():
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            cancelled = True
    result = await work
    if cancelled:
        raise asyncio.CancelledError
    return result


def _summary(request: BackfillStepInput) -> str:
    if request.paused:
        return "show that it is paused"
    return f"{len(request.ended)} ended; what is next"
