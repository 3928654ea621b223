"""`trends notify …`: the channels that reports go to."""

from typing import Annotated

import typer

from cli.exits import Exit
from cli.output import as_data
from cli.session import Session, calls_api


@calls_api
def list_(session: Session) -> None:
    """List the channels and what is missing of each; addresses and secrets are never shown.

    With --json one channel a line. In a pipe one channel a line: name, type, trouble.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        channels = client.channels()
    if out.as_json:
        for channel in channels:
            out.json(as_data(channel))
        return
    ready = "ready" if out.drawn else ""
    rows = [[channel.name, channel.type, channel.trouble or ready] for channel in channels]
    out.rows(("channel", "type", "state"), rows)


@calls_api
def test(
    session: Session,
    channel: Annotated[
        str,
        typer.Argument(metavar="CHANNEL", help="Name of a channel.", show_default=False),
    ],
) -> None:
    """Send a test to a channel, once and now; status 1 when it was refused or nobody can tell."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        told = client.test_channel(channel)
    if out.as_json:
        out.json(as_data(told))
    elif told.state == "sent":
        out.say(f"Sent to {told.channel}. {told.remark or ''}".rstrip())
    else:
        out.say(f"Nobody can tell whether it arrived. {told.remark or ''}".rstrip())
    if told.state != "sent":
        raise typer.Exit(Exit.FAILED)
