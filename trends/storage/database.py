"""One database, opened for reading and for short writing transactions."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from trends.errors import StorageError, StorageUnavailableError
from trends.storage.along import waiting
from trends.storage.backends import Backend, backend_of
from trends.storage.revisions import check
from trends.storage.sqlite import WRITES
from trends.storage.threads import to_its_end

Value = TypeVar("Value")

# How often a transaction runs that others keep coming before.
WRITE_ATTEMPTS = 5
# How long it stands back the first time; each time longer by as much.
OVERTAKEN_SECONDS = 0.02


class Database:
    """Connections to one database.

    A transaction is a plain function over a connection, and runs as a whole on a thread: one hand-over instead of three
    for each statement, and no cancel can reach into its middle. On SQLite the writers of a process take turns on one
    thread. On PostgreSQL several write at once, each behind the rows that it holds.
    """

    def __init__(self, backend: Backend, engine: sa.Engine) -> None:
        self._backend = backend
        self._engine = engine
        event.listen(engine, "handle_error", _refuse_value)
        self._writers = ThreadPoolExecutor(backend.writers, thread_name_prefix="database-write")
        self._readers = ThreadPoolExecutor(backend.readers, thread_name_prefix="database-read")

    @classmethod
    async def open(cls, url: str, *, check_revision: bool = True) -> Self:
        """Open the database of `url`.

        Args:
            url: `sqlite:///…` or `postgresql://…`.
            check_revision: Refuse a database of another schema than this program's.

        Raises:
            SettingsError: Not such a URL, no driver for it, or a database that cannot hold every language.
            SchemaMismatchError: The schema is older, newer or absent; says which and what to do.
            StorageUnavailableError: Locked, full or not reached at the moment.
        """
        backend = backend_of(url)
        database = cls(backend, await asyncio.to_thread(backend.engine))
        try:
            if check_revision:
                await to_its_end(
                    database._readers, lambda: check(backend.stored_revision(), backend.name)
                )
            await database._run(database._writers, lambda: backend.settle(database._engine))
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Callable[[sa.Connection], Value]) -> Value:
        """Run SELECTs, each seeing the latest commit.

        Raises:
            StorageError: The database failed.
        """
        return await self._run(self._readers, lambda: self._reading(work))

    async def write(self, work: Callable[[sa.Connection], Value]) -> Value:
        """Run a transaction: committed when `work` returns, rolled back when it raises.

        `work` may run more than once, when another transaction came first: it must change nothing but the database.

        Raises:
            StorageError: The database failed; nothing was kept. If it went away in the very commit, nobody knows: so
                a write is made such that it may be repeated.
        """
        along = waiting()
        if along is None:
            return await self._run(self._writers, lambda: self._writing(work))

        def both(connection: sa.Connection) -> Value:
            value = work(connection)
            along.work(connection)
            return value

        value = await self._run(self._writers, lambda: self._writing(both))
        along.kept = True
        return value

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
        self._writers.shutdown()
        self._readers.shutdown()
        self._engine.dispose()

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], Value]) -> Value:
        try:
            return await to_its_end(threads, work)
        except DBAPIError as error:
            raise self._backend.failure(error) from error
        except PoolTimeoutError as error:
            raise StorageUnavailableError(
                "The database gave no connection in time.", next_step="It is tried again."
            ) from error

    def _reading(self, work: Callable[[sa.Connection], Value]) -> Value:
        with self._engine.connect() as connection:
            return work(connection)

    def _writing(self, work: Callable[[sa.Connection], Value]) -> Value:
        for attempt in range(1, WRITE_ATTEMPTS):
            try:
                return self._write_once(work)
            except DBAPIError as error:
                if not self._backend.overtaken(error):
                    raise
            # Whoever came first must get away, or both would meet again in the same place.
            time.sleep(OVERTAKEN_SECONDS * attempt)
        return self._write_once(work)

    def _write_once(self, work: Callable[[sa.Connection], Value]) -> Value:
        with (
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            self._backend.turn(),
            connection.begin(),
        ):
            return work(connection)


def _refuse_value(context: ExceptionContext) -> None:
    """Type the error of a value that no database is asked about: NaN in JSON, half a surrogate pair, a naive time."""
    error = context.original_exception
    if isinstance(error, ValueError | OverflowError):
        raise StorageError("A value cannot be stored.", why=f"{error}.") from error
