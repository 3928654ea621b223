"""Keys, sessions and the audit log, on both databases."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trends.domain.access import Scope
from trends.errors import InvalidRequestError, NotFoundError
from trends.storage.audit import AuditLog, AuditRow
from trends.storage.database import Database
from trends.storage.keys import KeyRow, KeyStore
from trends.storage.sessions import SessionRow, SessionStore

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """An open database, on each kind."""
    async with await Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def keys(database: Database) -> KeyStore:
    return KeyStore(database)


@pytest.fixture
def sessions(database: Database) -> SessionStore:
    return SessionStore(database)


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return AuditLog(database)


def key(number: int = 1, tenant: str = "acme", **changes: Any) -> KeyRow:
    values: dict[str, Any] = {
        "tenant": tenant,
        "key_id": f"{number:016x}",
        "digest": f"{number:064x}",
        "name": f"key {number}",
        "scopes": (Scope.ADMIN, Scope.RUNS_READ),
        "created_at": NOW,
        "created_by": "test",
        **changes,
    }
    return KeyRow.model_validate(values)


def session(**changes: Any) -> SessionRow:
    values: dict[str, Any] = {
        "tenant": "acme",
        "digest": "d",
        "subject": "key:1",
        "name": "Kim",
        "scopes": (Scope.RUNS_READ,),
        "key_id": None,
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
        **changes,
    }
    return SessionRow.model_validate(values)


def entry(number: int, tenant: str = "acme", **changes: Any) -> AuditRow:
    values: dict[str, Any] = {
        "tenant": tenant,
        "id": f"{number:04d}",
        "at": NOW,
        "actor": "key:1",
        "action": "start_run",
        "target": "/v1/runs",
        "outcome": "done",
        "status": 202,
        "request_id": "r",
        "address": "::1",
        **changes,
    }
    return AuditRow.model_validate(values)


async def test_a_key_is_found_as_it_was_stored(keys: KeyStore) -> None:
    stored = key(expires_at=NOW + MINUTE)
    await keys.add(stored)
    assert await keys.find(stored.key_id) == stored
    assert await keys.find("0" * 16) is None


async def test_keys_are_listed_by_tenant_newest_first_across_pages(keys: KeyStore) -> None:
    for number in range(1, 6):
        # Two of each moment: the id decides.
        await keys.add(key(number, created_at=NOW + MINUTE * (number // 2)))
    await keys.add(key(9, tenant="rival"))
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await keys.page("acme", cursor=cursor, limit=2)
        found += [row.name for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == ["key 5", "key 4", "key 3", "key 2", "key 1"]


async def test_a_revoked_key_stays_revoked_as_the_first_time(keys: KeyStore) -> None:
    await keys.add(key())
    first = await keys.revoke("acme", key().key_id, by="kim", now=NOW)
    assert await keys.revoke("acme", key().key_id, by="lee", now=NOW + MINUTE) == first
    assert (first.revoked_at, first.revoked_by) == (NOW, "kim")
    assert not first.holds(NOW)


@pytest.mark.parametrize(
    ("tenant", "key_id"), [("rival", key().key_id), ("acme", "0" * 16), ("acme", "a\0b")]
)
async def test_only_the_tenant_s_own_key_is_revoked(
    keys: KeyStore, tenant: str, key_id: str
) -> None:
    await keys.add(key())
    with pytest.raises(NotFoundError):
        await keys.revoke(tenant, key_id, by="kim", now=NOW)
    found = await keys.find(key().key_id)
    assert found is not None
    assert found.revoked_at is None


async def test_a_use_is_noted_once_a_minute(keys: KeyStore) -> None:
    stored = key()
    await keys.add(stored)
    noted: list[datetime | None] = []
    for seconds in (0, 59, 60, 61):
        found = await keys.find(stored.key_id)
        assert found is not None
        await keys.used(found, NOW + timedelta(seconds=seconds))
        # One process that read the row before another wrote it.
        await keys.used(stored, NOW + timedelta(seconds=seconds))
        after = await keys.find(stored.key_id)
        assert after is not None
        noted.append(after.last_used_at)
    assert noted == [NOW, NOW, NOW + MINUTE, NOW + MINUTE]


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + MINUTE}, True),
        ({"revoked_at": NOW - MINUTE}, False),
    ],
)
async def test_whether_any_key_holds(keys: KeyStore, changes: dict[str, Any], holds: bool) -> None:
    assert not await keys.any_holds(NOW)
    await keys.add(key(**changes))
    assert await keys.any_holds(NOW) == holds


async def test_a_session_is_found_until_it_is_over(sessions: SessionStore) -> None:
    stored = session()
    await sessions.begin(stored)
    assert await sessions.find("d", NOW) == stored
    assert await sessions.find("e", NOW) is None
    assert await sessions.find("d", stored.expires_at) is None


async def test_a_session_ends_with_its_key_and_by_itself(
    sessions: SessionStore, keys: KeyStore
) -> None:
    await keys.add(key())
    await keys.add(key(1, tenant="rival", key_id=key(2).key_id))
    await sessions.begin(session(key_id=key().key_id))
    assert await sessions.find("d", NOW) is not None
    await keys.revoke("acme", key().key_id, by="kim", now=NOW)
    assert await sessions.find("d", NOW) is None
    await sessions.begin(session(digest="e"))
    await sessions.end("e")
    assert await sessions.find("e", NOW) is None


async def test_sessions_that_are_over_go_when_the_next_begins(sessions: SessionStore) -> None:
    await sessions.begin(session())
    await sessions.begin(session(digest="e", created_at=NOW + timedelta(hours=1)))
    # Asked about a time at which it was not over: it is gone all the same.
    assert await sessions.find("d", NOW) is None


async def test_the_log_is_read_newest_first_by_tenant_who_and_what(audit: AuditLog) -> None:
    for number in range(5):
        await audit.add(entry(number, at=NOW + MINUTE * (number // 2)))
    await audit.add(entry(7, actor="key:2", action="cancel_run"))
    await audit.add(entry(8, tenant="rival"))
    first = await audit.page("acme", limit=3)
    second = await audit.page("acme", cursor=first.next_cursor, limit=3)
    assert [row.id for row in (*first.items, *second.items)] == [
        "0004", "0003", "0002", "0007", "0001", "0000",
    ]  # fmt: skip
    assert second.next_cursor is None
    assert [row.id for row in (await audit.page("acme", actor="key:2")).items] == ["0007"]
    assert [row.id for row in (await audit.page("acme", action="cancel_run")).items] == ["0007"]


async def test_forged_cursors_are_refused(keys: KeyStore, audit: AuditLog) -> None:
    with pytest.raises(InvalidRequestError):
        await keys.page("acme", cursor="forged")
    with pytest.raises(InvalidRequestError):
        await audit.page("acme", cursor="forged")
