"""The record of fires: what became of each time at which a monitor was to run."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.domain.fires import Fire, FireState
from trends.storage.database import Database
from trends.storage.monitor_tables import monitor_fires

MAX_FIRES = 200


class FireStore:
    """Writes and reads fires.

    Args:
        database: Where they are.
        clock: Tells the time of what is written.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def fired(
        self, tenant: str, name: str, scheduled_at: datetime, run_id: str, note: str = ""
    ) -> None:
        """Write down that a time began a run. One that was taken for missed was not.

        Raises:
            StorageError: The database failed.
        """
        row = Fire(
            tenant=tenant,
            name=name,
            scheduled_at=scheduled_at,
            state=FireState.FIRED,
            run_id=run_id,
            note=note,
            at=self._clock(),
        )
        key = (monitor_fires.c.tenant, monitor_fires.c.name, monitor_fires.c.scheduled_at)
        statement = insert(monitor_fires).values(row.model_dump())
        statement = statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: statement.excluded[name] for name in ("state", "run_id", "note", "at")},
            where=monitor_fires.c.state != FireState.FIRED,
        )
        await self._database.write(lambda connection: _do(connection, statement))

    async def passed(
        self, tenant: str, name: str, times: Iterable[datetime], state: FireState, note: str
    ) -> None:
        """Write down times that began no run. What is written of one of them stands.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        rows = [
            Fire(
                tenant=tenant, name=name, scheduled_at=each, state=state, note=note, at=now
            ).model_dump()
            for each in times
        ]
        if not rows:
            return
        statement = insert(monitor_fires).values(rows).on_conflict_do_nothing()
        await self._database.write(lambda connection: _do(connection, statement))

    async def latest(self, tenant: str, name: str, limit: int = 20) -> tuple[Fire, ...]:
        """Read the latest fires of a monitor, the newest first; at most `MAX_FIRES`.

        Raises:
            StorageError: The database failed.
        """
        query = (
            _of(tenant, name)
            .order_by(monitor_fires.c.scheduled_at.desc())
            .limit(max(1, min(limit, MAX_FIRES)))
        )
        return await self._read(query)

    async def since(self, tenant: str, name: str, after: datetime) -> tuple[Fire, ...]:
        """Read the fires of a monitor after a moment, the oldest first.

        Raises:
            StorageError: The database failed.
        """
        query = _of(tenant, name).where(monitor_fires.c.scheduled_at > after)
        return await self._read(query.order_by(monitor_fires.c.scheduled_at))

    async def _read(self, query: sa.Select[Any]) -> tuple[Fire, ...]:
        return await self._database.read(lambda connection: _fires(connection, query))


def _of(tenant: str, name: str) -> sa.Select[Any]:
    return sa.select(monitor_fires).where(
        monitor_fires.c.tenant == tenant, monitor_fires.c.name == name
    )


def _do(connection: sa.Connection, statement: sa.Executable) -> None:
    connection.execute(statement)


def _fires(connection: sa.Connection, query: sa.Select[Any]) -> tuple[Fire, ...]:
    rows: Sequence[sa.RowMapping] = connection.execute(query).mappings().all()
    return tuple(Fire.model_validate(dict[str, Any](row)) for row in rows)
