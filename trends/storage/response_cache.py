"""The response cache: what a model or a source answered, kept for whoever asks the same within a while.

All processes share it. It is a convenience: whoever uses it goes on without it when it fails. Nothing is paid for
twice because of it either way; that is the call log's (`trends.storage.calls`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.domain.models import Model
from trends.settings_calls import CacheSettings
from trends.storage.cache_tables import cache_counts, cached_responses
from trends.storage.database import Database

ENTRY_BYTES = 300
"""What an entry takes beside its value: key, times, index."""
MEGABYTE = 1_000_000
# Entries that are looked at at once to make room.
_BATCH = 100


class CacheKind(StrEnum):
    """What answered."""

    MODEL = "model"
    SOURCE = "source"


class _Entry(NamedTuple):
    """What is taken out."""

    tenant: str
    kind: str
    cache_key: str
    size_bytes: int


class CacheFigures(Model):
    """What the cache did for a tenant, of one kind, since it was set up.

    Attributes:
        hits: Answered from it.
        misses: Asked in vain.
        evictions: Taken out to make room.
        expirations: Taken out because of their age.
        entries: What is in it.
        size_bytes: The same in bytes, with what an entry takes beside its value.
    """

    tenant: str
    kind: CacheKind
    hits: int
    misses: int
    evictions: int
    expirations: int
    entries: int
    size_bytes: int

    @property
    def hit_rate(self) -> float | None:
        """Part of the questions that was answered from it; None before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


class CacheStore:
    """Keeps responses.

    Args:
        database: Where they are.
        clock: Tells the time of what happens.
        settings: How much, and for how long; asked each time, since they may change.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        settings: Callable[[], CacheSettings],
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def find(
        self, tenant: str, kind: CacheKind, key: str, *, counted: bool = True
    ) -> bytes | None:
        """Read a response that is not too old, and count whether there was one.

        Args:
            tenant: Whose it is.
            kind: What answered.
            key: Digest of everything that the answer depends on.
            counted: Whether it is; else whoever asks does it by `count`.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        ttl = _ttl(self._settings(), kind)
        if not ttl:
            return None

        def find(connection: sa.Connection) -> bytes | None:
            found = _find(connection, tenant, key, now, now - ttl)
            if counted:
                change = {"misses": 1} if found is None else {"hits": 1}
                _count(connection, tenant, kind, change)
            return found

        return await self._database.write(find)

    async def put(self, tenant: str, kind: CacheKind, key: str, value: bytes) -> bool:
        """Keep a response. What is there already under its key stays as it is.

        Returns:
            Whether it was kept: not where another one was, where its kind is not kept, or where it is larger than all
            there may be.

        Raises:
            StorageError: The database failed.
        """
        settings = self._settings()
        if not _ttl(settings, kind):
            return False
        now = self._clock()
        return await self._database.write(
            lambda connection: _put(connection, settings, now, _row(tenant, kind, key, value, now))
        )

    async def count(self, tenant: str, kind: CacheKind, *, hit: bool) -> None:
        """Count an answer that may lie elsewhere: what sources gave is in the item store, and read from there.

        Raises:
            StorageError: The database failed.
        """
        change = {"hits": 1} if hit else {"misses": 1}
        await self._database.write(lambda connection: _count(connection, tenant, kind, change))

    async def figures(self) -> tuple[CacheFigures, ...]:
        """Read what the cache did, by tenant and kind.

        Raises:
            StorageError: The database failed.
        """
        query = (
            sa.select(cache_counts)
            .where(cache_counts.c.kind != "")
            .order_by(cache_counts.c.tenant, cache_counts.c.kind)
        )
        return await self._database.read(
            lambda connection: tuple(
                CacheFigures.model_validate(dict(row))
                for row in connection.execute(query).mappings()
            )
        )


def _ttl(settings: CacheSettings, kind: CacheKind) -> timedelta:
    if kind is CacheKind.MODEL:
        return timedelta(hours=settings.model_ttl_hours)
    return timedelta(seconds=settings.source_ttl_seconds)


def _row(tenant: str, kind: CacheKind, key: str, value: bytes, now: datetime) -> dict[str, object]:
    return {
        "tenant": tenant,
        "cache_key": key,
        "kind": kind.value,
        "value": value,
        "size_bytes": len(value) + ENTRY_BYTES,
        "created_at": now,
        "used_at": now,
    }


def _this(tenant: str, key: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return cached_responses.c.tenant == tenant, cached_responses.c.cache_key == key


def _find(
    connection: sa.Connection, tenant: str, key: str, now: datetime, oldest: datetime
) -> bytes | None:
    young = (*_this(tenant, key), cached_responses.c.created_at > oldest)
    found = connection.execute(
        sa.update(cached_responses)
        .where(*young)
        .values(used_at=now)
        .returning(cached_responses.c.value)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def _put(
    connection: sa.Connection, settings: CacheSettings, now: datetime, row: Mapping[str, object]
) -> bool:
    # One writer makes room at a time, in all processes: the sum of the sizes is exact behind this row.
    _hold(connection)
    _expire(connection, settings, now)
    tenant, key, size = str(row["tenant"]), str(row["cache_key"]), int(str(row["size_bytes"]))
    most = settings.max_size_mb * MEGABYTE
    known = connection.scalar(sa.select(sa.func.count()).where(*_this(tenant, key)))
    if known or size > most:
        return False
    total = connection.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(cache_counts.c.size_bytes), 0))
    )
    _evict(connection, int(total or 0) + size - most)
    connection.execute(sa.insert(cached_responses), dict(row))
    _count(connection, tenant, str(row["kind"]), {"entries": 1, "size_bytes": size})
    return True


def _hold(connection: sa.Connection) -> None:
    lock = sa.select(cache_counts.c.tenant).where(
        cache_counts.c.tenant == "", cache_counts.c.kind == ""
    )
    if connection.execute(lock.with_for_update()).one_or_none() is None:
        _count(connection, "", "", {})


def _expire(connection: sa.Connection, settings: CacheSettings, now: datetime) -> None:
    table = cached_responses
    for kind in CacheKind:
        old = (table.c.kind == kind, table.c.created_at <= now - _ttl(settings, kind))
        sums = sa.select(table.c.tenant, sa.func.count(), sa.func.sum(table.c.size_bytes))
        rows = connection.execute(sums.where(*old).group_by(table.c.tenant)).all()
        if not rows:
            continue
        connection.execute(sa.delete(table).where(*old))
        for tenant, entries, size in sorted(rows, key=lambda row: str(row[0])):
            gone = {"expirations": entries, "entries": -entries, "size_bytes": -int(size)}
            _count(connection, tenant, kind, gone)


def _evict(connection: sa.Connection, excess: int) -> None:
    """Take out the least recently used, until that many bytes are free."""
    table = cached_responses
    names = (table.c.tenant, table.c.kind, table.c.cache_key, table.c.size_bytes)
    query = sa.select(*names).order_by(table.c.used_at, table.c.tenant, table.c.cache_key)
    gone: list[_Entry] = []
    while excess > 0:
        oldest = [_Entry(*row) for row in connection.execute(query.limit(_BATCH))]
        if not oldest:
            break
        chosen: list[_Entry] = []
        while excess > 0 and oldest:
            chosen.append(oldest.pop(0))
            excess -= chosen[-1].size_bytes
        connection.execute(
            _DELETE, [{"of_tenant": each.tenant, "of_key": each.cache_key} for each in chosen]
        )
        gone += chosen
    _count_evicted(connection, gone)


def _count_evicted(connection: sa.Connection, gone: Iterable[_Entry]) -> None:
    sizes: dict[tuple[str, str], list[int]] = {}
    for entry in gone:
        sizes.setdefault((entry.tenant, entry.kind), []).append(entry.size_bytes)
    # In one order everywhere, so that no two writers hold what the other waits for.
    for (tenant, kind), each in sorted(sizes.items()):
        change = {"evictions": len(each), "entries": -len(each), "size_bytes": -sum(each)}
        _count(connection, tenant, kind, change)


def _count(connection: sa.Connection, tenant: str, kind: str, change: Mapping[str, int]) -> None:
    names = [column.name for column in cache_counts.c if column.name not in {"tenant", "kind"}]
    new = insert(cache_counts).values(
        tenant=tenant, kind=kind, **{name: change.get(name, 0) for name in names}
    )
    added = {name: cache_counts.c[name] + amount for name, amount in change.items()}
    connection.execute(
        new.on_conflict_do_update(index_elements=["tenant", "kind"], set_=added)
        if added
        else new.on_conflict_do_nothing()
    )


_DELETE = sa.delete(cached_responses).where(
    cached_responses.c.tenant == sa.bindparam("of_tenant"),
    cached_responses.c.cache_key == sa.bindparam("of_key"),
)
