"""Tell whether the worker processes of this host are at work, as their orchestrator asks: by what the server saw of them."""

import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.contracts import WORKFLOW_QUEUE
from engine.connect import connect, unreachable
from trends.errors import StackError

RPC_TIMEOUT = timedelta(seconds=5)
# A poll lasts a minute when nothing comes; one that is later than two has stopped.
LATEST_POLL = timedelta(minutes=2)


async def check_worker(
    environ: Mapping[str, str],
    *,
    namespace: str,
    queues: Sequence[str],
    now: datetime,
    host: str | None = None,
    latest_poll: timedelta = LATEST_POLL,
) -> None:
    """Make sure that a worker of this host polled every queue lately.

    A process that hangs stays alive and stops polling: nothing but the server notices.

    Args:
        environ: Names the server's address.
        namespace: Where it polls.
        queues: Task queues it must serve.
        now: The time.
        host: Name of the machine, as the worker knew it; our own if None.
        latest_poll: How long ago the last poll may be.

    Raises:
        StackError: A queue is not polled from here.
        EngineUnreachableError: The server does not answer.
    """
    host = host or socket.gethostname()
    client = await connect(environ, namespace=namespace)
    for queue in queues:
        polls = [
            poller.last_access_time.ToDatetime(now.tzinfo)
            for poller in await _pollers(client, queue)
            # The SDK's identity of a process is pid@host.
            if poller.identity.rpartition("@")[2] == host
        ]
        if not polls:
            raise StackError(
                f"No worker on {host} polls the task queue '{queue}'.",
                next_step="Its log says whether it still starts, or why it ended.",
            )
        silence = now - max(polls)
        if silence > latest_poll:
            raise StackError(
                f"The worker on {host} last polled the task queue '{queue}' {silence.total_seconds():.0f} s ago.",
                why="It hangs, or cannot reach the Temporal server.",
                next_step="Restart it: what it was at is taken up by another.",
            )


async def _pollers(client: Client, queue: str) -> Sequence[PollerInfo]:
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    if queue == WORKFLOW_QUEUE:
        kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    try:
        found = await client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
    except RPCError as error:
        address = client.service_client.config.target_host
        raise unreachable(address, error) from error
    return found.pollers
