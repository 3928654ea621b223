"""What is read of trend memory: plain functions over a connection, for `Database.read`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from trends.domain.decisions import HIDING, Decision, Verb
from trends.domain.hand import Hand
from trends.domain.identity import REMEMBERED
from trends.domain.memory import LinkKind, Past, RememberedTrend
from trends.domain.models import Confidence
from trends.domain.trend import Appearance, Trend
from trends.errors import RunNotFoundError, TrendNotFoundError
from trends.storage.tables import runs
from trends.storage.trend_tables import (
    trend_appearances,
    trend_decisions,
    trend_links,
    trend_windows,
    trends,
)
from trends.storage.trend_writes import joined

# More windows than fit into the time that is remembered matter to nothing that is told.
MOST_WINDOWS = 1000


@dataclass(frozen=True)
class MonitorView:
    """What tells how the trends of a monitor stand.

    Attributes:
        newest: End of its newest window.
        decisions: Every decision on its trends, oldest first.
        hand: Those in force in the newest window.
        parts: Trend by trend that came out of it.
    """

    newest: datetime
    decisions: tuple[Decision, ...]
    hand: Hand
    parts: Mapping[str, str]


def recall(connection: sa.Connection, tenant: str, run_id: str, before: datetime) -> Past:
    """Read what memory knows of a run's monitor before a window end.

    Raises:
        RunNotFoundError: No such run in this tenant.
    """
    monitor = connection.scalar(
        sa.select(runs.c.question_hash).where(runs.c.tenant == tenant, runs.c.run_id == run_id)
    )
    if monitor is None:
        raise RunNotFoundError(
            f"There is no run '{run_id[:80]}' in the tenant '{tenant}'.",
            next_step="List them: trends runs list",
        )
    decisions = read_decisions(connection, tenant, (monitor,))
    return Past(
        tenant=tenant,
        monitor=monitor,
        windows=_windows(connection, tenant, monitor, before),
        trends=_remembered(
            connection, tenant, monitor, before, {one.trend_id for one in decisions}
        ),
        parts=_parts(connection, tenant, (monitor,), before).get(monitor, {}),
        decisions=decisions,
    )


def read_trend(connection: sa.Connection, tenant: str, trend_id: str) -> sa.RowMapping:
    """Read the row of a trend.

    Raises:
        TrendNotFoundError: No such trend in this tenant.
    """
    row = (
        connection.execute(
            sa.select(trends).where(trends.c.tenant == tenant, trends.c.trend_id == trend_id)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise TrendNotFoundError(
            f"There is no trend '{trend_id[:80]}' in the tenant '{tenant}'.",
            next_step="List them: trends list --all",
        )
    return row


def read_decisions(
    connection: sa.Connection, tenant: str, monitors: Sequence[str] | None
) -> tuple[Decision, ...]:
    """Read all decisions of some monitors, or of all, oldest first."""
    table = trend_decisions
    query = sa.select(table).where(table.c.tenant == tenant)
    if monitors is not None:
        query = query.where(table.c.monitor.in_(monitors))
    rows = connection.execute(query.order_by(table.c.decided_at, table.c.decision_id)).mappings()
    return tuple(
        Decision.model_validate({name: row[name] for name in Decision.model_fields}) for row in rows
    )


def views(
    connection: sa.Connection, tenant: str, monitors: Iterable[str] | None
) -> dict[str, MonitorView]:
    """Read how monitors stand; None for all of the tenant."""
    windows = trend_windows
    query = sa.select(windows.c.monitor, sa.func.max(windows.c.window_end).label("newest")).where(
        windows.c.tenant == tenant
    )
    wanted = None if monitors is None else sorted(set(monitors))
    if wanted is not None:
        query = query.where(windows.c.monitor.in_(wanted))
    newest = {row.monitor: row.newest for row in connection.execute(query.group_by("monitor"))}
    parts = _parts(connection, tenant, sorted(newest), None)
    made: dict[str, list[Decision]] = {}
    for one in read_decisions(connection, tenant, wanted):
        made.setdefault(one.monitor, []).append(one)
    return {
        monitor: MonitorView(
            newest=end,
            decisions=tuple(made.get(monitor, ())),
            hand=Hand(made.get(monitor, ()), end),
            parts=parts.get(monitor, {}),
        )
        for monitor, end in newest.items()
    }


def trend_of(row: sa.RowMapping, view: MonitorView) -> Trend:
    """Show the row of a trend."""
    trend_id: str = row["trend_id"]
    shown = view.hand.shown_as(trend_id)
    stance = view.hand.stance(shown, view.parts)
    same = {name: row[name] for name in Trend.model_fields if name in row}
    return Trend.model_validate(
        {
            **same,
            "label": view.hand.name(trend_id) or row["label"],
            "found_label": row["label"],
            "since": row["first_window_end"],
            "last_seen": row["last_window_end"],
            "live": row["last_window_end"] == view.newest,
            "hidden": stance if stance and stance.verb in HIDING else None,
            "followed": stance if stance and stance.verb is Verb.FOLLOW else None,
            "merged_into": shown if shown != trend_id else None,
        }
    )


def appearance_of(row: sa.RowMapping) -> Appearance:
    """Show the row of an appearance."""
    return Appearance.model_validate({name: row[name] for name in Appearance.model_fields})


def _windows(
    connection: sa.Connection, tenant: str, monitor: str, before: datetime
) -> tuple[datetime, ...]:
    table = trend_windows
    query = (
        sa.select(table.c.window_end)
        .where(
            table.c.tenant == tenant,
            table.c.monitor == monitor,
            table.c.window_end < before,
            table.c.confidence == Confidence.CALIBRATED,
        )
        .order_by(table.c.window_end.desc())
        .limit(MOST_WINDOWS)
    )
    return tuple(connection.scalars(query))


def _remembered(
    connection: sa.Connection, tenant: str, monitor: str, before: datetime, decided: set[str]
) -> tuple[RememberedTrend, ...]:
    table = trend_appearances
    query = joined(
        table.c.tenant == tenant, table.c.monitor == monitor, table.c.window_end < before
    ).where(
        sa.or_(
            table.c.window_end >= before - REMEMBERED,
            table.c.trend_id.in_(sorted(decided)),
        )
    )
    return tuple(
        RememberedTrend(
            trend_id=row["trend_id"],
            label=row["label"],
            topic_id=row["topic_id"],
            profile=row["profile"],
            evidence=row["evidence"],
            first_window_end=row["first_window_end"],
            last_window_end=row["last_window_end"],
            windows=row["windows"],
            last_announced=row["last_announced"],
        )
        for row in connection.execute(query.order_by(table.c.trend_id)).mappings()
    )


def _parts(
    connection: sa.Connection, tenant: str, monitors: Sequence[str], before: datetime | None
) -> dict[str, dict[str, str]]:
    """Of each monitor, trend by trend that came out of it; the first time counts."""
    table = trend_links
    query = sa.select(table.c.monitor, table.c.from_trend, table.c.to_trend).where(
        table.c.tenant == tenant,
        table.c.monitor.in_(monitors),
        table.c.kind == LinkKind.SPLIT,
    )
    if before is not None:
        query = query.where(table.c.window_end < before)
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(query.order_by(table.c.window_end, table.c.from_trend)):
        found.setdefault(row.monitor, {}).setdefault(row.to_trend, row.from_trend)
    return found
