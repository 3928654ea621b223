"""Which schema this program has, known without the migration tool: every process asks this at start."""

from trends.errors import SchemaMismatchError

# Oldest first; the last is what this program reads and writes. One for each file in migrations/versions.
REVISIONS = tuple(f"{number:04}" for number in range(1, 13))
HEAD = REVISIONS[-1]


def check(found: str | None, database: str) -> None:
    """Make sure that a database has the schema of this program.

    Args:
        found: Its revision; None where it has not been set up.
        database: What to call it in messages.

    Raises:
        SchemaMismatchError: It is older, newer or absent; says which and what to do.
    """
    if found is None:
        raise SchemaMismatchError(
            f"The database {database} has not been set up.", next_step="Run `trends migrate`."
        )
    refuse_newer(found, database)
    if found != HEAD:
        raise SchemaMismatchError(
            f"The database {database} is older than this program.",
            why=f"It has revision {found}, this program needs {HEAD}.",
            next_step="Run `trends migrate`.",
        )


def refuse_newer(found: str, database: str) -> None:
    """Refuse a revision that this program does not know: a later one wrote it.

    Raises:
        SchemaMismatchError: It does not.
    """
    if found not in REVISIONS:
        raise SchemaMismatchError(
            "This program is older than its database.",
            why=f"{database} has revision {found}, this program knows up to {HEAD}.",
            next_step="Use the newer program, or restore a copy made before it was migrated.",
        )
