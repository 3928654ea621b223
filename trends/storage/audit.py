"""The audit log: who did what, when, from where, and what came of it.

A row is written in the transaction of what it tells, and once more when the answer is known. Nothing else changes it.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime
from sqlalchemy.dialects.postgresql import insert

from trends.domain.models import Model, Tenant
from trends.storage.access_tables import audit_log
from trends.storage.along import Along
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database

MAX_PAGE = 200


class AuditRow(Model):
    """One thing that somebody did, or tried.

    Attributes:
        id: UUIDv7.
        actor: Who: `key:ID`, `oidc:SUBJECT`.
        action: What, by the name of the operation: `start_run`.
        target: To what: a path.
        outcome: `done`, `refused` (what was asked cannot be, or may not) or `failed` (the service could not); `asked` when
            the process ended before it knew.
        status: HTTP status of the answer; 0 where it was no request, or the process ended before it answered.
        request_id: By which the log knows the request.
        address: Where it came from.
    """

    tenant: Tenant
    id: str
    at: AwareDatetime
    actor: str
    action: str
    target: str
    outcome: str
    status: int
    request_id: str
    address: str


class AuditPage(Model):
    """One page of the log; `next_cursor` is None on the last."""

    items: tuple[AuditRow, ...]
    next_cursor: str | None


class AuditLog:
    """Adds to the log and reads it.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: AuditRow) -> None:
        """Add a row; one that is there is told anew what came of it.

        Raises:
            StorageError: The database failed.
        """
        await self._database.write(lambda connection: _put(connection, row))

    def along(self, make: Callable[[], AuditRow]) -> Along:
        """Have a row written in the transaction of what it tells.

        Args:
            make: Makes it, when it is written.
        """
        return Along(lambda connection: _put(connection, make()))

    async def page(
        self,
        tenant: str,
        *,
        actor: str | None = None,
        action: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> AuditPage:
        """Read a page, newest first; at most `MAX_PAGE`.

        Args:
            tenant: Whose log.
            actor: Only what this one did.
            action: Only this.
            cursor: `next_cursor` of the page before.
            limit: At most so many.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        query = sa.select(audit_log).where(audit_log.c.tenant == tenant)
        if actor is not None:
            query = query.where(audit_log.c.actor == actor)
        if action is not None:
            query = query.where(audit_log.c.action == action)
        if cursor is not None:
            at, row_id = read_cursor(cursor)
            same = sa.and_(audit_log.c.at == at, audit_log.c.id < row_id)
            query = query.where(sa.or_(audit_log.c.at < at, same))
        limit = max(1, min(limit, MAX_PAGE))
        query = query.order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(limit + 1)
        rows = await self._database.read(
            lambda connection: tuple(
                AuditRow.model_validate(dict[str, Any](row))
                for row in connection.execute(query).mappings()
            )
        )
        items, more = rows[:limit], len(rows) > limit
        last = write_cursor(items[-1].at, items[-1].id) if more else None
        return AuditPage(items=items, next_cursor=last)


def _put(connection: sa.Connection, row: AuditRow) -> None:
    statement = insert(audit_log).values(row.model_dump())
    told = {name: statement.excluded[name] for name in ("target", "outcome", "status")}
    connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "id"], set_=told))
