"""The edge as it is shipped: nginx with the template of `deploy/`, before two small API processes of the test's own."""

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from deploy.native import render_edge
from engine.ports import claim_port

FIRST_PORT = 29_000
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@dataclass
class Request:
    """What reached an API process."""

    line: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class FakeApi:
    """Answers each path in its own way, and remembers what came.

    Attributes:
        received: In order.
        more: A stream sends its second event once this is set.
        asked: Set when a stream has begun.
    """

    received: list[Request] = field(default_factory=list[Request])
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while line := (await reader.readline()).decode("latin-1").strip():
                request = await _read(line, reader)
                self.received.append(request)
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if request.headers.get("upgrade") == "websocket":
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
            )
            writer.write(await reader.readexactly(4))
            await writer.drain()
            return False
        if request.line.split()[1].endswith("/events"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
            writer.write(b"Transfer-Encoding: chunked\r\n\r\n8\r\nid: 1\n\n\n\r\n")
            await writer.drain()
            await self.more.wait()
            writer.write(b"8\r\nid: 2\n\n\n\r\n0\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        return True


async def _read(line: str, reader: asyncio.StreamReader) -> Request:
    headers: dict[str, str] = {}
    while text := (await reader.readline()).decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(line, headers, body)


@dataclass
class Edge:
    """A running edge.

    Attributes:
        http: Port that sends people to the other.
        https: Port with TLS.
        trusted: Knows its certificate.
        api: What is behind: one `FakeApi` that listens on both addresses.
        folder: Where its files are.
    """

    http: int
    https: int
    trusted: ssl.SSLContext
    api: FakeApi
    folder: Path
    servers: list[asyncio.Server]

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection with TLS."""
        return await asyncio.open_connection("127.0.0.1", self.https, ssl=self.trusted)

    @property
    def log(self) -> str:
        """What it wrote of each request."""
        return (self.folder / "log").read_text()


@asynccontextmanager
async def running_edge(folder: Path) -> AsyncGenerator[Edge]:
    """Run the edge in a folder, as its package's own unprivileged account where we are root."""
    assert NGINX is not None
    claims = [claim_port(FIRST_PORT) for _ in range(4)]
    http, https, *apis = (claim.port for claim in claims)
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    environ = {
        "TRENDS_EDGE_FOLDER": str(folder),
        "TRENDS_EDGE_HTTP_LISTEN": f"127.0.0.1:{http}",
        "TRENDS_EDGE_HTTPS_LISTEN": f"127.0.0.1:{https}",
        "TRENDS_EDGE_PUBLIC_PORT": f":{https}",
        "TRENDS_EDGE_API_1": f"127.0.0.1:{apis[0]}",
        "TRENDS_EDGE_API_2": f"127.0.0.1:{apis[1]}",
        "TRENDS_EDGE_CERTIFICATE": str(folder / "both.pem"),
        "TRENDS_EDGE_CERTIFICATE_KEY": str(folder / "both.pem"),
        "TRENDS_EDGE_UPLOAD_LIMIT": "20m",
    }
    configuration = folder / "nginx.conf"
    configuration.write_text(render_edge(environ))
    api = FakeApi()
    servers = [await asyncio.start_server(api.serve, "127.0.0.1", port) for port in apis]
    directives = "daemon off;" + (" user root;" if os.getuid() == 0 else "")
    words = [NGINX, "-c", str(configuration), "-g", directives]
    await asyncio.to_thread(subprocess.run, [*words, "-t"], check=True, capture_output=True)
    trusted = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    with (folder / "log").open("w") as said:
        process = await asyncio.create_subprocess_exec(*words, stdout=said, stderr=said)
    try:
        async with asyncio.timeout(20):
            while not await _accepts(https):
                await asyncio.sleep(0.02)
        yield Edge(http, https, trusted, api, folder, servers)
    finally:
        process.terminate()
        await process.wait()
        for server in servers:
            server.close()
        for claim in claims:
            claim.release()


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
