"""`client.items` and `client.sources`: what the two clients offer for items and sources."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx

from trends_client import source_calls as calls
from trends_client.calls import Call, read
from trends_client.source_calls import ItemFilter, ItemPages
from trends_client.source_models import (
    Import,
    Item,
    ItemPage,
    ItemStats,
    Look,
    Source,
    SourceList,
)

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Items:
    """Search and count what polls have found."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def search(
        self, wanted: ItemFilter | None = None, *, limit: int | None = None
    ) -> Iterator[Item]:
        """Iterate over items, newest first; pages are fetched as they are needed."""
        pages = ItemPages(wanted or ItemFilter(), limit)
        while (call := pages.call()) is not None:
            yield from pages.take(read(ItemPage, self._send(call)))

    def stats(self, wanted: ItemFilter | None = None) -> ItemStats:
        """Count items by source and day."""
        return read(ItemStats, self._send(calls.stats(wanted or ItemFilter())))


class Sources:
    """See, register and steer sources."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def list(self) -> tuple[Source, ...]:
        """Read every source, with how it is."""
        return read(SourceList, self._send(calls.every())).sources

    def add(self, name: str, url: str, **details: str | int | None) -> Source:
        """Register a feed; details are title, language, outlet, market, cadence_minutes, retention_days."""
        call = calls.add({"name": name, "url": url, **details})
        return read(Source, self._send(call))

    def import_opml(self, content: bytes) -> Import:
        """Register the feeds of an OPML file."""
        return read(Import, self._send(calls.import_opml(content)))

    def export_opml(self) -> bytes:
        """Read the feeds as OPML."""
        return self._send(calls.export_opml()).content

    def check(self, source: str) -> Look:
        """Look at a source once; nothing is stored. Takes `rss:https://…`, too."""
        return read(Look, self._send(calls.act(source, "check")))

    def poll(self, source: str) -> Source:
        """Ask a feed at once."""
        return read(Source, self._send(calls.act(source, "poll")))

    def pause(self, source: str) -> Source:
        """Stop asking a feed."""
        return read(Source, self._send(calls.act(source, "pause")))

    def resume(self, source: str) -> Source:
        """Ask a paused feed again."""
        return read(Source, self._send(calls.act(source, "resume")))

    def remove(self, source: str) -> None:
        """Take a registered feed out; its items stay."""
        self._send(calls.remove(source))


class AsyncItems:
    """Search and count what polls have found."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def search(
        self, wanted: ItemFilter | None = None, *, limit: int | None = None
    ) -> AsyncIterator[Item]:
        """Iterate over items, newest first; pages are fetched as they are needed."""
        pages = ItemPages(wanted or ItemFilter(), limit)
        while (call := pages.call()) is not None:
            for item in pages.take(read(ItemPage, await self._send(call))):
                yield item

    async def stats(self, wanted: ItemFilter | None = None) -> ItemStats:
        """Count items by source and day."""
        return read(ItemStats, await self._send(calls.stats(wanted or ItemFilter())))


class AsyncSources:
    """See, register and steer sources."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def list(self) -> tuple[Source, ...]:
        """Read every source, with how it is."""
        return read(SourceList, await self._send(calls.every())).sources

    async def add(self, name: str, url: str, **details: str | int | None) -> Source:
        """Register a feed; details are title, language, outlet, market, cadence_minutes, retention_days."""
        call = calls.add({"name": name, "url": url, **details})
        return read(Source, await self._send(call))

    async def import_opml(self, content: bytes) -> Import:
        """Register the feeds of an OPML file."""
        return read(Import, await self._send(calls.import_opml(content)))

    async def export_opml(self) -> bytes:
        """Read the feeds as OPML."""
        return (await self._send(calls.export_opml())).content

    async def check(self, source: str) -> Look:
        """Look at a source once; nothing is stored. Takes `rss:https://…`, too."""
        return read(Look, await self._send(calls.act(source, "check")))

    async def poll(self, source: str) -> Source:
        """Ask a feed at once."""
        return read(Source, await self._send(calls.act(source, "poll")))

    async def pause(self, source: str) -> Source:
        """Stop asking a feed."""
        return read(Source, await self._send(calls.act(source, "pause")))

    async def resume(self, source: str) -> Source:
        """Ask a paused feed again."""
        return read(Source, await self._send(calls.act(source, "resume")))

    async def remove(self, source: str) -> None:
        """Take a registered feed out; its items stay."""
        await self._send(calls.remove(source))
