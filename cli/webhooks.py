"""`trends webhooks …`: addresses of your own that hear of reports."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.exits import Exit
from cli.output import as_data
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client.webhook_models import Endpoint, MadeEndpoint

LISTED = 20

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the endpoint.", show_default=False)
]
Events = Annotated[
    list[str] | None,
    typer.Option(
        "--event",
        metavar="EVENT",
        help="What it hears of, several times; everything where none is named.",
        show_default=False,
    ),
]


@calls_api
def add(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Runs name it as hook-NAME.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Where messages go.")],
    events: Events = None,
    description: Annotated[
        str, typer.Option("--description", help="What people want to remember of it.")
    ] = "",
) -> None:
    """Register an address and print its secret, once: it cannot be read again."""
    from cli.connection import connect

    with connect(session) as client:
        made = client.webhooks.add(name, url, events=events or (), description=description)
    _show_secret(session, made, f"Name it in runs and monitors: --channel {made.channel}")


@calls_api
def list_(session: Session) -> None:
    """List the endpoints.

    With --json one endpoint a line. In a pipe: name, channel, state, events, address, reason.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        endpoints = client.webhooks.list()
    if out.as_json:
        for endpoint in endpoints:
            out.json(as_data(endpoint))
        return
    rows = [_row(endpoint) for endpoint in endpoints]
    out.rows(("name", "channel", "state", "events", "address", "reason"), rows)


@calls_api
def remove(session: Session, name: Name) -> None:
    """Take an endpoint out; what went to it stays recorded."""
    from cli.connection import connect

    with connect(session) as client:
        client.webhooks.remove(name)
    session.out.say(f"Removed {name}.")


@calls_api
def enable(session: Session, name: Name) -> None:
    """Switch an endpoint on again, such as after its receiver had answered 410."""
    _switch(session, name, enabled=True)


@calls_api
def disable(session: Session, name: Name) -> None:
    """Switch an endpoint off; runs that name it go on without it."""
    _switch(session, name, enabled=False)


@calls_api
def test(session: Session, name: Name) -> None:
    """Send a signed test, once and now; status 1 when it was refused or nobody can tell."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        told = client.webhooks.test(name)
    if out.as_json:
        out.json(as_data(told))
    elif told.state == "sent":
        out.say(f"Sent to {name}. {told.remark or ''}".rstrip())
    else:
        out.say(f"Nobody can tell whether it arrived. {told.remark or ''}".rstrip())
    if told.state != "sent":
        raise typer.Exit(Exit.FAILED)


@calls_api
def rotate(session: Session, name: Name) -> None:
    """Make a new secret and print it, once; for 24 hours messages are signed with the old one, too."""
    from cli.connection import connect

    with connect(session) as client:
        made = client.webhooks.rotate(name)
    until = time_text(made.secret_overlap_until, drawn=session.out.drawn)
    _show_secret(session, made, f"The one before is signed with, too, until {until}.")


@calls_api
def deliveries(
    session: Session,
    name: Name,
    state: Annotated[
        str | None, typer.Option("--state", help="Only those that came so far, such as failed.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = LISTED,
) -> None:
    """List what went to an endpoint, newest first.

    With --json one message a line. In a pipe: id, event, state, attempts, time, run, error.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = list(client.webhooks.deliveries(name, state=state, limit=limit))
    if out.as_json:
        for each in found:
            out.json(as_data(each))
        return
    rows = [
        [
            each.id,
            each.event,
            each.state,
            str(each.attempts),
            time_text(each.created_at, drawn=out.drawn),
            each.run_id or "",
            each.error or "",
        ]
        for each in found
    ]
    out.rows(("id", "event", "state", "attempts", "written", "run", "error"), rows)


@calls_api
def resend(
    session: Session,
    name: Name,
    message: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a message that failed.", show_default=False)
    ],
) -> None:
    """Send a message again that failed, under the id it has."""
    from cli.connection import connect

    with connect(session) as client:
        done = client.webhooks.resend(name, message)
    if session.out.as_json:
        session.out.json(as_data(done))
    else:
        session.out.say(f"It is {done.state}.")


def _switch(session: Session, name: str, *, enabled: bool) -> None:
    from cli.connection import connect

    with connect(session) as client:
        endpoint = client.webhooks.edit(name, enabled=enabled)
    if session.out.as_json:
        session.out.json(as_data(endpoint))
    else:
        session.out.say(f"{endpoint.name} is {endpoint.state}.")


def _show_secret(session: Session, made: "MadeEndpoint", words: str) -> None:
    out = session.out
    if out.as_json:
        out.json(as_data(made))
        return
    out.line(made.secret)
    out.say("Keep the secret: it is not shown again.")
    out.say(words)


def _row(endpoint: "Endpoint") -> list[str]:
    return [
        endpoint.name,
        endpoint.channel,
        endpoint.state,
        ",".join(endpoint.events) or "all",
        endpoint.url,
        endpoint.reason or "",
    ]
