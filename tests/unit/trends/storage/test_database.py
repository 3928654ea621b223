"""The database, on each kind: what opening refuses, and that a transaction is whole or nothing."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from trends.errors import SchemaMismatchError, SettingsError, StorageError
from trends.storage.backends import backend_of
from trends.storage.columns import time
from trends.storage.database import Database

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
    async def test_database_that_was_never_set_up_is_named(self, blank_url: str) -> None:
        with pytest.raises(SchemaMismatchError, match="trends migrate") as caught:
            await Database.open(blank_url)

        assert backend_of(blank_url).name in str(caught.value)

    @pytest.mark.parametrize("revision", ["0000", "9999", ""])
    async def test_database_of_an_unknown_revision_is_newer(
        self, database: Database, database_url: str, revision: str
    ) -> None:
        change = sa.text("UPDATE alembic_version SET version_num = :revision")
        await database.write(lambda connection: connection.execute(change, {"revision": revision}))

        with pytest.raises(SchemaMismatchError, match="program is older than its database"):
            await Database.open(database_url)

    async def test_revision_may_be_left_unchecked(self, blank_url: str, tmp_path: Path) -> None:
        (tmp_path / "state 상태 100%").mkdir(exist_ok=True)
        async with await Database.open(blank_url, check_revision=False) as opened:
            assert await opened.read(lambda connection: connection.scalar(sa.text("SELECT 1"))) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "trends.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:geheim@h/db",
        "postgres://u:geheim@h/db",
        "postgresql+asyncpg://u:geheim@h/db",
        "postgresql://u:geheim@h:geheim/db",
        "postgresql://u:ge@geheim@h/db",
        "post gres://u:geheim@h/db",
    ],
)
def test_url_of_no_database_of_ours_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="TRENDS_DATABASE_URL") as caught:
        backend_of(url)

    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


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

    async def test_value_that_cannot_be_stored_is_final(self, noted: Database) -> None:
        moments = sa.Table("moments", sa.MetaData(), time("at"))
        naive = datetime(2026, 1, 9)  # noqa: DTZ001  # that is the point

        with pytest.raises(StorageError, match="needs a zone") as caught:
            await noted.write(
                lambda connection: connection.execute(sa.insert(moments), {"at": naive})
            )

        assert not caught.value.retryable
