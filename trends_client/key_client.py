"""`client.keys`: what the two clients offer for keys, the caller and the audit log."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from datetime import datetime

import httpx

from trends_client import key_calls as calls
from trends_client.calls import Call, read
from trends_client.key_models import AuditEntry, AuditPage, Key, KeyPage, Me, NewKey

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Keys:
    """Make keys, list and revoke them; see who asks, and who did what.

    Args:
        send: Sends a call.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    def me(self) -> Me:
        """See who this client is to the API, and what it may do."""
        return read(Me, self._send(calls.me()))

    def create(
        self, name: str, scopes: Iterable[str], *, expires_at: datetime | None = None
    ) -> NewKey:
        """Make a key of the own tenant; `.key` of the answer is its secret, which cannot be read again."""
        return read(NewKey, self._send(calls.create(name, scopes, expires_at)))

    def list(self, *, limit: int | None = None) -> Iterator[Key]:
        """Iterate over keys, newest first; pages are fetched as they are needed."""
        pages = calls.keys(limit)
        while (call := pages.call()) is not None:
            page = read(KeyPage, self._send(call))
            pages.taken(len(page.items), page.next_cursor)
            yield from page.items

    def revoke(self, key_id: str) -> None:
        """Let a key hold no more."""
        self._send(calls.revoke(key_id))

    def audit(
        self, *, actor: str | None = None, action: str | None = None, limit: int | None = None
    ) -> Iterator[AuditEntry]:
        """Iterate over what was done in the tenant, newest first."""
        pages = calls.audit(actor, action, limit)
        while (call := pages.call()) is not None:
            page = read(AuditPage, self._send(call))
            pages.taken(len(page.items), page.next_cursor)
            yield from page.items


class AsyncKeys:
    """The same from async code.

    Args:
        send: Sends a call.
    """

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def me(self) -> Me:
        """See who this client is to the API, and what it may do."""
        return read(Me, await self._send(calls.me()))

    async def create(
        self, name: str, scopes: Iterable[str], *, expires_at: datetime | None = None
    ) -> NewKey:
        """Make a key of the own tenant; `.key` of the answer is its secret, which cannot be read again."""
        return read(NewKey, await self._send(calls.create(name, scopes, expires_at)))

    async def list(self, *, limit: int | None = None) -> AsyncIterator[Key]:
        """Iterate over keys, newest first; pages are fetched as they are needed."""
        pages = calls.keys(limit)
        while (call := pages.call()) is not None:
            page = read(KeyPage, await self._send(call))
            pages.taken(len(page.items), page.next_cursor)
            for key in page.items:
                yield key

    async def revoke(self, key_id: str) -> None:
        """Let a key hold no more."""
        await self._send(calls.revoke(key_id))

    async def audit(
        self, *, actor: str | None = None, action: str | None = None, limit: int | None = None
    ) -> AsyncIterator[AuditEntry]:
        """Iterate over what was done in the tenant, newest first."""
        pages = calls.audit(actor, action, limit)
        while (call := pages.call()) is not None:
            page = read(AuditPage, await self._send(call))
            pages.taken(len(page.items), page.next_cursor)
            for entry in page.items:
                yield entry
