"""The calls about backfills, as plain data."""

from typing import Any
from urllib.parse import quote

import httpx

from trends_client.backfill_models import Backfill, BackfillPage
from trends_client.calls import PAGE_LIMIT, Call, read


class BackfillPages:
    """Walks through the pages of a list.

    Args:
        monitor: Only those of this monitor.
        limit: Most backfills in all; None for all there are.
    """

    def __init__(self, monitor: str | None, limit: int | None) -> None:
        self._monitor = monitor
        self._left = limit
        self._cursor: str | None = None
        self._over = limit == 0

    def call(self) -> Call | None:
        """The call for the next page; None when there is none."""
        if self._over:
            return None
        size = PAGE_LIMIT if self._left is None else min(self._left, PAGE_LIMIT)
        asked = {"limit": str(size), "monitor": self._monitor, "cursor": self._cursor}
        params = {name: value for name, value in asked.items() if value is not None}
        return Call("GET", "/v1/backfills", params=params)

    def take(self, page: BackfillPage) -> tuple[Backfill, ...]:
        """Take a page; give its backfills."""
        self._cursor = page.next_cursor
        if self._left is not None:
            self._left -= len(page.items)
        self._over = page.next_cursor is None or self._left == 0
        return page.items


def start(monitor: str, body: dict[str, Any], key: str | None) -> Call:
    """Start a backfill, or ask what it would do. What is None is left to the API."""
    said = {name: value for name, value in body.items() if value is not None}
    headers = {} if key is None else {"Idempotency-Key": key}
    path = f"/v1/monitors/{quote(monitor, safe='')}/backfills"
    return Call("POST", path, body=said, headers=headers)


def get(backfill_id: str) -> Call:
    """Read one backfill with its windows."""
    return Call("GET", path_of(backfill_id))


def act(backfill_id: str, action: str, body: dict[str, Any] | None = None) -> Call:
    """Pause, resume, cancel or retry. Never sent twice by itself: the second might meet another moment of it."""
    return Call("POST", path_of(backfill_id, action), body=body, repeatable=False)


def path_of(backfill_id: str, below: str = "") -> str:
    """Path of a backfill, or of something below it."""
    return f"/v1/backfills/{quote(backfill_id, safe='')}" + (f"/{below}" if below else "")


def read_started(response: httpx.Response) -> Backfill:
    """Read the answer to a start."""
    backfill = read(Backfill, response)
    if response.headers.get("Idempotency-Replayed") == "true":
        return backfill.model_copy(update={"replayed": True})
    return backfill
