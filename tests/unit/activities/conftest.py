"""A migrated database and a poller over it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from activities.polling import SourcePoller
from tests.databases import put_database
from tests.unit.activities.live_cases import Clock, poller
from trends.storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database, open."""
    async with await Database.open(put_database(tmp_path / "trends.db")) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def polls(database: Database, clock: Clock) -> SourcePoller:
    """Polls, and keeps what comes."""
    return poller(database, clock)
