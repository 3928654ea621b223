"""What workflow tests share: a client of the real server, and the report that a disturbed run must come to."""

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from tests.workflows.stand import undisturbed


@pytest.fixture(scope="session")
async def temporal(engine_server: str) -> Client:
    """Connected to the session's own Temporal server."""
    return await Client.connect(engine_server, data_converter=pydantic_data_converter)


@pytest.fixture(scope="session")
async def calm_report(
    engine_server: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What every disturbed run must come to."""
    return await undisturbed(engine_server, tmp_path_factory.mktemp("calm"))
