"""`trends usage`, `limits`, `estimate`, `freeze`, `thaw`: what was spent, what is left, and stopping it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Output, as_data
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from decimal import Decimal

    from trends_client.spending_models import BudgetWindow, Freeze, Limits, Rates, Spent

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept.")]
# Digits behind the point that people read; programs get all of them.
_DIGITS = 4


class By(StrEnum):
    """What spending is summed by."""

    DAY = "day"
    PROVIDER = "provider"
    MODEL = "model"
    RUN = "run"
    MONITOR = "monitor"


@calls_api
def usage(
    session: Session,
    by: Annotated[By, typer.Option("--by", help="Summed by.")] = By.DAY,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="First day.", show_default="six days before"),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day.", show_default="today")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=500, help="At most.")] = 100,
) -> None:
    """Show what models cost, by day, provider, model, run or monitor.

    In a pipe: name, USD spent, USD held by calls under way, calls, tokens. The total is said after it.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = client.spending.usage(by=by.value, first=first, last=last, limit=limit)
    if out.as_json:
        out.json(as_data(found))
        return
    if found.items:
        rows = [_spent(out, each) for each in found.items]
        out.rows((found.by, "USD", "held", "calls", "tokens"), rows)
    days = f"{found.first_day} to {found.last_day} ({found.time_zone})"
    more = f" More than {limit} rows: raise --limit." if found.left_out else ""
    out.say(f"{days}: ${found.total.spent_usd} for {found.total.calls} calls.{more}")


def _spent(out: Output, row: "Spent") -> list[str]:
    return [
        row.monitor or row.name or ("none" if out.drawn else ""),
        _usd(out, row.spent_usd),
        _usd(out, row.held_usd),
        str(row.calls),
        str(row.tokens),
    ]


@calls_api
def limits(session: Session) -> None:
    """Show what is left: budgets with their pace, and the rates of each provider.

    In a pipe two kinds of lines: budget, whose, window, cap, spent, held, left, USD an hour, used up at; and rate,
    provider, calls left in the minute and hour, tokens left in the minute, under way, left alone until.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = client.spending.limits()
    if out.as_json:
        out.json(as_data(found))
    else:
        _show_limits(out, found)
    if found.freeze is not None:
        out.say(f"{_told(found.freeze)} Let them go on: trends thaw")


def _show_limits(out: Output, found: "Limits") -> None:
    budgets = [_budget(out, each) for each in found.windows]
    rates = [_rate(out, each) for each in found.rates]
    if not out.drawn:
        out.rows((), [["budget", *row] for row in budgets])
        out.rows((), [["rate", *row] for row in rates])
        return
    titles = ("budget", "window", "cap", "spent", "held", "left", "an hour", "used up")
    out.rows(titles, budgets)
    out.line("")
    out.rows(("rate", "calls/min", "calls/h", "tokens/min", "open", "blocked until"), rates)


def _budget(out: Output, window: "BudgetWindow") -> list[str]:
    pace = window.per_hour_usd
    return [
        window.monitor or window.scope,
        window.name,
        f"{window.cap_usd:,.2f}" if out.drawn else str(window.cap_usd),
        _usd(out, window.spent_usd),
        _usd(out, window.held_usd),
        _usd(out, window.left_usd),
        "" if pace is None else _usd(out, pace),
        # Without its year, which the window has: the table fits 80 columns.
        time_text(window.used_up_at, drawn=out.drawn)[5 if out.drawn else 0 :],
    ]


def _rate(out: Output, rate: "Rates") -> list[str]:
    calls, tokens = str(rate.calls_left_in_minute), str(rate.tokens_left_in_minute)
    in_hour, open_calls = str(rate.calls_left_in_hour), str(rate.open_calls)
    if out.drawn:
        calls, tokens = (
            f"{calls} of {rate.requests_per_minute}",
            f"{tokens} of {rate.tokens_per_minute}",
        )
        in_hour = f"{in_hour} of {rate.requests_per_hour}"
        open_calls = f"{open_calls} of {rate.concurrency}"
    until = time_text(rate.blocked_until, drawn=out.drawn)
    return [rate.provider, calls, in_hour, tokens, open_calls, until]


@calls_api
def freeze(session: Session, reason: Reason = "") -> None:
    """Stop paid calls and schedules at once, in every process; runs go on without a model.

    Data: number of the freeze. Where they are stopped already, that one stands.
    """
    from cli.connection import connect

    with connect(session) as client:
        found = client.spending.freeze(reason)
    if session.out.as_json:
        session.out.json(as_data(found))
    else:
        session.out.line(str(found.number))
    session.out.say(f"{_told(found)} Let them go on: trends thaw")


@calls_api
def thaw(session: Session) -> None:
    """Let paid calls and schedules go on.

    Data: number of the freeze that ended; nothing where nothing was stopped.
    """
    from cli.connection import connect

    with connect(session) as client:
        ended = client.spending.thaw()
    if session.out.as_json:
        session.out.json({"ended": None if ended is None else as_data(ended)})
    elif ended is not None:
        session.out.line(str(ended.number))
    session.out.say("Nothing was stopped." if ended is None else "Paid calls go on.")


@calls_api
def estimate(
    session: Session,
    query: Annotated[str, typer.Argument(help="As of trends run.", show_default=False)] = "",
    window: Annotated[
        str | None, typer.Option("--window", "-w", help="As of trends run.", show_default="7d")
    ] = None,
    market: Annotated[str | None, typer.Option("--market", help="As of trends run.")] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", "-s", help="As the API knows it; repeatable."),
    ] = None,
    monitor: Annotated[
        str | None, typer.Option("--monitor", metavar="NAME", help="A run of this monitor.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="With --monitor: a past span from here."),
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Its end.")] = None,
    step: Annotated[
        str | None,
        typer.Option("--step", help="How far apart its windows end.", show_default="its cadence"),
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only windows that have no report.")
    ] = False,
) -> None:
    """Say what a run, or a monitor over a past span, is going to cost. Nothing is started.

    In a pipe: USD at the least, likely, at the most; runs. What it rests on is said after it.
    """
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        found = client.spending.estimate(
            query,
            window=window,
            market=market,
            sources=source or None,
            monitor=monitor,
            start=start,
            end=end,
            step=step,
            missing=missing,
        )
    if out.as_json:
        out.json(as_data(found))
    else:
        amounts = [str(each) for each in (found.low_usd, found.likely_usd, found.high_usd)]
        out.rows(("least", "likely", "most (USD)", "runs"), [[*amounts, str(found.runs)]])
    for words in (found.reason, *found.rests_on, *found.remarks):
        if words:
            out.say(words)


def _usd(out: Output, amount: "Decimal") -> str:
    """All digits for programs; for people as many as fit, and never nothing of something."""
    if not out.drawn:
        return str(amount)
    text = f"{amount:.{_DIGITS}f}"
    return "<0.0001" if amount and float(text) == 0 else text


def _told(freeze: "Freeze") -> str:
    since = time_text(freeze.since, drawn=True)
    why = f": {freeze.reason.rstrip('.')}" if freeze.reason else ""
    return f"Paid calls are stopped since {since} by {freeze.author}{why}."
