"""What is removed for its age, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.unit.trends.storage.record_cases import TENANT, new_run
from trends.limits.retention import prune_reservations
from trends.storage.access_tables import audit_log
from trends.storage.call_tables import model_attempts
from trends.storage.database import Database
from trends.storage.limit_tables import limit_reservations, limit_windows
from trends.storage.retention import CHUNK, prune_audit, prune_calls, tenants_of
from trends.storage.runs import RunStore

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AGE = timedelta(days=400)
BEFORE = NOW - AGE
SECOND = timedelta(seconds=1)


class BrokenOffError(Exception):
    """A transaction ends in its middle."""


def audited(row_id: str, at: datetime, tenant: str = "acme") -> dict[str, Any]:
    words = ("actor", "action", "target", "outcome", "request_id", "address")
    return {"tenant": tenant, "id": row_id, "at": at, "status": 200, **dict.fromkeys(words, "x")}


def attempted(key: str, number: int, at: datetime) -> dict[str, Any]:
    words = ("ask_id", "provider", "model", "slug", "request_id")
    numbers = ("held_tokens", "held_micro", "booked_tokens", "booked_micro")
    return {
        **dict.fromkeys(words, f"{key}{number}"),
        **dict.fromkeys(numbers, 1),
        "tenant": "acme",
        "call_key": key,
        "run_id": None,
        "attempt": number,
        "state": "settled",
        "repeats": False,
        "expires_at": at,
        "begun_at": at,
        "ended_at": at,
    }


def reserved(row_id: str, at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "tenant": "acme",
        "id": row_id,
        "provider": "openai",
        "model": "m",
        "role": "analyst",
        "run_id": None,
        "monitor": None,
        "scheduled": False,
        "scarce": False,
        "day": f"{at:%Y-%m-%d}",
        "month": f"{at:%Y-%m}",
        "state": "settled",
        "tokens": 1,
        "held_micro": 5,
        "spent_micro": 5,
        "granted_at": at,
        "expires_at": at,
        "ended_at": at,
        **changes,
    }


async def insert(database: Database, table: sa.Table[Any], *rows: dict[str, Any]) -> None:
    await database.write(lambda connection: connection.execute(sa.insert(table), list(rows)))


async def names(database: Database, column: sa.Column[Any]) -> list[str]:
    query = sa.select(column).order_by(column)
    return await database.read(lambda connection: list(connection.scalars(query)))


async def test_a_row_of_the_boundary_stays_and_an_older_one_goes(database: Database) -> None:
    rows = (audited("edge", BEFORE), audited("old", BEFORE - SECOND))
    await insert(database, audit_log, *rows, audited("other", BEFORE - SECOND, "rival"))
    assert await database.write(lambda connection: prune_audit(connection, "acme", BEFORE)) == 1
    assert await names(database, audit_log.c.id) == ["edge", "other"]


async def test_a_transaction_removes_a_bounded_number_of_rows(database: Database) -> None:
    old = [audited(f"{number:04d}", BEFORE - SECOND) for number in range(CHUNK + 3)]
    await insert(database, audit_log, *old)
    found = [
        await database.write(lambda connection: prune_audit(connection, "acme", BEFORE))
        for _ in range(3)
    ]
    assert found == [CHUNK, 3, 0]


async def test_a_removal_that_is_broken_off_removes_nothing(database: Database) -> None:
    await insert(database, audit_log, audited("old", BEFORE - SECOND))

    def broken_off(connection: sa.Connection) -> None:
        assert prune_audit(connection, "acme", BEFORE) == 1
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await database.write(broken_off)
    assert await names(database, audit_log.c.id) == ["old"]


async def test_every_tenant_is_named_once(database: Database) -> None:
    rows = [audited(f"{tenant}{n}", NOW, tenant) for tenant in ("b", "a", "c") for n in range(2)]
    await insert(database, audit_log, *rows)
    assert await database.read(lambda found: list(tenants_of(found, audit_log))) == ["a", "b", "c"]


async def test_a_call_stays_whole_while_one_of_its_attempts_is_young(database: Database) -> None:
    old = BEFORE - SECOND
    rows = (attempted("k", 1, old), attempted("k", 2, BEFORE), attempted("gone", 1, old))
    await insert(database, model_attempts, *rows)
    assert await database.write(lambda connection: prune_calls(connection, "acme", BEFORE)) == 1
    assert await names(database, model_attempts.c.ask_id) == ["k1", "k2"]


async def test_reservations_older_than_their_age_go_and_money_stays(database: Database) -> None:
    amounts = ("held_micro", "spent_micro", "cap_micro", "tokens", "calls")
    window = {"tenant": "acme", "kind": "day", "scope": "openai", **dict.fromkeys(amounts, 5)}
    await insert(
        database, limit_windows, {**window, "name": "2025-10-16"}, {**window, "name": "2026-11-20"}
    )
    rows = (reserved("edge", BEFORE), reserved("old", BEFORE - SECOND))
    open_one = reserved("open", BEFORE - SECOND, state="open", ended_at=None)
    await insert(database, limit_reservations, *rows, open_one)
    money = sa.select(limit_windows).order_by(limit_windows.c.name)
    before = await database.read(lambda connection: connection.execute(money).all())
    assert await database.write(lambda found: prune_reservations(found, "acme", AGE, at_now)) == 1
    assert await names(database, limit_reservations.c.id) == ["edge", "open"]
    assert await database.read(lambda connection: connection.execute(money).all()) == before


async def test_reservations_of_this_month_stay_however_short_the_setting(
    database: Database,
) -> None:
    rows = (reserved("first", NOW - timedelta(days=19)), reserved("october", NOW.replace(month=10)))
    await insert(database, limit_reservations, *rows)
    day = timedelta(days=1)
    assert await database.write(lambda found: prune_reservations(found, "acme", day, at_now)) == 1
    assert await names(database, limit_reservations.c.id) == ["first"]


async def test_what_was_spent_today_and_this_month_reads_the_same_after(
    database: Database,
) -> None:
    rows = [reserved(f"day-{days:03d}", NOW - timedelta(days=days)) for days in range(0, 450, 5)]
    await insert(database, limit_reservations, *rows)
    log = limit_reservations.c
    spent = sa.select(log.month, log.day, sa.func.sum(log.spent_micro), sa.func.sum(log.tokens))
    spent = spent.where(log.month == "2026-11").group_by(log.month, log.day).order_by(log.day)
    before = await database.read(lambda connection: connection.execute(spent).all())
    day = timedelta(days=1)
    assert await database.write(lambda found: prune_reservations(found, "acme", day, at_now)) == 86
    assert await database.read(lambda connection: connection.execute(spent).all()) == before
    assert len(before) == 4


async def test_a_reservation_whose_answer_is_not_booked_stays(database: Database) -> None:
    old = BEFORE - SECOND
    await RunStore(database, lambda: NOW).insert(new_run())
    waiting = {**attempted("k", 1, old), "tenant": TENANT, "run_id": "run-1", "state": "answered"}
    await insert(database, model_attempts, waiting)
    rows = [reserved(name, old, tenant=TENANT, run_id="run-1") for name in ("k1", "booked")]
    await insert(database, limit_reservations, *rows)
    assert await database.write(lambda found: prune_reservations(found, TENANT, AGE, at_now)) == 1
    assert await names(database, limit_reservations.c.id) == ["k1"]


async def test_calls_and_reservations_go_in_bounded_numbers(database: Database) -> None:
    old, numbers = BEFORE - SECOND, range(CHUNK + 1)
    await insert(database, model_attempts, *(attempted(f"k{n:04d}", 1, old) for n in numbers))
    await insert(database, limit_reservations, *(reserved(f"r{n:04d}", old) for n in numbers))
    for expected in (CHUNK, 1, 0):
        calls = await database.write(lambda found: prune_calls(found, "acme", BEFORE))
        kept = await database.write(lambda found: prune_reservations(found, "acme", AGE, at_now))
        assert (calls, kept) == (expected, expected)


def at_now(_: sa.Connection) -> datetime:
    return NOW
