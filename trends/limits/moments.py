"""The ledger's time: read under its lock, and never earlier than what it has seen."""

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.storage.limit_tables import limit_tenants

# Reads the time in a transaction.
ReadTime = Callable[[sa.Connection], datetime]

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def store_time(connection: sa.Connection) -> datetime:
    """The time of the database, since the clocks of several machines differ; on SQLite that of its one host."""
    if connection.dialect.name == "postgresql":
        found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return found.astimezone(UTC)
    return datetime.now(UTC)


def hold_tenant(connection: sa.Connection, tenant: str, read_time: ReadTime) -> datetime:
    """Keep everybody else from a tenant's ledger until the transaction ends, and give the time.

    The time is read after the lock was taken: who waited for it would bring an old one. A clock that jumps back stands
    still until it has caught up, so that no window is longer than it says.
    """
    mine = limit_tenants.c.tenant == tenant
    query = sa.select(limit_tenants.c.seen_at).where(mine).with_for_update()
    seen = connection.execute(query).scalar_one_or_none()
    if seen is None:
        first = insert(limit_tenants).values(tenant=tenant, seen_at=_LONG_AGO)
        connection.execute(first.on_conflict_do_nothing())
        seen = connection.execute(query).scalar_one()
    now = max(read_time(connection), seen)
    connection.execute(sa.update(limit_tenants).where(mine).values(seen_at=now))
    return now
