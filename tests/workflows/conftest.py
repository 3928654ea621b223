"""What workflow tests share: a client of the real server, and the report that a disturbed run must come to."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from tests.workflows.stand import Stand, stand, undisturbed


@pytest.fixture(scope="session")
async def temporal(engine_server: str) -> Client:
    """Connected to the session's own Temporal server."""
    return await Client.connect(engine_server, data_converter=pydantic_data_converter)


@pytest.fixture
async def idle(engine_server: str, tmp_path: Path) -> AsyncGenerator[Stand]:
    """A stand without any worker."""
    async with stand(engine_server, tmp_path) as built:
        yield built


@pytest.fixture(autouse=True)
async def alone(request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    """Let nothing of a test live on: the tests share their server and its queues."""
    yield
    if "engine_server" in request.fixturenames:
        client = await Client.connect(request.getfixturevalue("engine_server"))
        async for left in client.list_workflows("ExecutionStatus = 'Running'"):
            await _end(client, left.id)
        async for schedule in await client.list_schedules():
            await _delete(client, schedule.id)


async def _delete(client: Client, schedule_id: str) -> None:
    try:
        await client.get_schedule_handle(schedule_id).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _end(client: Client, workflow_id: str) -> None:
    handle = client.get_workflow_handle(workflow_id)
    try:
        await handle.terminate()
    except RPCError as error:
        # What is listed may have ended since.
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


@pytest.fixture(scope="session")
async def calm_report(
    engine_server: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What every disturbed run must come to."""
    return await undisturbed(engine_server, tmp_path_factory.mktemp("calm"))
