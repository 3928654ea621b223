"""Paid calls of a tenant stopped by a person, and let go on again; every time is kept."""

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.models import Model
from trends.limits.moments import ReadTime, hold_tenant, store_time
from trends.storage.database import Database
from trends.storage.limit_tables import limit_freezes

_columns = limit_freezes.c


class Freeze(Model):
    """One time that paid calls were stopped.

    Attributes:
        number: Which of the tenant's, from 1.
        author: Who stopped them.
        reason: Why, in their words.
        since: When.
        thawed_by: Who let them go on; empty while they are stopped.
        thawed_at: When; None while they are stopped.
    """

    number: int
    author: str
    reason: str
    since: AwareDatetime
    thawed_by: str
    thawed_at: AwareDatetime | None


class Freezer:
    """Stops paid calls and lets them go on, in every process at once.

    It takes the lock under which calls are reserved: when `freeze` has returned, no call is granted any more. Calls that
    were granted before are under way, and are settled.

    Args:
        database: Where it is written.
        read_time: Reads the ledger's time.
    """

    def __init__(self, database: Database, read_time: ReadTime = store_time) -> None:
        self._database = database
        self._read_time = read_time

    async def freeze(self, tenant: str, author: str, reason: str = "") -> Freeze:
        """Stop a tenant's paid calls. Where they are stopped already, that stands and is given.

        Raises:
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> Freeze:
            now = hold_tenant(connection, tenant, self._read_time)
            standing = standing_freeze(connection, tenant)
            if standing is not None:
                return standing
            query = sa.select(sa.func.max(_columns.number)).where(_columns.tenant == tenant)
            frozen = Freeze(
                number=(connection.scalar(query) or 0) + 1,
                author=author,
                reason=reason,
                since=now,
                thawed_by="",
                thawed_at=None,
            )
            values = {"tenant": tenant, **frozen.model_dump()}
            connection.execute(sa.insert(limit_freezes), values)
            return frozen

        return await self._database.write(work)

    async def thaw(self, tenant: str, author: str) -> Freeze | None:
        """Let a tenant's paid calls go on; gives the freeze that ended, None where there was none.

        Raises:
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> Freeze | None:
            now = hold_tenant(connection, tenant, self._read_time)
            standing = standing_freeze(connection, tenant)
            if standing is None:
                return None
            ended = {"thawed_by": author, "thawed_at": now}
            connection.execute(
                sa.update(limit_freezes)
                .where(_columns.tenant == tenant, _columns.number == standing.number)
                .values(**ended)
            )
            return standing.model_copy(update=ended)

        return await self._database.write(work)

    async def standing(self, tenant: str) -> Freeze | None:
        """Read the freeze in force; None where paid calls may be made.

        Raises:
            StorageError: The database failed.
        """
        return await self._database.read(lambda connection: standing_freeze(connection, tenant))

    async def history(self, tenant: str, limit: int = 50) -> tuple[Freeze, ...]:
        """Read a tenant's freezes, the newest first.

        Raises:
            StorageError: The database failed.
        """
        query = _of(tenant).order_by(_columns.number.desc()).limit(limit)
        return await self._database.read(
            lambda connection: tuple(_freeze(row) for row in connection.execute(query).mappings())
        )


def standing_freeze(connection: sa.Connection, tenant: str) -> Freeze | None:
    """Read the freeze in force within a transaction."""
    query = _of(tenant).where(_columns.thawed_at.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _freeze(row)


def _of(tenant: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(*(_columns[name] for name in Freeze.model_fields)).where(
        _columns.tenant == tenant
    )


def _freeze(row: sa.RowMapping) -> Freeze:
    return Freeze.model_validate(dict(row))
