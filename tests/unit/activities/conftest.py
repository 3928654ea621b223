"""A migrated database and a poller over it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from activities.polling import SourcePoller
from tests.unit.activities.live_cases import Clock, poller
from trends.storage.database import Database
from trends.storage.migrate import migrate


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database, open."""
    url = f"sqlite:///{tmp_path / 'trends.db'}"
    migrate(url)
    async with await Database.open(url) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def polls(database: Database, clock: Clock) -> SourcePoller:
    """Polls, and keeps what comes."""
    return poller(database, clock)
