"""SQLite: one file, shared by the processes of one host."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from trends.errors import SchemaMismatchError, StorageError, StorageUnavailableError
from trends.storage.json_text import json_text
from trends.storage.turns import Turns

# How long SQLite itself waits for another process's write before it says "locked".
BUSY_SECONDS = 10.0
READERS = 3
WAL_ATTEMPTS = 20
WAL_PAUSE_SECONDS = 0.05
# Execution option of a connection that is going to write.
WRITES = "trends_writes"

# SQLite's result codes after which a later attempt may succeed.
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


class SqliteFile:
    """A database file. One thread of a process writes; processes take turns, and SQLite's lock keeps them apart.

    The lock is taken at the beginning of a transaction (BEGIN IMMEDIATE), since a reader that turns writer midway can
    only fail.

    Attributes:
        name: The file, for messages.
        readers: Threads that read.
        writers: Threads that write.
    """

    readers = READERS
    writers = 1

    def __init__(self, file: Path) -> None:
        self.file = file
        self.name = str(file)
        self._turns = Turns(file)

    def engine(self) -> sa.Engine:
        """Make the connections that `Database` works with."""
        engine = sa.create_engine(
            self._url(),
            # The driver begins nothing by itself; BEGIN IMMEDIATE comes from the hook below.
            connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
            json_serializer=json_text,
            pool_size=READERS + 1,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin_as_asked)
        return engine

    def settle(self, engine: sa.Engine) -> None:
        """Turn the write-ahead log on: readers do not wait for writers, and a commit waits for no disk.

        The switch needs the file alone for a moment and does not honour the busy timeout, so it is tried again.

        Raises:
            StorageError: The file system cannot, or the file is locked or full.
        """
        for left in reversed(range(WAL_ATTEMPTS)):
            try:
                with engine.connect() as connection:
                    mode = connection.scalar(sa.text("PRAGMA journal_mode=WAL"))
            except DBAPIError as error:
                failure = self.failure(error)
                if not left or not failure.retryable:
                    raise failure from error
                time.sleep(WAL_PAUSE_SECONDS)
                continue
            if mode == "wal":
                return
            break
        raise StorageError(
            f"{self.file} cannot keep a write-ahead log.",
            why="Its file system gives processes no shared memory; network mounts are such.",
            next_step="Put the state folder on a local disk (TRENDS_STATE).",
        )

    def stored_revision(self) -> str | None:
        """Read the revision of the schema; None where the file holds no tables of ours yet.

        Raises:
            SchemaMismatchError: The file is no database.
            StorageUnavailableError: It cannot be read at the moment.
        """
        if not self.file.exists():
            return None
        try:
            # Read-only, so that asking never creates or changes anything.
            uri = f"{self.file.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as connection:
                known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
                if connection.execute(known).fetchone() is None:
                    return None
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                return None if row is None else str(row[0])
        except sqlite3.OperationalError as error:
            raise StorageUnavailableError(
                f"Cannot read {self.file}.", why=f"{error}.", next_step="It is tried again."
            ) from error
        except sqlite3.DatabaseError as error:
            raise SchemaMismatchError(
                f"{self.file} is not a database.",
                why=f"{error}.",
                next_step="Move it away, or name another state folder with TRENDS_STATE.",
            ) from error

    @contextmanager
    def migration(self) -> Generator[sa.Connection]:
        """Open the one transaction that all migrations run in, with the write lock held; creates the file.

        Raises:
            DBAPIError: Locked, full, or a migration that fails.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self._url(),
            # Otherwise the driver commits before each change of a table, and half a migration could remain.
            connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
            poolclass=sa.NullPool,
        )
        event.listen(engine, "begin", _begin_to_write)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def copy_aside(self, target: str) -> None:
        """Copy what is committed to `<file>.before-<target>`, log included; complete or absent under its name.

        Raises:
            StorageUnavailableError: No room.
        """
        copy = self.file.with_name(f"{self.file.name}.before-{target}")
        partial = copy.with_name(f"{copy.name}.partial")
        try:
            partial.unlink(missing_ok=True)
            with (
                closing(sqlite3.connect(self.file)) as source,
                closing(sqlite3.connect(partial)) as sink,
            ):
                source.backup(sink)
            partial.replace(copy)
        except (sqlite3.OperationalError, OSError) as error:
            raise StorageUnavailableError(
                f"Cannot copy {self.file} aside.",
                why=f"{error}.",
                next_step="Nothing was changed; free space beside it and try again.",
            ) from error

    def turn(self) -> AbstractContextManager[None]:
        """Wait until no other process of ours writes the file; see `turns`.

        Raises:
            StorageUnavailableError: They went on for longer than SQLite would have waited.
        """
        return self._turns.turn(BUSY_SECONDS)

    def overtaken(self, error: DBAPIError) -> bool:
        """No: writers take turns here, so nobody comes in between."""
        del error
        return False

    def failure(self, error: DBAPIError) -> StorageError:
        """Say what the driver's error means: gone for a while, or for good."""
        name = str(getattr(error.orig, "sqlite_errorname", ""))
        if name.startswith("SQLITE_FULL"):
            return StorageUnavailableError(
                "The database cannot grow.",
                why=f"{error.orig}.",
                next_step="Free space where the state folder lies; it is tried again.",
            )
        if name.startswith("SQLITE_READONLY"):
            # A disk that a fault made read-only, or a file whose rights were changed, is put right by people meanwhile.
            return StorageUnavailableError(
                "The database cannot be written.",
                why=f"{error.orig} ({name}).",
                next_step="Let this user write where the state folder lies; it is tried again.",
            )
        if name.startswith(_PASSING) or error.connection_invalidated:
            return StorageUnavailableError(
                "The database cannot be used at the moment.",
                why=f"{error.orig} ({name}).",
                next_step="It is tried again.",
            )
        return StorageError("The database refused a statement.", why=f"{error.orig} ({name}).")

    def _url(self) -> sa.URL:
        return sa.URL.create("sqlite", database=str(self.file))


def _prepare(connection: Any, record: object) -> None:
    del record
    # With NORMAL a power cut may lose the last commits, never the file; a killed process loses nothing.
    connection.execute("PRAGMA synchronous=NORMAL").close()
    connection.execute("PRAGMA foreign_keys=ON").close()
    # LIKE tells capitals from small letters, as PostgreSQL's does.
    connection.execute("PRAGMA case_sensitive_like=ON").close()


def _begin_as_asked(connection: sa.Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_to_write(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
