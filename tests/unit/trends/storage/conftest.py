"""Every test of the storage that takes a database runs on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres_server import PostgresServer
from trends.storage.revisions import HEAD

_numbers = itertools.count(1)

# Ours have the tenant; a table without it was made by a test.
EMPTY = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT t.tablename AS name, EXISTS (
            SELECT FROM information_schema.columns c
            WHERE c.table_name = t.tablename AND c.column_name = 'tenant'
        ) AS ours
        FROM pg_tables t WHERE t.schemaname = 'public' AND t.tablename <> 'alembic_version'
    LOOP
        IF found.ours THEN
            EXECUTE format('TRUNCATE %I CASCADE', found.name);
        ELSE
            EXECUTE format('DROP TABLE %I', found.name);
        END IF;
    END LOOP;
    UPDATE alembic_version SET version_num = '{head}';
END $$
"""


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def make_postgres(postgres: PostgresServer) -> Generator[Callable[[], str]]:
    """Makes PostgreSQL databases that have not been set up, and removes them after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(f"blank_{next(_numbers)}")
        return postgres.create(made[-1])

    yield make
    for name in made:
        postgres.drop(name)


@pytest.fixture(scope="module")
def migrated_database(postgres: PostgresServer, migrated_template: str) -> Generator[str]:
    """A PostgreSQL database of the newest schema for the tests of a module."""
    name = f"module_{next(_numbers)}"
    postgres.create(name, template=migrated_template)
    yield name
    postgres.drop(name)


@pytest.fixture
def postgres_url(postgres: PostgresServer, migrated_database: str) -> str:
    """URL of a PostgreSQL database of the newest schema, emptied: making one anew takes ten times as long."""
    postgres.run(EMPTY.format(head=HEAD), database=migrated_database)
    return postgres.url(migrated_database)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """URL of an empty SQLite database of the newest schema."""
    file = tmp_path / "trends.db"
    shutil.copy(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest) -> str:
    """URL of an empty database of the newest schema, on each kind."""
    url: str = request.getfixturevalue(f"{kind}_url")
    return url


@pytest.fixture
def blank_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of a database that has not been set up, on each kind."""
    if kind == "sqlite":
        file = tmp_path / "state 상태 100%" / "trends.db"
        return sa.URL.create("sqlite", database=str(file)).render_as_string()
    make: Callable[[], str] = request.getfixturevalue("make_postgres")
    return make()
