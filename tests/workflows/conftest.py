"""A client of the real server, for every workflow test."""

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter


@pytest.fixture(scope="session")
async def temporal(engine_server: str) -> Client:
    """Connected to the session's own Temporal server."""
    return await Client.connect(engine_server, data_converter=pydantic_data_converter)
