"""`client.webhooks`: what the two clients offer for webhook endpoints."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

import httpx

from trends_client import webhook_calls as calls
from trends_client.calls import Call, read
from trends_client.webhook_calls import DeliveryPages
from trends_client.webhook_models import (
    Delivery,
    DeliveryPage,
    Endpoint,
    EndpointList,
    EndpointTest,
    MadeEndpoint,
    Resent,
)

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Webhooks:
    """Register addresses that hear of reports, change them, try them, see what went there."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def add(
        self, name: str, url: str, *, events: Iterable[str] = (), description: str = ""
    ) -> MadeEndpoint:
        """Register an address; the answer alone holds its secret."""
        call = calls.add(
            {"name": name, "url": url, "events": list(events), "description": description}
        )
        return read(MadeEndpoint, self._send(call))

    def list(self) -> tuple[Endpoint, ...]:
        """Read every endpoint, by name."""
        return read(EndpointList, self._send(calls.every())).items

    def get(self, name: str) -> Endpoint:
        """Read one endpoint."""
        return read(Endpoint, self._send(calls.get(name)))

    def edit(
        self,
        name: str,
        *,
        url: str | None = None,
        events: Iterable[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Endpoint:
        """Change what is given."""
        wanted = None if events is None else [*events]
        changes = {"url": url, "events": wanted, "description": description, "enabled": enabled}
        return read(Endpoint, self._send(calls.edit(name, changes)))

    def remove(self, name: str) -> None:
        """Take an endpoint out."""
        self._send(calls.remove(name))

    def test(self, name: str) -> EndpointTest:
        """Send a test, once and now."""
        return read(EndpointTest, self._send(calls.test(name)))

    def rotate(self, name: str) -> MadeEndpoint:
        """Make a new secret; for a day messages are signed with the old one, too."""
        return read(MadeEndpoint, self._send(calls.rotate(name)))

    def deliveries(
        self, name: str, *, state: str | None = None, limit: int | None = None
    ) -> Iterator[Delivery]:
        """Iterate over what went to an endpoint, newest first; pages are fetched as they are needed."""
        pages = DeliveryPages(name, state, limit)
        while (call := pages.call()) is not None:
            yield from pages.take(read(DeliveryPage, self._send(call)))

    def resend(self, name: str, message_id: str) -> Resent:
        """Send a message again that failed, under its id."""
        return read(Resent, self._send(calls.resend(name, message_id)))


class AsyncWebhooks:
    """Register addresses that hear of reports, change them, try them, see what went there."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def add(
        self, name: str, url: str, *, events: Iterable[str] = (), description: str = ""
    ) -> MadeEndpoint:
        """Register an address; the answer alone holds its secret."""
        call = calls.add(
            {"name": name, "url": url, "events": list(events), "description": description}
        )
        return read(MadeEndpoint, await self._send(call))

    async def list(self) -> tuple[Endpoint, ...]:
        """Read every endpoint, by name."""
        return read(EndpointList, await self._send(calls.every())).items

    async def get(self, name: str) -> Endpoint:
        """Read one endpoint."""
        return read(Endpoint, await self._send(calls.get(name)))

    async def edit(
        self,
        name: str,
        *,
        url: str | None = None,
        events: Iterable[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> Endpoint:
        """Change what is given."""
        wanted = None if events is None else [*events]
        changes = {"url": url, "events": wanted, "description": description, "enabled": enabled}
        return read(Endpoint, await self._send(calls.edit(name, changes)))

    async def remove(self, name: str) -> None:
        """Take an endpoint out."""
        await self._send(calls.remove(name))

    async def test(self, name: str) -> EndpointTest:
        """Send a test, once and now."""
        return read(EndpointTest, await self._send(calls.test(name)))

    async def rotate(self, name: str) -> MadeEndpoint:
        """Make a new secret; for a day messages are signed with the old one, too."""
        return read(MadeEndpoint, await self._send(calls.rotate(name)))

    async def deliveries(
        self, name: str, *, state: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Delivery]:
        """Iterate over what went to an endpoint, newest first; pages are fetched as they are needed."""
        pages = DeliveryPages(name, state, limit)
        while (call := pages.call()) is not None:
            for delivery in pages.take(read(DeliveryPage, await self._send(call))):
                yield delivery

    async def resend(self, name: str, message_id: str) -> Resent:
        """Send a message again that failed, under its id."""
        return read(Resent, await self._send(calls.resend(name, message_id)))
