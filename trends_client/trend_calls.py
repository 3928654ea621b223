"""The calls about trends, as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from trends_client.calls import PAGE_LIMIT, Call, read
from trends_client.trend_models import ComparedWindows, Trend, TrendFormat, TrendLife, TrendPage

TRENDS = "/v1/trends"


@dataclass(frozen=True)
class TrendFilter:
    """Which trends, in which order; what is None is left to the API.

    Attributes:
        monitor: Only of this monitor, by its id.
        status: emerging, rising, peaking or fading.
        category: Such as food.
        text: In label, name or terms.
        hand: followed, muted, rejected, renamed or merged.
        seen_from: Last seen in a window that ends then or later.
        seen_to: Last seen in a window that ends before.
        watched: Also those that were never announced.
        sort: `seen` or `strength`.
    """

    monitor: str | None = None
    status: str | None = None
    category: str | None = None
    text: str | None = None
    hand: str | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
    watched: bool = False
    sort: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """The same as query parameters."""
        asked = {
            "monitor": self.monitor,
            "status": self.status,
            "category": self.category,
            "text": self.text,
            "hand": self.hand,
            "from": self.seen_from.isoformat() if self.seen_from else None,
            "to": self.seen_to.isoformat() if self.seen_to else None,
            "watched": "true" if self.watched else None,
            "sort": self.sort,
        }
        return {name: value for name, value in asked.items() if value is not None}


class TrendPages:
    """The turns of going through a list of trends, at most `limit` in all."""

    def __init__(self, wanted: TrendFilter, limit: int | None) -> None:
        self._params = wanted.params
        self._left = limit
        self._cursor: str | None = None
        self._over = False

    def call(self) -> Call | None:
        """The next call; None when there is nothing more to ask for."""
        if self._over or (self._left is not None and self._left <= 0):
            return None
        size = PAGE_LIMIT if self._left is None else min(self._left, PAGE_LIMIT)
        params = {**self._params, "limit": str(size)}
        if self._cursor is not None:
            params["cursor"] = self._cursor
        return Call("GET", TRENDS, params=params)

    def take(self, response: httpx.Response) -> tuple[Trend, ...]:
        """Take a page; give its trends."""
        page = read(TrendPage, response)
        self._cursor = page.next_cursor
        self._over = page.next_cursor is None
        if self._left is not None:
            self._left -= len(page.items)
        return page.items


def export(wanted: TrendFilter, form: TrendFormat, limit: int | None) -> Call:
    """Read trends in another form."""
    params = {**wanted.params, "format": form}
    if limit is not None:
        params["limit"] = str(limit)
    return Call("GET", TRENDS, params=params)


def life(trend_id: str) -> Call:
    """Read everything about a trend."""
    return Call("GET", _path(trend_id))


def compare(monitor: str, a: datetime, b: datetime) -> Call:
    """Put two windows side by side."""
    params = {"monitor": monitor, "a": a.isoformat(), "b": b.isoformat()}
    return Call("GET", f"{TRENDS}/compare", params=params)


def decide(
    trend_id: str,
    verb: str,
    *,
    author: str,
    reason: str,
    until: datetime | None,
    name: str,
    into: str,
    terms: Iterable[str],
    decision: str,
) -> Call:
    """Decide about a trend. Never sent twice by itself: the second would be another decision."""
    asked: dict[str, Any] = {
        "verb": verb,
        "author": author,
        "reason": reason,
        "until": until.isoformat() if until else None,
        "name": name,
        "into": into,
        "terms": list(terms),
        "decision": decision,
    }
    body = {key: value for key, value in asked.items() if value}
    return Call("POST", f"{_path(trend_id)}/decisions", body=body, repeatable=False)


def read_life(response: httpx.Response) -> TrendLife:
    """Read a trend's life out of an answer."""
    return read(TrendLife, response)


def read_trend(response: httpx.Response) -> Trend:
    """Read a trend out of an answer."""
    return read(Trend, response)


def read_compared(response: httpx.Response) -> ComparedWindows:
    """Read two windows out of an answer."""
    return read(ComparedWindows, response)


def _path(trend_id: str) -> str:
    return f"{TRENDS}/{quote(trend_id, safe='')}"
