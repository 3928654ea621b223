"""The calls about keys, the caller and the audit log, as plain data."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from trends_client.calls import PAGE_LIMIT, Call


class Pages:
    """Walks through the pages of a list.

    Args:
        path: Of the list.
        limit: Most rows in all; None for all there are.
        params: What is asked for besides; what is None is not.
    """

    def __init__(self, path: str, limit: int | None, **params: str | None) -> None:
        self._path = path
        self._params = {name: value for name, value in params.items() if value is not None}
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

    def taken(self, rows: int, next_cursor: str | None) -> None:
        """Note that a page came."""
        self._cursor = next_cursor
        if self._left is not None:
            self._left -= rows
        self._over = next_cursor is None or self._left == 0


def me() -> Call:
    """See who asks."""
    return Call("GET", "/v1/me")


def keys(limit: int | None) -> Pages:
    """List keys."""
    return Pages("/v1/keys", limit)


def audit(actor: str | None, action: str | None, limit: int | None) -> Pages:
    """Read the audit log."""
    return Pages("/v1/audit", limit, actor=actor, action=action)


def create(name: str, scopes: Iterable[str], expires_at: datetime | None) -> Call:
    """Make a key. Never sent twice by itself: it would make two."""
    body: dict[str, object] = {"name": name, "scopes": list(scopes)}
    if expires_at is not None:
        body["expires_at"] = expires_at.isoformat()
    return Call("POST", "/v1/keys", body=body, repeatable=False)


def revoke(key_id: str) -> Call:
    """Revoke a key; to do it again changes nothing."""
    return Call("DELETE", f"/v1/keys/{quote(key_id, safe='')}")
