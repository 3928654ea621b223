"""A Redis server of the tests' own: on a loopback port, in a temporary folder, keeping nothing."""

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine.ports import claim_port

FIRST_PORT = 26_000
START_SECONDS = 10.0
PAUSE_SECONDS = 0.02
STOP_SECONDS = 5.0


class NoRedisError(Exception):
    """Redis is not installed, or cannot be started; says why."""


@dataclass
class RedisServer:
    """A server that can be stopped and started again, empty.

    Attributes:
        program: Its binary.
        folder: Where it runs.
        port: On loopback.
        password: That it asks for.
    """

    program: str
    folder: Path
    port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as `limits.redis_url` takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            NoRedisError: It does not.
        """
        command = [self.program, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--requirepass", self.password]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise NoRedisError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        """Stop it at once; what it knew is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                # Without the password it only says so, which is an answer as well.
                connection.sendall(b"PING\r\n")
                return connection.recv(1) != b""
        except OSError:
            return False


@contextmanager
def redis_server() -> Generator[RedisServer]:
    """Run a server for the length of the block; nothing of it remains.

    Raises:
        NoRedisError: It is not installed, or does not start.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise NoRedisError("there is no redis-server; on Debian: apt-get install redis-server")
    folder = Path(tempfile.mkdtemp(prefix="trends-redis-"))
    claim = claim_port(FIRST_PORT)
    server = RedisServer(program, folder, claim.port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        claim.release()
        shutil.rmtree(folder, ignore_errors=True)
