"""Doors as the API opens them, without a Temporal server, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from engine.doors import Doors, open_doors
from engine.state import State, prepare_state
from tests.databases import put_database
from tests.postgres_server import PostgresServer

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[dict[str, str]]:
    """Environment of a process with an empty database, on each kind; nothing is where the Temporal server should be."""
    state = State(tmp_path / "state")
    prepare_state(state)
    environ = {
        "TRENDS_STATE": str(state.root),
        "TEMPORAL_ADDRESS": "127.0.0.1:9",
        "TRENDS_RELOAD__WATCH": "false",
    }
    if request.param == "sqlite":
        put_database(state.database_file)
        yield environ
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"engine_{next(_numbers)}"
    template: str = request.getfixturevalue("migrated_template")
    yield {**environ, "TRENDS_DATABASE_URL": server.create(name, template=template)}
    server.drop(name)


@pytest.fixture
async def stored_doors(stored: dict[str, str]) -> AsyncGenerator[Doors]:
    """What the API serves from, wired as it is."""
    async with open_doors(stored) as doors:
        yield doors
