"""One SQLite database, opened for reading and for short writing transactions."""

import asyncio
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from trends.errors import SettingsError, StorageError, StorageUnavailableError
from trends.storage.revisions import check
from trends.storage.threads import to_its_end

Value = TypeVar("Value")

# How long SQLite itself waits for another process's write before it says "locked".
BUSY_SECONDS = 10.0
READERS = 3
WAL_ATTEMPTS = 20
WAL_PAUSE_SECONDS = 0.05
_WRITES = "trends_writes"

# SQLite's result codes after which a later attempt may succeed.
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def sqlite_file(url: str) -> Path:
    """Name the file of a database URL, `sqlite:///relative.db` or `sqlite:////absolute.db`.

    Raises:
        SettingsError: Not a URL of a SQLite file.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise _not_sqlite(url) from error
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise _not_sqlite(parsed.render_as_string(hide_password=True))
    return Path(str(parsed.database))


def _not_sqlite(url: str) -> SettingsError:
    return SettingsError(
        f"The database URL '{url[:200]}' does not name a SQLite file.",
        next_step="Write it as sqlite:////absolute/path/trends.db (TRENDS_DATABASE_URL).",
    )


def storage_error(error: DBAPIError | PoolTimeoutError) -> StorageError:
    """Say what a driver's error means: gone for a while, or for good."""
    if isinstance(error, PoolTimeoutError):
        return StorageUnavailableError(
            "The database gave no connection in time.", next_step="It is tried again."
        )
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name.startswith("SQLITE_FULL"):
        return StorageUnavailableError(
            "The database cannot grow.",
            why=f"{error.orig}.",
            next_step="Free space where the state folder lies; it is tried again.",
        )
    if name.startswith(_PASSING) or error.connection_invalidated:
        return StorageUnavailableError(
            "The database cannot be used at the moment.",
            why=f"{error.orig} ({name}).",
            next_step="It is tried again.",
        )
    return StorageError("The database refused a statement.", why=f"{error.orig} ({name}).")


class Database:
    """Connections to one database.

    A transaction is a plain function over a connection, and runs as a whole on a thread: one hand-over instead of three
    for each statement, and no cancel can reach into its middle. Writers of this process take turns on one thread;
    between processes SQLite's lock decides, taken at the beginning (BEGIN IMMEDIATE), since a reader that turns writer
    midway can only fail.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="database-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="database-read")

    @classmethod
    async def open(cls, url: str, *, check_revision: bool = True) -> Self:
        """Open the database of `url`.

        Args:
            url: `sqlite:///…`.
            check_revision: Refuse a database of another schema than this program's.

        Raises:
            SettingsError: Not a SQLite URL.
            SchemaMismatchError: The schema is older, newer or absent; says which and what to do.
            StorageUnavailableError: Locked, full or unreadable at the moment.
        """
        file = sqlite_file(url)
        database = cls(await asyncio.to_thread(_engine, file))
        try:
            if check_revision:
                await to_its_end(database._readers, lambda: check(file))
            await to_its_end(database._writer, lambda: _write_ahead(database._engine, file))
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Callable[[sa.Connection], Value]) -> Value:
        """Run SELECTs, each seeing the latest commit.

        Raises:
            StorageError: The database failed.
        """
        return await self._run(self._readers, lambda: _reading(self._engine, work))

    async def write(self, work: Callable[[sa.Connection], Value]) -> Value:
        """Run a transaction: committed when `work` returns, rolled back when it raises.

        Raises:
            StorageError: The database failed; nothing was kept.
        """
        return await self._run(self._writer, lambda: _writing(self._engine, work))

    async def close(self) -> None:
        """Wait for what is under way and close every connection."""
        await asyncio.to_thread(self._shut)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _shut(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], Value]) -> Value:
        try:
            return await to_its_end(threads, work)
        except (DBAPIError, PoolTimeoutError) as error:
            raise storage_error(error) from error


def _reading(engine: sa.Engine, work: Callable[[sa.Connection], Value]) -> Value:
    with engine.connect() as connection:
        return work(connection)


def _writing(engine: sa.Engine, work: Callable[[sa.Connection], Value]) -> Value:
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        return work(connection)


def _write_ahead(engine: sa.Engine, file: Path) -> None:
    """Turn the write-ahead log on: readers do not wait for writers, and a commit waits for no disk.

    The switch needs the file alone for a moment and does not honour the busy timeout, so it is tried again.
    """
    for left in reversed(range(WAL_ATTEMPTS)):
        try:
            with engine.connect() as connection:
                mode = connection.scalar(sa.text("PRAGMA journal_mode=WAL"))
        except DBAPIError as error:
            failure = storage_error(error)
            if not left or not failure.retryable:
                raise failure from error
            time.sleep(WAL_PAUSE_SECONDS)
            continue
        if mode == "wal":
            return
        break
    raise StorageError(
        f"{file} cannot keep a write-ahead log.",
        why="Its file system gives processes no shared memory; network mounts are such.",
        next_step="Put the state folder on a local disk (TRENDS_STATE).",
    )


def _engine(file: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        # The driver begins nothing by itself; BEGIN IMMEDIATE comes from the hook below.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        json_serializer=_json_text,
        pool_size=READERS + 1,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare(connection: Any, record: object) -> None:
    del record
    # With NORMAL a power cut may lose the last commits, never the file; a killed process loses nothing.
    connection.execute("PRAGMA synchronous=NORMAL").close()
    connection.execute("PRAGMA foreign_keys=ON").close()


def _begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
