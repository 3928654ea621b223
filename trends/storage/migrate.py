"""Bring a database to this program's schema, or back; a SQLite file is copied aside first."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from trends.errors import SchemaMismatchError
from trends.storage.backends import Backend, backend_of
from trends.storage.revisions import HEAD, REVISIONS, refuse_newer

SCRIPTS = Path(__file__).parent / "migrations"


def revision(url: str) -> str | None:
    """Read the revision of the database of `url`; None where it has not been set up.

    Raises:
        SettingsError: Not a URL of ours, or the driver is not installed.
        SchemaMismatchError: The file is no database.
        StorageError: It cannot be read.
    """
    return backend_of(url).stored_revision()


def migrate(url: str) -> str:
    """Bring the database to this program's revision, creating its tables where there are none; safe to call at once.

    An existing SQLite file is first copied to `<file>.before-<revision>` beside it; copies of a server's database are
    its keeper's to make. All migrations run in one transaction: they happen whole or not at all.

    Returns:
        The revision it has now.

    Raises:
        SettingsError: Not a URL of ours, or the driver is not installed.
        SchemaMismatchError: The database is newer than this program, or no database.
        StorageError: Locked, full or unreadable at the moment, or a migration fails.
    """
    backend = backend_of(url)
    found = backend.stored_revision()
    if found == HEAD:
        return HEAD
    if found is not None:
        refuse_newer(found, backend.name)
    _run(backend, HEAD)
    return HEAD


def downgrade(url: str, target: str) -> str | None:
    """Take the database back to an earlier revision, or to nothing with `base`; a SQLite file is copied aside first.

    Returns:
        The revision it has now; None for nothing.

    Raises:
        SettingsError: Not a URL of ours, or the driver is not installed.
        SchemaMismatchError: No such revision, or no database.
        StorageError: Locked, full or unreadable at the moment, or a migration fails.
    """
    backend = backend_of(url)
    if target not in {"base", *REVISIONS}:
        raise SchemaMismatchError(
            f"There is no revision '{target[:40]}'.",
            next_step=f"Known: base, {', '.join(REVISIONS)}.",
        )
    if backend.stored_revision() is not None:
        _run(backend, target, up=False)
    return backend.stored_revision()


def _run(backend: Backend, target: str, *, up: bool = True) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # ConfigParser reads % as its own sign.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with backend.migration() as connection:
            # Another process may have come first while this one waited for the lock.
            found = backend.stored_revision()
            if found not in {None, target}:
                backend.copy_aside(target)
            config.attributes["connection"] = connection
            (command.upgrade if up else command.downgrade)(config, target)
    except DBAPIError as error:
        raise backend.failure(error) from error
