"""`ScheduledRunWorkflow`: one time at which a monitor is to run, from its row to the report that is due.

Temporal starts one for each time. It begins the run, sees it to its end, so that the schedule's overlap rule has
something to look at, and acts when the report is due and not there. This file defines only the workflow.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
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
        AlertInput,
        AwaitRunInput,
        DueInput,
        DueResult,
        FireInput,
        FireResult,
        NotifyResult,
        RunAlert,
        RunStart,
        ScheduledInput,
        ScheduledOutput,
    )
    from trends.domain.models import Model
    from workflows.children import start_run

Answer = TypeVar("Answer", bound=Model)

SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
STORAGE_TIMEOUT = timedelta(minutes=1)
ALERT_TIMEOUT = timedelta(minutes=10)
ALERT_ATTEMPTS = 6
# Longer than any run may stay parked.
LONGEST_RUN = timedelta(days=30)
HEARTBEAT_TIMEOUT = timedelta(seconds=30)


@workflow.defn(name=contracts.SCHEDULED_WORKFLOW)
class ScheduledRunWorkflow:
    """Runs a monitor at one time."""

    @workflow.run
    async def run(self, request: ScheduledInput) -> ScheduledOutput:
        """Begin the run, wait for it, and see to its due time."""
        fired = await self._ask(
            contracts.FIRE,
            FireInput(tenant=request.tenant, monitor=request.monitor, scheduled_at=_scheduled_at()),
            FireResult,
            "write the run down",
        )
        if fired.start is None:
            workflow.set_current_details(fired.note)
            return ScheduledOutput(note=fired.note)
        run = asyncio.ensure_future(self._see_through(fired.start, ends_with=fired.ends_with))
        partial: asyncio.Future[None] | None = None
        partial_id: str | None = None
        try:
            if fired.due_at is not None and not await _ended_by(run, fired.due_at):
                start = await self._late(fired.start, fired.due_at)
                if start is not None:
                    partial_id = start.input.run.run_id
                    partial = asyncio.ensure_future(
                        self._see_through(start, ends_with=fired.ends_with)
                    )
            await run
        finally:
            # A partial edition that comes behind the whole report would take its place in people's eyes.
            await _end(*(task for task in (run, partial) if task is not None))
        return ScheduledOutput(run_id=fired.start.input.run.run_id, partial_run=partial_id)

    async def _late(self, start: RunStart, due_at: datetime) -> RunStart | None:
        """Ask what is to be done about a report that is due; tell people where nothing can be sent."""
        run = start.input.run
        answer = await self._ask(
            contracts.DUE,
            DueInput(tenant=run.tenant, run_id=run.run_id, due_at=due_at),
            DueResult,
            "the report is due: see what is there",
        )
        if answer.alert is not None:
            await self._tell(answer.alert)
        return answer.start

    async def _see_through(self, start: RunStart, *, ends_with: bool) -> None:
        """Start a run and wait for its end, whatever it is; the run itself tells people of it."""
        try:
            handle = await start_run(start, ends_with=ends_with)
        except WorkflowAlreadyStartedError:
            # The reconciler was faster, or an earlier attempt of ours.
            await self._wait_for(start)
            return
        with contextlib.suppress(ChildWorkflowError):
            await handle

    async def _wait_for(self, start: RunStart) -> None:
        run = start.input.run
        try:
            await workflow.execute_activity(
                contracts.AWAIT_RUN,
                AwaitRunInput(tenant=run.tenant, run_id=run.run_id),
                task_queue=contracts.IO_QUEUE,
                summary="wait for the run, which somebody else started",
                start_to_close_timeout=LONGEST_RUN,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=_FOR_EVER,
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                await workflow.get_external_workflow_handle(start.workflow_id).cancel()
            raise

    async def _ask(
        self, activity: str, request: Model, answer: type[Answer], summary: str
    ) -> Answer:
        """Ask storage, for as long as it takes: a time that is not written down is lost."""
        return await workflow.execute_activity(
            activity,
            request,
            result_type=answer,
            task_queue=contracts.IO_QUEUE,
            summary=summary,
            start_to_close_timeout=STORAGE_TIMEOUT,
            retry_policy=_FOR_EVER,
        )

    async def _tell(self, alert: RunAlert) -> None:
        with contextlib.suppress(ActivityError, ApplicationError):
            await workflow.execute_activity(
                contracts.ALERT,
                AlertInput(alert=alert),
                result_type=NotifyResult,
                task_queue=contracts.IO_QUEUE,
                summary="say that the report is late",
                start_to_close_timeout=ALERT_TIMEOUT,
                schedule_to_close_timeout=ALERT_TIMEOUT * 2,
                retry_policy=RetryPolicy(maximum_attempts=ALERT_ATTEMPTS),
            )


_FOR_EVER = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
)


def _scheduled_at() -> datetime:
    """The time that this is for. Not now: what is caught up with speaks of the window that it was meant for."""
    meant = workflow.info().typed_search_attributes.get(SCHEDULED_START)
    return (meant or workflow.info().start_time).replace(microsecond=0)


async def _ended_by(run: asyncio.Future[None], due_at: datetime) -> bool:
    left = due_at - workflow.now()
    if left <= timedelta():
        return run.done()
    try:
        await workflow.wait_condition(
            run.done, timeout=left, timeout_summary="until the report is due"
        )
    except TimeoutError:
        return False
    return True


async def _end(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        if not task.done():
            task.cancel()
    for task in tasks:
        # Cancelled is how it was to end; anything else was raised already, or is of no account any more.
        with contextlib.suppress(asyncio.CancelledError, ActivityError, ChildWorkflowError):
            await task
