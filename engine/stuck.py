"""Workflows whose task fails again and again: a bug in workflow code, or code that no longer fits their history.

The server tries such a task for ever, since a worker that is mended takes it up where it stood. Until then nothing of it
reaches the run's row: the run looks as if it were busy.
"""

from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription

from trends.domain.models import Model

SLUG = "workflow-stuck"
MAX_WHY = 300
# A worker that dies holding a task has it time out, and the next one takes it: that is no bug. Three in a row are.
TIMEOUTS_BORNE = 2
# Behind the end of a task come what it asked for and what came meanwhile: a source for each of a run's sixteen at most.
EVENTS_READ = 50
_CLOSED = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
}
# The server's own way to have a task done again, since something came while it was done.
_HARMLESS = {
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
}


class Stuck(Model):
    """A workflow that gets nowhere.

    Attributes:
        workflow_id: The workflow.
        failures: How often its task has failed in a row, or was not answered.
        why: What the worker said, at most `MAX_WHY` characters; empty where none answered.
        asked_to_end: Somebody has asked to cancel it, which it cannot hear.
    """

    workflow_id: str
    failures: int
    why: str = ""
    asked_to_end: bool = False

    @property
    def reason(self) -> str:
        """What happened, why, and what to do."""
        times = "once" if self.failures == 1 else f"{self.failures} times"
        why = f": {self.why.rstrip('.')}." if self.why else ": no worker answered in time."
        what = (
            "It was asked to end and cannot hear it: it is ended by force within a minute or two."
            if self.asked_to_end
            else "It is tried again by itself, and goes on under a worker whose code is mended: look into the worker's "
            "log. To give it up, cancel the run."
        )
        return f"The workflow's task has failed {times}{why} {what}"


async def stuck_of(
    client: Client, described: WorkflowExecutionDescription, *, within: timedelta
) -> Stuck | None:
    """Tell whether a workflow is stuck; None where it goes on, or has ended.

    Costs a request only where its task is being tried again.

    Args:
        client: Connected client.
        described: The workflow, as the server describes it.
        within: How long that request may take.

    Raises:
        RPCError: The server does not answer, or has forgotten the workflow meanwhile.
    """
    failures = described.raw_description.pending_workflow_task.attempt - 1
    if failures < 1:
        return None
    closed = await _last_closed(client, described, within)
    if closed is None or closed.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        return None
    asked = described.raw_description.workflow_extended_info.cancel_requested
    if closed.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        if failures <= TIMEOUTS_BORNE:
            return None
        return Stuck(workflow_id=described.id, failures=failures, asked_to_end=asked)
    failed = closed.workflow_task_failed_event_attributes
    if failed.cause in _HARMLESS:
        return None
    cause = WorkflowTaskFailedCause.Name(failed.cause)
    why = failed.failure.message or cause.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_").lower()
    return Stuck(workflow_id=described.id, failures=failures, why=why[:MAX_WHY], asked_to_end=asked)


async def _last_closed(
    client: Client, described: WorkflowExecutionDescription, within: timedelta
) -> HistoryEvent | None:
    """Read how the latest task that is in the history ended. Attempts behind the first are not in it."""
    answer = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
            maximum_page_size=EVENTS_READ,
        ),
        timeout=within,
    )
    return next((event for event in answer.history.events if event.event_type in _CLOSED), None)
