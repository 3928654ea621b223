"""The calls about monitors and markets, as plain data."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from trends_client.calls import PAGE_LIMIT, Call
from trends_client.monitor_models import Monitor, MonitorPage

# Joining months of headlines to stories takes its time.
LOOK_BACK_SECONDS = 300.0


class MonitorPages:
    """Walks through the pages of a list.

    Args:
        removed: Removed ones, too.
        limit: Most monitors in all; None for all there are.
    """

    def __init__(self, limit: int | None, *, removed: bool) -> None:
        self._removed = removed
        self._left = limit
        self._cursor: str | None = None
        self._over = limit == 0

    def call(self) -> Call | None:
        """The call for the next page; None when there is none."""
        if self._over:
            return None
        size = PAGE_LIMIT if self._left is None else min(self._left, PAGE_LIMIT)
        params = {"limit": str(size), "removed": str(self._removed).lower()}
        if self._cursor is not None:
            params["cursor"] = self._cursor
        return Call("GET", "/v1/monitors", params=params)

    def take(self, page: MonitorPage) -> tuple[Monitor, ...]:
        """Take a page; give its monitors."""
        self._cursor = page.next_cursor
        if self._left is not None:
            self._left -= len(page.items)
        self._over = page.next_cursor is None or self._left == 0
        return page.items


def add(monitor: Mapping[str, Any]) -> Call:
    """Save a question; what is None is left to the settings."""
    body = {field: value for field, value in monitor.items() if value is not None}
    return Call("POST", "/v1/monitors", body=body, repeatable=False)


def get(name: str) -> Call:
    """Read a monitor."""
    return Call("GET", _path(name))


def edit(name: str, changes: Mapping[str, Any], revision: int | None) -> Call:
    """Change what is given, if the monitor still has this revision; None: whatever it has."""
    return Call("PATCH", _path(name), body=changes, headers=_if_match(revision), repeatable=False)


def steer(name: str, verb: str, author: str) -> Call:
    """Pause or resume; each may be repeated."""
    return Call("POST", _path(name, verb), body={"author": author})


def remove(name: str, author: str) -> Call:
    """Remove a monitor; its past stays."""
    return Call("DELETE", _path(name), params=_said(author=author), repeatable=False)


def run(name: str, key: str) -> Call:
    """Run a monitor now."""
    return Call("POST", _path(name, "run"), headers={"Idempotency-Key": key})


def revisions(name: str) -> Call:
    """Read every change of a monitor."""
    return Call("GET", _path(name, "revisions"))


def import_yaml(content: bytes, origin: str, author: str) -> Call:
    """Bring in monitors; sent again, it changes nothing."""
    return Call(
        "POST",
        "/v1/monitors/import",
        params=_said(origin=origin, author=author),
        content=content,
        headers={"Content-Type": "application/yaml"},
    )


def export_yaml(names: Iterable[str]) -> Call:
    """Write monitors as YAML."""
    query = "&".join(f"name={quote(name, safe='')}" for name in names)
    return Call("GET", "/v1/monitors/export" + (f"?{query}" if query else ""))


def export_watchlist(name: str) -> Call:
    """Write a watchlist as CSV."""
    return Call("GET", _path(name, "watchlist"))


def import_watchlist(
    name: str, content: bytes, origin: str, author: str, revision: int | None
) -> Call:
    """Replace a watchlist by a CSV file's."""
    return Call(
        "PUT",
        _path(name, "watchlist"),
        params=_said(origin=origin, author=author),
        content=content,
        headers={"Content-Type": "text/csv", **_if_match(revision)},
        repeatable=revision is None,
    )


def look_back(name: str, back: str) -> Call:
    """Count a watchlist over the past."""
    return Call("GET", _path(name, "watch"), params={"back": back}, held_seconds=LOOK_BACK_SECONDS)


def markets() -> Call:
    """Read all markets."""
    return Call("GET", "/v1/markets")


def market(name: str) -> Call:
    """Read a market."""
    return Call("GET", f"/v1/markets/{quote(name, safe='')}")


def _path(name: str, below: str = "") -> str:
    return f"/v1/monitors/{quote(name, safe='')}" + (f"/{below}" if below else "")


def _said(**params: str) -> dict[str, str]:
    return {name: value for name, value in params.items() if value}


def _if_match(revision: int | None) -> dict[str, str]:
    return {"If-Match": "*" if revision is None else f'"{revision}"'}
