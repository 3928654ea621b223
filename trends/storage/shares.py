"""Links under which single reports are shown to whoever has the link."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.models import Model, Tenant
from trends.errors import ShareNotFoundError
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.endpoint_tables import report_shares
from trends.storage.record import hold
from trends.storage.statements import RunKey

MAX_PAGE = 200


class Share(Model):
    """A link to one report.

    Attributes:
        tenant: Whose report.
        share_id: Its id, the part of the link that is not the signature.
        run_id: The run that wrote the report.
        created_at: When it was made.
        created_by: By whom.
        expires_at: From when on it shows nothing.
        revoked_at: When somebody took it back, if anybody did.
        views: How often the report was shown under it.
        last_viewed_at: When it was shown last.
    """

    tenant: Tenant
    share_id: str
    run_id: str
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    views: int = 0
    last_viewed_at: AwareDatetime | None = None


class SharePage(Model):
    """One page of shares; `next_cursor` is None on the last."""

    items: tuple[Share, ...]
    next_cursor: str | None


class ShareStore:
    """Writes and reads shares.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, share: Share) -> None:
        """Keep a share.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> None:
            hold(connection, RunKey(share.tenant, share.run_id))
            connection.execute(sa.insert(report_shares), share.model_dump())

        await self._database.write(work)

    async def page(
        self, tenant: str, *, run_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> SharePage:
        """Read shares of a tenant, newest first.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        table = report_shares
        query = sa.select(table).where(table.c.tenant == tenant)
        if run_id is not None:
            query = query.where(table.c.run_id == run_id)
        if cursor is not None:
            at, share_id = read_cursor(cursor)
            same = sa.and_(table.c.created_at == at, table.c.share_id < share_id)
            query = query.where(sa.or_(table.c.created_at < at, same))
        query = query.order_by(table.c.created_at.desc(), table.c.share_id.desc()).limit(limit + 1)
        rows = await self._database.read(
            lambda connection: [_share(row) for row in connection.execute(query).mappings()]
        )
        shown = rows[:limit]
        more = len(rows) > limit
        return SharePage(
            items=tuple(shown),
            next_cursor=write_cursor(shown[-1].created_at, shown[-1].share_id) if more else None,
        )

    async def by_link(self, share_id: str) -> Share | None:
        """Read the share that a link names, whosever it is; its signature has been checked by now.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(report_shares).where(report_shares.c.share_id == share_id)
        row = await self._database.read(
            lambda connection: connection.execute(query).mappings().first()
        )
        return None if row is None else _share(row)

    async def revoke(self, tenant: str, share_id: str, now: datetime) -> Share:
        """Take a share back; one that was taken back stays as it is.

        Raises:
            ShareNotFoundError: There is none of this id.
            StorageError: The database failed.
        """
        this = (report_shares.c.tenant == tenant, report_shares.c.share_id == share_id)

        def work(connection: sa.Connection) -> Share:
            query = sa.select(report_shares).where(*this).with_for_update()
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                raise ShareNotFoundError(
                    f"There is no share '{share_id[:80]}'.", next_step="List them: GET /v1/shares"
                )
            share = _share(row)
            if share.revoked_at is not None:
                return share
            connection.execute(sa.update(report_shares).where(*this).values(revoked_at=now))
            return share.model_copy(update={"revoked_at": now})

        return await self._database.write(work)

    async def viewed(self, share: Share, now: datetime) -> None:
        """Count a view.

        Raises:
            StorageError: The database failed.
        """
        statement = (
            sa.update(report_shares)
            .where(
                report_shares.c.tenant == share.tenant, report_shares.c.share_id == share.share_id
            )
            .values(views=report_shares.c.views + 1, last_viewed_at=now)
        )
        await self._database.write(lambda connection: connection.execute(statement))


def _share(row: sa.RowMapping) -> Share:
    return Share.model_validate(dict[str, Any](row))
