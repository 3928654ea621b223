"""From an event to its viewers: how long it takes, what a stream costs, and what a cut loses.

API processes stand by themselves; the events are written, and the viewers read, in this process, so that one clock
tells how long the way was.

Usage: python -m benchmarks.streams
"""

import asyncio
import os
import random
import signal
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.server import own_server
from engine.doors import open_doors
from engine.host import serving
from engine.requests import StartRun, WindowSpan
from tests.api_process import ApiProcess, api_processes
from tests.unit.trends.storage.record_cases import TENANT, new_run
from trends.domain.models import RunStatus
from trends.storage.database import Database
from trends.storage.migrate import migrate
from trends.storage.runs import RunStore

VIEWERS = 200
EVENTS = 80
MANY_RUNS, MANY_STREAMS, MANY_EVENTS = 50, 1000, 8
HOPPERS, HOP_EVENTS = 20, 300
WINDOW = WindowSpan(start=datetime(2026, 2, 22, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
# No limit of requests: viewers come from one address.
UNLIMITED = {
    "TRENDS_API__LIMITS__READS_PER_MINUTE": "1000000",
    "TRENDS_API__LIMITS__READS_BURST": "100000",
}


@dataclass
class Told:
    """Writes the events of runs, and remembers when."""

    store: RunStore
    at: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    last: Counter[str] = field(default_factory=Counter[str])

    async def accept(self, run_id: str) -> None:
        """Begin a run."""
        await self.store.insert(new_run(run_id, requested_at=datetime.now(UTC)))
        self.last[run_id] = 1

    async def tell(self, run_id: str) -> None:
        """Write an event."""
        self.last[run_id] += 1
        seq = self.last[run_id]
        self.at[run_id, seq] = time.perf_counter()
        await self.store.stage_started(TENANT, run_id, f"s{seq}", "", 1)

    async def finish(self, run_id: str) -> None:
        """Write the last event."""
        self.last[run_id] += 1
        self.at[run_id, self.last[run_id]] = time.perf_counter()
        await self.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")


async def seqs(api: ApiProcess, run_id: str, after: int) -> AsyncGenerator[int]:
    """The numbers of a run's events, as they come; ends with the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    try:
        last = f"Last-Event-ID: {after}\r\n" if after else ""
        head = f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        writer.write(f"{head}{last}\r\n".encode())
        status = await reader.readline()
        if b" 204 " in status:
            return
        if b" 200 " not in status:
            raise ConnectionError(status.decode())
        while line := await reader.readline():
            if line.startswith(b"id: "):
                yield int(line[4:])
    finally:
        writer.close()


def prepared(folder: Path) -> str:
    """Make a state folder with a database, and give its URL."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'trends.db'}"
    migrate(url)
    return url


@asynccontextmanager
async def stage(folder: Path, count: int) -> AsyncGenerator[tuple[Told, Sequence[ApiProcess]]]:
    """A database, and API processes over it."""
    url = prepared(folder)
    async with (
        await Database.open(url) as database,
        api_processes(count, folder, url, **UNLIMITED) as apis,
    ):
        yield Told(RunStore(database, lambda: datetime.now(UTC))), apis


def memory_kb(api: ApiProcess) -> int:
    """Memory that a process has at the moment."""
    status = Path(f"/proc/{api.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def percentiles(found: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(found, n=20)
    return cuts[9] * 1000, cuts[18] * 1000


async def watch(
    api: ApiProcess, run_id: str, told: Told, latencies: list[float], opened: asyncio.Semaphore
) -> list[int]:
    """Watch a run to its end."""
    seen: list[int] = []
    async for seq in seqs(api, run_id, 0):
        if not seen:
            opened.release()
        seen.append(seq)
        written = told.at.get((run_id, seq))
        if written is not None:
            latencies.append(time.perf_counter() - written)
    return seen


async def all_opened(opened: asyncio.Semaphore, count: int) -> None:
    """Await that so many viewers have seen their first event."""
    for _ in range(count):
        await opened.acquire()


async def one_run(folder: Path, figures: Figures) -> None:
    """Two hundred viewers of one run."""
    chance = random.Random(5)
    async with stage(folder, 1) as (told, apis):
        await told.accept("run")
        latencies: list[float] = []
        opened = asyncio.Semaphore(0)
        viewers = [
            asyncio.create_task(watch(apis[0], "run", told, latencies, opened))
            for _ in range(VIEWERS)
        ]
        await all_opened(opened, VIEWERS)
        for _ in range(EVENTS):
            await asyncio.sleep(chance.uniform(0.02, 0.4))
            await told.tell("run")
        await told.finish("run")
        everything = await asyncio.gather(*viewers)
    whole = list(range(1, EVENTS + 3))
    p50, p95 = percentiles(latencies)
    figures.add("viewers of one run", VIEWERS, "")
    figures.add("event to viewer, p50", p50, "ms", "<= 400")
    figures.add("event to viewer, p95", p95, "ms", "<= 700")
    figures.add(
        "viewers that missed or doubled an event", sum(x != whole for x in everything), "", "== 0"
    )


async def many_runs(folder: Path, figures: Figures) -> None:
    """A thousand streams over fifty runs in one process."""
    async with stage(folder, 1) as (told, apis):
        runs = [f"run-{number}" for number in range(MANY_RUNS)]
        for run_id in runs:
            await told.accept(run_id)
        before = memory_kb(apis[0])
        latencies: list[float] = []
        opened = asyncio.Semaphore(0)
        began = time.perf_counter()
        viewers = [
            asyncio.create_task(watch(apis[0], runs[n % MANY_RUNS], told, latencies, opened))
            for n in range(MANY_STREAMS)
        ]
        await all_opened(opened, MANY_STREAMS)
        opening = time.perf_counter() - began
        for _ in range(MANY_EVENTS):
            for run_id in runs:
                await told.tell(run_id)
                await asyncio.sleep(1 / MANY_RUNS)
        open_kb = memory_kb(apis[0]) - before
        for run_id in runs:
            await told.finish(run_id)
        everything = await asyncio.gather(*viewers)
    whole = list(range(1, MANY_EVENTS + 3))
    p50, p95 = percentiles(latencies)
    figures.add("streams in one process", MANY_STREAMS, "")
    figures.add("runs that they watch", MANY_RUNS, "")
    figures.add("seconds to open them all", opening, "s")
    figures.add("memory of a stream", open_kb / MANY_STREAMS, "KB")
    figures.add("event to viewer, p50, 50 events a second", p50, "ms")
    figures.add("event to viewer, p95, 50 events a second", p95, "ms")
    figures.add(
        "streams that missed or doubled an event", sum(x != whole for x in everything), "", "== 0"
    )


async def hop(apis: Sequence[ApiProcess], seed: int) -> tuple[list[int], int]:
    """Watch, cut at chance, and go on on the other process; gives what was seen, and the cuts."""
    chance = random.Random(seed)
    seen: list[int] = []
    cuts = 0
    while not seen or seen[-1] < HOP_EVENTS + 2:
        left = chance.randint(1, 40)
        try:
            last = seen[-1] if seen else 0
            async with aclosing(seqs(apis[cuts % len(apis)], "run", last)) as told:
                async for seq in told:
                    seen.append(seq)
                    left -= 1
                    if not left:
                        break
        except ConnectionError:
            await asyncio.sleep(0.05)
        cuts += 1
    return seen, cuts


async def cuts(folder: Path, figures: Figures) -> None:
    """Streams that are cut on one process and go on on the other; one of the two is killed on the way."""
    async with stage(folder, 2) as (told, apis):
        await told.accept("run")
        hoppers = [asyncio.create_task(hop(apis, seed)) for seed in range(HOPPERS)]
        for number in range(HOP_EVENTS):
            await told.tell("run")
            await asyncio.sleep(0.02)
            if number == HOP_EVENTS // 3:
                await apis[0].end(signal.SIGKILL)
            if number == HOP_EVENTS // 2:
                await apis[0].start()
        await told.finish("run")
        found = await asyncio.gather(*hoppers)
    whole = set(range(1, HOP_EVENTS + 3))
    figures.add("cuts of streams, one process killed on the way", sum(n for _, n in found), "")
    figures.add("events lost", sum(len(whole - set(seen)) for seen, _ in found), "", "== 0")
    figures.add("events doubled", sum(len(seen) - len(set(seen)) for seen, _ in found), "", "== 0")


async def history(folder: Path, figures: Figures) -> None:
    """A real run, watched by two hundred."""
    url = prepared(folder)
    async with own_server() as server:
        env = {
            **os.environ,
            "TRENDS_STATE": str(folder),
            "TRENDS_DATABASE_URL": url,
            "TEMPORAL_ADDRESS": server.address,
            "TRENDS_SOURCES__SAMPLE__PER_DAY": "5",
        }
        more = {"TEMPORAL_ADDRESS": server.address, **UNLIMITED}
        async with open_doors(env) as doors, api_processes(1, folder, url, **more) as apis:
            request = StartRun(window=WINDOW, sources=("sample",))
            row = (await doors.runs.start(TENANT, request, None)).run
            opened = asyncio.Semaphore(0)
            told = Told(doors.store)
            viewers = [
                asyncio.create_task(watch(apis[0], row.run_id, told, [], opened))
                for _ in range(VIEWERS)
            ]
            await all_opened(opened, VIEWERS)
            async with serving(server.client, doors.parts):
                await asyncio.gather(*viewers)
            handle = doors.client.get_workflow_handle(row.workflow_id)
            info = (await handle.describe()).raw_description.workflow_execution_info
    figures.add("history of a run with 200 viewers", info.history_length, "events", "<= 160")
    figures.add("its size", info.history_size_bytes / 1024, "KB")


async def main() -> bool:
    """Measure everything."""
    figures = Figures("streams", "python -m benchmarks.streams")
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        for part in (one_run, many_runs, cuts, history):
            await part(Path(folder) / part.__name__, figures)
    return figures.finish()


if __name__ == "__main__":
    met = asyncio.run(main())
    os._exit(0 if met else 1)
