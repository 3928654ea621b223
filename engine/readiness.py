"""Tell when each process of the stack really answers: by asking it, never by waiting a while."""

import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.contracts import WORKFLOW_QUEUE
from engine.child import ReadyCheck
from engine.connect import connect
from engine.namespace import ensure_namespace
from trends.errors import StackError

RPC_TIMEOUT = timedelta(seconds=5)


def engine_check(environ: Mapping[str, str], *, namespace: str, retention: timedelta) -> ReadyCheck:
    """Check a Temporal server of ours: it answers, and its namespace is as runs need it.

    Args:
        environ: Names the server's address.
        namespace: Brought in line.
        retention: How long the history of ended runs is kept.
    """

    async def check(_pid: int) -> None:
        client = await connect(environ, namespace=namespace)
        await ensure_namespace(client, retention=retention)

    return check


def worker_check(
    environ: Mapping[str, str], *, namespace: str, queues: Sequence[str]
) -> ReadyCheck:
    """Check a worker process: the server knows it as a poller of every queue.

    Args:
        environ: Names the server's address.
        namespace: Where it polls.
        queues: Task queues it must serve.
    """
    clients: list[Client] = []

    async def check(pid: int) -> None:
        if not clients:
            clients.append(await connect(environ, namespace=namespace))
        for queue in queues:
            if not await _polls(clients[0], queue, pid):
                raise StackError(
                    f"The worker does not poll the task queue '{queue}' yet.",
                    next_step="Its log, logs/worker.log in the state folder, says what it waits for.",
                )

    return check


async def _polls(client: Client, queue: str, pid: int) -> bool:
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    if queue == WORKFLOW_QUEUE:
        kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    try:
        found = await client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
    except RPCError:
        return False
    # The SDK's identity of a process is pid@host; a poller of an earlier process stays listed for minutes.
    return any(poller.identity == f"{pid}@{socket.gethostname()}" for poller in found.pollers)
