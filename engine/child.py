"""One process of a stack: start it under the guard, tell when it is ready, end it."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from trends.errors import TrendsError

GUARD = Path(__file__).with_name("guard.py")
READY_POLL_SECONDS = 0.05
LOG_LIMIT_BYTES = 5_000_000
LOG_TAIL_BYTES = 4_000
LOG_TAIL_LINES = 8

# Raises a TrendsError as long as the process of this id is not ready.
ReadyCheck = Callable[[int], Awaitable[None]]


async def ready_at_once(_pid: int) -> None:
    """Take a process for ready as soon as it runs."""


@dataclass(frozen=True)
class Child:
    """What to run, and how to tell that it works.

    Attributes:
        name: What people call it.
        command: Its command line.
        environ: Its whole environment.
        log: Where both its output streams go.
        check: Raises while it is not ready.
        ports: Ports that it binds; a start that fails while another program serves one is a clash.
        grace_seconds: Between asking it to end and killing it.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    log: Path
    check: ReadyCheck = ready_at_once
    ports: tuple[int, ...] = ()
    grace_seconds: float = 5.0


@dataclass(frozen=True)
class Ties:
    """What binds children to their supervisor.

    Attributes:
        pipe_fd: Read end of a pipe whose other end the supervisor alone holds.
        lock_fd: The held state's lock, prolonged by every child; -1 for none.
    """

    pipe_fd: int
    lock_fd: int = -1


class Incarnation:
    """A child while it runs. Its process id is the command's own."""

    def __init__(self, child: Child, process: asyncio.subprocess.Process) -> None:
        self.child = child
        self.pid = process.pid
        self._process = process

    @classmethod
    async def start(cls, child: Child, ties: Ties) -> "Incarnation":
        """Start a child in a process group of its own.

        Raises:
            OSError: Its log cannot be written, or no process can be made.
        """
        passed = [fd for fd in (ties.pipe_fd, ties.lock_fd) if fd >= 0]
        log = _open_log(child.log)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(GUARD)),
                *(str(ties.pipe_fd), str(ties.lock_fd), str(child.grace_seconds)),
                *child.command,
                env=dict(child.environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal then reaches the supervisor alone, which stops them in order.
                start_new_session=True,
                pass_fds=passed,
            )
        finally:
            os.close(log)
        return cls(child, process)

    async def ended(self) -> int:
        """Wait for its end; the status is negative for a signal. What it started ends with it."""
        status = await self._process.wait()
        self._signal_group(signal.SIGKILL)
        return status

    async def ready(self, limit_seconds: float) -> None:
        """Wait until it is ready.

        Raises:
            TrendsError: Why it still was not ready at the limit.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit_seconds
        while True:
            try:
                await self.child.check(self.pid)
            except TrendsError:
                if loop.time() > deadline:
                    raise
            else:
                return
            await asyncio.sleep(READY_POLL_SECONDS)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to end, and kill it and all it started after its grace, or as soon as there is a hurry."""
        self._signal_group(signal.SIGTERM)
        ending = asyncio.ensure_future(self._process.wait())
        hurrying = asyncio.ensure_future(hurry.wait())
        try:
            await asyncio.wait(
                {ending, hurrying},
                timeout=self.child.grace_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            hurrying.cancel()
            self._signal_group(signal.SIGKILL)
            await ending

    def _signal_group(self, number: signal.Signals) -> None:
        # Gone, or (on macOS) nothing but a zombie left in the group.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _open_log(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def log_end(path: Path) -> str:
    """Read the last lines of a log, for an error message; empty if there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-LOG_TAIL_LINES:])


def describe_status(status: int) -> str:
    """Say how a process ended, for people."""
    if status >= 0:
        return f"status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
