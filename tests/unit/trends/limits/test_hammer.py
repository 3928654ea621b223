"""Four processes at one ledger: exact, whoever comes first."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from tests.unit.trends.limits.hammer_process import Hammer
from trends.storage.database import Database
from trends.storage.limit_tables import limit_reservations, limit_windows

PROCESSES = 4
PROGRAM = Path(__file__).with_name("hammer_process.py")
ROOT = PROGRAM.parents[4]


async def hammer(
    database_url: str,
    redis_url: str,
    *,
    speed: float,
    seconds: float = 3.0,
    crashes: float = 0.0,
    **limits: int,
) -> Counter[str]:
    """Run the processes side by side; gives the sums of what they did."""

    async def one(seed: int) -> Counter[str]:
        given = Hammer(database_url, redis_url, seed, seconds, 4, speed, origin, crashes, limits)
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), json.dumps(asdict(given)),
            cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0
        return Counter(json.loads(said))

    origin = time.time()
    return sum(await asyncio.gather(*(one(seed) for seed in range(PROCESSES))), Counter[str]())


async def grants(database: Database) -> list[tuple[datetime, int]]:
    """When each call that counts was granted, and its tokens, oldest first."""
    table = limit_reservations.c
    query = (
        sa.select(table.granted_at, table.tokens)
        .where(table.state != "released")
        .order_by(table.granted_at)
    )
    rows = await database.read(lambda connection: connection.execute(query).all())
    return [(row[0], row[1]) for row in rows]


def most_in_any(length: timedelta, log: Sequence[tuple[datetime, int]]) -> tuple[int, int]:
    """Most calls, and most tokens, that any window of a length holds."""
    calls = tokens = first = held = 0
    for last, (at, amount) in enumerate(log):
        held += amount
        while log[first][0] <= at - length:
            held -= log[first][1]
            first += 1
        calls, tokens = max(calls, last - first + 1), max(tokens, held)
    return calls, tokens


async def test_no_minute_holds_more_than_its_quota(database_url: str, redis_url: str) -> None:
    # Where Redis keeps the time it cannot be made to run faster: all of it is one minute there.
    speed = 1.0 if redis_url else 20.0
    done = await hammer(
        database_url,
        redis_url,
        speed=speed,
        requests_per_minute=10,
        tokens_per_minute=900,
        burst_size=10,
    )
    async with await Database.open(database_url) as database:
        log = await grants(database)
    calls, tokens = most_in_any(timedelta(minutes=1), log)
    assert calls <= 10
    assert tokens <= 900
    assert done["refused"] > 0
    assert calls >= 5


async def test_money_is_never_over_and_exact_to_the_micro_dollar(
    database_url: str, redis_url: str
) -> None:
    cap = 1_000_000
    done = await hammer(
        database_url, redis_url, speed=1.0, seconds=20.0, crashes=0.02, day_micro=cap
    )
    table = limit_windows.c
    query = sa.select(table.held_micro, table.spent_micro).where(table.kind == "day")
    async with await Database.open(database_url) as database:
        held, spent = await database.read(lambda c: c.execute(query).one())
        rows = limit_reservations.c
        query = sa.select(sa.func.sum(rows.held_micro)).where(rows.state == "open")
        is_open = await database.read(lambda c: c.execute(query).scalar()) or 0
    # What was lost is charged once its lease has ended, and held until then.
    assert spent + held == done["settled_micro"] + done["lost_micro"]
    assert done["spent out"] > 0
    assert held == is_open
    assert spent + held <= cap
    assert spent + held >= cap * 0.98
