"""The transactions of a poll: plain functions over a connection, for `Database.write`.

What a poll found, how the source is, which span was observed and what the connector remembers are written together or
not at all. Each may be repeated: a poll that is recorded twice adds nothing the second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy import bindparam

from trends.domain.health import ANSWERED, FAILED, SourceHealth, noted
from trends.domain.items import SeenItem
from trends.domain.models import Window
from trends.domain.spans import merged
from trends.storage.item_tables import items, source_health, source_observed
from trends.storage.rows import JsonObject

CHUNK = 500
"""Ids in one statement, and the most items that one poll prunes."""

Value = TypeVar("Value")


class SourceKey(NamedTuple):
    """Which source of which tenant."""

    tenant: str
    source: str


@dataclass(frozen=True)
class Plan:
    """When a source is asked.

    Attributes:
        at: The moment of this poll.
        next_poll: The moment of the next.
        cadence_seconds: How often.
    """

    at: datetime
    next_poll: datetime
    cadence_seconds: int


@dataclass(frozen=True)
class Found:
    """A poll that was answered.

    Attributes:
        items: What was in the list, each id once; empty where nothing had changed.
        first_seen: The moment that counts as first seen for what is new.
        newest_at: Time of the newest item, if any has one.
        observed: The span that the list covers, if it tells.
        censored: The list hit its cap.
        unchanged: The list is the one of the poll before, and was not sent again.
        state: What the connector remembers.
        moved_to: Where the source says it has moved for good.
    """

    items: Sequence[SeenItem]
    first_seen: datetime
    newest_at: datetime | None
    observed: Window | None
    censored: bool
    unchanged: bool
    state: JsonObject
    moved_to: str | None


class Written(NamedTuple):
    """What a poll changed: items that were new, and known ones whose text changed."""

    new: int
    changed: int


def record_found(connection: sa.Connection, key: SourceKey, plan: Plan, found: Found) -> Written:
    """Write an answered poll."""
    health = hold_source(connection, key)
    written = _write_items(connection, key, plan.at, found)
    if found.observed is not None:
        _observe(connection, key, found.observed, censored=found.censored)
    newest = [each for each in (health.newest_at, found.newest_at) if each is not None]
    values: dict[str, Any] = {
        "last_success": plan.at,
        "slug": "",
        "reason": "",
        "failures": 0,
        "recent": noted(health.recent, ANSWERED),
        "newest_at": max(newest, default=None),
        "moved_to": found.moved_to,
        "state": found.state,
    }
    if not found.unchanged:
        values |= {"last_items": len(found.items), "last_new": written.new}
    else:
        values |= {"last_new": 0}
    _update(connection, key, plan, health, values)
    return written


def record_failed(
    connection: sa.Connection, key: SourceKey, plan: Plan, slug: str, reason: str
) -> SourceHealth:
    """Write a poll that failed; what the connector remembers stays."""
    health = hold_source(connection, key)
    values: dict[str, Any] = {
        "slug": slug,
        "reason": reason,
        "failures": health.failures + 1,
        "recent": noted(health.recent, FAILED),
    }
    _update(connection, key, plan, health, values)
    return health.model_copy(update=values)


def hold_source(connection: sa.Connection, key: SourceKey) -> SourceHealth:
    """Read how a source is and keep others from changing it until the transaction ends; its row is made if need be."""
    query = sa.select(*_HEALTH).where(*of_source(source_health, key)).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is not None:
        return SourceHealth.model_validate(dict[str, Any](row))
    health = SourceHealth(tenant=key.tenant, source=key.source)
    connection.execute(sa.insert(source_health), [{**health.model_dump(), "state": None}])
    return health


def prune(connection: sa.Connection, key: SourceKey, before: datetime) -> int:
    """Delete a few items of a source that are older than a moment, and were not seen since; oldest first.

    What a feed still lists stays: deleted, it would come again as new.

    Returns:
        How many were deleted, at most `CHUNK`.
    """
    old = (
        sa.select(items.c.item_id)
        .where(*of_source(items, key), items.c.published_at < before, items.c.last_seen < before)
        .order_by(items.c.published_at, items.c.item_id)
        .limit(CHUNK)
    )
    ids = list(connection.scalars(old))
    if ids:
        connection.execute(sa.delete(items).where(*of_source(items, key), items.c.item_id.in_(ids)))
    connection.execute(
        sa.delete(source_observed).where(
            *of_source(source_observed, key), source_observed.c.ends < before
        )
    )
    return len(ids)


def of_source(table: sa.Table[Any], key: SourceKey) -> tuple[sa.ColumnElement[bool], ...]:
    """Narrow a statement to one source."""
    return table.c.tenant == key.tenant, table.c.source == key.source


_HEALTH = [source_health.c[name] for name in SourceHealth.model_fields]
_OF_ITEM = (
    items.c.tenant == bindparam("of_tenant"),
    items.c.source == bindparam("of_source"),
)
_KNOWN = sa.select(items.c.item_id, items.c.title, items.c.summary).where(
    *_OF_ITEM, items.c.item_id.in_(bindparam("ids", expanding=True))
)
_RENAME = sa.update(items).where(*_OF_ITEM, items.c.item_id == bindparam("of_item"))
_SEEN = sa.update(items).where(*_OF_ITEM, items.c.item_id.in_(bindparam("ids", expanding=True)))


def _write_items(connection: sa.Connection, key: SourceKey, at: datetime, found: Found) -> Written:
    """Insert what is new; of what is known the latest text stands, and everything else stays as it was first seen."""
    bound = {"of_tenant": key.tenant, "of_source": key.source}
    new = changed = 0
    for chunk in _chunks(found.items):
        ids = [item.item_id for item in chunk]
        rows = connection.execute(_KNOWN, {**bound, "ids": ids})
        known = {row.item_id: (row.title, row.summary) for row in rows}
        fresh = [_columns(key, item, at, found) for item in chunk if item.item_id not in known]
        if fresh:
            connection.execute(sa.insert(items), fresh)
        renamed = [
            {**bound, "of_item": item.item_id, "title": item.title, "summary": item.summary}
            for item in chunk
            if known.get(item.item_id, (item.title, item.summary)) != (item.title, item.summary)
        ]
        if renamed:
            connection.execute(_RENAME, renamed)
        if known:
            # An item that a whole list shows is no longer a matter of a cap.
            seen: dict[str, Any] = {"last_seen": at}
            if not found.censored:
                seen["censored"] = False
            connection.execute(_SEEN.values(seen), {**bound, "ids": sorted(known)})
        new += len(fresh)
        changed += len(renamed)
    return Written(new, changed)


def _columns(key: SourceKey, item: SeenItem, at: datetime, found: Found) -> dict[str, Any]:
    return {
        **item.model_dump(),
        "tenant": key.tenant,
        "source": key.source,
        "first_seen": found.first_seen,
        "last_seen": at,
        "censored": found.censored,
    }


def _observe(connection: sa.Connection, key: SourceKey, span: Window, *, censored: bool) -> None:
    """Add a span, joined with those that it touches."""
    touching = (
        *of_source(source_observed, key),
        source_observed.c.censored == censored,
        source_observed.c.begins <= span.end,
        source_observed.c.ends >= span.start,
    )
    query = sa.select(source_observed.c.begins, source_observed.c.ends).where(*touching)
    known = [Window(start=row.begins, end=row.ends) for row in connection.execute(query)]
    (joined,) = merged([span, *known])
    if known == [joined]:
        return
    connection.execute(sa.delete(source_observed).where(*touching))
    values = {"begins": joined.start, "ends": joined.end, "censored": censored}
    connection.execute(
        sa.insert(source_observed), {"tenant": key.tenant, "source": key.source, **values}
    )


def _update(
    connection: sa.Connection,
    key: SourceKey,
    plan: Plan,
    health: SourceHealth,
    values: Mapping[str, Any],
) -> None:
    asked = {
        "first_attempt": health.first_attempt or plan.at,
        "last_attempt": plan.at,
        "next_poll": plan.next_poll,
        "cadence_seconds": plan.cadence_seconds,
    }
    connection.execute(
        sa.update(source_health).where(*of_source(source_health, key)).values({**asked, **values})
    )


def _chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    for begin in range(0, len(values), CHUNK):
        yield values[begin : begin + CHUNK]
