"""The databases that the product runs on, and which of them a URL names."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from trends.errors import SettingsError, StorageError
from trends.storage.postgresql import PostgresDatabase
from trends.storage.sqlite import SqliteFile

_DRIVERS = {
    "sqlite": ("sqlite", "sqlite+pysqlite"),
    "postgresql": ("postgresql", "postgresql+psycopg"),
}
# What a URL says there can be part of a password with an unescaped sign in it.
_RESERVED = "@"


class Backend(Protocol):
    """What `Database` and the migrations must know of a kind of database. See `SqliteFile` and `PostgresDatabase`."""

    @property
    def name(self) -> str:
        """Which database, for messages; never with a password."""
        ...

    @property
    def readers(self) -> int:
        """Threads that read."""
        ...

    @property
    def writers(self) -> int:
        """Threads that write."""
        ...

    def engine(self) -> sa.Engine:
        """Make the connections that `Database` works with."""
        ...

    def settle(self, engine: sa.Engine) -> None:
        """Bring the database into the state that the product needs, or say why not."""
        ...

    def stored_revision(self) -> str | None:
        """Read the revision of the schema; None where there is none of ours."""
        ...

    def migration(self) -> AbstractContextManager[sa.Connection]:
        """Open the one transaction that all migrations run in, closed to other migrators."""
        ...

    def copy_aside(self, target: str) -> None:
        """Keep a copy before the schema changes to `target`, where copies are ours to make."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """Hold what a transaction that writes needs beforehand, where writers stand in line."""
        ...

    def overtaken(self, error: DBAPIError) -> bool:
        """Whether a transaction failed only because another came first."""
        ...

    def failure(self, error: DBAPIError) -> StorageError:
        """Say what a driver's error means."""
        ...


def backend_of(url: str) -> Backend:
    """Find the backend that a URL names; connects to nothing.

    Args:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql://user:password@host:port/database` with
            libpq's options behind a question mark.

    Raises:
        SettingsError: The URL names neither. The message holds nothing of a password.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        # Not from that error: it would show the text, password and all.
        raise _unknown("It cannot be read as a URL.") from None
    if parsed.drivername in _DRIVERS["sqlite"]:
        if parsed.database in {None, "", ":memory:"}:
            raise _unknown("A database in memory is gone with its connection.")
        return SqliteFile(Path(str(parsed.database)))
    if parsed.drivername in _DRIVERS["postgresql"]:
        if _RESERVED in f"{parsed.host}{parsed.database}":
            raise _unknown(f"A '{_RESERVED}' in the password must be written as %40.")
        return PostgresDatabase(parsed)
    raise _unknown(f"It begins with '{parsed.drivername[:40]}'.")


def _unknown(why: str) -> SettingsError:
    return SettingsError(
        "The database URL names neither a SQLite file nor a PostgreSQL database.",
        why=why,
        next_step="Write TRENDS_DATABASE_URL as sqlite:////absolute/path/trends.db or"
        " postgresql://user:password@host:5432/trends.",
    )
