"""`client.monitors` and `client.markets`: what the two clients offer for saved questions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

import httpx

from trends_client import monitor_calls as calls
from trends_client.calls import Call, read, read_run
from trends_client.models import Run
from trends_client.monitor_calls import MonitorPages
from trends_client.monitor_models import (
    LookBack,
    Market,
    MarketList,
    Monitor,
    MonitorList,
    MonitorPage,
    MonitorRevision,
    RevisionList,
)

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Monitors:
    """Save questions, change them, run them.

    Args:
        send: Sends a call.
        key: Makes Idempotency-Keys.
    """

    def __init__(self, send: Send, key: Callable[[], str]) -> None:
        self._send = send
        self._key = key

    def list(self, *, removed: bool = False, limit: int | None = None) -> Iterator[Monitor]:
        """Iterate over monitors, by name; pages are fetched as they are needed."""
        pages = MonitorPages(limit, removed=removed)
        while (call := pages.call()) is not None:
            yield from pages.take(read(MonitorPage, self._send(call)))

    def add(self, name: str, *, author: str = "", **fields: Any) -> Monitor:
        """Save a question. Fields are those of a monitor; what is None is as the settings say."""
        call = calls.add({"name": name, "author": author, **fields})
        return read(Monitor, self._send(call))

    def get(self, name: str) -> Monitor:
        """Read a monitor with its watchlist, also a removed one."""
        return read(Monitor, self._send(calls.get(name)))

    def edit(
        self, name: str, *, author: str = "", revision: int | None = None, **changes: Any
    ) -> Monitor:
        """Change what is given, if the monitor still has this revision; None: whatever it has."""
        call = calls.edit(name, {"author": author, **changes}, revision)
        return read(Monitor, self._send(call))

    def pause(self, name: str, author: str = "") -> Monitor:
        """Keep a monitor from running by itself."""
        return read(Monitor, self._send(calls.steer(name, "pause", author)))

    def resume(self, name: str, author: str = "") -> Monitor:
        """Let a paused monitor run by itself again."""
        return read(Monitor, self._send(calls.steer(name, "resume", author)))

    def remove(self, name: str, author: str = "") -> Monitor:
        """Remove a monitor; its runs, reports and trends stay."""
        return read(Monitor, self._send(calls.remove(name, author)))

    def run(self, name: str, idempotency_key: str | None = None) -> Run:
        """Run a monitor now."""
        return read_run(self._send(calls.run(name, idempotency_key or self._key())))

    def revisions(self, name: str) -> tuple[MonitorRevision, ...]:
        """Read every change of a monitor, the newest first."""
        return read(RevisionList, self._send(calls.revisions(name))).items

    def import_yaml(
        self, content: bytes, *, origin: str = "", author: str = ""
    ) -> tuple[Monitor, ...]:
        """Bring in the monitors of a YAML file, all or none."""
        call = calls.import_yaml(content, origin, author)
        return read(MonitorList, self._send(call)).items

    def export_yaml(self, names: Iterable[str] = ()) -> str:
        """Write monitors as YAML: those named, or all that are not removed."""
        return self._send(calls.export_yaml(names)).content.decode("utf-8")

    def export_watchlist(self, name: str) -> bytes:
        """Write a watchlist as CSV, in UTF-8 with a byte order mark."""
        return self._send(calls.export_watchlist(name)).content

    def import_watchlist(
        self,
        name: str,
        content: bytes,
        *,
        origin: str = "",
        author: str = "",
        revision: int | None = None,
    ) -> Monitor:
        """Replace a watchlist by a CSV file's, in UTF-8 or CP949."""
        call = calls.import_watchlist(name, content, origin, author, revision)
        return read(Monitor, self._send(call))

    def look_back(self, name: str, back: str = "90d") -> LookBack:
        """Count a watchlist over what the monitor's sources gave before."""
        return read(LookBack, self._send(calls.look_back(name, back)))


class Markets:
    """See whose clock and holidays there are."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def list(self) -> tuple[Market, ...]:
        """Read every market."""
        return read(MarketList, self._send(calls.markets())).items

    def get(self, name: str) -> Market:
        """Read one market."""
        return read(Market, self._send(calls.market(name)))


class AsyncMonitors:
    """Save questions, change them, run them.

    Args:
        send: AsyncSends a call.
        key: Makes Idempotency-Keys.
    """

    def __init__(self, send: AsyncSend, key: Callable[[], str]) -> None:
        self._send = send
        self._key = key

    async def list(
        self, *, removed: bool = False, limit: int | None = None
    ) -> AsyncIterator[Monitor]:
        """Iterate over monitors, by name; pages are fetched as they are needed."""
        pages = MonitorPages(limit, removed=removed)
        while (call := pages.call()) is not None:
            for monitor in pages.take(read(MonitorPage, await self._send(call))):
                yield monitor

    async def add(self, name: str, *, author: str = "", **fields: Any) -> Monitor:
        """Save a question. Fields are those of a monitor; what is None is as the settings say."""
        call = calls.add({"name": name, "author": author, **fields})
        return read(Monitor, await self._send(call))

    async def get(self, name: str) -> Monitor:
        """Read a monitor with its watchlist, also a removed one."""
        return read(Monitor, await self._send(calls.get(name)))

    async def edit(
        self, name: str, *, author: str = "", revision: int | None = None, **changes: Any
    ) -> Monitor:
        """Change what is given, if the monitor still has this revision; None: whatever it has."""
        call = calls.edit(name, {"author": author, **changes}, revision)
        return read(Monitor, await self._send(call))

    async def pause(self, name: str, author: str = "") -> Monitor:
        """Keep a monitor from running by itself."""
        return read(Monitor, await self._send(calls.steer(name, "pause", author)))

    async def resume(self, name: str, author: str = "") -> Monitor:
        """Let a paused monitor run by itself again."""
        return read(Monitor, await self._send(calls.steer(name, "resume", author)))

    async def remove(self, name: str, author: str = "") -> Monitor:
        """Remove a monitor; its runs, reports and trends stay."""
        return read(Monitor, await self._send(calls.remove(name, author)))

    async def run(self, name: str, idempotency_key: str | None = None) -> Run:
        """Run a monitor now."""
        return read_run(await self._send(calls.run(name, idempotency_key or self._key())))

    async def revisions(self, name: str) -> tuple[MonitorRevision, ...]:
        """Read every change of a monitor, the newest first."""
        return read(RevisionList, await self._send(calls.revisions(name))).items

    async def import_yaml(
        self, content: bytes, *, origin: str = "", author: str = ""
    ) -> tuple[Monitor, ...]:
        """Bring in the monitors of a YAML file, all or none."""
        call = calls.import_yaml(content, origin, author)
        return read(MonitorList, await self._send(call)).items

    async def export_yaml(self, names: Iterable[str] = ()) -> str:
        """Write monitors as YAML: those named, or all that are not removed."""
        return (await self._send(calls.export_yaml(names))).content.decode("utf-8")

    async def export_watchlist(self, name: str) -> bytes:
        """Write a watchlist as CSV, in UTF-8 with a byte order mark."""
        return (await self._send(calls.export_watchlist(name))).content

    async def import_watchlist(
        self,
        name: str,
        content: bytes,
        *,
        origin: str = "",
        author: str = "",
        revision: int | None = None,
    ) -> Monitor:
        """Replace a watchlist by a CSV file's, in UTF-8 or CP949."""
        call = calls.import_watchlist(name, content, origin, author, revision)
        return read(Monitor, await self._send(call))

    async def look_back(self, name: str, back: str = "90d") -> LookBack:
        """Count a watchlist over what the monitor's sources gave before."""
        return read(LookBack, await self._send(calls.look_back(name, back)))


class AsyncMarkets:
    """See whose clock and holidays there are."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def list(self) -> tuple[Market, ...]:
        """Read every market."""
        return read(MarketList, await self._send(calls.markets())).items

    async def get(self, name: str) -> Market:
        """Read one market."""
        return read(Market, await self._send(calls.market(name)))
