"""The record of runs: what was asked, how each stage went, how it ended. The truth for every list."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.models import UNFINISHED, ArtifactRef, Edition, RunStatus
from trends.errors import UnknownNameError
from trends.storage.backfill_tables import backfills
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.events import NewEvent, failure_data
from trends.storage.record import accept, complete, correct, finish, mark, read_run, rebrief, step
from trends.storage.rows import JsonObject, NewRun, RunPage, RunRow, StageRow
from trends.storage.statements import READ_STAGES, RunKey
from trends.storage.tables import run_artifacts, runs

__all__ = ["NewRun", "RunPage", "RunRow", "RunStore", "StageRow"]

MAX_PAGE = 200


class RunStore:
    """Writes and reads the run record. Each write is one transaction: row and event together or not at all.

    Every write may be repeated: what was written before is not written again.

    Args:
        database: Where the record is.
        clock: Tells the time of what happens.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def insert(self, new: NewRun) -> tuple[RunRow, bool]:
        """Record a run that was asked for, as `starting`.

        Returns:
            The row, and whether it had been there already under the same idempotency key.

        Raises:
            IdempotencyConflictError: The key was used for another request.
            StorageError: The database failed.
        """
        now = self._clock()
        return await self._database.write(lambda connection: accept(connection, new, now))

    async def get(self, tenant: str, run_id: str) -> RunRow:
        """Read one run.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        return await self._database.read(
            lambda connection: read_run(connection, RunKey(tenant, run_id))
        )

    async def page(
        self,
        tenant: str,
        *,
        status: str | None = None,
        agent: str | None = None,
        questions: Collection[str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> RunPage:
        """Read a page of runs, newest first; at most `MAX_PAGE`.

        Args:
            tenant: Whose runs.
            status: Only those of this status.
            agent: Only those of this agent.
            questions: Only those that ask one of these, by hash.
            cursor: `next_cursor` of the page before.
            limit: At most so many.

        Raises:
            UnknownNameError: No such status.
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        query = sa.select(runs).where(runs.c.tenant == tenant)
        if status is not None:
            if status not in set(RunStatus):
                kind = "status"
                raise UnknownNameError(kind, status, set(RunStatus))
            query = query.where(runs.c.status == status)
        if agent is not None:
            query = query.where(runs.c.agent == agent)
        if questions is not None:
            query = query.where(runs.c.question_hash.in_(sorted(questions)))
        if cursor is not None:
            # Compared as a pair, both databases begin in the index where the page before ended; with OR they would
            # go through every row from the newest on.
            query = query.where(sa.tuple_(runs.c.requested_at, runs.c.run_id) < read_cursor(cursor))
        limit = max(1, min(limit, MAX_PAGE))
        query = query.order_by(runs.c.requested_at.desc(), runs.c.run_id.desc()).limit(limit + 1)
        rows = await self._rows(query)
        items, more = rows[:limit], len(rows) > limit
        last = write_cursor(items[-1].requested_at, items[-1].run_id) if more else None
        return RunPage(items=items, next_cursor=last)

    async def stages(self, tenant: str, run_id: str) -> tuple[StageRow, ...]:
        """Read every stage that has begun, in the order of their beginning.

        Raises:
            StorageError: The database failed.
        """
        bound = RunKey(tenant, run_id).bound
        return await self._database.read(
            lambda connection: tuple(
                StageRow.model_validate(dict[str, Any](row))
                for row in connection.execute(READ_STAGES, bound).mappings()
            )
        )

    async def unfinished(
        self, older_than: datetime, limit: int, after: RunRow | None = None
    ) -> tuple[RunRow, ...]:
        """Runs of all tenants that have not ended and did not change since `older_than`, longest first.

        Args:
            older_than: Rows that changed at or after it are left out.
            limit: At most so many.
            after: Last row of the page before.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(runs).where(
            runs.c.status.in_(sorted(UNFINISHED)), runs.c.updated_at < older_than
        )
        if after is not None:
            same = sa.and_(runs.c.updated_at == after.updated_at, runs.c.run_id > after.run_id)
            query = query.where(sa.or_(runs.c.updated_at > after.updated_at, same))
        return await self._rows(query.order_by(runs.c.updated_at, runs.c.run_id).limit(limit))

    async def latest_report(
        self, tenant: str, question_hash: str, before: datetime
    ) -> RunRow | None:
        """The last completed run of a question whose window ended before `before`.

        Raises:
            StorageError: The database failed.
        """
        return await self._reported(tenant, question_hash, runs.c.window_end < before)

    async def report_at(
        self, tenant: str, question_hash: str, window_end_between: tuple[datetime, datetime]
    ) -> RunRow | None:
        """The last completed run of a question whose window ended within a half-open span.

        Raises:
            StorageError: The database failed.
        """
        start, end = window_end_between
        within = sa.and_(runs.c.window_end >= start, runs.c.window_end < end)
        return await self._reported(tenant, question_hash, within)

    async def by_key(self, tenant: str, key: str) -> RunRow | None:
        """Find the run of an idempotency key; None where there is none.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(runs).where(runs.c.tenant == tenant, runs.c.idempotency_key == key)
        return next(iter(await self._rows(query)), None)

    async def correct(self, tenant: str, run_id: str) -> Edition:
        """Call a run's edition corrected where a partial one of it has its report; else it stays what it is.

        Returns:
            Which edition it is now.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        return await self._database.write(
            lambda connection: correct(connection, RunKey(tenant, run_id))
        )

    async def referenced(self) -> set[str]:
        """Keys of all artifacts that a run of any tenant refers to, or will: a backfill pins its settings.

        Raises:
            StorageError: The database failed.
        """
        pinned = sa.select(backfills.c.plan["settings"]["uri"].as_string())
        query = sa.union(sa.select(run_artifacts.c.uri), pinned)
        return await self._database.read(lambda connection: set(connection.scalars(query)))

    async def stage_started(
        self, tenant: str, run_id: str, stage: str, part: str, attempt: int
    ) -> bool:
        """Record that an attempt began; the first one makes the run `running`.

        Returns:
            False when nothing was written: a repetition, an older attempt, or the run has ended.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        now = self._clock()
        change = {"status": "running", "started_at": now, "ended_at": None, "result": None}
        event = NewEvent("stage.started", now, "", stage, part, attempt)
        return await self._database.write(
            lambda connection: step(connection, RunKey(tenant, run_id), event, change)
        )

    async def stage_completed(
        self,
        tenant: str,
        run_id: str,
        stage: str,
        part: str,
        attempt: int,
        result: JsonObject,
        artifacts: Sequence[ArtifactRef],
        detail: JsonObject,
        also: Callable[[sa.Connection], None] | None = None,
    ) -> bool:
        """Record what an attempt answered, the artifacts the run now refers to, and figures for people.

        `also` writes in the same transaction, where this one is written at all.

        Returns:
            False when nothing was written: a repetition, an older attempt, or the run has ended.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        now = self._clock()
        change = {
            "status": "completed",
            "ended_at": now,
            "result": result,
            "slug": "",
            "reason": "",
        }
        event = NewEvent("stage.completed", now, "", stage, part, attempt, detail)
        return await self._database.write(
            lambda connection: complete(
                connection, RunKey(tenant, run_id), event, change, artifacts, also
            )
        )

    async def stage_failed(
        self,
        tenant: str,
        run_id: str,
        stage: str,
        part: str,
        attempt: int,
        slug: str,
        reason: str,
        retrying: bool,
    ) -> bool:
        """Record that an attempt failed.

        Args:
            tenant: Whose run.
            run_id: Which run.
            stage: Which stage.
            part: Which part of it.
            attempt: Which attempt.
            slug: Error slug.
            reason: Why, as a sentence.
            retrying: Whether another attempt follows by itself.

        Returns:
            False when nothing was written: a repetition, an older attempt, or the run has ended.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        now = self._clock()
        status = "retrying" if retrying else "failed"
        change = {"status": status, "ended_at": now, "slug": slug, "reason": reason}
        data = {**failure_data(slug, reason), "retrying": retrying}
        event = NewEvent("stage.failed", now, "", stage, part, attempt, data)
        return await self._database.write(
            lambda connection: step(connection, RunKey(tenant, run_id), event, change)
        )

    async def mark(
        self, tenant: str, run_id: str, status: RunStatus, stage: str, slug: str, reason: str
    ) -> bool:
        """Record that a run is parked (`blocked`), `paused`, or goes on (`running`).

        Returns:
            False when nothing was written: it stands so already, or has ended.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        event = NewEvent("", self._clock(), "", stage, data=failure_data(slug, reason))
        return await self._database.write(
            lambda connection: mark(connection, RunKey(tenant, run_id), status, event)
        )

    async def rebrief(
        self, tenant: str, run_id: str, brief: ArtifactRef, artifacts: Sequence[ArtifactRef]
    ) -> None:
        """Give a run that has not read its brief to the end another one, with what that refers to.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        key = RunKey(tenant, run_id)
        await self._database.write(lambda connection: rebrief(connection, key, brief, artifacts))

    async def finish(
        self, tenant: str, run_id: str, status: RunStatus, stage: str, slug: str, reason: str
    ) -> bool:
        """Record how a run ended: the last event it ever has. The first end stands, unless it was `lost`.

        Returns:
            False when nothing was written: it had ended.

        Raises:
            ValueError: `status` is no end.
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        if not status.ended:
            message = f"{status.value} is no end"
            raise ValueError(message)
        event = NewEvent("", self._clock(), "", stage, data=failure_data(slug, reason))
        return await self._database.write(
            lambda connection: finish(connection, RunKey(tenant, run_id), status, event)
        )

    async def _reported(
        self, tenant: str, question_hash: str, when: sa.ColumnElement[bool]
    ) -> RunRow | None:
        query = (
            sa.select(runs)
            .where(
                runs.c.tenant == tenant,
                runs.c.question_hash == question_hash,
                runs.c.status == RunStatus.COMPLETED,
                runs.c.report.is_not(None),
                when,
            )
            .order_by(runs.c.window_end.desc(), runs.c.requested_at.desc(), runs.c.run_id.desc())
            .limit(1)
        )
        return next(iter(await self._rows(query)), None)

    async def _rows(self, query: sa.Select[Any]) -> tuple[RunRow, ...]:
        return await self._database.read(
            lambda connection: tuple(
                RunRow.model_validate(dict[str, Any](row))
                for row in connection.execute(query).mappings()
            )
        )
