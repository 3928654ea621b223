"""`trends market …`: whose clock and holidays there are."""

from typing import Annotated

import typer

from cli.output import as_data
from cli.session import Session, calls_api


@calls_api
def list_(session: Session) -> None:
    """List markets: name, title, time zone, languages."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        markets = client.markets.list()
    if out.as_json:
        for market in markets:
            out.json(as_data(market))
        return
    rows = [
        [market.name, market.title.get("en", ""), market.time_zone, ", ".join(market.languages)]
        for market in markets
    ]
    out.rows(("name", "title", "time zone", "languages"), rows)


@calls_api
def show(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as KR.", show_default=False)],
) -> None:
    """Show a market's holidays: date, name in English, name in Korean."""
    from cli.connection import connect

    out = session.out
    with connect(session) as client:
        market = client.markets.get(name)
    if out.as_json:
        out.json(as_data(market))
        return
    out.say(
        f"{market.title.get('en', name)}, {market.time_zone}. Weekend: {', '.join(market.weekend)}."
    )
    rows = [
        [holiday.day.isoformat(), holiday.name.get("en", ""), holiday.name.get("ko", "")]
        for holiday in market.holidays
    ]
    out.rows(("day", "holiday", "공휴일"), rows)
