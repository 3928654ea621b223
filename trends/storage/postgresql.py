"""PostgreSQL, by psycopg 3: one database, shared by processes on many machines."""

import hashlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from trends.errors import SettingsError, StorageError, StorageUnavailableError
from trends.storage.json_text import json_text

READERS = 3
WRITERS = 4
# A second is the least that libpq takes in whole; the server's figures are milliseconds.
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60
# As long as a writer waits for SQLite's lock.
LOCK_SECONDS = 10
# A process that hangs in the middle of a transaction must not keep its rows for itself.
IDLE_SECONDS = 60
# A machine that vanished without a word is noticed after about this long.
SILENCE_SECONDS = 30

# Any number that is ours: it names the lock of migrators within one database.
_MIGRATORS = int.from_bytes(hashlib.sha256(b"trends migrate").digest()[:8], signed=True)

_FULL = ("53100",)
# Another transaction came first: serialization, deadlock, a unique key that both found free.
_OVERTAKEN = ("40001", "40P01", "23505")
# SQLSTATEs, or their classes, after which a later attempt may succeed: connection (08), resources (53), operator (57:
# shutdown, timeout), system (58), rollback (40), locks (55P03), read-only after a change of roles (25006), idle (25P03).
_PASSING = ("08", "53", "57", "58", "40", "55P03", "25006", "25P03")


class PostgresDatabase:
    """A database on a server. Writers work side by side, and those of one run wait at its row (`record.hold`).

    Transactions are READ COMMITTED: what a statement reads may have changed since the one before. Whoever reads in
    order to write takes the row with FOR UPDATE first. Two writers that find nothing and both insert meet at the unique
    key: the later one runs again (`overtaken`).

    Attributes:
        name: Server and database, for messages; never with the password.
        readers: Threads that read.
        writers: Threads that write. With the readers this is how many connections a process keeps.
    """

    readers = READERS
    writers = WRITERS

    def __init__(self, url: sa.URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self.name = _name(url)

    def engine(self) -> sa.Engine:
        """Make the connections that `Database` works with.

        Raises:
            SettingsError: The driver is not installed.
        """
        return self._engine(
            {"statement_timeout": STATEMENT_SECONDS},
            pool_size=READERS + WRITERS,
            max_overflow=0,
            # A connection that a restart of the server has cut is replaced before it is used.
            pool_pre_ping=True,
        )

    def settle(self, engine: sa.Engine) -> None:
        """Make sure that the database takes every language.

        Raises:
            SettingsError: It stores another encoding than UTF-8.
            DBAPIError: The server does not answer.
        """
        with engine.connect() as connection:
            encoding = connection.scalar(sa.text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise SettingsError(
                f"The database {self.name} stores text as {encoding}.",
                why="Korean needs UTF-8.",
                next_step="Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
            )

    def stored_revision(self) -> str | None:
        """Read the revision of the schema; None where the database holds no tables of ours yet.

        Raises:
            SettingsError: The driver is not installed.
            StorageError: The server does not answer, or refuses.
        """
        engine = self._engine({"statement_timeout": STATEMENT_SECONDS}, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                known = connection.scalar(sa.text("SELECT to_regclass('alembic_version')"))
                if known is None:
                    return None
                found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
                return None if found is None else str(found)
        except DBAPIError as error:
            raise self.failure(error) from error

    @contextmanager
    def migration(self) -> Generator[sa.Connection]:
        """Open the one transaction that all migrations run in; one migrator after the other.

        Raises:
            SettingsError: The driver is not installed.
            DBAPIError: The server does not answer, or a migration fails.
        """
        # Rewriting a large table takes as long as it takes.
        engine = self._engine({"statement_timeout": 0}, poolclass=sa.NullPool)
        with engine.begin() as connection:
            # Another migrator is waited for without end, but no running program is made to wait behind us for long.
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            lock = sa.text("SELECT pg_advisory_xact_lock(:key)")
            connection.execute(lock, {"key": _MIGRATORS})
            connection.execute(sa.text(f"SET LOCAL lock_timeout = {LOCK_SECONDS * 1000}"))
            yield connection

    def copy_aside(self, target: str) -> None:
        """Nothing: a server's copies are made by whoever keeps the server (pg_dump)."""

    def turn(self) -> AbstractContextManager[None]:
        """Nothing: the server has writers wait for a row in the order in which they came."""
        return nullcontext()

    def overtaken(self, error: DBAPIError) -> bool:
        """Whether another transaction came first, so that this one may do better when it runs again."""
        return _state(error) in _OVERTAKEN

    def failure(self, error: DBAPIError) -> StorageError:
        """Say what the driver's error means: gone for a while, or for good."""
        import psycopg

        state = _state(error)
        told = " ".join(str(error.orig).split())[:500]
        why = f"{self.name}: {told.removesuffix('.')}{f' ({state})' if state else ''}."
        if state in _FULL:
            return StorageUnavailableError(
                "The database cannot grow.",
                why=why,
                next_step="Free space on the server; it is tried again.",
            )
        # Without a state the server was not reached, or was gone before it could answer.
        silent = not state and isinstance(error.orig, psycopg.OperationalError)
        if silent or error.connection_invalidated or state.startswith(_PASSING):
            return StorageUnavailableError(
                "The database cannot be used at the moment.",
                why=why,
                next_step="Check the server and TRENDS_DATABASE_URL; it is tried again.",
            )
        return StorageError("The database refused a statement.", why=why)

    def _engine(self, server: Mapping[str, int], **pool: object) -> sa.Engine:
        try:
            # Here, since it needs the driver.
            from trends.storage.pulse import Pulse

            engine = sa.create_engine(
                self._url,
                connect_args=_connect_args(self._url, server),
                isolation_level="READ COMMITTED",
                json_serializer=json_text,
                **pool,
            )
        except ImportError as error:
            raise SettingsError(
                "PostgreSQL needs its driver.",
                why=f"{error}.",
                next_step="Install it: pip install 'consumer-trend-agent[postgres]'.",
            ) from error
        pulse = Pulse()

        def connect(_dialect: object, _record: object, args: Any, arguments: Any) -> object:
            return pulse.connect(*args, **arguments)

        event.listen(engine, "do_connect", connect)
        return engine


def _connect_args(url: sa.URL, server: Mapping[str, int]) -> dict[str, str | int]:
    """Our limits; whatever the URL says stands before them."""
    limits = {
        **server,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    options = [f"-c {name}={seconds * 1000}" for name, seconds in limits.items()]
    # The later one counts.
    options += ["-c timezone=UTC", *_all(url, "options")]
    ours: dict[str, str | int] = {
        "application_name": "trends",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": SILENCE_SECONDS // 2,
        "keepalives_interval": SILENCE_SECONDS // 6,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_SECONDS * 1000,
    }
    kept = {name: value for name, value in ours.items() if name not in url.query}
    return {**kept, "client_encoding": "utf8", "options": " ".join(options)}


def _all(url: sa.URL, name: str) -> Sequence[str]:
    return url.normalized_query.get(name, ())


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _name(url: sa.URL) -> str:
    # The query may hold a password as well, so nothing of it is shown but the hosts.
    hosts = ",".join([*([url.host] if url.host else []), *_all(url, "host")])
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{hosts}{port}/{url.database or ''}"
