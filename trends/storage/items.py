"""The item store: everything that polls have found, each item once, for all runs of a tenant."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.health import SourceHealth
from trends.domain.items import SeenItem
from trends.domain.models import Model, RawItem, TimeRule, Window
from trends.domain.queries import Query
from trends.domain.spans import clipped
from trends.errors import InvalidRequestError
from trends.storage.cursors import read_cursor, write_cursor
from trends.storage.database import Database
from trends.storage.item_tables import items, source_observed
from trends.storage.polls import (
    Found,
    Plan,
    SourceKey,
    Written,
    of_source,
    prune,
    record_failed,
    record_found,
)

BATCH = 2_000
"""Items that a window is read in at a time: memory does not grow with the window."""

MAX_PAGE = 200
MOST_SCANNED = 10_000
"""Items that one page looks through for a query; beyond, the page ends early and its cursor goes on."""

_CHUNK = 1_000


class StoredItem(SeenItem):
    """One item of the store.

    Attributes:
        source: Key of its source.
        first_seen: When it was first found; never moves.
        last_seen: When it was last found.
        censored: It was found in lists that hit their cap, and in no other.
    """

    source: str
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    censored: bool


class ItemPage(Model):
    """One page of items, newest first; `next_cursor` is None on the last. A page may be short and still have a next."""

    items: tuple[StoredItem, ...]
    next_cursor: str | None


class SourceCount(Model):
    """What the store holds of one source; days are UTC."""

    source: str
    items: int
    oldest: AwareDatetime
    newest: AwareDatetime
    days: dict[date, int]


@dataclass(frozen=True)
class ItemFilter:
    """Which items are asked for.

    Attributes:
        query: What their text must satisfy.
        source: Key of their source.
        language: `ko`, `en` or `other`.
        start: Published at or after.
        end: Published before.
    """

    query: Query | None = None
    source: str | None = None
    language: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def conditions(self, tenant: str) -> list[sa.ColumnElement[bool]]:
        """The part of the filter that the database decides."""
        found: list[sa.ColumnElement[bool]] = [items.c.tenant == tenant]
        if self.source is not None:
            found.append(items.c.source == self.source)
        if self.language is not None:
            found.append(items.c.language == self.language)
        if self.start is not None:
            found.append(items.c.published_at >= self.start)
        if self.end is not None:
            found.append(items.c.published_at < self.end)
        return found

    def takes(self, item: sa.RowMapping) -> bool:
        """The part that is decided on the text."""
        return self.query is None or self.query.matches(item["title"], item["summary"])


class ItemStore:
    """Writes polls and reads items.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found(self, key: SourceKey, plan: Plan, found: Found) -> Written:
        """Record a poll that was answered: items, span, state and health in one transaction.

        Raises:
            StorageError: The database failed; nothing was kept.
        """
        return await self._database.write(
            lambda connection: record_found(connection, key, plan, found)
        )

    async def failed(self, key: SourceKey, plan: Plan, slug: str, reason: str) -> SourceHealth:
        """Record a poll that failed.

        Raises:
            StorageError: The database failed; nothing was kept.
        """
        return await self._database.write(
            lambda connection: record_failed(connection, key, plan, slug, reason)
        )

    async def prune(self, key: SourceKey, before: datetime) -> int:
        """Delete a few old items of a source; says how many.

        Raises:
            StorageError: The database failed; nothing was deleted.
        """
        return await self._database.write(lambda connection: prune(connection, key, before))

    async def window(
        self, key: SourceKey, start: datetime, end: datetime, batch: int = BATCH
    ) -> AsyncGenerator[list[RawItem]]:
        """Read the items of a source that were published in `[start, end)`, in order of (time, id), in batches.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(items)
            .where(*of_source(items, key), items.c.published_at < end)
            .order_by(items.c.published_at, items.c.item_id)
            .limit(batch)
        )
        step = query.where(items.c.published_at >= start)
        place = sa.tuple_(items.c.published_at, items.c.item_id)
        while True:
            rows = await self._database.read(_rows(step))
            if rows:
                yield [_raw(row) for row in rows]
            if len(rows) < batch:
                return
            step = query.where(place > (rows[-1]["published_at"], rows[-1]["item_id"]))

    async def count(self, key: SourceKey, start: datetime, end: datetime) -> dict[TimeRule, int]:
        """Count the items of a source in `[start, end)` by how their time was arrived at.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(items.c.time_rule, sa.func.count().label("number"))
            .where(*of_source(items, key))
            .where(items.c.published_at >= start, items.c.published_at < end)
            .group_by(items.c.time_rule)
        )
        rows = await self._database.read(_rows(query))
        return {TimeRule(row["time_rule"]): row["number"] for row in rows}

    async def first(self, key: SourceKey, start: datetime, end: datetime) -> datetime | None:
        """Read when the first item of a source in `[start, end)` was published; None where there is none.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(sa.func.min(items.c.published_at))
            .where(*of_source(items, key))
            .where(items.c.published_at >= start, items.c.published_at < end)
        )
        return await self._database.read(lambda connection: connection.scalar(query))

    async def observed(
        self, key: SourceKey, start: datetime, end: datetime, *, censored: bool
    ) -> tuple[Window, ...]:
        """Read which parts of `[start, end)` the polls of a source have covered, oldest first.

        Args:
            key: Which source.
            start: Begin of the span.
            end: End of the span.
            censored: Those of lists that hit their cap, or those of all others.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(source_observed.c.begins, source_observed.c.ends)
            .where(*of_source(source_observed, key), source_observed.c.censored == censored)
            .where(source_observed.c.begins < end, source_observed.c.ends > start)
            .order_by(source_observed.c.begins)
        )
        rows = await self._database.read(_rows(query))
        return clipped((Window(start=row["begins"], end=row["ends"]) for row in rows), start, end)

    async def page(
        self, tenant: str, wanted: ItemFilter, *, cursor: str | None = None, limit: int = 50
    ) -> ItemPage:
        """Read a page of items, newest first; at most `MAX_PAGE`.

        Raises:
            InvalidRequestError: The cursor is not one of ours.
            StorageError: The database failed.
        """
        after = None if cursor is None else _read_place(cursor)
        limit = max(1, min(limit, MAX_PAGE))
        return await self._database.read(
            lambda connection: _page(connection, tenant, wanted, after, limit)
        )

    async def stats(self, tenant: str, wanted: ItemFilter) -> tuple[SourceCount, ...]:
        """Count items by source and day of publication (UTC), by source; a query of the filter is left out.

        Raises:
            StorageError: The database failed.
        """
        # PostgreSQL's session and SQLite's text are both UTC, so that `date` means the same.
        day = sa.func.date(items.c.published_at, type_=sa.Date())
        query = (
            sa.select(
                items.c.source,
                day.label("day"),
                sa.func.count().label("number"),
                sa.func.min(items.c.published_at).label("oldest"),
                sa.func.max(items.c.published_at).label("newest"),
            )
            .where(*wanted.conditions(tenant))
            .group_by(items.c.source, day)
            .order_by(items.c.source, day)
        )
        by_source: dict[str, list[sa.RowMapping]] = {}
        for row in await self._database.read(_rows(query)):
            by_source.setdefault(row["source"], []).append(row)
        return tuple(_count(source, rows) for source, rows in by_source.items())


def _rows(query: sa.Executable) -> Callable[[sa.Connection], Sequence[sa.RowMapping]]:
    return lambda connection: connection.execute(query).mappings().all()


def _raw(row: sa.RowMapping) -> RawItem:
    # Built without validation, which would cost more than reading: every value was checked when it was stored.
    return SeenItem.model_construct(**{name: row[name] for name in SeenItem.model_fields}).raw(
        row["source"], censored=row["censored"]
    )


def _count(source: str, rows: Sequence[sa.RowMapping]) -> SourceCount:
    return SourceCount(
        source=source,
        items=sum(row["number"] for row in rows),
        oldest=min(row["oldest"] for row in rows),
        newest=max(row["newest"] for row in rows),
        days={row["day"]: row["number"] for row in rows},
    )


Place = tuple[datetime, str, str]


def _page(
    connection: sa.Connection, tenant: str, wanted: ItemFilter, after: Place | None, limit: int
) -> ItemPage:
    taken: list[sa.RowMapping] = []
    scanned = 0
    chunk = _CHUNK if wanted.query is not None else limit + 1
    while True:
        rows = connection.execute(_newest(tenant, wanted, after).limit(chunk)).mappings().all()
        for row in rows:
            if wanted.takes(row):
                if len(taken) == limit:
                    return _paged(taken, _place_of(taken[-1]))
                taken.append(row)
        scanned += len(rows)
        if len(rows) < chunk:
            return _paged(taken, None)
        after = _place_of(rows[-1])
        if scanned >= MOST_SCANNED:
            return _paged(taken, after)


def _newest(tenant: str, wanted: ItemFilter, after: Place | None) -> sa.Select[Any]:
    order = (items.c.published_at, items.c.source, items.c.item_id)
    query = sa.select(items).where(*wanted.conditions(tenant))
    if after is not None:
        query = query.where(sa.tuple_(*order) < after)
    return query.order_by(*(column.desc() for column in order))


def _paged(rows: Sequence[sa.RowMapping], after: Place | None) -> ItemPage:
    return ItemPage(
        items=tuple(
            StoredItem.model_validate({name: row[name] for name in StoredItem.model_fields})
            for row in rows
        ),
        next_cursor=None if after is None else write_cursor(after[0], f"{after[1]}\n{after[2]}"),
    )


def _place_of(row: sa.RowMapping) -> Place:
    return row["published_at"], row["source"], row["item_id"]


def _read_place(cursor: str) -> Place:
    at, place = read_cursor(cursor)
    source, line, item_id = place.partition("\n")
    if not line:
        raise InvalidRequestError(
            "The cursor is not one of ours.", next_step="Leave it out to begin with the newest."
        )
    return at, source, item_id
