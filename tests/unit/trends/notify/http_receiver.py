"""A receiver of webhooks that answers as it is told: whole, half, late, never, or not at all."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum


class Play(Enum):
    """What a receiver does instead of answering."""

    HANG = "reads the request and says nothing"
    RESET = "reads the request and breaks the connection"
    HALF = "begins an answer and breaks off"
    CLOSE = "reads the request and closes"


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain"),)

    def raw(self) -> bytes:
        """As it goes over the wire."""
        named = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = f"HTTP/1.1 {self.status} X\r\n{named}Content-Length: {len(self.body)}\r\n\r\n"
        return head.encode() + self.body


@dataclass(frozen=True)
class Seen:
    """A request that came in."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it does with requests, and what it saw.

    Attributes:
        url: Where it is.
        plays: For each request in turn; the last one stays.
        seen: Requests in order.
    """

    url: str = ""
    plays: list[Reply | Play] = field(default_factory=lambda: [Reply(200)])
    seen: list[Seen] = field(default_factory=list[Seen])
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    talks: set["asyncio.Task[None] | None"] = field(
        default_factory=set["asyncio.Task[None] | None"]
    )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        self.talks.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(_header(line) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.seen.append(Seen(head[0], headers, body))
            play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
            await self._play(play, writer)
        finally:
            writer.close()

    async def _play(self, play: Reply | Play, writer: asyncio.StreamWriter) -> None:
        if isinstance(play, Reply):
            writer.write(play.raw())
            await writer.drain()
        elif play is Play.HANG:
            await self.closing.wait()
        elif play is Play.HALF:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            await writer.drain()
        elif play is Play.RESET:
            opened: socket.socket = writer.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@asynccontextmanager
async def receiving(*plays: Reply | Play) -> AsyncGenerator[Receiver]:
    """Receive on a free port of loopback."""
    receiver = Receiver(plays=list(plays) or [Reply(200)])
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook/T0/B0/s3cr3t"
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.close()
        await asyncio.gather(*filter(None, receiver.talks))
        await server.wait_closed()


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()
