"""`trends items …`: search what polls have found, and count it."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import as_data, sparkline
from cli.session import Session, calls_api
from cli.times import moment_of, time_text

if TYPE_CHECKING:
    from trends_client.source_calls import ItemFilter
    from trends_client.source_models import Item, SourceItems

LISTED = 20

Source = Annotated[
    str | None, typer.Option("--source", "-s", help="Only of this source, such as rss:hani.")
]
ItemLanguage = Annotated[
    str | None, typer.Option("--language", "-l", help="Only in ko, en, or other.")
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Published at or after: a date, or a time."),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Published before: a date, or a time.")
]


@calls_api
def search(
    session: Session,
    query: Annotated[
        str,
        typer.Argument(
            metavar="[QUERY]", help='Words, "phrases", AND, OR, -; nothing means everything.'
        ),
    ] = "",
    source: Source = None,
    language: ItemLanguage = None,
    start: From = None,
    end: To = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = LISTED,
    everything: Annotated[bool, typer.Option("--all", "-a", help="All of them.")] = False,
) -> None:
    """Search the items, newest first.

    With --json one item a line. In a pipe one item a line: time, source, language, outlet, title, link.
    """
    from cli.connection import connect

    out = session.out
    wanted = _filter(query, source, language, start, end)
    rows: list[list[str]] = []
    with connect(session) as client:
        for item in client.items.search(wanted, limit=None if everything else limit):
            if out.as_json:
                out.json(as_data(item))
            elif out.drawn:
                rows.append(_row(item, drawn=True))
            else:
                out.rows((), [_row(item, drawn=False)])
    if rows:
        out.rows(("published", "source", "language", "outlet", "title"), rows)
    elif out.drawn:
        out.say("No items. See what is polled: trends sources list")


def _row(item: "Item", *, drawn: bool) -> list[str]:
    row = [
        time_text(item.published_at, drawn=drawn),
        item.source,
        item.language,
        item.outlet or "",
        item.title,
    ]
    return row if drawn else [*row, item.url or item.place or ""]


@calls_api
def stats(
    session: Session,
    source: Source = None,
    language: ItemLanguage = None,
    start: From = None,
    end: To = None,
) -> None:
    """Count the items by source; days are UTC.

    With --json one source a line, with its days. In a pipe one source a line: source, items, oldest, newest.
    """
    from cli.connection import connect

    out = session.out
    wanted = _filter("", source, language, start, end)
    with connect(session) as client:
        found = client.items.stats(wanted)
    if out.as_json:
        for each in found.sources:
            out.json(as_data(each))
        return
    titles = ("source", "items", "oldest", "newest", "days")
    out.rows(titles, [_counted(each, drawn=out.drawn) for each in found.sources])
    out.say(f"{found.items:,} items of {len(found.sources)} sources.")


def _counted(each: "SourceItems", *, drawn: bool) -> list[str]:
    row = [
        each.source,
        f"{each.items:,}" if drawn else str(each.items),
        time_text(each.oldest, drawn=drawn),
        time_text(each.newest, drawn=drawn),
    ]
    return [*row, _drawn_days(each)] if drawn else row


def _drawn_days(each: "SourceItems") -> str:
    """Draw the last four weeks that have items, days without any among them."""
    from datetime import timedelta

    counts = {day.day: day.items for day in each.days}
    last = max(counts)
    return sparkline([counts.get(last - timedelta(days=back), 0) for back in range(27, -1, -1)])


def _filter(
    query: str, source: str | None, language: str | None, start: str | None, end: str | None
) -> "ItemFilter":
    from trends_client.source_calls import ItemFilter

    return ItemFilter(
        query=query,
        source=source,
        language=language,
        start=moment_of(start),
        end=moment_of(end),
    )
