"""The calls about webhook endpoints, as plain data."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from trends_client.calls import PAGE_LIMIT, Call
from trends_client.webhook_models import Delivery, DeliveryPage

ENDPOINTS = "/v1/webhook-endpoints"
# How long a receiver may take for its answer.
TEST_SECONDS = 60.0


class DeliveryPages:
    """Walks through the pages of what went to an endpoint.

    Args:
        name: The endpoint.
        state: Only those that came so far.
        limit: Most messages in all; None for all there are.
    """

    def __init__(self, name: str, state: str | None, limit: int | None) -> None:
        self._path = f"{_path(name)}/deliveries"
        self._params = {} if state is None else {"state": state}
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
        return Call("GET", self._path, params=params)

    def take(self, page: DeliveryPage) -> tuple[Delivery, ...]:
        """Take a page in."""
        if self._left is not None:
            self._left -= len(page.items)
        self._cursor = page.next_cursor
        self._over = self._cursor is None or self._left == 0
        return page.items


def add(endpoint: Mapping[str, Any]) -> Call:
    """Register an endpoint; what is None is left to the API."""
    return Call("POST", ENDPOINTS, body=_given(endpoint), repeatable=False)


def every() -> Call:
    """Read all endpoints."""
    return Call("GET", ENDPOINTS)


def get(name: str) -> Call:
    """Read one endpoint."""
    return Call("GET", _path(name))


def edit(name: str, changes: Mapping[str, Any]) -> Call:
    """Change what is given; done again, it changes nothing."""
    return Call("PATCH", _path(name), body=_given(changes))


def remove(name: str) -> Call:
    """Take an endpoint out."""
    return Call("DELETE", _path(name), repeatable=False)


def test(name: str) -> Call:
    """Send a test. Never sent twice by itself."""
    return Call("POST", f"{_path(name)}/test", repeatable=False, held_seconds=TEST_SECONDS)


def rotate(name: str) -> Call:
    """Make a new secret. Never sent twice by itself: the first one's would be lost."""
    return Call("POST", f"{_path(name)}/rotate-secret", repeatable=False)


def resend(name: str, message_id: str) -> Call:
    """Send a message again that failed."""
    path = f"{_path(name)}/deliveries/{quote(message_id, safe='')}/resend"
    return Call("POST", path, repeatable=False, held_seconds=TEST_SECONDS)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _path(name: str) -> str:
    return f"{ENDPOINTS}/{quote(name, safe='')}"
