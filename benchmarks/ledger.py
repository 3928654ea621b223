"""What the ledger costs a call, and how exactly it holds a day's money and a minute's calls.

Usage: python -m benchmarks.ledger
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.figures import Figures
from tests.postgres_server import postgres_cluster
from tests.redis_server import redis_server
from tests.unit.trends.limits.ledger_cases import WIDE, ask
from trends.domain.calls import MICRO
from trends.errors import BudgetSpentError, LimitReachedError
from trends.limits.base import Ask, Ledger
from trends.limits.ledger import LEASE, SqlLedger
from trends.limits.quotas import Quotas
from trends.limits.redis import RedisRates, SplitLedger
from trends.storage.database import Database
from trends.storage.limit_tables import limit_reservations, limit_windows
from trends.storage.migrate import migrate

CALLS = 300
PROCESSES = 4
CALLERS = 64
WORST_MICRO, MEAN_MICRO, LEAST_MICRO = 90_000, 20_000, 5_000
QUOTA = 200
ROOMY = replace(WIDE, run_micro=10**12, month_micro=10**12, tokens_per_minute=10**9)
UNLIMITED = replace(ROOMY, requests_per_minute=10**6, requests_per_hour=10**6, day_micro=10**12)


@dataclass(frozen=True)
class Store:
    """Where a ledger is kept."""

    name: str
    database_url: str
    redis_url: str = ""


@asynccontextmanager
async def ledger_at(
    store: Store, quotas: Quotas, *, lease: timedelta = LEASE
) -> AsyncGenerator[Ledger]:
    """A ledger with these limits."""
    async with await Database.open(store.database_url) as database:
        money = SqlLedger(database, lambda _: quotas, lease=lease, holds_rates=not store.redis_url)
        if not store.redis_url:
            yield money
            return
        rates = RedisRates.at(store.redis_url, lease=lease)
        try:
            yield SplitLedger(rates, money, lambda _: quotas, random.random)
        finally:
            await rates.close()


async def latencies(store: Store, tenant: str, process: int) -> list[float]:
    """Milliseconds of a reservation and its settlement, one after the other."""
    taken: list[float] = []
    async with ledger_at(store, UNLIMITED) as ledger:
        for number in range(CALLS):
            began = time.perf_counter()
            call = ask(f"{process}-{number}", run=f"r{process}", monitor="m", tenant=tenant)
            given = await ledger.reserve(call)
            await ledger.settle(given, tokens=50, cost_micro=40)
            taken.append((time.perf_counter() - began) * 1000)
    return taken


async def latencies_of_many(store: Store) -> list[float]:
    """The same, of several processes at one tenant and provider."""

    async def one(process: int) -> list[float]:
        given = json.dumps([store.name, store.database_url, store.redis_url, process])
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.ledger", "--child", given),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await child.communicate()
        if child.returncode:
            raise RuntimeError(f"process {process} ended with {child.returncode}")
        return json.loads(said)

    parts = await asyncio.gather(*(one(process) for process in range(PROCESSES)))
    return [value for part in parts for value in part]


@dataclass
class Day:
    """What a simulated day came to, in micro-USD."""

    cap: int
    booked: int = 0
    lost: int = 0
    spent: int = 0
    held: int = 0

    @property
    def exact(self) -> bool:
        """Whether the ledger has what the callers know, to the micro-dollar."""
        return self.spent + self.held == self.booked + self.lost


async def simulate(store: Store, tenant: str, cap: int, *, crashes: float = 0.0) -> Day:
    """Spend a day's money with many callers whose calls cost a fifth of their worst case."""
    day, chance, numbers = Day(cap), random.Random(cap), iter(range(10**9))
    quotas = replace(UNLIMITED, day_micro=cap)
    # So long that no call of the simulation outlives it, and so short that a crash is over soon.
    lease = timedelta(seconds=2) if crashes else LEASE

    async def caller(ledger: Ledger) -> None:
        while True:
            call: Ask = ask(
                f"c{next(numbers)}", WORST_MICRO, least=LEAST_MICRO, least_tokens=1, tenant=tenant
            )
            while True:
                try:
                    given = await ledger.reserve(call)
                    break
                except LimitReachedError:
                    await asyncio.sleep(chance.uniform(0.005, 0.05))
                except BudgetSpentError:
                    return
            await asyncio.sleep(chance.uniform(0.001, 0.02))
            if chance.random() < crashes:
                day.lost += given.cost_micro
                continue
            cost = min(given.cost_micro, int(chance.expovariate(1 / MEAN_MICRO)) + 1)
            await ledger.settle(given, tokens=1, cost_micro=cost)
            day.booked += cost

    async with ledger_at(store, quotas, lease=lease) as ledger:
        await asyncio.gather(*(caller(ledger) for _ in range(CALLERS)))
    table = limit_windows.c
    query = sa.select(table.spent_micro, table.held_micro).where(
        table.tenant == tenant, table.kind == "day"
    )
    async with await Database.open(store.database_url) as database:
        day.spent, day.held = await database.read(lambda c: c.execute(query).one())
    return day


async def most_in_a_minute(store: Store, tenant: str) -> int:
    """Calls that a minute lets through to callers that ask again at once, for five seconds."""
    quotas = replace(UNLIMITED, requests_per_minute=QUOTA, burst_size=QUOTA)
    until = time.monotonic() + 5

    async def caller(ledger: Ledger, name: int) -> None:
        number = 0
        while time.monotonic() < until:
            try:
                given = await ledger.reserve(ask(f"{name}-{number}", cost=1, tenant=tenant))
            except LimitReachedError:
                await asyncio.sleep(0.02)
                continue
            number += 1
            await ledger.settle(given, tokens=1, cost_micro=1)

    async with ledger_at(store, quotas) as ledger:
        await asyncio.gather(*(caller(ledger, name) for name in range(CALLERS)))
    table = limit_reservations.c
    query = sa.select(sa.func.count()).where(table.tenant == tenant)
    async with await Database.open(store.database_url) as database:
        return await database.read(lambda c: c.execute(query).scalar_one())


def add_latency(figures: Figures, name: str, taken: Sequence[float]) -> None:
    """Median and 99th percentile."""
    parts = statistics.quantiles(taken, n=100)
    figures.add(f"{name}, p50", parts[49], "ms")
    figures.add(f"{name}, p99", parts[98], "ms")


async def measure(store: Store, figures: Figures) -> None:
    """All figures of one store."""
    add_latency(figures, f"{store.name}: reserve + settle", await latencies(store, "alone", 0))
    add_latency(
        figures,
        f"{store.name}: the same, {PROCESSES} processes",
        await latencies_of_many(store),
    )
    for dollars in (5, 50):
        day = await simulate(store, f"day-{dollars}", dollars * MICRO)
        name = f"{store.name}: ${dollars} day, {CALLERS} callers"
        figures.add(f"{name}, spent", 100 * day.spent / day.cap, "%", ">= 99")
        figures.add(f"{name}, over", max(0, day.spent - day.cap), "micro-USD", "== 0")
        figures.add(f"{name}, not as booked", int(not day.exact), "", "== 0")
    day = await simulate(store, "crashes", 5 * MICRO, crashes=0.01)
    name = f"{store.name}: $5 day, 1 % of the calls crash"
    figures.add(f"{name}, answered", 100 * day.booked / day.cap, "%")
    figures.add(f"{name}, over", max(0, day.spent + day.held - day.cap), "micro-USD", "== 0")
    figures.add(f"{name}, not as booked", int(not day.exact), "", "== 0")
    most = await most_in_a_minute(store, "minute")
    figures.add(f"{store.name}: calls let through a minute of {QUOTA}", most, "", f"<= {QUOTA}")


def main() -> int:
    """Measure every store; 0 where all targets are met."""
    figures = Figures("ledger", "python -m benchmarks.ledger")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(postgres_cluster())
        redis = stack.enter_context(redis_server())
        stores = [
            Store("SQLite", f"sqlite:///{folder / 'one.db'}"),
            Store("PostgreSQL", postgres.create("ledger")),
            Store("Redis and SQLite", f"sqlite:///{folder / 'two.db'}", redis.url),
        ]
        for store in stores:
            migrate(store.database_url)
            asyncio.run(measure(store, figures))
    return 0 if figures.finish() else 1


def measure_as_child(given: str) -> int:
    """Be one of several processes; the figures go to standard output."""
    name, database_url, redis_url, process = json.loads(given)
    taken = asyncio.run(latencies(Store(name, database_url, redis_url), "many", process))
    print(json.dumps(taken))
    return 0


if __name__ == "__main__":
    status = measure_as_child(sys.argv[2]) if sys.argv[1:2] == ["--child"] else main()
    sys.stdout.flush()
    sys.exit(status)
