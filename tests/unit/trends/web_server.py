"""A real web server on loopback that answers byte for byte as a test says, however wrong that is."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from trends.outbound import Outbound
from trends.settings_sections import OutboundSettings

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
LOOPBACK = "127.0.0.1"
NAME = "feeds.test"


@dataclass
class Exchange:
    """A request that came, and the way to answer it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    writer: asyncio.StreamWriter = field(repr=False)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self, status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a well-formed answer."""
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        await self.send("\r\n".join([*lines, "", ""]).encode() + body)


Answer = Callable[[Exchange], Awaitable[None]]


@dataclass
class WebServer:
    """The server: answers by path, and what it was asked."""

    port: int = 0
    scheme: str = "http"
    routes: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[Exchange] = field(default_factory=list[Exchange])
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/", host: str = NAME) -> str:
        """Address of a path."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def says(
        self,
        path: str,
        body: bytes = b"",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer a path with the same every time."""

        async def answer(exchange: Exchange) -> None:
            await exchange.answer(status, body, headers)

        self.routes[path] = answer

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            method, target, _ = first.split(" ")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            exchange = Exchange(method, target, headers, body, writer)
            self.asked.append(exchange)
            await self.routes[target.partition("?")[0]](exchange)
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()
        self.gone.set()


@asynccontextmanager
async def open_web_server(tls: ssl.SSLContext | None = None) -> AsyncGenerator[WebServer]:
    """Serve on a free port of loopback."""
    web = WebServer(scheme="https" if tls else "http")
    server = await asyncio.start_server(web.handle, LOOPBACK, 0, ssl=tls)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()


async def to_loopback(host: str, port: int) -> Sequence[str]:
    """Look every name up as loopback, and addresses as themselves."""
    del port
    return [host if host[0].isdigit() or ":" in host else LOOPBACK]


def make_outbound(
    *allowed: str, resolve: Any = to_loopback, tls: Any = None, **more: Any
) -> Outbound:
    """A way out that may reach the named hosts inside."""
    values: dict[str, Any] = {
        "connect_timeout_seconds": 2,
        "total_timeout_seconds": 5,
        "max_bytes": 1_000_000,
        "allow_private_hosts": allowed,
        "user_agent": "trends-test",
        **more,
    }
    settings = OutboundSettings.model_validate(values)
    return Outbound(settings, clock=lambda: NOW, resolve=resolve, tls=tls)
