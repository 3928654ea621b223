"""The backfills of a tenant: how each stands, and what became of its windows."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.backfills import (
    Backfill,
    BackfillStatus,
    BackfillWindow,
    WindowState,
)
from trends.domain.models import Model, RunStatus
from trends.errors import (
    ConflictError,
)
from trends.storage.backfill_tables import backfill_windows, backfills
from trends.storage.backfill_writes import (
    UNFINISHED,
    NewBackfill,
    insert,
    known_by_key,
    not_done,
    read_backfill,
    refuse_another,
    row_of,
    shown,
    update,
    windows_of,
    workflow_id,
)
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.rows import JsonObject
from trends.storage.tables import runs

__all__ = ["BackfillPage", "BackfillStore", "NewBackfill"]

MAX_PAGE = 200


class BackfillPage(Model):
    """One page of a list; `next_cursor` is None on the last."""

    items: tuple[Backfill, ...]
    next_cursor: str | None


class BackfillStore:
    """Writes and reads backfills. Every write may be repeated.

    Args:
        database: Where they are.
        clock: Tells the time of a change.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def insert(self, new: NewBackfill) -> tuple[Backfill, bool]:
        """Record a backfill that was asked for, as `starting`, with all its windows waiting.

        Returns:
            The backfill, and whether it had been there already under the same idempotency key.

        Raises:
            IdempotencyConflictError: The key was used for another request.
            ConflictError: A backfill of the same question is under way.
            StorageError: The database failed.
        """
        return await self._database.write(lambda connection: insert(connection, new))

    async def known(self, tenant: str, key: str, fingerprint: str) -> Backfill | None:
        """Find the backfill that a key was used for.

        Raises:
            IdempotencyConflictError: It was used for another request.
            StorageError: The database failed.
        """
        return await self._database.read(
            lambda connection: known_by_key(connection, tenant, key, fingerprint)
        )

    async def get(self, tenant: str, backfill_id: str) -> Backfill:
        """Read how a backfill stands.

        Raises:
            BackfillNotFoundError: No such backfill in this tenant.
            StorageError: The database failed.
        """
        return await self._database.read(
            lambda connection: read_backfill(connection, tenant, backfill_id)
        )

    async def plan(self, tenant: str, backfill_id: str) -> JsonObject:
        """Read what its runs are made of.

        Raises:
            BackfillNotFoundError: No such backfill in this tenant.
            StorageError: The database failed.
        """

        def read(connection: sa.Connection) -> JsonObject:
            return dict(row_of(connection, tenant, backfill_id)["plan"])

        return await self._database.read(read)

    async def windows(self, tenant: str, backfill_id: str) -> tuple[BackfillWindow, ...]:
        """Read the windows of a backfill, oldest first.

        Raises:
            StorageError: The database failed.
        """
        return await self._database.read(
            lambda connection: windows_of(connection, tenant, (backfill_id,)).get(backfill_id, ())
        )

    async def page(
        self,
        tenant: str,
        *,
        monitor: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> BackfillPage:
        """Read a page of backfills, newest first; at most `MAX_PAGE`.

        Args:
            tenant: Whose.
            monitor: Only those of this monitor, by name.
            cursor: `next_cursor` of the page before.
            limit: At most so many.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        table = backfills
        query = sa.select(table).where(table.c.tenant == tenant)
        if monitor is not None:
            query = query.where(table.c.monitor == monitor)
        if cursor is not None:
            at, last_id = read_cursor(cursor)
            same = sa.and_(table.c.requested_at == at, table.c.backfill_id < last_id)
            query = query.where(sa.or_(table.c.requested_at < at, same))
        limit = max(1, min(limit, MAX_PAGE))
        query = query.order_by(table.c.requested_at.desc(), table.c.backfill_id.desc())

        def read(connection: sa.Connection) -> BackfillPage:
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
            items = shown(connection, rows[:limit])
            more = len(rows) > limit
            last = write_cursor(items[-1].requested_at, items[-1].backfill_id) if more else None
            return BackfillPage(items=items, next_cursor=last)

        return await self._database.read(read)

    async def unfinished(self, older_than: datetime) -> tuple[Backfill, ...]:
        """Backfills of all tenants that have not ended and did not change since `older_than`, longest first.

        Raises:
            StorageError: The database failed.
        """
        table = backfills
        query = (
            sa.select(table)
            .where(table.c.status.in_(UNFINISHED), table.c.updated_at < older_than)
            .order_by(table.c.updated_at, table.c.backfill_id)
        )
        return await self._database.read(
            lambda connection: tuple(
                each
                for row in connection.execute(query).mappings().all()
                for each in shown(connection, [row])
            )
        )

    async def opened(
        self, tenant: str, backfill_id: str, window_end: datetime, run_id: str, *, released: bool
    ) -> None:
        """Record that a run over a window was accepted.

        Raises:
            StorageError: The database failed.
        """
        await self._set(
            tenant,
            backfill_id,
            window_end,
            (WindowState.WAITING,),
            {
                "state": WindowState.RUNNING,
                "run_id": run_id,
                "released": released,
                "started_at": self._clock(),
                "ended_at": None,
                "slug": "",
                "reason": "",
            },
        )

    async def released(self, tenant: str, backfill_id: str, window_end: datetime) -> None:
        """Record that the run over a window knows the reports of those before.

        Raises:
            StorageError: The database failed.
        """
        running = (WindowState.RUNNING,)
        await self._set(tenant, backfill_id, window_end, running, {"released": True})

    async def settled(
        self,
        tenant: str,
        backfill_id: str,
        window_end: datetime,
        state: WindowState,
        slug: str = "",
        reason: str = "",
    ) -> None:
        """Record what became of a window.

        Raises:
            StorageError: The database failed.
        """
        open_still = (WindowState.WAITING, WindowState.RUNNING)
        change = {"state": state, "slug": slug, "reason": reason, "ended_at": self._clock()}
        await self._set(tenant, backfill_id, window_end, open_still, change)

    async def mark(self, tenant: str, backfill_id: str, status: BackfillStatus) -> None:
        """Record that a backfill goes on, or stands still; nothing where it has ended.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()

        def work(connection: sa.Connection) -> None:
            row = row_of(connection, tenant, backfill_id, hold=True)
            if BackfillStatus(row["status"]).ended or row["status"] == status:
                return
            change = {"status": status, "started_at": row["started_at"] or now}
            update(connection, tenant, backfill_id, {**change, "updated_at": now})

        await self._database.write(work)

    async def finish(
        self, tenant: str, backfill_id: str, status: BackfillStatus, slug: str, reason: str
    ) -> None:
        """Record how a backfill ended. The first end stands.

        Raises:
            ValueError: `status` is no end.
            StorageError: The database failed.
        """
        if not status.ended:
            message = f"{status.value} is no end"
            raise ValueError(message)
        now = self._clock()

        def work(connection: sa.Connection) -> None:
            row = row_of(connection, tenant, backfill_id, hold=True)
            if BackfillStatus(row["status"]).ended:
                return
            change = {"status": status, "slug": slug, "reason": reason}
            update(connection, tenant, backfill_id, {**change, "ended_at": now, "updated_at": now})

        await self._database.write(work)

    async def again(self, tenant: str, backfill_id: str, *, following: bool) -> Backfill:
        """Let an ended backfill do again what is not done: a further round.

        Args:
            tenant: Whose.
            backfill_id: Which one.
            following: Also the done windows after the first that is not, so that they know of it.

        Raises:
            BackfillNotFoundError: No such backfill in this tenant.
            ConflictError: It is under way, or nothing is left to do.
            StorageError: The database failed.
        """
        now = self._clock()

        def work(connection: sa.Connection) -> Backfill:
            row = row_of(connection, tenant, backfill_id, hold=True)
            if not BackfillStatus(row["status"]).ended:
                raise ConflictError(
                    "The backfill is still under way.",
                    why="What failed is done again once the rest has ended.",
                    next_step=f"Wait for its end: trends backfills watch {backfill_id}",
                )
            refuse_another(connection, tenant, row["monitor"], row["monitor_id"])
            known = windows_of(connection, tenant, (backfill_id,))[backfill_id]
            ends = not_done(known, following=following)
            if not ends:
                raise ConflictError(
                    "Nothing of the backfill is left to do: every window has its report.",
                    next_step="To do all of it anew, start another: trends monitors backfill",
                )
            table = backfill_windows
            change = {"state": WindowState.WAITING, "round": row["round"] + 1, "released": False}
            connection.execute(
                sa.update(table)
                .where(
                    table.c.tenant == tenant,
                    table.c.backfill_id == backfill_id,
                    table.c.window_end.in_(ends),
                )
                .values(**change, run_id=None, started_at=None, ended_at=None, slug="", reason="")
            )
            back = {"status": BackfillStatus.STARTING, "slug": "", "reason": "", "ended_at": None}
            this = row["round"] + 1
            # A workflow of its own: that of the round before may not have closed yet.
            named = {"round": this, "workflow_id": workflow_id(tenant, backfill_id, this)}
            update(connection, tenant, backfill_id, {**back, **named, "updated_at": now})
            return read_backfill(connection, tenant, backfill_id)

        return await self._database.write(work)

    async def reported(
        self, tenant: str, monitor_id: str, between: tuple[datetime, datetime]
    ) -> Sequence[datetime]:
        """Ends of the windows in a span, both ends included, of which a completed run has a report; each once.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(runs.c.window_end)
            .where(
                runs.c.tenant == tenant,
                runs.c.question_hash == monitor_id,
                runs.c.status == RunStatus.COMPLETED,
                runs.c.report.is_not(None),
                runs.c.window_end >= between[0],
                runs.c.window_end <= between[1],
            )
            .distinct()
            .order_by(runs.c.window_end)
        )
        return await self._database.read(lambda connection: connection.scalars(query).all())

    async def _set(
        self,
        tenant: str,
        backfill_id: str,
        window_end: datetime,
        states: Sequence[WindowState],
        change: Mapping[str, Any],
    ) -> None:
        table = backfill_windows
        statement = (
            sa.update(table)
            .where(
                table.c.tenant == tenant,
                table.c.backfill_id == backfill_id,
                table.c.window_end == window_end,
                table.c.state.in_(states),
            )
            .values(**change)
        )
        now = self._clock()

        def work(connection: sa.Connection) -> None:
            connection.execute(statement)
            update(connection, tenant, backfill_id, {"updated_at": now})

        await self._database.write(work)
