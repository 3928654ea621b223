"""Migrations, on each kind of database: up, down, whole or not at all, one migrator after the other."""

import asyncio
import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from trends.errors import SchemaMismatchError, StorageError
from trends.storage import backends, tables
from trends.storage.backends import backend_of
from trends.storage.migrate import SCRIPTS, downgrade, migrate, revision
from trends.storage.revisions import HEAD, REVISIONS

STORAGE = Path(backends.__file__).parent
metadata = tables.metadata
for file in STORAGE.glob("*tables.py"):
    # Tables of every module are in the one metadata once it is imported.
    importlib.import_module(f"trends.storage.{file.stem}")


@contextmanager
def connected(url: str) -> Generator[sa.Connection]:
    """A connection of its own, committed at the end."""
    engine = backend_of(url).engine()
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def tables_of(url: str) -> set[str]:
    with connected(url) as connection:
        return set(sa.inspect(connection).get_table_names())


def test_known_revisions_are_those_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)

    assert tuple(reversed([each.revision for each in scripts.walk_revisions()])) == REVISIONS


def test_migrating_creates_every_table(blank_url: str) -> None:
    assert migrate(blank_url) == HEAD

    assert tables_of(blank_url) == {*metadata.tables, "alembic_version"}
    assert revision(blank_url) == HEAD


def test_migrated_schema_is_that_of_the_tables(database_url: str) -> None:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_all_text_of_postgresql_sorts_by_bytes(postgres_url: str) -> None:
    # What the comparison above does not look at.
    query = sa.text(
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        " AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
    )
    with connected(postgres_url) as connection:
        assert list(connection.scalars(query)) == []


def test_every_table_and_unique_key_has_the_tenant() -> None:
    keys = [
        constraint
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    ]

    assert keys
    assert all("tenant" in constraint.columns for constraint in keys)


def test_every_step_goes_down_and_up_again(blank_url: str) -> None:
    migrate(blank_url)

    for target in [*reversed(REVISIONS[:-1]), "base"]:
        assert downgrade(blank_url, target) == (None if target == "base" else target)
    assert tables_of(blank_url) <= {"alembic_version"}

    assert migrate(blank_url) == HEAD
    assert tables_of(blank_url) == {*metadata.tables, "alembic_version"}


def test_unknown_revision_cannot_be_gone_down_to(database_url: str) -> None:
    with pytest.raises(SchemaMismatchError, match="0001"):
        downgrade(database_url, "0815")


def test_migrating_twice_does_nothing(database_url: str) -> None:
    assert migrate(database_url) == HEAD
    assert migrate(database_url) == HEAD


def test_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaMismatchError, match="older than its database"):
        migrate(database_url)

    assert revision(database_url) == "9999"


def test_failed_migration_leaves_nothing_behind(blank_url: str, tmp_path: Path) -> None:
    (tmp_path / "state 상태 100%").mkdir()
    with connected(blank_url) as connection:
        # In the way of the last one of the first revision.
        connection.execute(sa.text("CREATE TABLE outbox (mine TEXT)"))

    with pytest.raises(StorageError, match="outbox"):
        migrate(blank_url)

    assert tables_of(blank_url) == {"outbox"}


MIGRATOR = """
import sys
import alembic.command
from trends.storage.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
print(migrate(sys.argv[1]), flush=True)
"""


async def test_several_may_migrate_at_once(blank_url: str) -> None:
    migrators = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            MIGRATOR,
            blank_url,
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
