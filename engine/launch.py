"""Start the workflow of an accepted run, so that a person finds it in the Temporal UI."""

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
from temporalio.service import RPCError

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
    try:
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
    except WorkflowAlreadyStartedError:
        return  # it ended before we looked again; the reconciler reads how
    except RPCError as error:
        raise unanswered(error) from error


def unanswered(error: RPCError) -> EngineUnreachableError:
    """Say that the server did not answer, and what to do."""
    return EngineUnreachableError(
        "The Temporal server does not answer.",
        why=f"{error.status.name.lower().replace('_', ' ')}: {error.message}"[:300],
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
