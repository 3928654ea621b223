"""A migrated database for the tests that need one; the others do not pay for importing it."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from trends.storage.database import Database


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """A database file of the newest schema, made once."""
    from tests.databases import empty_database

    return empty_database()


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """URL of an empty database of the newest schema."""
    file = tmp_path / "trends.db"
    shutil.copy(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
async def database(database_url: str) -> "AsyncGenerator[Database]":
    """The same, open."""
    from trends.storage.database import Database

    async with await Database.open(database_url) as opened:
        yield opened
