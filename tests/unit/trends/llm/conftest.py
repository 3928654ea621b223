"""A server of models for each test."""

from collections.abc import Generator

import pytest

from tests.model_server import ModelServer
from tests.unit.trends.llm.cases import KEY


@pytest.fixture
def server() -> Generator[ModelServer]:
    """A server that takes one key."""
    with ModelServer(key=KEY) as running:
        yield running
