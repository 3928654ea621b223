"""The database: what each of its failures means, and that a transaction is whole or nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from trends.errors import (
    SchemaMismatchError,
    SettingsError,
    StorageError,
    StorageUnavailableError,
)
from trends.storage import database as database_module
from trends.storage.database import Database, sqlite_file

NOTES = "CREATE TABLE notes (text TEXT UNIQUE)"


def note(text: str) -> sa.TextClause:
    return sa.text("INSERT INTO notes VALUES (:text)").bindparams(text=text)


def add(connection: sa.Connection, text: str) -> None:
    connection.execute(note(text))


async def notes(database: Database) -> list[str]:
    query = sa.text("SELECT text FROM notes ORDER BY text")
    return await database.read(lambda connection: list(connection.scalars(query)))


@pytest.fixture
async def noted(database: Database) -> Database:
    await database.write(lambda connection: connection.exec_driver_sql(NOTES).close())
    return database


class TestOpening:
    async def test_database_that_was_never_set_up_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SchemaMismatchError, match="trends migrate"):
            await Database.open(f"sqlite:///{tmp_path}/none.db")

        assert not (tmp_path / "none.db").exists()

    async def test_file_that_is_no_database_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "trends.db"
        file.write_bytes(b"not a database" * 100)

        with pytest.raises(SchemaMismatchError, match="not a database"):
            await Database.open(f"sqlite:///{file}")

    @pytest.mark.parametrize(
        ("revision", "message"),
        [("0000", "program is older"), ("9999", "program is older"), ("", "program is older")],
    )
    async def test_database_of_an_unknown_revision_is_newer(
        self, database_url: str, revision: str, message: str
    ) -> None:
        with closing(sqlite3.connect(sqlite_file(database_url))) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            connection.commit()

        with pytest.raises(SchemaMismatchError, match=message):
            await Database.open(database_url)

    async def test_revision_may_be_left_unchecked(self, tmp_path: Path) -> None:
        async with await Database.open(
            f"sqlite:///{tmp_path}/x.db", check_revision=False
        ) as opened:
            assert await opened.read(lambda connection: connection.scalar(sa.text("SELECT 1"))) == 1

    @pytest.mark.parametrize(
        "url", ["", "trends.db", "postgresql://u:geheim@h/db", "sqlite://", "sqlite:///:memory:"]
    )
    async def test_url_of_no_sqlite_file_is_refused(self, url: str) -> None:
        with pytest.raises(SettingsError) as caught:
            await Database.open(url)

        assert "geheim" not in str(caught.value)

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [
            ("journal_mode", "wal"),
            ("synchronous", 1),
            ("foreign_keys", 1),
            ("busy_timeout", 10_000),
        ],
    )
    async def test_connections_are_set_up(
        self, database: Database, pragma: str, value: object
    ) -> None:
        query = sa.text(f"PRAGMA {pragma}")

        assert await database.read(lambda connection: connection.scalar(query)) == value
        assert await database.write(lambda connection: connection.scalar(query)) == value


class TestTransactions:
    async def test_what_a_block_wrote_before_it_raised_is_gone(self, noted: Database) -> None:
        def fail(connection: sa.Connection) -> None:
            add(connection, "a")
            raise LookupError

        with pytest.raises(LookupError):
            await noted.write(fail)

        assert await notes(noted) == []

    async def test_readers_go_on_while_a_writer_is_at_work(self, noted: Database) -> None:
        seen: list[list[str]] = []

        async def look() -> None:
            seen.append(await notes(noted))

        loop = asyncio.get_running_loop()

        def slow(connection: sa.Connection) -> None:
            add(connection, "a")
            asyncio.run_coroutine_threadsafe(look(), loop).result()

        await noted.write(slow)

        assert seen == [[]]
        assert await notes(noted) == ["a"]

    async def test_cancelled_writer_leaves_a_whole_transaction_or_none(
        self, noted: Database
    ) -> None:
        def pair(connection: sa.Connection, number: int) -> None:
            add(connection, f"{number}a")
            add(connection, f"{number}b")

        tasks = [
            asyncio.create_task(noted.write(lambda c, n=number: pair(c, n))) for number in range(40)
        ]
        for turns, task in enumerate(tasks):
            for _ in range(turns % 4):
                await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        found = await notes(noted)
        assert {text[:-1] + "a" for text in found} | {text[:-1] + "b" for text in found} == set(
            found
        )
        await noted.write(lambda connection: add(connection, "after"))
        assert "after" in await notes(noted)

    async def test_statement_that_contradicts_the_schema_is_final(self, noted: Database) -> None:
        await noted.write(lambda connection: add(connection, "a"))

        with pytest.raises(StorageError) as caught:
            await noted.write(lambda connection: add(connection, "a"))

        assert not caught.value.retryable


class TestFailures:
    async def test_database_locked_by_another_process_is_tried_again(
        self, noted: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Only the patience is shortened; the lock is real.
        monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
        async with await Database.open(database_url) as impatient:
            with closing(sqlite3.connect(sqlite_file(database_url), isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StorageUnavailableError, match="locked"):
                    await impatient.write(lambda connection: add(connection, "a"))
                other.execute("ROLLBACK")
            await impatient.write(lambda connection: add(connection, "b"))

        assert await notes(noted) == ["b"]

    async def test_full_disk_is_tried_again(self, noted: Database) -> None:
        def fill(connection: sa.Connection) -> None:
            # The database's own limit gives the error that a full disk gives.
            pages = connection.scalar(sa.text("PRAGMA page_count"))
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(1000):
                add(connection, f"{number}" * 100)

        with pytest.raises(StorageUnavailableError, match="cannot grow"):
            await noted.write(fill)

        assert await notes(noted) == []
