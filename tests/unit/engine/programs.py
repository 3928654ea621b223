"""The smallest real programs that tests put in a product's place, and ways to watch processes."""

import asyncio
import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.child import Child

PATIENCE_SECONDS = 20.0

SERVER = """
import http.server, pathlib, sys
pathlib.Path(sys.argv[2]).open("a").write("started\\n")
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def write_program(path: Path, text: str) -> Path:
    """Write an executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def write_temporal(folder: Path, version: str) -> Path:
    """Write a `temporal` that only tells its version."""
    line = f"temporal version 1.5.1 (Server {version}, UI 2.42.1)"
    return write_program(folder / "temporal", f"#!/bin/sh\necho '{line}'\n")


def python_child(name: str, folder: Path, code: str, *arguments: object, **more: object) -> Child:
    """Describe a child that runs a few lines of Python."""
    given: Mapping[str, object] = {"grace_seconds": 2.0, **more}
    return Child(
        name=name,
        command=(sys.executable, "-I", "-S", "-c", code, *(str(word) for word in arguments)),
        environ=dict(os.environ),
        log=folder / f"{name}.log",
        **given,  # pyright: ignore[reportArgumentType]  # a test names only fields of Child
    )


def is_running(pid: int) -> bool:
    """Tell whether a process lives; one that waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        # Gone in between on Linux; elsewhere there is no such folder, and the signal was the answer.
        return not Path("/proc/self").exists()


async def until(
    fact: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until something is so, and fail if it takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not fact():
        assert loop.time() < deadline, f"in {seconds:g} s it was not so that {what}"
        await asyncio.sleep(0.02)
