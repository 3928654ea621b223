"""Trend memory: what runs remember, what lists show, and what analysts decided."""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from trends.domain.deciding import check
from trends.domain.decisions import Decision, Verb
from trends.domain.memory import Memory, Past
from trends.domain.models import Analysis, Window
from trends.domain.trend import (
    ComparedWindows,
    Trend,
    TrendEvidence,
    TrendEvidencePage,
    TrendLife,
    TrendPage,
    TrendSort,
)
from trends.errors import InvalidRequestError, TrendNotFoundError
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.trend_lists import TrendFilter, filtered, in_order, place_of
from trends.storage.trend_lives import (
    appearances_of,
    compared,
    days_of,
    evidence_of,
    made_on,
    newest_first,
    profile_of_row,
    ties_of,
    window_of,
)
from trends.storage.trend_reads import MonitorView, read_trend, recall, trend_of, views
from trends.storage.trend_tables import trend_decisions, trend_windows
from trends.storage.trend_writes import remember_window

__all__ = ["TrendEvidence", "TrendFilter", "TrendStore"]

MAX_PAGE = 200
_WINDOWS_NAMED = 5

MakeDecision = Callable[[Trend, Mapping[str, float]], Decision]


class TrendStore:
    """Reads and writes trend memory.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, tenant: str, run_id: str, before: datetime) -> Past:
        """Read what is known of a run's monitor from windows that ended before `before`.

        Raises:
            RunNotFoundError: No such run in this tenant.
            StorageError: The database failed.
        """
        return await self._database.read(
            lambda connection: recall(connection, tenant, run_id, before)
        )

    @staticmethod
    def remembering(
        tenant: str, run_id: str, window: Window, analysis: Analysis, memory: Memory
    ) -> Callable[[sa.Connection], None]:
        """Make the write that remembers a window, for the transaction that completes its report."""

        def write(connection: sa.Connection) -> None:
            remember_window(connection, tenant, run_id, window, analysis, memory)

        return write

    async def page(
        self,
        tenant: str,
        wanted: TrendFilter,
        *,
        sort: TrendSort = TrendSort.SEEN,
        cursor: str | None = None,
        limit: int = 50,
    ) -> TrendPage:
        """Read a page of trends, last seen or strongest first; at most `MAX_PAGE`.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        limit = max(1, min(limit, MAX_PAGE))

        def read(connection: sa.Connection) -> TrendPage:
            monitors = None if wanted.monitor is None else (wanted.monitor,)
            known = views(connection, tenant, monitors)
            query = in_order(filtered(tenant, wanted, known), sort, cursor)
            rows = connection.execute(query.limit(limit + 1)).mappings().all()
            shown = rows[:limit]
            return TrendPage(
                items=tuple(trend_of(row, known[row["monitor"]]) for row in shown),
                next_cursor=place_of(shown[-1], sort) if len(rows) > limit else None,
            )

        return await self._database.read(read)

    async def get(self, tenant: str, trend_id: str) -> Trend:
        """Read how a trend stands.

        Raises:
            TrendNotFoundError: No such trend in this tenant.
            StorageError: The database failed.
        """

        def read(connection: sa.Connection) -> Trend:
            row, view = _viewed(connection, tenant, trend_id)
            return trend_of(row, view)

        return await self._database.read(read)

    async def life(self, tenant: str, trend_id: str) -> TrendLife:
        """Read everything that is known of a trend.

        Raises:
            TrendNotFoundError: No such trend in this tenant.
            StorageError: The database failed.
        """

        def read(connection: sa.Connection) -> TrendLife:
            row, view = _viewed(connection, tenant, trend_id)
            appearances, evidence = appearances_of(connection, tenant, trend_id)
            return TrendLife(
                trend=trend_of(row, view),
                days=days_of(connection, tenant, trend_id),
                appearances=appearances,
                evidence=evidence,
                ties=ties_of(connection, tenant, trend_id, view),
                decisions=made_on(view, trend_id),
            )

        return await self._database.read(read)

    async def evidence(
        self,
        tenant: str,
        trend_id: str,
        *,
        topic: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> TrendEvidencePage:
        """Read the stories that a trend's windows remember, newest first; at most `MAX_PAGE`.

        Args:
            tenant: Whose trend.
            trend_id: Which one.
            topic: Only of this topic of a run.
            cursor: Where the page before ended.
            limit: Stories on a page.

        Raises:
            TrendNotFoundError: No such trend in this tenant.
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        limit = max(1, min(limit, MAX_PAGE))
        behind = None if cursor is None else read_cursor(cursor)

        def read(connection: sa.Connection) -> list[TrendEvidence]:
            read_trend(connection, tenant, trend_id)
            return evidence_of(connection, tenant, trend_id, topic)

        found = await self._database.read(read)
        if behind is not None:
            place = (-behind[0].timestamp(), behind[1])
            found = [each for each in found if newest_first(each) > place]
        shown = found[:limit]
        last = shown[-1].story if len(found) > limit else None
        return TrendEvidencePage(
            items=tuple(shown),
            next_cursor=None if last is None else write_cursor(last.published_at, last.story_id),
        )

    async def decide(self, tenant: str, trend_id: str, make: MakeDecision) -> Trend:
        """Record a decision on a trend, unless one in force says otherwise.

        Args:
            tenant: Whose trend.
            trend_id: Which one.
            make: Makes the decision of the trend as it stands and of what it is about; called again where another
                decision came first.

        Returns:
            The trend as it stands now.

        Raises:
            TrendNotFoundError: The trend, or the one to merge it into, is not there.
            InvalidRequestError: The decision cannot be.
            DecisionNotFoundError: It takes back one that is not there.
            DecisionConflictError: One in force says otherwise.
            StorageError: The database failed.
        """

        def write(connection: sa.Connection) -> Trend:
            # Two decisions on one monitor at once: the later one must see the earlier one's row.
            row = read_trend(connection, tenant, trend_id)
            _hold_monitor(connection, tenant, row["monitor"])
            row, view = _viewed(connection, tenant, trend_id)
            made = make(trend_of(row, view), profile_of_row(connection, tenant, row))
            if made.verb is Verb.MERGE:
                _same_monitor(row, read_trend(connection, tenant, made.other))
            check(made, view.decisions, view.newest)
            values = {"tenant": tenant, **made.model_dump(), "terms": list(made.terms)}
            connection.execute(sa.insert(trend_decisions), values)
            row, view = _viewed(connection, tenant, trend_id)
            return trend_of(row, view)

        return await self._database.write(write)

    async def compare(self, tenant: str, monitor: str, a: datetime, b: datetime) -> ComparedWindows:
        """Put two windows of a monitor side by side, the strongest of the later one first.

        Raises:
            InvalidRequestError: It is one window, not two.
            TrendNotFoundError: The monitor has no such window.
            StorageError: The database failed.
        """
        if a == b:
            raise InvalidRequestError("The two windows are one.", next_step="Name another one.")
        a, b = min(a, b), max(a, b)

        def read(connection: sa.Connection) -> ComparedWindows:
            _check_windows(connection, tenant, monitor, (a, b))
            view = views(connection, tenant, (monitor,))[monitor]
            before = window_of(connection, tenant, monitor, a)
            after = window_of(connection, tenant, monitor, b)
            order = [*after, *(trend_id for trend_id in before if trend_id not in after)]
            return ComparedWindows(
                monitor=monitor,
                a=a,
                b=b,
                trends=tuple(
                    compared(trend_id, before.get(trend_id), after.get(trend_id), view)
                    for trend_id in order
                ),
            )

        return await self._database.read(read)


def _viewed(
    connection: sa.Connection, tenant: str, trend_id: str
) -> tuple[sa.RowMapping, MonitorView]:
    row = read_trend(connection, tenant, trend_id)
    return row, views(connection, tenant, (row["monitor"],))[row["monitor"]]


def _hold_monitor(connection: sa.Connection, tenant: str, monitor: str) -> None:
    """Keep others from deciding on a monitor's trends until the transaction ends."""
    table = trend_windows
    connection.execute(
        sa.select(table.c.window_end)
        .where(table.c.tenant == tenant, table.c.monitor == monitor)
        .order_by(table.c.window_end)
        .limit(1)
        .with_for_update()
    )


def _same_monitor(row: sa.RowMapping, other: sa.RowMapping) -> None:
    if row["monitor"] != other["monitor"]:
        raise InvalidRequestError(
            "The two trends belong to different monitors.",
            next_step="Merge trends that come from the same question.",
        )


def _check_windows(
    connection: sa.Connection, tenant: str, monitor: str, ends: tuple[datetime, datetime]
) -> None:
    table = trend_windows
    known = list(
        connection.scalars(
            sa.select(table.c.window_end)
            .where(table.c.tenant == tenant, table.c.monitor == monitor)
            .order_by(table.c.window_end.desc())
        )
    )
    missing = next((end for end in ends if end not in known), None)
    if missing is None:
        return
    newest = ", ".join(end.isoformat() for end in known[:_WINDOWS_NAMED])
    raise TrendNotFoundError(
        f"The monitor '{monitor[:80]}' has no window that ends at {missing.isoformat()}.",
        next_step=f"Its newest end at {newest}." if newest else "Run it first: trends run",
    )
