"""Tell when a process answers over HTTP, without the import time of an HTTP client."""

import asyncio

from engine.child import ReadyCheck
from trends.errors import StackError

HTTP_LIMIT_SECONDS = 5.0


def api_check(host: str, port: int, path: str = "/livez") -> ReadyCheck:
    """Check an HTTP process: it answers 200.

    Args:
        host: Address it listens on.
        port: Port it listens on.
        path: What to ask for.
    """

    async def check(_pid: int) -> None:
        status = ""
        try:
            async with asyncio.timeout(HTTP_LIMIT_SECONDS):
                status = await _status_line(host, port, path)
        except (OSError, TimeoutError) as error:
            raise StackError(
                f"Nothing answers at http://{host}:{port}{path} yet.", why=f"{error}."
            ) from error
        if " 200 " not in f"{status} ":
            raise StackError(f"http://{host}:{port}{path} does not answer well: {status[:100]}.")

    return check


async def _status_line(host: str, port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        await writer.drain()
        return (await reader.readline()).decode("latin-1").strip()
    finally:
        writer.close()
