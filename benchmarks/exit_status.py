"""Exit statuses of `trends`, 50 times each, against a real stack; and how fast `trends --help` answers.

A process that used a Temporal client may abort while Python shuts down: `doctor` uses one here.

Usage: python benchmarks/exit_status.py
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figures
from cli.demo_show import demo_environ
from engine.stack import open_stack
from engine.state import State
from trends.settings import load_settings
from trends.storage.migrate import migrate

TIMES = 50
NOWHERE = "http://127.0.0.1:9"
NO_RUN = "00000000-0000-7000-8000-000000000000"


async def main() -> bool:
    """Start a stack of its own and ask it the same again and again."""
    figures = Figures("exit_status", "python benchmarks/exit_status.py")
    environ = demo_environ(os.environ)
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        stack = open_stack(
            environ,
            state=State(Path(folder)),
            settings=load_settings(environ),
            migrate=migrate,
            say=print,
            allow_remote=False,
        )
        async with stack as running:
            asked = {
                **environ,
                "TRENDS_API_URL": running.urls["api"],
                "TEMPORAL_ADDRESS": running.urls["temporal"],
                "TRENDS_STATE": folder,
            }
            await measure(figures, asked)
    return figures.finish()


async def measure(figures: Figures, environ: Mapping[str, str]) -> None:
    """Run each command line so often, one after the other."""
    lines = (
        (("--help",), 0),
        (("runs", "list", "--json"), 0),
        (("doctor", "--json"), 0),
        (("runs", "show", NO_RUN), 3),
        (("runs", "list", "--api-url", NOWHERE), 5),
    )
    for words, expected in lines:
        ends = [await asyncio.to_thread(once, words, environ) for _ in range(TIMES)]
        name = f"trends {' '.join(words)}"
        wrong = Counter(end.status for end in ends if end.status != expected)
        if wrong:
            print(f"{name}: {dict(wrong)} besides {expected}")
        right = TIMES - wrong.total()
        figures.add(f"{name}: status {expected}", right, f"of {TIMES}", f"== {TIMES}")
        cpu = statistics.median(end.cpu for end in ends) * 1000
        # Its own seconds: how long they take on a busy machine is not the program's doing.
        figures.add(f"{name}: CPU", cpu, "ms", "<= 250" if words == ("--help",) else "info")
        figures.add(f"{name}: fastest", min(end.wall for end in ends) * 1000, "ms")


class End(NamedTuple):
    """How a command ended: its status, seconds of CPU, seconds on the wall."""

    status: int
    cpu: float
    wall: float


def once(words: tuple[str, ...], environ: Mapping[str, str]) -> End:
    """Run one command line to its end."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        env=dict(environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return End(process.returncode, used.ru_utime + used.ru_stime, time.monotonic() - began)


if __name__ == "__main__":
    met = asyncio.run(main())
    os._exit(0 if met else 1)
