"""Migrations: up, down, whole or not at all, and never without a copy."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from trends.errors import SchemaMismatchError, StorageError, StorageUnavailableError
from trends.storage.migrate import SCRIPTS, downgrade, migrate, revision
from trends.storage.revisions import HEAD, REVISIONS
from trends.storage.tables import metadata


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state 상태 100%" / "trends.db"


@pytest.fixture
def url(file: Path) -> str:
    return sa.URL.create("sqlite", database=str(file)).render_as_string()


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {str(row[0]) for row in rows}


def test_known_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)

    assert tuple(reversed([each.revision for each in scripts.walk_revisions()])) == REVISIONS


def test_migrating_creates_every_table(file: Path, url: str) -> None:
    assert migrate(url) == HEAD

    assert tables(file) == {*metadata.tables, "alembic_version"}
    assert revision(url) == HEAD


def test_migrated_schema_is_that_of_the_tables(file: Path, url: str) -> None:
    migrate(url)
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(file)), poolclass=sa.NullPool)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_table_and_unique_key_has_the_tenant() -> None:
    keys = [
        constraint
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    ]

    assert keys
    assert all("tenant" in constraint.columns for constraint in keys)


def test_going_down_takes_everything_away_and_up_brings_it_back(file: Path, url: str) -> None:
    migrate(url)

    assert downgrade(url, "base") is None
    assert tables(file) <= {"alembic_version"}

    migrate(url)
    assert revision(url) == HEAD


def test_going_down_copies_the_file_aside(file: Path, url: str) -> None:
    migrate(url)

    downgrade(url, "base")

    assert "runs" in tables(file.with_name("trends.db.before-base"))


def test_unknown_revision_cannot_be_gone_down_to(url: str) -> None:
    migrate(url)

    with pytest.raises(SchemaMismatchError, match="0001"):
        downgrade(url, "0815")


def test_fresh_database_leaves_no_copy(file: Path, url: str) -> None:
    migrate(url)

    assert [each.name for each in file.parent.glob("*before*")] == []


def test_migrating_twice_does_nothing(file: Path, url: str) -> None:
    migrate(url)
    before = file.stat().st_mtime_ns

    assert migrate(url) == HEAD

    assert file.stat().st_mtime_ns == before


def test_database_of_a_newer_program_is_left_alone(file: Path, url: str) -> None:
    migrate(url)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(SchemaMismatchError, match="older than its database"):
        migrate(url)

    assert revision(url) == "9999"


def test_failed_migration_leaves_nothing_behind(file: Path, url: str) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE outbox (mine TEXT)")  # in the way of the last one
        connection.commit()

    with pytest.raises(StorageError, match="outbox"):
        migrate(url)

    assert tables(file) == {"outbox"}


MIGRATOR = """
import sys
import alembic.command
from trends.storage.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
print(migrate(sys.argv[1]), flush=True)
"""


async def test_several_may_migrate_at_once(file: Path, url: str) -> None:
    file.parent.mkdir()
    migrators = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            MIGRATOR,
            url,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[4],
        )
        for _ in range(2)
    ]
    for migrator in migrators:
        assert migrator.stdout is not None
        assert await migrator.stdout.readline() == b"ready\n"
    # Both are at the line before one may go.
    ends = await asyncio.gather(*(migrator.communicate(b"go\n") for migrator in migrators))

    assert [output.decode().strip() for output, _ in ends] == [HEAD, HEAD]


def test_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "trends.db").mkdir()

    with pytest.raises(StorageUnavailableError, match=r"trends\.db"):
        migrate(f"sqlite:///{tmp_path}/trends.db")
