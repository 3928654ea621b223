"""Stores that go away in the middle: nothing is taken, nothing is spent unseen."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

from tests.postgres_server import PostgresServer, postgres_cluster
from tests.redis_server import RedisServer
from tests.unit.trends.limits.ledger_cases import START, Stand, ask
from trends.errors import LimitError, SettingsError, StorageError, StorageUnavailableError
from trends.limits.ledger import Chances, SqlLedger
from trends.limits.redis import RedisRates
from trends.storage.database import Database
from trends.storage.migrate import migrate


@pytest.fixture
async def redis_stand(redis: RedisServer, sqlite_url: str) -> AsyncGenerator[Stand]:
    """A ledger with its rates in Redis, by that server's own clock."""
    async with await Database.open(sqlite_url) as database:
        client = cast("Any", Redis).from_url(redis.url)
        yield Stand(database, client, prefix="outage")
        await client.aclose()
        redis.stop()
        redis.start()


async def test_without_redis_nothing_is_held(redis: RedisServer, redis_stand: Stand) -> None:
    redis.stop()
    with pytest.raises(StorageUnavailableError, match="Redis"):
        await redis_stand.ledger.reserve(ask())
    assert await redis_stand.money() == {}


async def test_what_was_answered_is_booked_without_redis(
    redis: RedisServer, redis_stand: Stand
) -> None:
    given = await redis_stand.ledger.reserve(ask())
    redis.stop()
    await redis_stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await redis_stand.day(name=redis_stand.now.date().isoformat()) == (0, 60)


async def test_money_that_says_no_gives_the_rates_back(redis_stand: Stand) -> None:
    redis_stand.limit(requests_per_minute=1, day_micro=50)
    with pytest.raises(LimitError, match="is spent"):
        await redis_stand.ledger.reserve(ask(cost=51))
    await redis_stand.ledger.reserve(ask("b", cost=50))


async def test_a_wrong_password_is_final_and_not_shown(redis: RedisServer) -> None:
    rates = RedisRates.at(redis.url.replace(redis.password, "hunter2"))
    with pytest.raises(StorageError, match="password") as refused:
        await rates.block("local", "openai", timedelta(seconds=1))
    assert not refused.value.retryable
    assert "hunter2" not in str(refused.value)
    await rates.close()


def test_an_address_that_is_none_is_refused_without_its_password() -> None:
    with pytest.raises(SettingsError, match="redis_url") as refused:
        RedisRates.at("http://:hunter2@127.0.0.1")
    assert "hunter2" not in str(refused.value)


async def test_a_database_that_stops_in_mid_reservation_keeps_nothing_of_it(
    postgres: PostgresServer,
) -> None:
    del postgres  # without PostgreSQL the test is skipped by name
    with postgres_cluster() as server:
        url = server.create("stops")
        await asyncio.to_thread(migrate, url)

        def stop(connection: sa.Connection) -> datetime:
            del connection
            server.stop()
            return START

        async with await Database.open(url) as database:
            stand = Stand(database)
            await stand.ledger.reserve(ask("before"))
            dying = SqlLedger(database, lambda _: stand.quotas, chances=Chances(read_time=stop))
            with pytest.raises(StorageUnavailableError):
                await dying.reserve(ask("meanwhile"))
            server.start()
            assert await stand.day() == (100, 0)
            await stand.ledger.reserve(ask("meanwhile"))
            assert await stand.day() == (200, 0)
