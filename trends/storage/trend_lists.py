"""Lists of trends: which ones, in which order, and where a page ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.decisions import HIDING, Verb
from trends.domain.text import fold
from trends.domain.trend import HandState, TrendSort
from trends.errors import InvalidRequestError
from trends.storage.cursors import read_cursor, read_place, write_cursor, write_place
from trends.storage.trend_reads import MonitorView
from trends.storage.trend_tables import trends

_STANCES = HIDING | {Verb.FOLLOW}
_STANCE_OF = {
    HandState.FOLLOWED: Verb.FOLLOW,
    HandState.MUTED: Verb.MUTE,
    HandState.REJECTED: Verb.REJECT,
}


@dataclass(frozen=True)
class TrendFilter:
    """Which trends a list holds.

    Attributes:
        monitor: Only of this monitor.
        status: Only of this status.
        category: Only of this category.
        text: Only those whose label, name or terms hold it.
        hand: Only those of which an analyst made this.
        seen_from: Only those last seen in a window that ends at or after it.
        seen_to: Only those last seen in a window that ends before it.
        watched: Also those that were never announced.
    """

    monitor: str | None = None
    status: str | None = None
    category: str | None = None
    text: str = ""
    hand: HandState | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
    watched: bool = False


def filtered(tenant: str, wanted: TrendFilter, known: Mapping[str, MonitorView]) -> sa.Select[Any]:
    """Select the rows of trends that are wanted."""
    query = sa.select(trends).where(trends.c.tenant == tenant)
    for name in ("monitor", "status", "category"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(trends.c[name] == value)
    if wanted.seen_from is not None:
        query = query.where(trends.c.last_window_end >= wanted.seen_from)
    if wanted.seen_to is not None:
        query = query.where(trends.c.last_window_end < wanted.seen_to)
    if not wanted.watched:
        query = query.where(trends.c.last_announced.is_not(None))
    if text := fold(wanted.text):
        named = [trend_id for trend_id, name in _names(known) if text in fold(name)]
        query = query.where(
            sa.or_(trends.c.folded.contains(text, autoescape=True), trends.c.trend_id.in_(named))
        )
    if wanted.hand is not None:
        query = query.where(trends.c.trend_id.in_(_in_state(wanted.hand, known)))
    return query


def in_order(query: sa.Select[Any], sort: TrendSort, cursor: str | None) -> sa.Select[Any]:
    """Sort the newest or the strongest first, and begin behind a cursor.

    Raises:
        InvalidRequestError: The cursor is not one of ours.
    """
    column: sa.Column[Any] = (
        trends.c.last_window_end if sort is TrendSort.SEEN else trends.c.growth_low
    )
    if cursor is not None:
        at, trend_id = read_cursor(cursor) if sort is TrendSort.SEEN else _strength(cursor)
        same = sa.and_(column == at, trends.c.trend_id > trend_id)
        query = query.where(sa.or_(column < at, same))
    return query.order_by(column.desc(), trends.c.trend_id)


def place_of(row: sa.RowMapping, sort: TrendSort) -> str:
    """Make the cursor of the page that follows a row."""
    if sort is TrendSort.SEEN:
        return write_cursor(row["last_window_end"], row["trend_id"])
    return write_place(repr(row["growth_low"]), row["trend_id"])


def _strength(cursor: str) -> tuple[float, str]:
    place, trend_id = read_place(cursor)
    try:
        value = float(place)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise InvalidRequestError(
            "The cursor is of a list in another order.", next_step="Leave it out to begin anew."
        )
    return value, trend_id


def _names(known: Mapping[str, MonitorView]) -> list[tuple[str, str]]:
    return [
        (decision.trend_id, view.hand.name(decision.trend_id))
        for view in known.values()
        for decision in view.hand.decisions
        if decision.verb is Verb.RENAME
    ]


def _in_state(state: HandState, known: Mapping[str, MonitorView]) -> list[str]:
    """Ids of the trends of which an analyst made something by a decision of their own."""
    found: set[str] = set()
    for view in known.values():
        for decision in view.hand.decisions:
            trend_id = decision.trend_id
            stance = view.hand.last(trend_id, _STANCES)
            holds = {
                HandState.RENAMED: decision.verb is Verb.RENAME,
                HandState.MERGED: view.hand.merged(trend_id) is not None,
            }
            if holds.get(state, bool(stance and stance.verb is _STANCE_OF.get(state))):
                found.add(trend_id)
    return sorted(found)
