"""Every test of a ledger runs on SQLite, on PostgreSQL, and with its rates in Redis."""

import itertools
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from tests.postgres_server import PostgresServer
from tests.redis_server import NoRedisError, RedisServer, redis_server
from tests.unit.trends.limits.ledger_cases import Stand
from trends.storage.database import Database
from trends.storage.limit_tables import metadata

_numbers = itertools.count(1)
TABLES = ", ".join(table for table in metadata.tables if table.startswith("limit_"))


@pytest.fixture(scope="session")
def redis() -> Generator[RedisServer]:
    """A Redis server. Without one, tests that need it are skipped by name, or fail with CI=true."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(redis_server())
        except NoRedisError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(f"Redis is missing: {error}", pytrace=False)
            pytest.skip(f"needs Redis: {error}")
        yield server


@pytest.fixture(scope="module")
def migrated_database(postgres: PostgresServer, migrated_template: str) -> Generator[str]:
    """A PostgreSQL database of the newest schema for the tests of a module."""
    name = f"limits_{next(_numbers)}"
    postgres.create(name, template=migrated_template)
    yield name
    postgres.drop(name)


@pytest.fixture
def postgres_url(postgres: PostgresServer, migrated_database: str) -> str:
    """URL of a PostgreSQL database with an empty ledger."""
    postgres.run(f"TRUNCATE {TABLES}", database=migrated_database)
    return postgres.url(migrated_database)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """URL of an empty SQLite database."""
    file = tmp_path / "trends.db"
    shutil.copy(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which store the test runs on; with `redis` the money is in SQLite."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest) -> str:
    """URL of an empty database, on each kind."""
    name = "postgres_url" if kind == "postgres" else "sqlite_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def redis_url(kind: str, request: pytest.FixtureRequest) -> str:
    """Where the rates are; empty where they are in the database."""
    if kind != "redis":
        return ""
    server: RedisServer = request.getfixturevalue("redis")
    return server.url


@pytest.fixture
async def stand(database_url: str, redis_url: str) -> AsyncGenerator[Stand]:
    """A ledger with limits and a clock that the test sets."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(database_url))
        client = None
        if redis_url:
            client = cast("Any", Redis).from_url(redis_url)
            stack.push_async_callback(client.aclose)
        stand = Stand(database, client, prefix=f"test-{next(_numbers)}")
        await stand.set_clock()
        yield stand
