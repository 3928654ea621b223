"""Start a run as the child of another workflow, such that it is found and treated like any run."""

from temporalio import workflow
from temporalio.common import Priority, WorkflowIDReusePolicy

from activities import contracts
from activities.contracts import NewsRunOutput, RunStart
from workflows import attributes

RunHandle = workflow.ChildWorkflowHandle[object, NewsRunOutput]


async def start_run(start: RunStart, *, ends_with: bool = False) -> RunHandle:
    """Start the workflow of an accepted run.

    Args:
        start: The run as it was accepted.
        ends_with: Whether it is terminated with whoever started it; otherwise it lives on, as its row promised.

    Raises:
        WorkflowAlreadyStartedError: It is there, or was: somebody else started it from its row.
    """
    return await workflow.start_child_workflow(
        contracts.NEWS_WORKFLOW,
        start.input,
        id=start.workflow_id,
        task_queue=contracts.WORKFLOW_QUEUE,
        result_type=NewsRunOutput,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        parent_close_policy=(
            workflow.ParentClosePolicy.TERMINATE
            if ends_with
            else workflow.ParentClosePolicy.ABANDON
        ),
        cancellation_type=workflow.ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        static_summary=start.summary,
        static_details=start.details,
        search_attributes=attributes.of_run(start),
        priority=Priority(priority_key=start.priority, fairness_key=start.input.run.tenant),
    )
