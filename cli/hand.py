"""`trends follow|mute|reject|rename|merge|split|undo`: decide about a trend."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import TrendId
from cli.author import login_name
from cli.output import as_data
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.times import moment_of

if TYPE_CHECKING:
    from trends_client import Trend, TrendsClient

Reason = Annotated[str, typer.Option("--reason", "-m", metavar="TEXT", help="Why.")]
Author = Annotated[
    str | None,
    typer.Option("--author", metavar="NAME", help="Who decides.", show_default="your login name"),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="TIME",
        help="From the window that ends then on it holds no more: a date, a time, or a length such as 30d.",
    ),
]


@calls_api
def follow(
    session: Session,
    trend_id: TrendId,
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Follow a trend: reports mark it, and `trends list --followed` names it."""
    _decide(session, trend_id, "follow", reason, author, until)


@calls_api
def mute(
    session: Session,
    trend_id: TrendId,
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Keep a trend out of reports, and all its parts should it split. Reports say that they hide it."""
    _decide(session, trend_id, "mute", reason, author, until)


@calls_api
def reject(
    session: Session,
    trend_id: TrendId,
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Say that it is no trend: hidden like a muted one, and told as rejected."""
    _decide(session, trend_id, "reject", reason, author, until)


@calls_api
def rename(
    session: Session,
    trend_id: TrendId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Give a trend a name, which it keeps however its headlines change."""
    _decide(session, trend_id, "rename", reason, author, until, name=name)


@calls_api
def merge(
    session: Session,
    trend_id: TrendId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The trend that it is part of.")],
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Count a trend as part of another one, also when both come separately again."""
    _decide(session, trend_id, "merge", reason, author, until, into=into)


@calls_api
def split(
    session: Session,
    trend_id: TrendId,
    terms: Annotated[list[str], typer.Argument(metavar="TERM…", help="The part's terms.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="What to call the part.")
    ] = "",
    reason: Reason = "",
    author: Author = None,
    until: Until = None,
) -> None:
    """Make a trend of its own of a part of one, and keep the two apart."""
    _decide(session, trend_id, "split", reason, author, until, terms=tuple(terms), name=name)


@calls_api
def undo(
    session: Session,
    trend_id: TrendId,
    decision: Annotated[
        str | None,
        typer.Argument(metavar="[DECISION]", help="Id of the decision; otherwise the last one."),
    ] = None,
    reason: Reason = "",
    author: Author = None,
) -> None:
    """Take a decision on a trend back. `trends show` names them; none is ever deleted."""
    from cli.connection import connect
    from cli.trends import find_trend

    with connect(session) as client:
        found = find_trend(client, trend_id)
        taken_back = decision or _last(client, found)
        trend = client.decide(
            found, "undo", author=author or _login(), reason=reason, decision=taken_back
        )
    _tell(session, trend)


def _last(client: "TrendsClient", trend_id: str) -> str:
    made = [
        one.decision["decision_id"]
        for one in client.trend(trend_id).decisions
        if one.in_force and one.decision["trend_id"] == trend_id
    ]
    if not made:
        raise AskedWrongError(
            "No decision on this trend is in force.", f"See them: trends show {trend_id}"
        )
    return str(made[-1])


def _decide(
    session: Session,
    trend_id: str,
    verb: str,
    reason: str,
    author: str | None,
    until: str | None,
    *,
    name: str = "",
    into: str = "",
    terms: tuple[str, ...] = (),
) -> None:
    from cli.connection import connect
    from cli.trends import find_trend

    with connect(session) as client:
        trend = client.decide(
            find_trend(client, trend_id),
            verb,
            author=author or _login(),
            reason=reason,
            until=moment_of(until, datetime.now(UTC)),
            name=name,
            into=find_trend(client, into) if into else "",
            terms=terms,
        )
    _tell(session, trend)


def _tell(session: Session, trend: "Trend") -> None:
    if session.out.as_json:
        session.out.json(as_data(trend))
    else:
        session.out.line(f"{trend.trend_id}\t{trend.label}")
        session.out.say("Decided. The next run heeds it; or: trends runs rerun last --from analyze")


def _login() -> str:
    name = login_name()
    if not name:
        raise AskedWrongError("Your login name is not known.", "Say who decides: --author")
    return name
