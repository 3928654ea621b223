"""A server that speaks the wire format of every model provider, and fails where it is told to.

It listens on loopback on a thread of its own, so that blocking tests, other processes and benchmarks may use it too.
What it says is a `Reply`; who scripts it need not know the formats.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from tests.model_formats import FORMATS, Asked, Format, Reply, read_format

__all__ = ["Asked", "ModelServer", "Reply", "Request"]

Script = Callable[["Request"], Reply]
_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Request:
    """A request that came.

    Attributes:
        provider: In whose format.
        path: Below the provider's address, with its query.
        headers: By name in lower case.
        body: As sent.
        asked: The same in words that all formats share.
    """

    provider: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    asked: Asked


@dataclass
class ModelServer:
    """The server: what it says, and what it was asked.

    Attributes:
        key: The key that it takes; empty: any.
        requests: What it was asked, in order.
        connections: How many were opened to it, for whatever.
    """

    key: str = ""
    connections: int = 0
    requests: list[Request] = field(default_factory=list[Request])
    _came: threading.Condition = field(default_factory=threading.Condition)
    _port: int = 0
    _script: Script = field(default=lambda _: Reply(answer={}))
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _stop: asyncio.Event | None = None
    _talks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def start(self) -> Self:
        """Listen on a free port of loopback."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def stop(self) -> None:
        """Break off what is under way, and end."""
        assert self._loop is not None
        assert self._stop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, provider: str) -> str:
        """Address of a provider, as its `base_url`."""
        return f"http://127.0.0.1:{self._port}/{provider}{FORMATS[provider].base}"

    def script(self, replies: Reply | Iterable[Reply] | Script) -> None:
        """Say the same every time, or these in turn and the last one from then on, or what a function says."""
        if isinstance(replies, Reply):
            self._script = lambda _: replies
        elif callable(replies):
            self._script = replies
        else:
            self._script = _in_turn(list(replies))

    def answer_with(self, answer: Callable[[Asked], Mapping[str, Any]]) -> None:
        """Answer with the object that a function makes of the messages and the form."""
        self._script = lambda request: Reply(answer=answer(request.asked))

    @property
    def hits(self) -> int:
        """How many requests came."""
        return len(self.requests)

    def wait_for(self, hits: int, seconds: float = 30) -> None:
        """Block until so many requests came."""
        with self._came:
            assert self._came.wait_for(lambda: self.hits >= hits, seconds)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        # The other side may give up at any byte, and the server may be stopped: both end the talk.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._hold(reader, writer)
        writer.close()

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        target = first.split(" ")[1]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        provider, _, path = target.lstrip("/").partition("/")
        wire = FORMATS.get(provider)
        if wire is None or not wire.serves(urlsplit(f"/{path}").path):
            await _say(writer, 404, {}, b'{"error": {"message": "no such path"}}')
            return
        content: dict[str, Any] = json.loads(body)
        asked = read_format(provider, f"/{path}", content)
        request = Request(provider, f"/{path}", headers, content, asked)
        with self._came:
            self.requests.append(request)
            self._came.notify_all()
        reply = self._script(request)
        if self.key and not wire.takes(headers, self.key):
            reply = Reply.error(HTTPStatus.UNAUTHORIZED)
        await _deliver(writer, wire, request, reply)


async def _deliver(
    writer: asyncio.StreamWriter, wire: Format, request: Request, reply: Reply
) -> None:
    if reply.delivery == "hang":
        await asyncio.Event().wait()
    if reply.delivery == "cut":
        return
    body = reply.body if reply.body is not None else wire.write(request.asked, reply)
    headers = {"Content-Type": "application/json", **wire.said_always, **reply.headers}
    await _say(writer, reply.status, headers, body, reply.delivery)


async def _say(
    writer: asyncio.StreamWriter,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    delivery: Literal["whole", "half", "drip", "hang", "cut"] = "whole",
) -> None:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    if delivery == "drip":
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(_DRIP_SECONDS)
        return
    writer.write(body[: len(body) // 2] if delivery == "half" else body)
    await writer.drain()


def _in_turn(replies: list[Reply]) -> Script:
    def script(_: Request) -> Reply:
        return replies.pop(0) if len(replies) > 1 else replies[0]

    return script
