"""What is removed for its age: plain functions over a connection, for `Database.write`.

Each removes at most `CHUNK` of one tenant, so that no other writer waits for all that is old; one that is broken off
has removed nothing, and the next begins where it began.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.storage.access_tables import audit_log
from trends.storage.call_tables import model_attempts, model_calls

CHUNK = 500
"""The most rows of the audit log, and the most calls, that one transaction removes."""


def tenants_of(connection: sa.Connection, table: sa.Table[Any]) -> Iterator[str]:
    """Name the tenants that have rows in a table: one step in its key each, however many rows there are."""
    last = connection.scalar(sa.select(sa.func.min(table.c.tenant)))
    while last is not None:
        yield last
        later = sa.select(sa.func.min(table.c.tenant)).where(table.c.tenant > last)
        last = connection.scalar(later)


def prune_audit(connection: sa.Connection, tenant: str, before: datetime) -> int:
    """Delete a few rows of the audit log that are older than a moment, oldest first.

    Returns:
        How many were deleted, at most `CHUNK`.
    """
    old = (
        sa.select(audit_log.c.id)
        .where(audit_log.c.tenant == tenant, audit_log.c.at < before)
        .order_by(audit_log.c.at, audit_log.c.id)
        .limit(CHUNK)
    )
    ids = list(connection.scalars(old))
    if ids:
        mine = (audit_log.c.tenant == tenant, audit_log.c.id.in_(ids))
        connection.execute(sa.delete(audit_log).where(*mine))
    return len(ids)


def prune_calls(connection: sa.Connection, tenant: str, before: datetime) -> int:
    """Delete a few calls that belong to no run and are older than a moment. Those of a run go with their run.

    A call goes with all its attempts: they are numbered by how many there are.

    Returns:
        How many calls were deleted, at most `CHUNK`.
    """
    attempts, calls = model_attempts.c, model_calls.c
    moments = sa.union_all(
        sa.select(attempts.call_key, attempts.begun_at.label("at")).where(
            attempts.tenant == tenant, attempts.run_id.is_(None)
        ),
        sa.select(calls.call_key, calls.answered_at.label("at")).where(
            calls.tenant == tenant, calls.run_id.is_(None)
        ),
    ).subquery()
    old = (
        sa.select(moments.c.call_key)
        .group_by(moments.c.call_key)
        .having(sa.func.max(moments.c.at) < before)
        .order_by(moments.c.call_key)
        .limit(CHUNK)
    )
    keys = list(connection.scalars(old))
    if keys:
        for table in (model_attempts, model_calls):
            mine = (table.c.tenant == tenant, table.c.call_key.in_(keys), table.c.run_id.is_(None))
            connection.execute(sa.delete(table).where(*mine))
    return len(keys)
