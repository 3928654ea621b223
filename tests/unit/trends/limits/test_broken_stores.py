"""A database that goes away between or in the verbs of a ledger: nothing is half done, and it is well again afterwards."""

import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from datetime import datetime

import pytest
import sqlalchemy as sa

from tests.postgres_server import PostgresServer
from tests.unit.trends.limits.ledger_cases import START, Stand, ask
from trends.errors import StorageUnavailableError
from trends.limits.ledger import Chances, SqlLedger
from trends.storage.database import Database

# Not the usual ten seconds, which a test would only wait for.
BUSY_MILLISECONDS = 50


@pytest.fixture
async def file_stand(sqlite_url: str) -> AsyncGenerator[Stand]:
    """A ledger in a file that waits for others only shortly."""
    async with await Database.open(sqlite_url) as database:
        stand = Stand(database)
        await pragma(stand, f"busy_timeout={BUSY_MILLISECONDS}")
        yield stand


@pytest.fixture
async def server_stand(postgres_url: str) -> AsyncGenerator[Stand]:
    """A ledger in PostgreSQL."""
    async with await Database.open(postgres_url) as database:
        yield Stand(database)


async def pragma(stand: Stand, words: str) -> int:
    """Tell the one connection of an otherwise idle database something."""

    def work(connection: sa.Connection) -> int:
        found = connection.exec_driver_sql(f"PRAGMA {words}")
        return int(found.scalar_one()) if found.returns_rows else 0

    return await stand.database.read(work)


@contextmanager
def locked(url: str) -> Generator[None]:
    """Another process that writes, and does not end."""
    with closing(sqlite3.connect(sa.make_url(url).database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_file_that_stays_locked_refuses_and_holds_nothing(
    file_stand: Stand, sqlite_url: str
) -> None:
    with locked(sqlite_url), pytest.raises(StorageUnavailableError) as refused:
        await file_stand.ledger.reserve(ask())
    assert refused.value.retryable
    assert (await file_stand.money(), await file_stand.states()) == ({}, [])
    await file_stand.ledger.reserve(ask())
    assert await file_stand.day() == (100, 0)


async def test_what_cannot_be_booked_while_locked_is_booked_once_afterwards(
    file_stand: Stand, sqlite_url: str
) -> None:
    given = await file_stand.ledger.reserve(ask())
    with locked(sqlite_url), pytest.raises(StorageUnavailableError):
        await file_stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await file_stand.day() == (100, 0)
    for _ in range(2):
        await file_stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await file_stand.day() == (0, 60)


async def test_a_file_that_cannot_be_written_refuses_and_holds_nothing(file_stand: Stand) -> None:
    await pragma(file_stand, "query_only=1")
    with pytest.raises(StorageUnavailableError) as refused:
        await file_stand.ledger.reserve(ask())
    assert refused.value.retryable
    await pragma(file_stand, "query_only=0")
    assert (await file_stand.money(), await file_stand.states()) == ({}, [])
    await file_stand.ledger.reserve(ask())
    assert await file_stand.day() == (100, 0)


async def until_refused(stand: Stand) -> tuple[int, StorageUnavailableError]:
    """Reserve until the store refuses; how many were granted, and the refusal."""
    for granted in range(1000):
        try:
            await stand.ledger.reserve(ask(f"{granted}"))
        except StorageUnavailableError as error:
            return granted, error
    pytest.fail("the store took everything")


async def test_a_full_disk_refuses_and_keeps_what_was_granted_before(file_stand: Stand) -> None:
    pages = await pragma(file_stand, "page_count")
    await pragma(file_stand, f"max_page_count={pages}")
    # Free room in the pages that are there takes a few.
    granted, refused = await until_refused(file_stand)
    assert refused.retryable
    assert (await file_stand.day())[0] == 100 * granted
    assert len(await file_stand.states()) == granted
    await pragma(file_stand, f"max_page_count={pages * 2}")
    await file_stand.ledger.reserve(ask(f"{granted}"))
    assert await file_stand.day() == (100 * (granted + 1), 0)


async def test_a_connection_that_ends_between_reserve_and_settle_books_once(
    postgres: PostgresServer, server_stand: Stand, migrated_database: str
) -> None:
    given = await server_stand.ledger.reserve(ask())
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        database=migrated_database,
    )
    for _ in range(2):
        await server_stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await server_stand.day() == (0, 60)
    assert await server_stand.states() == ["settled"]


async def test_a_connection_that_ends_in_the_middle_of_settling_books_once(
    server_stand: Stand,
) -> None:
    given = await server_stand.ledger.reserve(ask())

    def end(connection: sa.Connection) -> datetime:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return START

    dying = SqlLedger(
        server_stand.database, lambda _: server_stand.quotas, chances=Chances(read_time=end)
    )
    with pytest.raises(StorageUnavailableError) as refused:
        await dying.settle(given, tokens=1, cost_micro=60)
    assert refused.value.retryable
    assert await server_stand.day() == (100, 0)
    for _ in range(2):
        await server_stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await server_stand.day() == (0, 60)
