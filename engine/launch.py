"""Start the workflow of an accepted run, so that a person finds it in the Temporal UI."""

import contextlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities import contracts
from activities.contracts import NewsRunInput, RunBrief
from trends.errors import EngineUnreachableError
from trends.storage.runs import RunRow
from workflows import attributes

RPC_TIMEOUT = timedelta(seconds=5)


async def launch(client: Client, row: RunRow, brief: RunBrief) -> None:
    """Start the workflow of an accepted row. Does nothing when it is already there.

    Raises:
        EngineUnreachableError: The server does not answer.
    """
    request = NewsRunInput.model_validate(row.input)
    with answering(), contextlib.suppress(WorkflowAlreadyStartedError):
        # Already there and ended: the reconciler reads how.
        await client.start_workflow(
            contracts.NEWS_WORKFLOW,
            request,
            id=row.workflow_id,
            task_queue=contracts.WORKFLOW_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=_summary(row, brief),
            static_details=_details(row, brief),
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(attributes.PIPELINE, row.agent),
                    SearchAttributePair(attributes.STAGE, request.start_from),
                    SearchAttributePair(attributes.STATUS, "Running"),
                    SearchAttributePair(attributes.TENANT, row.tenant),
                    SearchAttributePair(attributes.MONITOR, row.question_hash),
                ]
            ),
            priority=Priority(priority_key=row.priority, fairness_key=row.tenant),
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
        raise _unanswered(
            f"{error.status.name.lower().replace('_', ' ')}: {error.message}"
        ) from error
    except RuntimeError as error:
        # A lazy client that could not connect has no better type for it.
        raise _unanswered(str(error)) from error


def _unanswered(why: str) -> EngineUnreachableError:
    return EngineUnreachableError(
        "The Temporal server does not answer.",
        why=why[:300],
        next_step="It is tried again by itself; trends doctor shows what is wrong.",
    )


def _summary(row: RunRow, brief: RunBrief) -> str:
    # The server cuts at 200 bytes; Korean takes three a letter.
    text = f"{row.agent} · {brief.question.query or 'everything'} · {brief.question.window}"
    return text.encode()[:190].decode(errors="ignore")


def _details(row: RunRow, brief: RunBrief) -> str:
    question = brief.question
    return "\n".join(
        [
            f"- window: {brief.window.start.isoformat()} to {brief.window.end.isoformat()}",
            f"- market: {question.market}",
            f"- languages: {', '.join(question.languages)}",
            f"- sources: {', '.join(question.sources)[:2000]}",
            f"- settings: {brief.settings_revision}",
            f"- run: {row.run_id}" + (f", from {row.parent_run}" if row.parent_run else ""),
        ]
    )
