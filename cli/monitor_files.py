"""`trends monitors …` with files: YAML and CSV in and out; and a watchlist counted over the past."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.author import login_name
from cli.monitors import Author, Name, tell
from cli.output import as_data, sparkline
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from trends.domain.rounding import floor_tenth

if TYPE_CHECKING:
    from trends_client.monitor_models import LookBack, WatchedEntity

SPARK_DAYS = 28


@calls_api
def import_(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A YAML file.", exists=True, dir_okay=False),
    ],
    author: Author = None,
) -> None:
    """Bring in monitors from YAML, all or none: new ones are added, known ones become what the file says."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        monitors = client.monitors.import_yaml(
            file.read_bytes(), origin=file.name, author=author or login_name()
        )
    for monitor in monitors:
        if out.as_json:
            out.json(as_data(monitor))
        else:
            out.line(monitor.name)
    out.say(f"{len(monitors)} monitors brought in.")


@calls_api
def export(
    session: Session,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Only these.", show_default="all"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there.", dir_okay=False),
    ] = None,
) -> None:
    """Write monitors as YAML; brought in again they are the same."""
    from cli.connection import connect
    from cli.runs import write_whole

    with connect(session) as client:
        text = client.monitors.export_yaml(names or ())
    if output is None:
        session.out.raw(text)
        return
    write_whole(output, text)
    session.out.say(f"Wrote {output}")


@calls_api
def watchlist(
    session: Session,
    name: Name,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE.csv",
            help="Replace the watchlist by this, in UTF-8 or CP949.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.csv", help="Write it there.", dir_okay=False),
    ] = None,
    author: Author = None,
) -> None:
    """Write what a monitor watches as CSV, or replace it by a CSV file's.

    Columns: name, title, group, alias_any, alias_ko, alias_en, excluded; several in a cell are parted by |.
    """
    from cli.connection import connect

    out = session.out
    if source is not None and output is not None:
        raise AskedWrongError("--from and --output ask for opposite things.", "Leave one out.")
    with connect(session) as client:
        if source is not None:
            monitor = client.monitors.import_watchlist(
                name, source.read_bytes(), origin=source.name, author=author or login_name()
            )
            tell(session, monitor, f"It watches {monitor.watched} entities.")
            return
        data = client.monitors.export_watchlist(name)
    if output is None:
        out.raw(data.decode("utf-8-sig"))
        return
    output.write_bytes(data)
    out.say(f"Wrote {output}")


@calls_api
def watch(
    session: Session,
    name: Name,
    back: Annotated[str, typer.Option("--back", help="How far to look back.")] = "90d",
) -> None:
    """Count what a monitor watches over the past of its sources, as its report would.

    In a pipe: name, group, verdict, stories in the window, expected, growth, its interval, share of voice.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = client.monitors.look_back(name, back)
    if out.as_json:
        out.json(as_data(found))
        return
    titles = ("entity", "group", "verdict", "stories", "expected", "growth", "90 %", "share")
    rows = [_counted(entity, drawn=out.drawn) for entity in found.entities]
    out.rows((*titles, f"last {SPARK_DAYS} days") if out.drawn else titles, rows)
    out.say(_looked(found))


def _counted(entity: "WatchedEntity", *, drawn: bool) -> list[str]:
    row = [
        entity.title or entity.name,
        entity.group,
        entity.verdict,
        str(entity.stories),
        "" if entity.expected is None else f"{entity.expected:.1f}",
        f"{entity.growth:.1f}",
        f"{floor_tenth(entity.growth_low):.1f}–{entity.growth_high:.1f}",
        "" if entity.voice is None else f"{entity.voice.share:.0%}",
    ]
    if drawn:
        row.append(sparkline([day.stories for day in entity.series[-SPARK_DAYS:]]))
    return row


def _looked(found: "LookBack") -> str:
    return f"{found.stories:,} stories from {found.items:,} items, since {found.start:%Y-%m-%d}."
