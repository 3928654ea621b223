"""The real Temporal server as we start it: prepared, tuned, restarted, reached."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.child import Child, Incarnation, Ties
from engine.connect import connect
from engine.namespace import ensure_namespace
from engine.ports import accepts
from engine.server import Engine
from engine.supervisor import Backoff, StackSpec, Supervisor, supervise
from tests.conftest import make_engine_child
from tests.unit.engine.programs import until
from trends.errors import EngineError, EngineUnreachableError
from workflows import attributes

pytestmark = pytest.mark.engine

NOWHERE = {"TEMPORAL_CONFIG_FILE": os.devnull}


def ignore(_line: str) -> None:
    """Nobody listens."""


async def retention_of(client: Client) -> timedelta:
    """How long the server keeps the history of ended runs of the client's namespace."""
    found = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


@pytest.fixture
async def own_child(engine: Engine, tmp_path: Path) -> AsyncGenerator[Child]:
    """A server that a test may kill."""
    assert engine.binary is not None
    async with AsyncExitStack() as stack:
        yield make_engine_child(engine.binary, tmp_path, stack)


@pytest.fixture
async def own_server(own_child: Child) -> AsyncGenerator[Supervisor]:
    """The same, running."""
    spec = StackSpec(groups=((own_child,),), backoff=Backoff(first_seconds=0.05))
    async with supervise(spec, say=ignore) as supervisor:
        yield supervisor


async def test_history_is_kept_for_thirty_days(temporal: Client) -> None:
    assert await retention_of(temporal) == timedelta(days=30)


async def test_the_search_attributes_of_a_run_exist(temporal: Client) -> None:
    found = await temporal.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=temporal.namespace)
    )
    names = {"TrendPipeline", "TrendStage", "TrendStatus", "TrendTenant", "TrendMonitor"}
    assert names <= set(found.custom_attributes)


async def test_runs_are_found_by_their_attributes(temporal: Client) -> None:
    tenant = uuid4().hex
    handle = await temporal.start_workflow(
        "Anything",
        id=f"engine-{tenant}",
        task_queue="nobody",
        search_attributes=TypedSearchAttributes([SearchAttributePair(attributes.TENANT, tenant)]),
    )
    async with asyncio.timeout(20):
        while [w.id async for w in temporal.list_workflows(f'TrendTenant = "{tenant}"')] == []:
            await asyncio.sleep(0.05)
    await handle.terminate()


async def test_preparing_again_mends_what_is_wrong_and_keeps_what_is_right(
    temporal: Client,
) -> None:
    await ensure_namespace(temporal, retention=timedelta(days=2))
    assert await retention_of(temporal) == timedelta(days=2)
    for _ in range(2):
        await ensure_namespace(temporal, retention=timedelta(days=30))
    assert await retention_of(temporal) == timedelta(days=30)


async def test_a_namespace_that_does_not_exist_is_named(engine_server: str) -> None:
    client = await connect(NOWHERE, address=engine_server, namespace="nowhere")
    with pytest.raises(EngineError, match="'nowhere' could not be prepared"):
        await ensure_namespace(client, retention=timedelta(days=30))


@workflow.defn(name="NoteTurn")
class NoteTurn:
    """Notes its id in the order in which the server hands runs out."""

    turns: list[str] = []  # noqa: RUF012  # one worker without sandbox, for one test

    @workflow.run
    async def run(self) -> None:
        """End at once."""
        self.turns.append(workflow.info().workflow_id.partition("-")[0])


async def waiting(client: Client, queue: str) -> int:
    """Tasks of runs in a queue, as the server counts them every five seconds."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        report_stats=True,
    )
    found = await client.workflow_service.describe_task_queue(request)
    return found.stats.approximate_backlog_count


async def turns(client: Client, started: list[tuple[str, Priority]]) -> list[str]:
    """Start runs while nobody serves them, then serve one at a time."""
    NoteTurn.turns.clear()
    queue = uuid4().hex
    handles = [
        await client.start_workflow(
            NoteTurn.run, id=f"{name}-{n}-{queue}", task_queue=queue, priority=priority
        )
        for n, (name, priority) in enumerate(started)
    ]
    # A start is answered before its task is in the queue; which one comes first is asked of those that are.
    async with asyncio.timeout(30):
        while await waiting(client, queue) < len(started):
            await asyncio.sleep(0.2)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[NoteTurn],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=1,
        max_concurrent_workflow_task_polls=1,
    ):
        for handle in handles:
            await handle.result()
    return list(NoteTurn.turns)


async def test_a_run_of_higher_priority_goes_before_a_backlog(temporal: Client) -> None:
    backlog = [("late", Priority(priority_key=5))] * 6
    order = await turns(temporal, [*backlog, ("urgent", Priority(priority_key=2))])
    assert order == ["urgent", *["late"] * 6]


async def test_a_tenant_with_one_run_does_not_wait_for_another_tenants_backlog(
    temporal: Client,
) -> None:
    backlog = [("big", Priority(fairness_key="big"))] * 8
    order = await turns(temporal, [*backlog, ("small", Priority(fairness_key="small"))])
    assert order.index("small") <= 2


async def test_a_killed_server_comes_back_on_its_port_with_its_runs(
    own_child: Child, own_server: Supervisor
) -> None:
    address = f"127.0.0.1:{own_child.ports[0]}"
    client = await connect(NOWHERE, address=address)
    await client.start_workflow("Anything", id="kept", task_queue="nobody")
    first = own_server.pids["engine"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: own_server.pids.get("engine", first) != first, "it is restarted")
    again = await connect(NOWHERE, address=address, patience=timedelta(seconds=20))
    found = await again.get_workflow_handle("kept").describe()
    assert found.status is WorkflowExecutionStatus.RUNNING


async def test_a_server_stopped_in_order_keeps_its_runs(own_child: Child) -> None:
    address = f"127.0.0.1:{own_child.ports[0]}"
    spec = StackSpec(groups=((own_child,),))
    async with supervise(spec, say=ignore):
        client = await connect(NOWHERE, address=address)
        await client.start_workflow("Anything", id="kept", task_queue="nobody")
    async with supervise(spec, say=ignore):
        client = await connect(NOWHERE, address=address)
        found = await client.get_workflow_handle("kept").describe()
    assert found.status is WorkflowExecutionStatus.RUNNING


async def test_a_server_ends_when_its_supervisors_pipe_closes(own_child: Child) -> None:
    read_end, write_end = os.pipe()
    server = await Incarnation.start(own_child, Ties(read_end))
    await server.ready(60)
    os.close(write_end)
    await server.ended()
    os.close(read_end)
    assert not accepts(own_child.ports[0])


async def test_a_server_is_reached_by_an_address_in_the_environment(engine_server: str) -> None:
    client = await connect({**NOWHERE, "TEMPORAL_ADDRESS": engine_server})
    assert await client.service_client.check_health()


async def test_a_server_is_reached_by_a_profile(engine_server: str, tmp_path: Path) -> None:
    file = tmp_path / "temporal.toml"
    file.write_text(f'[profile.here]\naddress = "{engine_server}"\nnamespace = "default"\n')
    client = await connect({"TEMPORAL_CONFIG_FILE": str(file), "TEMPORAL_PROFILE": "here"})
    assert await client.service_client.check_health()


async def test_a_server_without_tls_is_not_reached_with_an_api_key(engine_server: str) -> None:
    environ = {**NOWHERE, "TEMPORAL_ADDRESS": engine_server, "TEMPORAL_API_KEY": "made-up"}
    with pytest.raises(EngineUnreachableError, match="It does not speak TLS"):
        await connect(environ)
