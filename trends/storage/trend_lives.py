"""The parts of a trend's life, and of two windows side by side: plain functions over a connection."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from trends.domain.compare import moved
from trends.domain.decisions import Verb
from trends.domain.memory import LinkKind
from trends.domain.models import Evidence
from trends.domain.report import ChangeKind
from trends.domain.trend import (
    Appearance,
    ComparedTrend,
    MadeDecision,
    Tie,
    TrendDay,
    TrendEvidence,
)
from trends.storage.trend_reads import MonitorView, appearance_of
from trends.storage.trend_tables import trend_appearances, trend_links, trends
from trends.storage.trend_writes import unpacked

MOST_APPEARANCES = 400
MOST_TIES = 200
MOST_EVIDENCE = 20
_EVIDENCE_OF_WINDOWS = 10


def days_of(connection: sa.Connection, tenant: str, trend_id: str) -> tuple[TrendDay, ...]:
    """Stories by day, oldest first: each day as the newest window that holds it counted it.

    Derived here and stored nowhere: a row a day would make the write that ends a report many times as long.
    """
    rows = connection.scalars(
        sa.select(trend_appearances.c.series)
        .where(trend_appearances.c.tenant == tenant, trend_appearances.c.trend_id == trend_id)
        .order_by(trend_appearances.c.window_end)
    )
    days = {day: counted for series in rows for day, counted in unpacked(series).items()}
    # A life begins with the first story, not with zeros.
    begun = min((day for day, counted in days.items() if counted.stories), default=date.max)
    return tuple(TrendDay(day=day, **days[day]._asdict()) for day in sorted(days) if day >= begun)


def appearances_of(
    connection: sa.Connection, tenant: str, trend_id: str
) -> tuple[tuple[Appearance, ...], tuple[Evidence, ...]]:
    """The windows it was seen in, newest first, and the stories of the newest of them."""
    table = trend_appearances
    rows = (
        connection.execute(
            sa.select(table)
            .where(table.c.tenant == tenant, table.c.trend_id == trend_id)
            .order_by(table.c.window_end.desc())
            .limit(MOST_APPEARANCES)
        )
        .mappings()
        .all()
    )
    pieces = {
        piece["story_id"]: Evidence.model_validate(piece)
        for row in reversed(rows[:_EVIDENCE_OF_WINDOWS])
        for piece in row["evidence"]
    }
    newest = sorted(
        pieces.values(), key=lambda piece: (-piece.published_at.timestamp(), piece.story_id)
    )
    return tuple(appearance_of(row) for row in rows), tuple(newest[:MOST_EVIDENCE])


def evidence_of(
    connection: sa.Connection, tenant: str, trend_id: str, topic: str | None
) -> list[TrendEvidence]:
    """The stories of all its windows, newest first; each once, with the newest window that holds it."""
    table = trend_appearances
    query = (
        sa.select(table.c.run_id, table.c.topic_id, table.c.window_end, table.c.evidence)
        .where(table.c.tenant == tenant, table.c.trend_id == trend_id)
        .order_by(table.c.window_end.desc())
        .limit(MOST_APPEARANCES)
    )
    if topic is not None:
        query = query.where(table.c.topic_id == topic)
    found: dict[str, TrendEvidence] = {}
    for row in connection.execute(query):
        for piece in row.evidence:
            if piece["story_id"] not in found:
                found[piece["story_id"]] = TrendEvidence(
                    run_id=row.run_id,
                    topic_id=row.topic_id,
                    window_end=row.window_end,
                    story=Evidence.model_validate(piece),
                )
    return sorted(found.values(), key=newest_first)


def newest_first(found: TrendEvidence) -> tuple[float, str]:
    """Sort by the time of the story, the newest first."""
    return -found.story.published_at.timestamp(), found.story.story_id


def ties_of(
    connection: sa.Connection, tenant: str, trend_id: str, view: MonitorView
) -> tuple[Tie, ...]:
    """Merges and splits, newest first, then neighbours; each neighbour once, as it was last seen."""
    table = trend_links
    rows = connection.execute(
        sa.select(table)
        .where(
            table.c.tenant == tenant,
            sa.or_(table.c.from_trend == trend_id, table.c.to_trend == trend_id),
        )
        .order_by(table.c.window_end.desc(), table.c.kind, table.c.from_trend, table.c.to_trend)
    ).mappings()
    found: dict[tuple[Any, ...], Tie] = {}
    for row in rows:
        onward = row["from_trend"] == trend_id
        kind = LinkKind(row["kind"])
        other = row["to_trend"] if onward else row["from_trend"]
        moment = None if kind is LinkKind.RELATED else row["window_end"]
        found.setdefault(
            (kind, other, moment),
            Tie(
                kind=kind,
                trend_id=other,
                label="",
                onward=onward and kind is not LinkKind.RELATED,
                window_end=row["window_end"],
                reason=row["reason"],
            ),
        )
    ties = sorted(found.values(), key=lambda tie: tie.kind is LinkKind.RELATED)[:MOST_TIES]
    labels = _labels(connection, tenant, [tie.trend_id for tie in ties])
    return tuple(
        tie.model_copy(
            update={"label": view.hand.name(tie.trend_id) or labels.get(tie.trend_id, "")}
        )
        for tie in ties
    )


def made_on(view: MonitorView, trend_id: str) -> tuple[MadeDecision, ...]:
    """Decisions on a trend, and those that name it; each with what became of it."""
    undone = {one.other: one.decision_id for one in view.decisions if one.verb is Verb.UNDO}
    in_force = {one.decision_id for one in view.hand.decisions}
    return tuple(
        MadeDecision(
            decision=one,
            in_force=one.decision_id in in_force,
            undone_by=undone.get(one.decision_id),
        )
        for one in view.decisions
        if trend_id in {one.trend_id, one.other}
    )


def profile_of_row(connection: sa.Connection, tenant: str, row: sa.RowMapping) -> dict[str, float]:
    """What a trend has been about, as its newest appearance says."""
    table = trend_appearances
    found = connection.scalar(
        sa.select(table.c.profile).where(
            table.c.tenant == tenant,
            table.c.trend_id == row["trend_id"],
            table.c.window_end == row["last_window_end"],
        )
    )
    return dict(found or {})


def window_of(
    connection: sa.Connection, tenant: str, monitor: str, end: datetime
) -> dict[str, sa.RowMapping]:
    """The appearances of a window by trend, the strongest first; empty where it has none."""
    table = trend_appearances
    rows = connection.execute(
        sa.select(table)
        .where(table.c.tenant == tenant, table.c.monitor == monitor, table.c.window_end == end)
        .order_by(table.c.rank)
    ).mappings()
    return {row["trend_id"]: row for row in rows}


def compared(
    trend_id: str, before: sa.RowMapping | None, after: sa.RowMapping | None, view: MonitorView
) -> ComparedTrend:
    """Tell what became of a trend between two windows."""
    found = after or before
    assert found is not None
    return ComparedTrend(
        trend_id=trend_id,
        label=view.hand.name(trend_id) or found["label"],
        change=_change(before, after),
        before=appearance_of(before) if before else None,
        after=appearance_of(after) if after else None,
    )


def _change(before: sa.RowMapping | None, after: sa.RowMapping | None) -> ChangeKind:
    if after is None or before is None:
        return ChangeKind.GONE if after is None else ChangeKind.NEW
    days: int = after["window_days"]
    return moved(_last(after["series"], days), _last(before["series"], days))


def _last(series: Mapping[str, Any], days: int) -> tuple[int, int]:
    """Stories and exposure of the observed ones among the last days."""
    seen = [one for one in list(unpacked(series).values())[-days:] if one.observed]
    return sum(one.stories for one in seen), sum(one.exposure for one in seen)


def _labels(connection: sa.Connection, tenant: str, trend_ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        sa.select(trends.c.trend_id, trends.c.label).where(
            trends.c.tenant == tenant, trends.c.trend_id.in_(trend_ids)
        )
    )
    return {row.trend_id: row.label for row in rows}
