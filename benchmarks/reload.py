"""From an edit to the processes that it concerns: how long a change of settings takes, and what is never taken.

An API process and two workers on one host, each as it runs in production. Each writes into its log when other settings
came into force; all of them read the same clock.

Usage: python -m benchmarks.reload
"""

import asyncio
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.figures import Figures
from benchmarks.server import own_server
from tests.api_process import api_processes
from trends.storage.migrate import migrate

EDITS = 60
OVERRIDES = 40
WORKERS = 2
PATIENCE_SECONDS = 120.0
# A broken file is left so long: longer than any good one takes.
BROKEN_SECONDS = 1.5
ROOT = Path(__file__).parents[1]
GOOD = "environment: development\nlimits:\n  burst_size: {burst}\n"
BROKEN = {
    "empty": "",
    "a list": "- environment: development\n- limits\n",
    "a key twice": GOOD.format(burst=2) + "limits:\n  burst_size: 3\n",
    "a wrong type": GOOD.format(burst="many"),
    "broken syntax": GOOD.format(burst=2) + "limits: {burst_size: 3\n",
}


@dataclass
class Watched:
    """A process, seen by its log.

    Attributes:
        name: What to call it.
        log: Where it writes.
    """

    name: str
    log: Path

    def said(self, event: str) -> list[float]:
        """When it said so, in seconds of the clock."""
        found: list[float] = []
        for line in self.log.read_text().splitlines():
            if event not in line:
                continue
            record: dict[str, Any] = json.loads(line)
            if record["event"] == event:
                found.append(datetime.fromisoformat(record["timestamp"]).timestamp())
        return found


@asynccontextmanager
async def worker(environ: dict[str, str], log: Path) -> AsyncGenerator[Watched]:
    """Run a worker for the length of the block."""
    with log.open("ab") as said:
        process: Process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", cwd=ROOT, env=environ, stdout=said, stderr=said
        )
    try:
        watched = Watched(log.stem, log)
        await until(lambda: bool(watched.said("worker.ready")))
        yield watched
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def until(holds: Callable[[], bool]) -> None:
    """Await that something holds; logs tell nobody that they grew."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.sleep(0.02)


async def changed(
    processes: Sequence[Watched],
    count: int,
    pause: Callable[[], float],
    act: Callable[[int], Awaitable[float]],
) -> list[float]:
    """Make changes, one after the other, and tell how long each took to reach each process, in milliseconds."""
    found: list[float] = []
    for number in range(count):
        before = [len(each.said("settings.changed")) for each in processes]
        began = await act(number)
        for each, had in zip(processes, before, strict=True):
            await until(lambda each=each, had=had: len(each.said("settings.changed")) > had)
            found.append((each.said("settings.changed")[-1] - began) * 1000)
        await asyncio.sleep(pause())
    return found


async def broken(processes: Sequence[Watched], file: Path, good: str) -> tuple[int, int]:
    """Write files that cannot be used; tells how often one was applied, and how often one was refused aloud."""
    applied = refused = 0
    for content in BROKEN.values():
        swaps = [len(each.said("settings.changed")) for each in processes]
        words = [len(each.said("settings.refused")) for each in processes]
        put(file, content)
        await asyncio.sleep(BROKEN_SECONDS)
        applied += sum(
            len(each.said("settings.changed")) - had
            for each, had in zip(processes, swaps, strict=True)
        )
        refused += sum(
            len(each.said("settings.refused")) > had
            for each, had in zip(processes, words, strict=True)
        )
        put(file, good)
        await asyncio.sleep(BROKEN_SECONDS)
    return applied, refused


def put(file: Path, content: str) -> None:
    """Write a file as editors do: beside it, then in its place."""
    new = file.with_suffix(".new")
    new.write_text(content)
    new.replace(file)


async def measure(folder: Path, address: str, figures: Figures) -> None:
    """Start the processes, and change settings under them."""
    config = folder / "config"
    config.mkdir()
    file = config / "development.yaml"
    put(file, GOOD.format(burst=1))
    url = f"sqlite:///{folder / 'trends.db'}"
    migrate(url)
    more = {"TRENDS_CONFIG_DIR": str(config), "TEMPORAL_ADDRESS": address}
    chance = random.Random(9)
    async with AsyncExitStack() as stack:
        (api,) = await stack.enter_async_context(api_processes(1, folder, url, **more))
        processes = [Watched("api", api.log)]
        for number in range(WORKERS):
            environ = {**api.environ, "TRENDS_STATE": str(folder)}
            log = folder / f"worker-{number}.log"
            processes.append(await stack.enter_async_context(worker(environ, log)))

        async def edit(number: int) -> float:
            began = time.time()
            put(file, GOOD.format(burst=100 + number))
            return began

        edits = await changed(processes, EDITS, lambda: chance.uniform(0.1, 0.5), edit)
        applied, refused = await broken(processes, file, GOOD.format(burst=99 + EDITS))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=api.url))

        async def override(number: int) -> float:
            began = time.time()
            body = {"set": {"limits.burst_size": 200 + number}}
            answer = await http.patch("/v1/settings", json=body, headers={"If-Match": "*"})
            answer.raise_for_status()
            return began

        overrides = await changed(processes, OVERRIDES, lambda: chance.uniform(0.1, 0.5), override)
    tell(figures, f"edit to each of api and {WORKERS} workers", edits, "<= 200")
    tell(figures, f"change by API to each of api and {WORKERS} workers", overrides, "<= 1000")
    figures.add(
        "kinds of broken files, in so many processes", f"{len(BROKEN)} x {len(processes)}", ""
    )
    figures.add("broken files that were applied", applied, "", "== 0")
    figures.add(
        "broken files that were refused aloud", refused, "", f"== {len(BROKEN) * len(processes)}"
    )


def tell(figures: Figures, what: str, found: list[float], target: str) -> None:
    """Add the figures of one way."""
    cuts = statistics.quantiles(found, n=20)
    figures.add(f"{what}, changes seen", len(found), "")
    figures.add(f"{what}, p50", cuts[9], "ms")
    figures.add(f"{what}, p95", cuts[18], "ms", target)
    figures.add(f"{what}, longest", max(found), "ms")


async def main() -> bool:
    """Measure."""
    figures = Figures("reload", "python -m benchmarks.reload")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        async with own_server() as server:
            await measure(Path(folder), server.address, figures)
    figures.add(
        "load of the machine before and after", f"{load:.1f} / {os.getloadavg()[0]:.1f}", ""
    )
    return figures.finish()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
