"""`trends runs share|unshare|shares`: links that show one report to whoever has them."""

from typing import Annotated

import typer

from cli.arguments import RunId
from cli.output import as_data
from cli.session import Session, calls_api
from cli.times import time_text

DEFAULT_LIFE = "7d"


@calls_api
def share(
    session: Session,
    run_id: RunId,
    expires: Annotated[
        str, typer.Option("--expires", metavar="SPAN", help="12h, 7d or 4w; 90d at most.")
    ] = DEFAULT_LIFE,
) -> None:
    """Make a link that shows a run's report, and nothing else, to whoever has it; print it."""
    from cli.connection import connect, find_run

    out = session.out
    with connect(session) as client:
        made = client.shares.add(find_run(client, run_id).id, expires)
        base = client.base_url
    if out.as_json:
        out.json(as_data(made))
        return
    out.line(made.url if "://" in made.url else f"{base.rstrip('/')}{made.url}")
    until = time_text(made.expires_at, drawn=out.drawn)
    out.say(f"Until {until}. Take it back: trends runs unshare {made.id}")


@calls_api
def shares(session: Session, run_id: RunId) -> None:
    """List the links to a run's report.

    With --json one link a line. In a pipe: id, state, views, expires, by.
    """
    from cli.connection import connect, find_run

    out = session.out
    with connect(session) as client:
        found = list(client.shares.list(find_run(client, run_id).id))
    if out.as_json:
        for each in found:
            out.json(as_data(each))
        return
    rows = [
        [
            each.id,
            each.state,
            str(each.views),
            time_text(each.expires_at, drawn=out.drawn),
            each.created_by,
        ]
        for each in found
    ]
    out.rows(("id", "state", "views", "expires", "by"), rows)


@calls_api
def unshare(
    session: Session,
    share_id: Annotated[
        str, typer.Argument(metavar="SHARE", help="Id of a link, as `shares` lists it.")
    ],
) -> None:
    """Take a link back: from now on it shows nothing."""
    from cli.connection import connect

    with connect(session) as client:
        gone = client.shares.revoke(share_id)
    if session.out.as_json:
        session.out.json(as_data(gone))
    else:
        session.out.say(f"The link to {gone.run_id} shows nothing any more.")
