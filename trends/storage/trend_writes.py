"""The transactions of trend memory: plain functions over a connection, for `Database.write`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from trends.domain.memory import Memory, TopicMemory
from trends.domain.models import Analysis, DayCount, Topic, Window
from trends.domain.text import fold
from trends.storage.trend_tables import (
    trend_appearances,
    trend_decisions,
    trend_links,
    trend_windows,
    trends,
)

KEPT_EVIDENCE = 5
_COPIED = (
    "label",
    "terms",
    "languages",
    "category",
    "status",
    "announced",
    "stories",
    "growth",
    "growth_low",
    "growth_high",
)


class Counted(NamedTuple):
    """One day of a trend. Not a model: thousands are looked at with each window."""

    stories: int
    exposure: int
    observed: bool


Days = Mapping[date, Counted]


def remember_window(
    connection: sa.Connection,
    tenant: str,
    run_id: str,
    window: Window,
    analysis: Analysis,
    memory: Memory,
) -> None:
    """Write what a run found in its window, in place of what an earlier run over the same window wrote."""
    appearances = trend_appearances
    of_window = (
        appearances.c.tenant == tenant,
        appearances.c.monitor == memory.monitor,
        appearances.c.window_end == window.end,
    )
    before = set(connection.scalars(sa.select(appearances.c.trend_id).where(*of_window)))
    _forget(connection, tenant, memory.monitor, window.end)
    connection.execute(
        sa.insert(trend_windows),
        {
            "tenant": tenant,
            "monitor": memory.monitor,
            "window_end": window.end,
            "window_start": window.start,
            "run_id": run_id,
            "confidence": analysis.confidence,
        },
    )
    of_topic = {one.topic_id: one for one in memory.topics}
    rows: list[dict[str, Any]] = [
        {
            "tenant": tenant,
            "monitor": memory.monitor,
            "window_end": window.end,
            "run_id": run_id,
            "rank": rank,
            **_appearance(topic, of_topic[topic.topic_id]),
        }
        for rank, topic in enumerate(analysis.topics, 1)
    ]
    if rows:
        connection.execute(sa.insert(appearances), rows)
    _link(connection, tenant, window.end, memory)
    _project(connection, tenant, before | {row["trend_id"] for row in rows})


def _forget(connection: sa.Connection, tenant: str, monitor: str, window_end: datetime) -> None:
    for table in (trend_windows, trend_appearances, trend_links):
        connection.execute(
            sa.delete(table).where(
                table.c.tenant == tenant,
                table.c.monitor == monitor,
                table.c.window_end == window_end,
            )
        )


def _appearance(topic: Topic, memory: TopicMemory) -> dict[str, Any]:
    return {
        "trend_id": memory.found_as,
        "topic_id": topic.topic_id,
        "reason": memory.reason,
        "label": topic.label,
        "terms": list(topic.terms),
        "profile": memory.profile,
        "languages": list(topic.languages),
        "category": topic.category,
        "status": topic.status,
        "announced": topic.announced,
        "window_days": topic.window_days,
        "stories": topic.stories,
        "growth": topic.growth,
        "growth_low": topic.growth_low,
        "growth_high": topic.growth_high,
        "series": _packed(topic.series),
        "evidence": [piece.model_dump(mode="json") for piece in topic.evidence[:KEPT_EVIDENCE]],
    }


def _packed(series: Sequence[DayCount]) -> dict[str, Any]:
    """A series without what can be told from its place: the first day, then a number a day; null: not observed."""
    return {
        "from": series[0].day.isoformat() if series else None,
        "stories": [one.stories if one.observed else None for one in series],
        "exposure": [one.exposure for one in series],
    }


def unpacked(series: Mapping[str, Any]) -> Days:
    """The series that was packed, by day, oldest first."""
    if series["from"] is None:
        return {}
    first = date.fromisoformat(series["from"]).toordinal()
    counted = zip(series["stories"], series["exposure"], strict=True)
    return {
        date.fromordinal(first + place): Counted(stories or 0, exposure, stories is not None)
        for place, (stories, exposure) in enumerate(counted)
    }


def _link(connection: sa.Connection, tenant: str, window_end: datetime, memory: Memory) -> None:
    of_window = {"tenant": tenant, "monitor": memory.monitor, "window_end": window_end}
    rows = [{**of_window, **link.model_dump()} for link in memory.links]
    if rows:
        connection.execute(sa.insert(trend_links), rows)


def _project(connection: sa.Connection, tenant: str, trend_ids: Iterable[str]) -> None:
    """Write the rows of trends anew from their appearances.

    A trend that has none any more is forgotten, unless there is a decision on it.
    """
    wanted = sorted(trend_ids)
    decided = set(
        connection.scalars(
            sa.select(trend_decisions.c.trend_id).where(
                trend_decisions.c.tenant == tenant, trend_decisions.c.trend_id.in_(wanted)
            )
        )
    )
    rows = [_projected(row) for row in connection.execute(latest(tenant, wanted)).mappings()]
    kept = decided - {row["trend_id"] for row in rows}
    connection.execute(
        sa.delete(trends).where(
            trends.c.tenant == tenant, trends.c.trend_id.in_(sorted(set(wanted) - kept))
        )
    )
    if rows:
        connection.execute(sa.insert(trends), rows)


def latest(tenant: str, trend_ids: Sequence[str]) -> sa.Select[Any]:
    """Of each trend its newest appearance, with what all of them make together."""
    return joined(trend_appearances.c.tenant == tenant, trend_appearances.c.trend_id.in_(trend_ids))


def joined(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Of each trend the newest appearance under a condition, with what those under it make together."""
    of = trend_appearances.c
    announced = sa.case((of.announced, of.window_end))
    life = (
        sa.select(
            of.tenant,
            of.trend_id,
            sa.func.max(of.window_end).label("last_window_end"),
            sa.func.min(of.window_end).label("first_window_end"),
            sa.func.max(announced).label("last_announced"),
            sa.func.count().label("windows"),
        )
        .where(*where)
        .group_by(of.tenant, of.trend_id)
        .subquery()
    )
    newest = sa.and_(
        of.tenant == life.c.tenant,
        of.trend_id == life.c.trend_id,
        of.window_end == life.c.last_window_end,
    )
    return sa.select(
        trend_appearances,
        life.c.last_window_end,
        life.c.first_window_end,
        life.c.last_announced,
        life.c.windows,
    ).join(life, newest)


def _projected(row: sa.RowMapping) -> dict[str, Any]:
    life = ("first_window_end", "last_window_end", "last_announced", "windows")
    return {
        "tenant": row["tenant"],
        "trend_id": row["trend_id"],
        "monitor": row["monitor"],
        "folded": fold(" ".join((row["label"], *row["terms"]))),
        **{name: row[name] for name in (*_COPIED, *life)},
    }
