"""Start the workflow of an accepted run, so that a person finds it in the Temporal UI."""

import contextlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities import contracts
from activities.acceptance import start_of
from activities.contracts import RunBrief
from trends.errors import EngineUnreachableError
from trends.storage.runs import RunRow
from workflows import attributes

RPC_TIMEOUT = timedelta(seconds=5)
# Anything else it has said itself, such as that its namespace was never prepared.
_AWAY = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,
}


async def launch(client: Client, row: RunRow, brief: RunBrief) -> None:
    """Start the workflow of an accepted row. Does nothing when it is already there.

    Raises:
        EngineUnreachableError: The server does not answer.
    """
    start = start_of(row, brief)
    with answering(), contextlib.suppress(WorkflowAlreadyStartedError):
        # Already there and ended: the reconciler reads how.
        await client.start_workflow(
            contracts.NEWS_WORKFLOW,
            start.input,
            id=start.workflow_id,
            task_queue=contracts.WORKFLOW_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=start.summary,
            static_details=start.details,
            search_attributes=attributes.of_run(start),
            priority=Priority(priority_key=start.priority, fairness_key=row.tenant),
            rpc_timeout=RPC_TIMEOUT,
        )


@contextmanager
def answering() -> Generator[None]:
    """Turn a server that does not answer into our error. That it does not know a workflow is an answer.

    Raises:
        EngineUnreachableError: It does not answer.
        RPCError: NOT_FOUND.
    """
    try:
        yield
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise
        status = error.status.name.lower().replace("_", " ")
        what = "does not answer" if error.status in _AWAY else "refuses what it is asked"
        raise _unanswered(f"{status}: {error.message}", what) from error
    except RuntimeError as error:
        # A lazy client that could not connect has no better type for it.
        raise _unanswered(str(error)) from error


def _unanswered(why: str, what: str = "does not answer") -> EngineUnreachableError:
    return EngineUnreachableError(
        f"The Temporal server {what}.",
        why=why[:300],
        next_step="It is tried again by itself; trends doctor shows what is wrong.",
    )
