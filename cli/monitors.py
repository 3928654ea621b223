"""`trends monitors …`: save questions, look at them, change them, run them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import Detach, IdempotencyKey, Wait
from cli.author import login_name
from cli.output import as_data
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client.monitor_models import Monitor

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Name of the monitor.", show_default=False)
]
Author = Annotated[
    str | None,
    typer.Option("--author", metavar="NAME", help="Who does it.", show_default="your login name"),
]
Title = Annotated[str | None, typer.Option("--title", help="What people call it.")]
Query = Annotated[
    str | None, typer.Option("--query", help='Words, "phrases", AND, OR, -not; nothing means all.')
]
Market = Annotated[
    str | None, typer.Option("--market", help="Whose clock makes the days: KR, US, JP.")
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", "-l", help="Read ko or en; repeatable.")
]
Sources = Annotated[
    list[str] | None, typer.Option("--source", "-s", help="As in trends run; repeatable.")
]
WindowLength = Annotated[
    str | None, typer.Option("--window", "-w", help="Length of its windows: 24h, 7d, 4w.")
]
Cadence = Annotated[
    str | None, typer.Option("--cadence", help="How often it is to run: 6h, 1d, 1w; '' by hand.")
]
Cron = Annotated[
    str | None,
    typer.Option(
        "--cron", help="When it is to run, as '30 8 * * 1-5'; '' for none.", metavar="CRON"
    ),
]
TimeZone = Annotated[
    str | None,
    typer.Option("--time-zone", help="Zone of cron and due, as Asia/Seoul; '' the market's."),
]
Due = Annotated[
    str | None, typer.Option("--due", help="Time of day for its report, as 08:30; '' for none.")
]
Jitter = Annotated[
    str | None, typer.Option("--jitter", help="Begin up to so much later, as 5m; '' on time.")
]
Overlap = Annotated[
    str | None,
    typer.Option(
        "--overlap",
        help="While the run before goes on: skip, buffer_one, buffer_all, cancel_other, terminate_other, allow_all.",
    ),
]
Catchup = Annotated[
    str | None,
    typer.Option("--catchup", help="Begin so late at most if it could not in time, as 6h."),
]
ReportLanguage = Annotated[
    str | None, typer.Option("--report-language", help="Report in ko or en.")
]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="Tell this channel; repeatable.")
]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help="Kind of topics that is wanted, as food; repeatable."),
]
Budget = Annotated[
    float | None, typer.Option("--budget", metavar="USD", help="The most that a run may cost.")
]


@calls_api
def list_(
    session: Session,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Removed ones, too.")] = False,
) -> None:
    """List monitors, by name.

    With --json one monitor a line. In a pipe: name, state, window, cadence, entities watched, query.
    """
    from cli.connection import connect

    out = session.out
    rows: list[list[str]] = []
    with connect(session) as client:
        for monitor in client.monitors.list(removed=everything):
            if out.as_json:
                out.json(as_data(monitor))
            else:
                rows.append(_row(monitor, drawn=out.drawn))
    if rows:
        out.rows(("name", "state", "window", "cadence", "watches", "query"), rows)
    elif out.drawn:
        out.say("No monitors. Save one: trends monitors add NAME --query WORDS")


def _row(monitor: "Monitor", *, drawn: bool) -> list[str]:
    return [
        monitor.name,
        monitor.state,
        monitor.window,
        monitor.cron or monitor.cadence,
        str(monitor.watched) if monitor.watched or not drawn else "",
        monitor.query or ("everything" if drawn else ""),
    ]


@calls_api
def show(
    session: Session,
    name: Name,
    history: Annotated[
        bool, typer.Option("--history", help="Every change: revision, verb, who, when, query.")
    ] = False,
) -> None:
    """Show a monitor: what it asks, what it watches, and how it came to be."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        if history:
            revisions = client.monitors.revisions(name)
            if out.as_json:
                for each in revisions:
                    out.json(as_data(each))
                return
            rows = [
                [
                    str(each.revision),
                    each.verb,
                    each.author,
                    time_text(each.at, drawn=out.drawn),
                    each.query,
                ]
                for each in revisions
            ]
            out.rows(("revision", "what", "who", "when", "query"), rows)
            return
        monitor = client.monitors.get(name)
    if out.as_json:
        out.json(as_data(monitor))
    else:
        _describe(session, monitor)


def _describe(session: Session, monitor: "Monitor") -> None:
    out = session.out
    facts = [
        ("name", monitor.name),
        ("title", monitor.title),
        ("state", monitor.state),
        ("revision", f"{monitor.revision}, {time_text(monitor.updated_at, drawn=out.drawn)}"),
        ("by", monitor.author),
        ("query", monitor.query or "everything"),
        ("window", monitor.window),
        ("cadence", monitor.cadence),
        ("cron", monitor.cron),
        ("time zone", monitor.time_zone),
        ("due", monitor.due),
        ("jitter", monitor.jitter),
        ("overlap", monitor.overlap if monitor.cadence or monitor.cron else ""),
        ("catch-up", monitor.catchup if monitor.cadence or monitor.cron else ""),
        ("market", monitor.market),
        ("languages", ", ".join(monitor.languages)),
        ("sources", ", ".join(monitor.sources)),
        ("report in", monitor.report_language),
        ("channels", ", ".join(monitor.channels)),
        ("categories", ", ".join(monitor.categories)),
        ("budget", f"{monitor.budget_usd:g} USD" if monitor.budget_usd else ""),
        ("id", monitor.id),
        ("earlier ids", ", ".join(monitor.previous_ids)),
    ]
    for fact, value in facts:
        if value:
            out.rows((), [[f"{fact:<12}" if out.drawn else fact, value]])
    if monitor.watchlist:
        out.line("")
        rows = [
            [
                entity.name,
                entity.group,
                ", ".join((*entity.aliases.any, *entity.aliases.ko, *entity.aliases.en)),
                ", ".join(entity.excluded),
            ]
            for entity in monitor.watchlist
        ]
        out.rows(("entity", "group", "aliases", "not"), rows)


@calls_api
def add(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and dashes.")],
    title: Title = None,
    query: Query = None,
    market: Market = None,
    language: Languages = None,
    source: Sources = None,
    window: WindowLength = None,
    cadence: Cadence = None,
    cron: Cron = None,
    time_zone: TimeZone = None,
    due: Due = None,
    jitter: Jitter = None,
    overlap: Overlap = None,
    catchup: Catchup = None,
    report_language: ReportLanguage = None,
    channel: Channels = None,
    category: Categories = None,
    budget: Budget = None,
    author: Author = None,
) -> None:
    """Save a question. What is left out is as the settings say now, and stays so.

    A monitor that was removed comes back with what is given, and with its past. To give it something to watch:
    trends monitors watchlist NAME --from FILE.csv
    """
    from cli.connection import connect
    from cli.submit import resolve_sources

    with connect(session) as client:
        monitor = client.monitors.add(
            name,
            author=author or login_name(),
            title=title,
            query=query,
            market=market,
            languages=language or None,
            sources=resolve_sources(session, client, source) if source else None,
            window=window,
            cadence=cadence,
            cron=cron,
            time_zone=time_zone,
            due=due,
            jitter=jitter,
            overlap=overlap,
            catchup=catchup,
            report_language=report_language,
            channels=channel or None,
            categories=category or None,
            budget_usd=budget,
        )
    tell(session, monitor, f"Saved. Run it: trends run --monitor {name}")


@calls_api
def edit(
    session: Session,
    name: Name,
    title: Title = None,
    query: Query = None,
    market: Market = None,
    language: Languages = None,
    source: Sources = None,
    window: WindowLength = None,
    cadence: Cadence = None,
    cron: Cron = None,
    time_zone: TimeZone = None,
    due: Due = None,
    jitter: Jitter = None,
    overlap: Overlap = None,
    catchup: Catchup = None,
    report_language: ReportLanguage = None,
    channel: Channels = None,
    category: Categories = None,
    budget: Budget = None,
    no_budget: Annotated[bool, typer.Option("--no-budget", help="Take the budget away.")] = False,
    revision: Annotated[
        int | None,
        typer.Option("--revision", min=1, help="Only if it still has this revision."),
    ] = None,
    author: Author = None,
) -> None:
    """Change what is given of a monitor; the rest stays.

    Another query, window, market, language or source is another question: the monitor gets another id, and its earlier
    runs stay reachable by its name.
    """
    from cli.connection import connect
    from cli.submit import resolve_sources

    said: dict[str, Any] = {
        "title": title,
        "query": query,
        "market": market,
        "languages": language or None,
        "window": window,
        "cadence": cadence,
        "cron": cron,
        "time_zone": time_zone,
        "due": due,
        "jitter": jitter,
        "overlap": overlap,
        "catchup": catchup,
        "report_language": report_language,
        "channels": channel or None,
        "categories": category or None,
        "budget_usd": budget,
    }
    changes = {field: value for field, value in said.items() if value is not None}
    if no_budget:
        changes["budget_usd"] = None
    if not changes and not source:
        raise AskedWrongError("Nothing is to be changed.", "Say what: trends monitors edit --help")
    with connect(session) as client:
        if source:
            changes["sources"] = list(resolve_sources(session, client, source))
        monitor = client.monitors.edit(
            name, author=author or login_name(), revision=revision, **changes
        )
    tell(session, monitor, f"Changed: revision {monitor.revision}.")


@calls_api
def pause(session: Session, name: Name, author: Author = None) -> None:
    """Keep a monitor from running by itself; by hand it still runs."""
    from cli.connection import connect

    with connect(session) as client:
        monitor = client.monitors.pause(name, author or login_name())
    tell(session, monitor, f"Paused. Let it go on: trends monitors resume {name}")


@calls_api
def resume(session: Session, name: Name, author: Author = None) -> None:
    """Let a paused monitor run by itself again."""
    from cli.connection import connect

    with connect(session) as client:
        monitor = client.monitors.resume(name, author or login_name())
    tell(session, monitor, "It goes on.")


@calls_api
def remove(session: Session, name: Name, author: Author = None) -> None:
    """Remove a monitor; its runs, reports and trends stay, and adding it again brings it back."""
    from cli.connection import connect

    with connect(session) as client:
        monitor = client.monitors.remove(name, author or login_name())
    tell(session, monitor, f"Removed. Its runs: trends runs list --monitor {name}")


@calls_api
def run(
    session: Session,
    name: Name,
    idempotency_key: IdempotencyKey = None,
    detach: Detach = False,
    wait: Wait = None,
) -> None:
    """Run a monitor now, and see it through as trends run does."""
    from cli.connection import connect
    from cli.submit import check_ways_of_waiting, see_through

    check_ways_of_waiting(detach, wait)
    with connect(session) as client:
        started = client.monitors.run(name, idempotency_key)
        see_through(session, client, started, detach=detach, wait=wait)


def tell(session: Session, monitor: "Monitor", words: str) -> None:
    """Say what became of a monitor, and what is odd about it."""
    out = session.out
    if out.as_json:
        out.json(as_data(monitor))
    for warning in monitor.warnings:
        out.say(f"Note: {warning}")
    out.say(words)
