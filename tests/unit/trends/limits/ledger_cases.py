"""What tests of a ledger start from: wide limits, a clock that they set, and asks of round figures."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from trends.domain.calls import Purpose, Role
from trends.limits.base import Ask, Ledger
from trends.limits.ledger import LEASE, Chances, SqlLedger
from trends.limits.quotas import Quotas
from trends.limits.redis import RedisRates, SplitLedger
from trends.storage.database import Database
from trends.storage.limit_tables import limit_crossings, limit_reservations, limit_windows

# Later than any server's clock says: what Redis has seen goes before its own time, so that a test can set it.
START = datetime(2100, 3, 10, 12, 0, tzinfo=UTC)
PROVIDERS = ("openai", "anthropic")
WIDE = Quotas(
    requests_per_minute=1000,
    requests_per_hour=10_000,
    tokens_per_minute=1_000_000,
    burst_size=1000,
    concurrency=1000,
    day_micro=1_000_000,
    run_micro=1_000_000,
    month_micro=1_000_000,
    warn_at=0.8,
    zone=ZoneInfo("Asia/Seoul"),
)


def ask(
    name: str = "a",
    cost: int = 100,
    *,
    least: int | None = None,
    tokens: int = 100,
    least_tokens: int | None = None,
    run: str | None = None,
    monitor: str | None = None,
    scheduled: bool = False,
    provider: str = "openai",
    tenant: str = "local",
) -> Ask:
    """One call; at the least as much as at the most, where the test does not say."""
    return Ask(
        id=name,
        purpose=Purpose(
            tenant=tenant,
            role=Role.ANALYST,
            run_id=run,
            monitor=monitor,
            scheduled=scheduled,
            node="draft",
        ),
        provider=provider,
        model="gpt-4.1-mini",
        tokens=tokens,
        cost_micro=cost,
        least_tokens=tokens if least_tokens is None else least_tokens,
        least_cost_micro=cost if least is None else least,
    )


@dataclass
class Stand:
    """A ledger, and what it stands on."""

    database: Database
    redis: Any = None
    prefix: str = ""
    now: datetime = START
    quotas: Quotas = WIDE
    jitter: float = 0.0
    rates: RedisRates | None = field(init=False, default=None)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        if self.redis is not None:
            self.rates = RedisRates(self.redis, prefix=self.prefix)
        money = SqlLedger(
            self.database,
            lambda _: self.quotas,
            chances=Chances(read_time=lambda _: self.now, jitter=lambda: self.jitter),
            holds_rates=self.rates is None,
        )
        self.ledger = money
        if self.rates is not None:
            self.ledger = SplitLedger(self.rates, money, lambda _: self.quotas, lambda: self.jitter)

    def limit(self, **values: int) -> None:
        """Change limits as a hot setting does."""
        self.quotas = replace(self.quotas, **values)

    async def pass_time(self, length: timedelta) -> None:
        """Let time pass, forwards or back."""
        self.now += length
        await self.set_clock()

    async def set_clock(self) -> None:
        """Tell Redis what the time is. What it has seen is never taken back, there as here."""
        if self.rates is None:
            return
        seen = str((self.now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
        for provider in PROVIDERS:
            key = f"{self.prefix}:{{local:{provider}}}:state"
            known = await self.redis.hget(key, "seen")
            if known is None or int(known) < int(seen):
                await self.redis.hset(key, "seen", seen)

    async def end_leases(self) -> None:
        """Let so much time pass that nothing that is open now is open after it."""
        await self.pass_time(LEASE + timedelta(seconds=1))

    async def money(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """What every window holds and has spent."""
        table = limit_windows.c
        query = sa.select(
            table.kind, table.scope, table.name, table.held_micro, table.spent_micro
        ).order_by(table.kind, table.scope, table.name)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}

    async def day(self, provider: str = "openai", name: str = "2100-03-10") -> tuple[int, int]:
        """What a day holds and has spent."""
        return (await self.money()).get(("day", provider, name), (0, 0))

    async def crossings(self) -> list[tuple[str, str, str]]:
        """Kind, scope and level of every crossing."""
        table = limit_crossings.c
        query = sa.select(table.kind, table.scope, table.level).order_by(*table)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [(row[0], row[1], row[2]) for row in rows]

    async def states(self) -> list[str]:
        """How every reservation stands, by name."""
        table = limit_reservations.c
        query = sa.select(table.state).order_by(table.id)
        return list(await self.database.read(lambda c: c.scalars(query).all()))
