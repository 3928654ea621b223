"""A process that reserves and settles as fast as it can. Usage: python hammer_process.py '{…}' (`Hammer` as JSON)."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from trends.domain.calls import Purpose, Role
from trends.errors import BudgetSpentError, LimitReachedError
from trends.limits.base import Ask, Ledger
from trends.limits.ledger import Chances, SqlLedger
from trends.limits.moments import store_time
from trends.limits.quotas import Quotas
from trends.limits.redis import RedisRates, SplitLedger
from trends.storage.database import Database

LONGEST_WAIT_SECONDS = 0.05


@dataclass(frozen=True)
class Hammer:
    """What one process does.

    Attributes:
        database_url: Where the money is.
        redis_url: Where the rates are; empty: in the database.
        seed: Of its chance.
        seconds: How long it goes on.
        tasks: How many callers it is.
        speed: How many seconds the ledger sees in one.
        origin: From when on time is that much faster, in seconds since 1970.
        crashes: Part of the calls that are never heard of again.
        limits: Limits that are not wide.
    """

    database_url: str
    redis_url: str
    seed: int
    seconds: float
    tasks: int
    speed: float
    origin: float
    crashes: float
    limits: dict[str, int]


WIDE = Quotas(
    requests_per_minute=1_000_000,
    requests_per_hour=1_000_000,
    tokens_per_minute=1_000_000_000,
    burst_size=1_000_000,
    concurrency=1_000_000,
    day_micro=1_000_000_000,
    run_micro=1_000_000_000,
    month_micro=1_000_000_000,
    warn_at=0.8,
    zone=ZoneInfo("UTC"),
)


async def caller(ledger: Ledger, hammer: Hammer, chance: random.Random, name: str) -> Counter[str]:
    """Reserve and settle until the time is up or the day is spent; gives what it did, in micro-USD and calls."""
    done: Counter[str] = Counter()
    until = time.monotonic() + hammer.seconds
    while time.monotonic() < until:
        tokens, cost = chance.randint(50, 150), chance.randint(5_000, 90_000)
        purpose = Purpose(tenant="local", role=Role.ANALYST, run_id="r", node="draft")
        ask = Ask(
            f"{name}-{done['granted']}",
            purpose,
            "openai",
            "m",
            tokens,
            cost,
            tokens // 5,
            cost // 5,
        )
        try:
            given = await ledger.reserve(ask)
        except LimitReachedError as refused:
            done["refused"] += 1
            wait = refused.retry_after or timedelta(0)
            await asyncio.sleep(min(wait.total_seconds(), LONGEST_WAIT_SECONDS))
            continue
        except BudgetSpentError:
            done["spent out"] += 1
            break
        done["granted"] += 1
        await asyncio.sleep(chance.random() * 0.005)
        fate = chance.random()
        if fate < hammer.crashes:
            done["lost_micro"] += given.cost_micro
        elif fate < hammer.crashes + 0.05:
            await ledger.release(given)
            done["released"] += 1
        else:
            used = chance.randint(1, given.cost_micro)
            await ledger.settle(given, tokens=chance.randint(1, given.tokens), cost_micro=used)
            done["settled_micro"] += used
    return done


async def hammer_away(hammer: Hammer) -> Counter[str]:
    """Be so many callers at once."""
    origin = datetime.fromtimestamp(hammer.origin, UTC)

    def fast(connection: sa.Connection) -> datetime:
        return origin + (store_time(connection) - origin) * hammer.speed

    quotas = replace(WIDE, **hammer.limits)
    chance = random.Random(hammer.seed)  # noqa: S311  # seeded, no secret
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(await Database.open(hammer.database_url))
        ledger: SqlLedger | SplitLedger = SqlLedger(
            database,
            lambda _: quotas,
            lease=timedelta(seconds=hammer.speed),
            chances=Chances(read_time=fast, jitter=chance.random),
            holds_rates=not hammer.redis_url,
        )
        if hammer.redis_url:
            rates = RedisRates.at(hammer.redis_url, prefix=f"hammer-{hammer.origin}")
            stack.push_async_callback(rates.close)
            ledger = SplitLedger(rates, ledger, lambda _: quotas, chance.random)
        names = [f"{hammer.seed}-{number}" for number in range(hammer.tasks)]
        done = await asyncio.gather(*(caller(ledger, hammer, chance, name) for name in names))
    return sum(done, Counter[str]())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(hammer_away(Hammer(**json.loads(sys.argv[1]))))))
