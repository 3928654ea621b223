"""Run a command to its end, within a time limit, and leave nothing of it behind."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        status: Exit status; negative for a signal; None when the time limit ended it.
        output: What it wrote, both streams in one.
    """

    status: int | None
    output: str

    @property
    def ok(self) -> bool:
        """Whether it ended by itself and well."""
        return self.status == 0

    @property
    def reason(self) -> str:
        """The last thing it said, which is where commands put the cause."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        if self.status is None:
            return "it took too long"
        return lines[-1][:300] if lines else f"it ended with status {self.status}"


async def run_bounded(
    command: Sequence[str | Path],
    *,
    environ: Mapping[str, str],
    limit_seconds: float,
    every: tuple[float, Callable[[float], None]] | None = None,
) -> Outcome:
    """Run a command; at the limit, or if the caller is cancelled, end it and all it started.

    Args:
        command: Words of the command.
        environ: Its whole environment.
        limit_seconds: Longest it may take.
        every: A period in seconds, and what to call with the seconds gone by in each.

    Raises:
        OSError: It cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *(str(word) for word in command),
        env=dict(environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # A group of its own, so that its children end with it.
        start_new_session=True,
    )
    reading = asyncio.ensure_future(process.communicate())
    try:
        output = await _await_with_ticks(reading, limit_seconds, every)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        rest, _ = await reading
    status = process.returncode if output is not None else None
    return Outcome(status, rest.decode("utf-8", "replace"))


async def _await_with_ticks(
    reading: "asyncio.Future[tuple[bytes, bytes]]",
    limit_seconds: float,
    every: tuple[float, Callable[[float], None]] | None,
) -> bytes | None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    while (left := started + limit_seconds - loop.time()) > 0:
        done, _ = await asyncio.wait({reading}, timeout=min(left, every[0] if every else left))
        if done:
            return reading.result()[0]
        if every:
            every[1](loop.time() - started)
    return None
