"""The loop of the API's maintenance removes what is kept no longer, as it is wired, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.doors import open_doors
from engine.retention import Retention
from trends.storage.access_tables import audit_log

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WORDS = ("actor", "action", "target", "outcome", "request_id", "address")


class LastPassClock:
    """Tells the same time, and that the pass in which it is asked is the last."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()

    def __call__(self) -> datetime:
        self.stop.set()
        return NOW


@pytest.mark.parametrize(("days", "left"), [("400", ["young"]), ("0", ["old", "young"])])
async def test_a_pass_of_the_loop_removes_old_rows_of_every_tenant(
    stored: dict[str, str], days: str, left: list[str]
) -> None:
    clock = LastPassClock()
    rows = [
        {"tenant": tenant, "id": name, "at": NOW - age, "status": 200, **dict.fromkeys(WORDS, "x")}
        for tenant in ("acme", "rival")
        for name, age in (("old", timedelta(days=401)), ("young", timedelta(days=400)))
    ]
    async with open_doors({**stored, "TRENDS_AUTH__AUDIT_DAYS": days}, clock) as doors:
        database = doors.parts.database
        await database.write(lambda connection: connection.execute(sa.insert(audit_log), rows))
        clock.stop.clear()
        await doors.reconciler.run_forever(clock.stop)
        query = sa.select(audit_log.c.id).order_by(audit_log.c.tenant, audit_log.c.id)
        found = await database.read(lambda connection: list(connection.scalars(query)))
    assert found == left * 2


async def test_a_look_that_found_nothing_is_not_made_again_for_an_hour(
    stored: dict[str, str],
) -> None:
    old = {
        **dict.fromkeys(WORDS, "x"),
        "tenant": "acme",
        "id": "old",
        "at": NOW - timedelta(days=401),
        "status": 200,
    }
    async with open_doors(stored, lambda: NOW) as doors:
        database = doors.parts.database
        retention = Retention(database, lambda: doors.settings)
        assert await retention.run_due(NOW) == 0
        await database.write(lambda connection: connection.execute(sa.insert(audit_log), [old]))
        assert await retention.run_due(NOW + timedelta(minutes=59)) == 0
        assert await retention.run_due(NOW + timedelta(minutes=60)) == 1
