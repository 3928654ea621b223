"""`trends list|show|compare`: look at trends over all runs."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import TrendId
from cli.exits import Exit
from cli.output import Output, as_data, sparkline
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.times import moment_of, time_text
from trends.domain.rounding import floor_tenth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trends_client import Trend, TrendLife, TrendsClient
    from trends_client.trend_models import (
        Appearance,
        ComparedTrend,
        MadeDecision,
        Tie,
        TrendEvidence,
        TrendFormat,
    )

LISTED = 20
SHORTEST = 4
FULL_ID = 36
# Beyond these a part of an id is no longer looked for; the whole id always finds its trend.
NEWEST = 1000
SHOWN_DAYS = 56
SHOWN_WINDOWS = 10
SHOWN_EVIDENCE = 5


class Sort(StrEnum):
    """Orders of the list."""

    SEEN = "seen"
    STRENGTH = "strength"


@calls_api
def list_(
    session: Session,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="In label, name or terms.")
    ] = None,
    monitor: Annotated[
        str | None,
        typer.Option(
            "--monitor", metavar="MONITOR", help="Only of this monitor: its name, or its id."
        ),
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="emerging, rising, peaking or fading.")
    ] = None,
    category: Annotated[str | None, typer.Option("--category", help="Such as food.")] = None,
    hand: Annotated[
        str | None,
        typer.Option("--hand", help="followed, muted, rejected, renamed or merged."),
    ] = None,
    followed: Annotated[
        bool, typer.Option("--followed", help="The same as --hand followed.")
    ] = False,
    seen_from: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Last seen then or later.")
    ] = None,
    seen_to: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Last seen before.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Also those that were watched and never announced.")
    ] = False,
    sort: Annotated[Sort, typer.Option("--sort", help="Which first.")] = Sort.SEEN,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="At most so many.", show_default="20")
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="As CSV that Excel opens, 10,000 at most.")
    ] = False,
    as_rss: Annotated[bool, typer.Option("--rss", help="As an RSS feed.")] = False,
) -> None:
    """List trends: topics that keep their identity over runs and weeks.

    With --json one trend a line. In a pipe one trend a line: id, status, growth, stories, last seen, windows, label.
    """
    from cli.connection import connect
    from trends_client import TrendFilter

    forms = [form for form, asked in (("csv", as_csv), ("rss", as_rss)) if asked]
    if len(forms) + session.out.as_json > 1:
        raise AskedWrongError("Choose one of --csv, --rss and --json.", "Leave the others out.")
    with connect(session) as client:
        wanted = TrendFilter(
            monitor=_monitor_id(client, monitor) if monitor else None,
            status=status,
            category=category,
            text=text,
            hand=hand or ("followed" if followed else None),
            seen_from=moment_of(seen_from),
            seen_to=moment_of(seen_to),
            watched=everything,
            sort=sort.value,
        )
        if forms:
            form: TrendFormat = "csv" if as_csv else "rss"
            session.out.raw(client.export_trends(form, wanted, limit=limit))
            return
        _print(session.out, client.trends(wanted, limit=limit or LISTED))


def _monitor_id(client: "TrendsClient", named: str) -> str:
    """Id of a monitor by its name. An id is taken as it is: trends outlive their monitor, and some never had one."""
    return named if len(named) == FULL_ID else client.monitors.get(named).id


def _print(out: Output, trends: "Iterator[Trend]") -> None:
    rows: list[list[str]] = []
    for trend in trends:
        if out.as_json:
            out.json(as_data(trend))
        elif out.drawn:
            rows.append(_row(trend, drawn=True))
        else:
            out.rows((), [_row(trend, drawn=False)])
    if out.drawn and rows:
        titles = ("id", "status", "growth", "stories", "last seen", "windows", "label")
        out.rows(titles, rows)
    if out.drawn and not rows:
        out.say("No trends. They begin with the first run: trends run")


def _row(trend: "Trend", *, drawn: bool) -> list[str]:
    return [
        trend.trend_id[:8] if drawn else trend.trend_id,
        trend.status if trend.live else f"{trend.status}, gone",
        f"{trend.growth:.1f}",
        str(trend.stories),
        time_text(trend.last_seen, drawn=drawn),
        str(trend.windows),
        f"{trend.label} [{_hand(trend)}]" if drawn and _hand(trend) else trend.label,
    ]


def _hand(trend: "Trend") -> str:
    said = trend.hidden or trend.followed
    parts = [_DONE.get(said.verb, said.verb)] if said else []
    if trend.merged_into:
        parts.append(f"merged into {trend.merged_into[:8]}")
    return ", ".join(parts)


_DONE = {"mute": "muted", "reject": "rejected", "follow": "followed"}


@calls_api
def show(session: Session, trend_id: TrendId) -> None:
    """Show a trend's whole life: series, runs, evidence, what it belongs to, and what was decided."""
    from cli.connection import connect

    with connect(session) as client:
        life = client.trend(find_trend(client, trend_id))
    if session.out.as_json:
        session.out.json(as_data(life))
    else:
        _describe(session.out, life)


def _describe(out: Output, life: "TrendLife") -> None:
    trend = life.trend
    facts = [
        ("id", trend.trend_id),
        ("label", trend.label),
        ("headlines", trend.found_label if trend.found_label != trend.label else ""),
        ("status", trend.status if trend.live else f"{trend.status}, gone"),
        ("decided", _hand(trend)),
        (
            "growth",
            f"{trend.growth:.1f} ({floor_tenth(trend.growth_low):.1f} to {trend.growth_high:.1f})",
        ),
        ("stories", str(trend.stories)),
        ("since", time_text(trend.since, drawn=out.drawn)),
        ("last seen", time_text(trend.last_seen, drawn=out.drawn)),
        ("windows", str(trend.windows)),
        ("terms", ", ".join(trend.terms)),
        ("days", sparkline([day.stories for day in life.days[-SHOWN_DAYS:]]) if out.drawn else ""),
        ("monitor", trend.monitor),
    ]
    for name, value in facts:
        if value:
            out.rows((), [[f"{name:<12}" if out.drawn else name, value]])
    _tables(out, life)


def _tables(out: Output, life: "TrendLife") -> None:
    windows = [_appearance(one, drawn=out.drawn) for one in life.appearances[:SHOWN_WINDOWS]]
    stories = [_story(one, drawn=out.drawn) for one in life.evidence[:SHOWN_EVIDENCE]]
    ties = [_tie(one, drawn=out.drawn) for one in life.ties]
    decisions = [_decision(one) for one in life.decisions]
    for titles, rows in (
        (("window ends", "run", "rank", "stories", "growth", "status", "label"), windows),
        (("published", "outlet", "title", "link"), stories),
        (("tie", "trend", "label", "seen", "why"), ties),
        (("decision", "what", "who", "in force", "why"), decisions),
    ):
        if rows:
            out.line("")
            out.rows(titles, rows)


def _story(one: "TrendEvidence", *, drawn: bool) -> list[str]:
    link = one.url or one.place or ""
    return [time_text(one.published_at, drawn=drawn), one.outlet or "", one.title, link]


def _tie(one: "Tie", *, drawn: bool) -> list[str]:
    kind = one.kind if one.kind == "related" else f"{one.kind} {'into' if one.onward else 'from'}"
    seen = time_text(one.window_end, drawn=drawn)
    return [kind, one.trend_id[:8] if drawn else one.trend_id, one.label, seen, one.reason]


def _decision(one: "MadeDecision") -> list[str]:
    made = one.decision
    what = " ".join(filter(None, (made["verb"], made["name"])))
    in_force = "yes" if one.in_force else "no"
    return [made["decision_id"], what, made["author"], in_force, made["reason"]]


def _appearance(one: "Appearance", *, drawn: bool) -> list[str]:
    return [
        time_text(one.window_end, drawn=drawn),
        one.run_id[-8:] if drawn else one.run_id,
        str(one.rank),
        str(one.stories),
        f"{one.growth:.1f}",
        one.status if one.announced else f"{one.status}, watched",
        one.label,
    ]


@calls_api
def compare(
    session: Session,
    monitor: Annotated[
        str, typer.Argument(metavar="MONITOR", help="Name of the monitor, or its id.")
    ],
    a: Annotated[str, typer.Argument(metavar="END", help="End of the one window.")],
    b: Annotated[str, typer.Argument(metavar="END", help="End of the other.")],
) -> None:
    """Compare two windows of a monitor, each named by its end: what is new, risen, fallen, gone or steady."""
    from cli.connection import connect

    first, second = moment_of(a), moment_of(b)
    assert first is not None
    assert second is not None
    with connect(session) as client:
        compared = client.compare_trends(_monitor_id(client, monitor), first, second)
    if session.out.as_json:
        session.out.json(as_data(compared))
        return
    rows = [_compared(one) for one in compared.trends]
    session.out.rows(
        ("change", "trend", "stories then", "now", "growth then", "now", "label"), rows
    )


def _compared(one: "ComparedTrend") -> list[str]:
    before, after = one.before, one.after
    return [
        one.change,
        one.trend_id[:8],
        str(before.stories) if before else "",
        str(after.stories) if after else "",
        f"{before.growth:.1f}" if before else "",
        f"{after.growth:.1f}" if after else "",
        one.label,
    ]


def find_trend(client: "TrendsClient", reference: str) -> str:
    """Find the trend that is meant: its id, the beginning of it, or its label.

    Raises:
        AskedWrongError: Nothing fits, or more than one trend does.
    """
    from trends_client import TrendFilter

    if len(reference) >= FULL_ID and reference.count("-") == 4:  # noqa: PLR2004  # a UUID
        return reference
    known = client.trends(TrendFilter(watched=True), limit=NEWEST)
    wanted = reference.casefold()
    fits = [
        trend.trend_id
        for trend in known
        if (len(reference) >= SHORTEST and trend.trend_id.startswith(wanted))
        or wanted in {trend.label.casefold(), trend.found_label.casefold()}
    ]
    if not fits:
        raise AskedWrongError(
            f"No trend's id begins with '{reference}', and none is called so.",
            "See them: trends list --all",
            exit_=Exit.NOT_FOUND,
        )
    if len(fits) > 1:
        raise AskedWrongError(
            f"{len(fits)} trends fit '{reference}': {', '.join(fits[:3])}.", "Give more of the id."
        )
    return fits[0]
