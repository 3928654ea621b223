"""What the Temporal server executes for a run at this moment."""

from datetime import timedelta

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client

from engine.stuck import SLUG, stuck_of
from trends.domain.models import Model


class PendingStage(Model):
    """A stage that the server is executing or about to retry, or the workflow's own task, if that fails.

    Attributes:
        activity: Activity name; empty for the workflow itself.
        attempt: Attempt under way, from 1.
        last_failure: Why the attempt before failed; empty for the first.
        progress: (done, total) as last reported; total is 0 where it is not known.
        slug: `workflow-stuck` where the workflow itself gets nowhere; else empty.
    """

    activity: str
    attempt: int
    last_failure: str = ""
    progress: tuple[int, int] | None = None
    slug: str = ""


async def executing(
    client: Client, workflow_id: str, within: timedelta
) -> tuple[PendingStage, ...]:
    """Look at what the server is executing, by name.

    Raises:
        RPCError: The server does not answer, or knows no such workflow.
    """
    described = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=within)
    found = [await _pending(client, each) for each in described.raw_description.pending_activities]
    if stuck := await stuck_of(client, described, within=within):
        attempt = stuck.failures + 1
        found.append(
            PendingStage(activity="", attempt=attempt, last_failure=stuck.reason, slug=SLUG)
        )
    return tuple(sorted(found, key=lambda stage: (stage.activity, stage.attempt)))


async def _pending(client: Client, pending: PendingActivityInfo) -> PendingStage:
    beat = pending.heartbeat_details.payloads
    values = await client.data_converter.decode(list(beat), None) if beat else []
    done, total = values if len(values) == len(("done", "total")) else (None, None)
    return PendingStage(
        activity=pending.activity_type.name,
        attempt=pending.attempt,
        last_failure=pending.last_failure.message,
        progress=(done, total) if isinstance(done, int) and isinstance(total, int) else None,
    )
