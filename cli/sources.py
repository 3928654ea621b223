"""`trends sources …`: see where items come from, register feeds, look at one, poll, pause, remove."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.exits import Exit
from cli.output import as_data, seconds_text
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client.source_models import Look, Source

Name = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="As runs name it, such as rss:hani, or the name of a feed alone.",
        show_default=False,
    ),
]


@calls_api
def list_(session: Session) -> None:
    """List every source and how it is.

    With --json one source a line. In a pipe: source, standing, last answer, items of the last poll, lag in seconds,
    reason.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        sources = client.sources.list()
    if out.as_json:
        for source in sources:
            out.json(as_data(source))
        return
    rows = [_row(source, drawn=out.drawn) for source in sources]
    out.rows(("source", "standing", "last answer", "items", "lag", "reason"), rows)


def _row(source: "Source", *, drawn: bool) -> list[str]:
    health = source.health
    return [
        source.source,
        standing(source),
        time_text(health.last_success if health else None, drawn=drawn),
        str(health.items_last_poll) if health and health.last_success else "",
        _lag(health.lag_seconds if health else None, drawn=drawn),
        (health.reason if health else None) or "",
    ]


def _lag(seconds: int | None, *, drawn: bool) -> str:
    if seconds is None:
        return ""
    return seconds_text(seconds) if drawn else str(seconds)


def standing(source: "Source") -> str:
    """Say in a word how a source stands."""
    health = source.health
    if health is not None:
        found = [
            (health.paused, "paused"),
            (health.down_since is not None, "down"),
            (health.failures > 0, "failing"),
        ]
        for is_so, word in found:
            if is_so:
                return word
    if health is None or health.last_attempt is None:
        return "waiting" if source.polled else source.origin
    return "polled" if source.polled else "read by runs"


@calls_api
def add(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What runs call it, as in rss:NAME.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the feed.")],
    title: Annotated[str | None, typer.Option("--title", help="What people call it.")] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", help="Language of items that do not say it themselves."),
    ] = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", help="Outlet of items that do not name theirs.")
    ] = None,
    market: Annotated[
        str | None,
        typer.Option("--market", help="Market whose clock times without a zone are on."),
    ] = None,
    cadence: Annotated[
        int | None,
        typer.Option("--cadence", min=1, metavar="MINUTES", help="How often it is polled."),
    ] = None,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, metavar="DAYS", help="How long its items stay.")
    ] = None,
) -> None:
    """Register a feed; it is polled from then on."""
    from cli.connection import connect

    with connect(session) as client:
        source = client.sources.add(
            name,
            url,
            title=title,
            language=language,
            outlet=outlet,
            market=market,
            cadence_minutes=cadence,
            retention_days=keep,
        )
    _tell(session, source, f"Registered. Read it: trends run --source {source.source}")


@calls_api
def import_(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="An OPML file.", exists=True, dir_okay=False),
    ],
) -> None:
    """Register the feeds of an OPML file; what cannot be is named with the reason, the others are taken."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        done = client.sources.import_opml(file.read_bytes())
    if out.as_json:
        out.json(as_data(done))
    else:
        for source in done.added:
            out.line(source)
    for feed in done.refused:
        out.say(f"Not taken: {feed.name}: {feed.why}")
    out.say(f"{len(done.added)} feeds registered, {done.refused_count} not taken.")
    if not done.added and done.refused:
        raise typer.Exit(Exit.FAILED)


@calls_api
def export(
    session: Session,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there.", dir_okay=False),
    ] = None,
) -> None:
    """Write the feeds as OPML, as other readers take them."""
    from cli.connection import connect
    from cli.runs import write_whole

    with connect(session) as client:
        text = client.sources.export_opml().decode()
    if output is None:
        session.out.raw(text)
        return
    write_whole(output, text)
    session.out.say(f"Wrote {output}")


@calls_api
def check(session: Session, source: Name) -> None:
    """Fetch a source once and show what would come; nothing is stored. Takes rss:https://…, too."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        look = client.sources.check(source)
    if out.as_json:
        out.json(as_data(look))
        return
    rows = [
        [
            time_text(item.published_at, drawn=out.drawn),
            item.language,
            item.outlet or "",
            item.title,
        ]
        for item in look.items
    ]
    out.rows(("published", "language", "outlet", "title"), rows)
    for words in _looked(look):
        out.say(words)


def _looked(look: "Look") -> Sequence[str]:
    words = [f"{look.count} items."]
    if look.censored:
        words.append("Its list hits its cap: what it holds is evidence, and is not counted.")
    if look.moved_to:
        words.append(f"It has moved to {look.moved_to}.")
    return [*words, *look.notes]


@calls_api
def poll(session: Session, source: Name) -> None:
    """Ask a feed at once."""
    from cli.connection import connect

    with connect(session) as client:
        found = client.sources.poll(source)
    _tell(session, found, "Asking. See how it went: trends sources list")


@calls_api
def pause(session: Session, source: Name) -> None:
    """Stop asking a feed; runs that name it read what is stored."""
    from cli.connection import connect

    with connect(session) as client:
        found = client.sources.pause(source)
    _tell(session, found, f"Paused. Let it go on: trends sources resume {found.source}")


@calls_api
def resume(session: Session, source: Name) -> None:
    """Ask a paused feed again."""
    from cli.connection import connect

    with connect(session) as client:
        found = client.sources.resume(source)
    _tell(session, found, "It is asked again.")


@calls_api
def remove(session: Session, source: Name) -> None:
    """Take a registered feed out; its items stay until they are too old."""
    from cli.connection import connect

    with connect(session) as client:
        client.sources.remove(source)
    session.out.say(f"Removed {source}.")


def _tell(session: Session, source: "Source", words: str) -> None:
    if session.out.as_json:
        session.out.json(as_data(source))
    session.out.say(words)
