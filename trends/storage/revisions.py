"""Which schema a database has, read without the migration tool: every process asks this at start."""

import sqlite3
from contextlib import closing
from pathlib import Path

from trends.errors import SchemaMismatchError, StorageUnavailableError

# Oldest first; the last is what this program reads and writes. One for each file in migrations/versions.
REVISIONS = ("0001",)
HEAD = REVISIONS[-1]


def stored_revision(file: Path) -> str | None:
    """Read the revision of a database file; None where it holds no tables of ours yet.

    Raises:
        SchemaMismatchError: The file is no database.
        StorageUnavailableError: It cannot be read at the moment.
    """
    if not file.exists():
        return None
    try:
        # Read-only, so that asking never creates or changes anything.
        uri = f"{file.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            if connection.execute(known).fetchone() is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])
    except sqlite3.OperationalError as error:
        raise StorageUnavailableError(
            f"Cannot read {file}.", why=f"{error}.", next_step="It is tried again."
        ) from error
    except sqlite3.DatabaseError as error:
        raise SchemaMismatchError(
            f"{file} is not a database.",
            why=f"{error}.",
            next_step="Move it away, or name another state folder with TRENDS_STATE.",
        ) from error


def check(file: Path) -> None:
    """Make sure that the file has the schema of this program.

    Raises:
        SchemaMismatchError: It is older, newer or absent; says which and what to do.
        StorageUnavailableError: It cannot be read at the moment.
    """
    found = stored_revision(file)
    if found == HEAD:
        return
    if found is None:
        raise SchemaMismatchError(
            f"The database {file} has not been set up.", next_step="Run `trends migrate`."
        )
    if found in REVISIONS:
        raise SchemaMismatchError(
            f"The database {file} is older than this program.",
            why=f"It has revision {found}, this program needs {HEAD}.",
            next_step="Run `trends migrate`.",
        )
    raise SchemaMismatchError(
        "This program is older than its database.",
        why=f"{file} has revision {found}, this program knows up to {HEAD}.",
        next_step="Use the newer program, or restore the copy made before it was migrated.",
    )
