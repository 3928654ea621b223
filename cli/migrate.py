"""`trends migrate`: bring the database to this program's schema."""

import os
from typing import Annotated

import typer

from cli.exits import Exit
from cli.session import Session, speaks
from cli.up import StateFolder


@speaks
def migrate(
    session: Session,
    state: StateFolder = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; status 1 when it is not up to date.")
    ] = False,
) -> None:
    """Bring the database to this program's schema; a SQLite file is copied aside first.

    `trends up` does so by itself; this is for a database named in TRENDS_DATABASE_URL.
    """
    from engine.state import locate_state, prepare_state
    from trends.storage import migrate as storage
    from trends.storage.revisions import HEAD

    folder = locate_state(os.environ, state)
    named = os.environ.get("TRENDS_DATABASE_URL")
    url = named or folder.database_url
    before = storage.revision(url)
    if not check and not named:
        prepare_state(folder)
    now = before if check else storage.migrate(url)
    if session.out.as_json:
        session.out.json({"before": before, "revision": now, "head": HEAD, "current": now == HEAD})
    else:
        session.out.line(_words(before, now, HEAD))
    if now != HEAD:
        raise typer.Exit(Exit.FAILED)


def _words(before: str | None, now: str | None, head: str) -> str:
    if now != head:
        return f"The database is at revision {now or 'none'}; this program needs {head}: trends migrate"
    if before == now:
        return f"The database is at revision {now}, as this program needs it."
    return f"The database went from revision {before or 'none'} to {now}."
