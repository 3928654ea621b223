"""Bring a database to this program's schema, or back; the file is copied aside first."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from trends.errors import SchemaMismatchError, StorageUnavailableError
from trends.storage.database import BUSY_SECONDS, sqlite_file, storage_error
from trends.storage.revisions import HEAD, REVISIONS, stored_revision

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


def revision(url: str) -> str | None:
    """Read the revision of the database of `url`; None where it has not been set up.

    Raises:
        SettingsError: Not a SQLite URL.
        SchemaMismatchError: The file is no database.
        StorageUnavailableError: It cannot be read at the moment.
    """
    return stored_revision(sqlite_file(url))


def migrate(url: str) -> str:
    """Bring the database to this program's revision, creating it where there is none; safe to call at once.

    An existing file is first copied to `<file>.before-<revision>` beside it. All migrations run in one transaction:
    they happen whole or not at all.

    Returns:
        The revision it has now.

    Raises:
        SettingsError: Not a SQLite URL.
        SchemaMismatchError: The database is newer than this program, or no database.
        StorageUnavailableError: Locked, full or unreadable at the moment.
    """
    file = sqlite_file(url)
    found = stored_revision(file)
    if found == HEAD:
        return HEAD
    if found is not None and found not in REVISIONS:
        raise SchemaMismatchError(
            "This program is older than its database.",
            why=f"{file} has revision {found}, this program knows up to {HEAD}.",
            next_step="Use the newer program, or restore the copy made before it was migrated.",
        )
    file.parent.mkdir(parents=True, exist_ok=True)

    def up(config: "Config") -> None:
        from alembic import command

        # Another process may have come first while this one waited for the lock.
        at = stored_revision(file)
        if at is not None and at != HEAD:
            _copy_aside(file, HEAD)
        command.upgrade(config, "head")

    _locked(file, up)
    return HEAD


def downgrade(url: str, target: str) -> str | None:
    """Take the database back to an earlier revision, or to nothing with `base`; copies the file aside first.

    Returns:
        The revision it has now; None for nothing.

    Raises:
        SettingsError: Not a SQLite URL.
        SchemaMismatchError: No such revision, or no database.
        StorageUnavailableError: Locked, full or unreadable at the moment.
    """
    file = sqlite_file(url)
    if target not in {"base", *REVISIONS}:
        raise SchemaMismatchError(
            f"There is no revision '{target[:40]}'.",
            next_step=f"Known: base, {', '.join(REVISIONS)}.",
        )

    def down(config: "Config") -> None:
        from alembic import command

        _copy_aside(file, target)
        command.downgrade(config, target)

    if stored_revision(file) is not None:
        _locked(file, down)
    return stored_revision(file)


def _locked(file: Path, work: Callable[["Config"], None]) -> None:
    from alembic.config import Config

    config = Config()
    # ConfigParser reads % as its own sign.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with _transaction(file) as connection:
            config.attributes["connection"] = connection
            work(config)
    except sqlite3.OperationalError as error:  # from the copy
        raise StorageUnavailableError(
            f"Cannot copy {file} aside.",
            why=f"{error}.",
            next_step="Nothing was changed; free space beside it and try again.",
        ) from error


@contextmanager
def _transaction(file: Path) -> Generator[sa.Connection]:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(file)),
        # Otherwise the driver commits before each change of a table, and half a migration could remain.
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
        poolclass=sa.NullPool,
    )
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise storage_error(error) from error
    finally:
        engine.dispose()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _copy_aside(file: Path, target: str) -> None:
    """Copy what is committed, log included; complete or absent under its name."""
    copy = file.with_name(f"{file.name}.before-{target}")
    partial = copy.with_name(f"{copy.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(partial)) as sink:
        source.backup(sink)
    partial.replace(copy)
