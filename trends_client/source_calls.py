"""The calls about items and sources, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from trends_client.calls import PAGE_LIMIT, Call
from trends_client.source_models import Item, ItemPage


@dataclass(frozen=True)
class ItemFilter:
    """Which items are asked for; what is None is not asked.

    Attributes:
        query: Words, "phrases", AND, OR, −; empty means everything.
        source: Such as `rss:hani`.
        language: `ko`, `en` or `other`.
        start: Published at or after.
        end: Published before.
    """

    query: str = ""
    source: str | None = None
    language: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def params(self) -> dict[str, str]:
        """The filter as query parameters."""
        asked = {
            "query": self.query or None,
            "source": self.source,
            "language": self.language,
            "from": self.start and self.start.isoformat(),
            "to": self.end and self.end.isoformat(),
        }
        return {name: value for name, value in asked.items() if value is not None}


class ItemPages:
    """Walks through the pages of a search.

    Args:
        wanted: Which items.
        limit: Most items in all; None for all there are.
    """

    def __init__(self, wanted: ItemFilter, limit: int | None) -> None:
        self._params = wanted.params()
        self._left = limit
        self._cursor: str | None = None
        self._over = limit == 0

    def call(self) -> Call | None:
        """The call for the next page; None when there is none."""
        if self._over:
            return None
        size = PAGE_LIMIT if self._left is None else min(self._left, PAGE_LIMIT)
        params = {**self._params, "limit": str(size)}
        if self._cursor is not None:
            params["cursor"] = self._cursor
        return Call("GET", "/v1/items", params=params)

    def take(self, page: ItemPage) -> tuple[Item, ...]:
        """Take a page in."""
        if self._left is not None:
            self._left -= len(page.items)
        self._cursor = page.next_cursor
        self._over = self._cursor is None or self._left == 0
        return page.items


def stats(wanted: ItemFilter) -> Call:
    """Count items; the query plays no part."""
    params = {name: value for name, value in wanted.params().items() if name != "query"}
    return Call("GET", "/v1/items/stats", params=params)


def every() -> Call:
    """Read all sources."""
    return Call("GET", "/v1/sources")


def add(feed: Mapping[str, Any]) -> Call:
    """Register a feed; what is None is left to the API."""
    body = {name: value for name, value in feed.items() if value is not None}
    return Call("POST", "/v1/sources", body=body, repeatable=False)


def import_opml(content: bytes) -> Call:
    """Register the feeds of an OPML file; sent again, it finds them there."""
    headers = {"Content-Type": "text/x-opml"}
    return Call("POST", "/v1/sources/import", content=content, headers=headers, repeatable=False)


def export_opml() -> Call:
    """Read the feeds as OPML."""
    return Call("GET", "/v1/sources/export")


def act(source: str, action: str) -> Call:
    """Check, poll, pause or resume; each may be repeated."""
    return Call("POST", f"{_path(source)}/{action}")


def remove(source: str) -> Call:
    """Take a registered feed out."""
    return Call("DELETE", _path(source), repeatable=False)


def _path(source: str) -> str:
    return f"/v1/sources/{quote(source, safe='')}"
