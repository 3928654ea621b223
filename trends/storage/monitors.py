"""The monitors of a tenant: how they stand, what they went through, and whose a question is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.models import Model
from trends.domain.monitors import Monitor, MonitorRevision, MonitorState, MonitorVerb
from trends.storage.cursors import read_place, write_place
from trends.storage.database import Database
from trends.storage.monitor_tables import monitor_questions, monitor_revisions, monitors
from trends.storage.monitor_writes import (
    Asked,
    add,
    check_revision,
    edited,
    held,
    let_go,
    monitor_of,
    not_found,
    present,
    write,
)

__all__ = ["Asked", "Change", "MonitorPage", "MonitorStore"]

MAX_PAGE = 200


class MonitorPage(Model):
    """One page of monitors, by name; `next_cursor` is None on the last."""

    items: tuple[Monitor, ...]
    next_cursor: str | None


Change = Callable[[Monitor], tuple[MonitorVerb, MonitorState, Asked]]
"""Says of a monitor as it stands what it is to be; called again where another change came first."""


class MonitorStore:
    """Writes and reads monitors.

    Args:
        database: Where they are.
        clock: Tells the time of a change.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, tenant: str, name: str) -> Monitor:
        """Read a monitor, removed ones too.

        Raises:
            MonitorNotFoundError: There never was one of this name.
            StorageError: The database failed.
        """
        return await self._database.read(lambda connection: present(connection, tenant, name))

    async def page(
        self,
        tenant: str,
        *,
        removed: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> MonitorPage:
        """Read a page of monitors, by name; at most `MAX_PAGE`.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        limit = max(1, min(limit, MAX_PAGE))
        query = sa.select(monitors).where(monitors.c.tenant == tenant).order_by(monitors.c.name)
        if not removed:
            query = query.where(monitors.c.state != MonitorState.REMOVED)
        if cursor is not None:
            query = query.where(monitors.c.name > read_place(cursor)[0])
        rows = await self._database.read(_all(query.limit(limit + 1)))
        found = tuple(map(monitor_of, rows))
        more = len(found) > limit
        last = write_place(found[limit - 1].name, "") if more else None
        return MonitorPage(items=found[:limit], next_cursor=last)

    async def every(self, tenant: str) -> tuple[Monitor, ...]:
        """Read all monitors that are not removed, by name.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(monitors)
            .where(monitors.c.tenant == tenant, monitors.c.state != MonitorState.REMOVED)
            .order_by(monitors.c.name)
        )
        return tuple(map(monitor_of, await self._database.read(_all(query))))

    async def scheduled(self) -> tuple[Monitor, ...]:
        """Read the monitors of all tenants that are not removed, by tenant and name.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(monitors)
            .where(monitors.c.state != MonitorState.REMOVED)
            .order_by(monitors.c.tenant, monitors.c.name)
        )
        return tuple(map(monitor_of, await self._database.read(_all(query))))

    async def asking(self, tenant: str, monitor_id: str) -> Monitor | None:
        """Find the monitor that asks a question now; None where none does.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(monitors).where(
            monitors.c.tenant == tenant,
            monitors.c.monitor_id == monitor_id,
            monitors.c.state != MonitorState.REMOVED,
        )
        rows = await self._database.read(_all(query))
        return monitor_of(rows[0]) if rows else None

    async def names(self, tenant: str, monitor_ids: Collection[str]) -> Mapping[str, str]:
        """Say which monitor each question belongs to: the one that asks it, or asked it last.

        Raises:
            StorageError: The database failed.
        """
        table = monitor_questions
        query = sa.select(table.c.monitor_id, table.c.name).where(
            table.c.tenant == tenant, table.c.monitor_id.in_(sorted(set(monitor_ids)))
        )
        rows = await self._database.read(_all(query))
        return {row["monitor_id"]: row["name"] for row in rows}

    async def ids(self, tenant: str, name: str) -> tuple[str, ...]:
        """Ids of all questions that belong to a monitor, those of its past included; of an id, that id alone.

        Raises:
            MonitorNotFoundError: Neither a name nor the id of a monitor.
            StorageError: The database failed.
        """
        table = monitor_questions
        query = (
            sa.select(table.c.monitor_id)
            .where(table.c.tenant == tenant)
            .where(sa.or_(table.c.name == name, table.c.monitor_id == name))
            .order_by(table.c.monitor_id)
        )
        rows = await self._database.read(_all(query))
        if not rows:
            raise not_found(tenant, name)
        return tuple(row["monitor_id"] for row in rows)

    async def revisions(self, tenant: str, name: str) -> tuple[MonitorRevision, ...]:
        """Read every change of a monitor, the newest first.

        Raises:
            MonitorNotFoundError: There never was one of this name.
            StorageError: The database failed.
        """
        table = monitor_revisions
        query = (
            sa.select(*(table.c[field] for field in MonitorRevision.model_fields))
            .where(table.c.tenant == tenant, table.c.name == name)
            .order_by(table.c.revision.desc())
        )
        rows = await self._database.read(_all(query))
        if not rows:
            raise not_found(tenant, name)
        return tuple(MonitorRevision.model_validate(dict[str, Any](row)) for row in rows)

    async def add(self, tenant: str, asked: Asked, author: str) -> Monitor:
        """Add a monitor; one that was removed comes back with what is given.

        Raises:
            MonitorExistsError: Its name, or its question, is taken.
            StorageError: The database failed.
        """
        now = self._clock()
        return await self._database.write(
            lambda connection: add(connection, tenant, asked, author, now)
        )

    async def put(self, tenant: str, asked: Iterable[Asked], author: str) -> tuple[Monitor, ...]:
        """Bring in monitors, all of them or none: new ones are added, known ones become what is given.

        Raises:
            MonitorExistsError: A question is taken, or stands twice in what is given.
            StorageError: The database failed.
        """
        given, now = list(asked), self._clock()

        def work(connection: sa.Connection) -> tuple[Monitor, ...]:
            known_by = {each.spec.name: held(connection, tenant, each.spec.name) for each in given}
            # Two of them may have swapped their questions.
            for each in given:
                known = known_by[each.spec.name]
                if known is not None and known.monitor_id != each.monitor_id:
                    let_go(connection, known)
            return tuple(
                add(connection, tenant, each, author, now)
                if (known := known_by[each.spec.name]) is None
                else edited(connection, known, each, author, now)
                for each in given
            )

        return await self._database.write(work)

    async def change(
        self, tenant: str, name: str, change: Change, author: str, if_revision: int | None
    ) -> Monitor:
        """Change a monitor. What it asked stays its past.

        Args:
            tenant: Whose monitor.
            name: Which one.
            change: Says what it is to be.
            author: Who changes it.
            if_revision: The revision that the change is based on; None where it does not matter.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            MonitorChangedError: It has another revision by now.
            MonitorExistsError: Another monitor asks this question.
            StorageError: The database failed.
        """
        now = self._clock()

        def work(connection: sa.Connection) -> Monitor:
            known = held(connection, tenant, name)
            if known is None or known.state is MonitorState.REMOVED:
                raise not_found(tenant, name)
            check_revision(known, if_revision)
            verb, state, asked = change(known)
            if (state, asked.spec) == (known.state, known.spec):
                return known
            return write(connection, known, asked, verb, state, author, now)

        return await self._database.write(work)


def _all(query: sa.Select[*tuple[Any, ...]]) -> Callable[[sa.Connection], Sequence[sa.RowMapping]]:
    return lambda connection: connection.execute(query).mappings().all()
