"""SQLite's own: its file, its lock, its settings, and what its failures mean."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from trends.errors import SchemaMismatchError, StorageUnavailableError
from trends.storage import sqlite as sqlite_module
from trends.storage.database import Database
from trends.storage.migrate import downgrade, migrate, revision
from trends.storage.revisions import HEAD

NOTES = "CREATE TABLE notes (text TEXT UNIQUE)"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    return tmp_path / "state" / "trends.db"


async def test_opening_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(SchemaMismatchError):
        await Database.open(f"sqlite:///{tmp_path}/none.db")

    assert not (tmp_path / "none.db").exists()


async def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "trends.db"
    file.write_bytes(b"not a database" * 100)

    with pytest.raises(SchemaMismatchError, match="not a database"):
        await Database.open(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
async def test_connections_are_set_up(database: Database, pragma: str, value: object) -> None:
    query = sa.text(f"PRAGMA {pragma}")

    assert await database.read(lambda connection: connection.scalar(query)) == value
    assert await database.write(lambda connection: connection.scalar(query)) == value


async def test_database_locked_by_another_process_is_tried_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.write(lambda connection: connection.exec_driver_sql(NOTES).close())
    add = sa.text("INSERT INTO notes VALUES ('a')")
    # Only the patience is shortened; the lock is real.
    monkeypatch.setattr(sqlite_module, "BUSY_SECONDS", 0.05)
    file = database_url.removeprefix("sqlite:///")
    async with await Database.open(database_url) as impatient:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailableError, match="locked"):
                await impatient.write(lambda connection: connection.execute(add))
            other.execute("ROLLBACK")
        await impatient.write(lambda connection: connection.execute(add))

    count = sa.text("SELECT count(*) FROM notes")
    assert await database.read(lambda connection: connection.scalar(count)) == 1


async def test_full_disk_is_tried_again(database: Database) -> None:
    await database.write(lambda connection: connection.exec_driver_sql(NOTES).close())

    def fill(connection: sa.Connection) -> None:
        # The database's own limit gives the error that a full disk gives.
        pages = connection.scalar(sa.text("PRAGMA page_count"))
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        add = sa.text("INSERT INTO notes VALUES (:text)")
        for number in range(1000):
            connection.execute(add, {"text": f"{number}" * 100})

    with pytest.raises(StorageUnavailableError, match="cannot grow"):
        await database.write(fill)

    count = sa.text("SELECT count(*) FROM notes")
    assert await database.read(lambda connection: connection.scalar(count)) == 0


class TestMigrating:
    def test_going_down_copies_the_file_aside(self, blank: Path) -> None:
        migrate(f"sqlite:///{blank}")

        downgrade(f"sqlite:///{blank}", "base")

        assert revision(f"sqlite:///{blank.with_name('trends.db.before-base')}") == HEAD

    def test_fresh_database_leaves_no_copy(self, blank: Path) -> None:
        migrate(f"sqlite:///{blank}")

        assert [each.name for each in blank.parent.glob("*before*")] == []

    def test_migrating_twice_does_not_touch_the_file(self, blank: Path) -> None:
        migrate(f"sqlite:///{blank}")
        before = blank.stat().st_mtime_ns

        migrate(f"sqlite:///{blank}")

        assert blank.stat().st_mtime_ns == before

    def test_copy_that_cannot_be_made_changes_nothing(self, blank: Path) -> None:
        migrate(f"sqlite:///{blank}")
        blank.with_name("trends.db.before-base.partial").mkdir()

        with pytest.raises(StorageUnavailableError, match="Nothing was changed"):
            downgrade(f"sqlite:///{blank}", "base")

        assert revision(f"sqlite:///{blank}") == HEAD

    def test_folder_in_the_place_of_the_file_is_tried_again(self, blank: Path) -> None:
        blank.mkdir(parents=True)

        with pytest.raises(StorageUnavailableError, match=r"trends\.db"):
            migrate(f"sqlite:///{blank}")
