"""Calls of models under 50 kills, and what the gateway, its log and its cache cost each call.

Processes make the calls of one run and kill themselves around them; each goes on where the one before it ended. The
provider is a counting server on loopback, log, cache and ledger those of the product.

Usage: python -m benchmarks.calls
"""

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.figures import Figures
from tests.postgres_server import NoPostgresError, postgres_cluster
from tests.unit.trends.llm.dying_caller import MOMENTS
from tests.unit.trends.llm.gateway_cases import Stand, purpose
from tests.unit.trends.llm.kills import Aftermath, shake
from tests.unit.trends.storage.record_cases import TENANT
from trends.storage.database import Database
from trends.storage.migrate import migrate
from trends.storage.response_cache import ENTRY_BYTES, MEGABYTE, CacheKind

KILLS = 50
# A death is at most the third time that its moment comes, so no process makes more than three calls.
CALLS = 3 * KILLS + 1
COST_MICRO = 30
TIMES = 300
# So many of them fill the cache of the stand.
ENTRY = b"x" * (MEGABYTE // 200 - ENTRY_BYTES)


async def kills(figures: Figures) -> None:
    """Kill 50 processes, at moments chosen by chance but the same each time."""
    chance = random.Random(6)
    deaths = [(MOMENTS[each % len(MOMENTS)], chance.randint(1, 3)) for each in range(KILLS)]
    chance.shuffle(deaths)
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'trends.db'}"
        migrate(url)
        left = await shake(url, CALLS, deaths)
    killed = sum(status != 0 for status in left.statuses)
    figures.add("kills around calls", killed, "kills", f"== {KILLS}")
    figures.add("answered, not yet logged, among them", _of(deaths, "received"), "kills")
    figures.add("calls", CALLS, "calls")
    figures.add("asked again after its answer was logged", left.after_logged, "calls", "== 0")
    figures.add("asked again because it was in flight", again(left), "calls", f"<= {killed}")
    _booked(figures, left)


def _of(deaths: list[tuple[str, int]], moment: str) -> int:
    return sum(each == moment for each, _ in deaths)


def _booked(figures: Figures, left: Aftermath) -> None:
    lost = sum(text != left.given[part][-1] for part, text in left.answers.items())
    figures.add("answers lost or changed", lost + CALLS - len(left.answers), "answers", "== 0")
    held = Counter(left.parts[row.id.split(":")[0]] for row in left.reservations)
    unseen = (left.asked - held).total()
    figures.add("requests without a reservation", unseen, "requests", "== 0")
    settled = [row.spent_micro for row in left.reservations if row.state == "settled"]
    off = sum(settled) - CALLS * COST_MICRO
    figures.add("settled, less what answered calls cost", off, "micro-USD", "== 0")
    open_ends = sum(row.state == "open" for row in left.reservations)
    figures.add("left to be charged in full", open_ends, "calls", f"<= {KILLS}")
    held = sum(row.state == "open" for row in left.lapsed)
    figures.add("still held once leases have run out", held, "calls", "== 0")
    booked = sum(row.spent_micro for row in left.lapsed)
    difference = left.spent_micro - booked
    figures.add("the day's bill, less every reservation's", difference, "micro-USD", "== 0")
    figures.add("repeated, as the run counts", left.figures.repeated, "calls", f">= {again(left)}")


def again(left: Aftermath) -> int:
    """Requests beyond one for each call."""
    return left.asked.total() - CALLS


async def costs(figures: Figures, kind: str, url: str, folder: Path) -> None:
    """Time what is done around a call, with a model that answers at once."""
    async with await Database.open(url) as database:
        stand = Stand(database, folder)

        async def call(number: int) -> None:
            await stand.call(purpose(part=f"topic-{number}"))

        async def put(number: int) -> None:
            await stand.cache.put(TENANT, CacheKind.SOURCE, f"{number}", ENTRY)

        async def find(number: int) -> None:
            await stand.cache.find(TENANT, CacheKind.SOURCE, f"{TIMES - 1 - number % 100}")

        await timed(figures, f"around a call, {kind}", call)
        await timed(figures, f"answer from the log, {kind}", call)
        await timed(figures, f"kept in the cache, full from the 200th on, {kind}", put)
        await timed(figures, f"answer from the cache, {kind}", find)
        (of_sources,) = await stand.cache.figures()
        figures.add(
            f"size of the full cache, {kind}", of_sources.size_bytes, "bytes", f"<= {MEGABYTE}"
        )


async def timed(figures: Figures, name: str, work: Callable[[int], Awaitable[None]]) -> None:
    """Do it so often, one after the other."""
    taken: list[float] = []
    for number in range(TIMES):
        began = time.perf_counter()
        await work(number)
        taken.append((time.perf_counter() - began) * 1000)
    figures.add(f"{name}, p50", statistics.median(taken), "ms")
    figures.add(f"{name}, p99", statistics.quantiles(taken, n=100)[98], "ms")


async def main() -> bool:
    """Measure everything."""
    figures = Figures("calls", "python -m benchmarks.calls")
    await kills(figures)
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'trends.db'}"
        migrate(url)
        await costs(figures, "SQLite", url, Path(folder))
    try:
        with postgres_cluster() as server, tempfile.TemporaryDirectory() as folder:
            url = server.create("calls")
            migrate(url)
            await costs(figures, "PostgreSQL", url, Path(folder))
    except NoPostgresError as error:
        print(f"Without PostgreSQL: {error}")
    return figures.finish()


if __name__ == "__main__":
    met = asyncio.run(main())
    os._exit(0 if met else 1)
