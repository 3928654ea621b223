"""The sources of a tenant: feeds that people registered, and how everything that is polled stands."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.health import SourceHealth
from trends.domain.models import UNFINISHED, Model, Tenant
from trends.errors import ConflictError, NotFoundError
from trends.storage.database import Database
from trends.storage.item_tables import source_health, sources
from trends.storage.polls import SourceKey, hold_source, of_source
from trends.storage.rows import JsonObject
from trends.storage.tables import runs

_HEALTH = [source_health.c[name] for name in SourceHealth.model_fields]


class Registered(Model):
    """A feed that somebody registered, beside those of the settings.

    Attributes:
        name: What runs call it, as in `rss:NAME`.
        url: Where it is.
        title: What people call it; the feed's own title where empty.
        folder: Where it stood in the OPML file it came from, outermost first, with slashes between; empty at the top.
        language: Language of its items, where they do not say it themselves.
        outlet: Who publishes items that do not name their own outlet; the feed's title where empty.
        market: Market whose clock times without a zone are on; the settings' where empty.
        cadence_minutes: How often it is asked; None as the settings say.
        retention_days: How long its items are kept; None as the settings say.
        added_at: When it was registered.
    """

    tenant: Tenant
    name: str
    url: str
    title: str = ""
    folder: str = ""
    language: str = ""
    outlet: str = ""
    market: str = ""
    cadence_minutes: int | None = None
    retention_days: int | None = None
    added_at: AwareDatetime


class SourceStore:
    """Writes and reads sources.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, feed: Registered) -> None:
        """Register a feed.

        Raises:
            ConflictError: Its name or its address is taken.
            StorageError: The database failed.
        """
        await self._database.write(lambda connection: _add(connection, feed))

    async def registered(self, tenant: str) -> tuple[Registered, ...]:
        """Read the feeds of a tenant, by name.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(sources).where(sources.c.tenant == tenant).order_by(sources.c.name)
        return await self._read_feeds(query)

    async def everyone(self) -> tuple[Registered, ...]:
        """Read the feeds of all tenants.

        Raises:
            StorageError: The database failed.
        """
        return await self._read_feeds(sa.select(sources).order_by(sources.c.tenant, sources.c.name))

    async def remove(self, tenant: str, name: str) -> Registered:
        """Take a feed out. Its items stay until they are too old.

        Raises:
            NotFoundError: No such feed is registered.
            StorageError: The database failed.
        """
        return await self._database.write(lambda connection: _remove(connection, tenant, name))

    async def known(self, key: SourceKey) -> tuple[SourceHealth, JsonObject | None]:
        """Read how a source is, and what its connector remembers; as new where it was never polled.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(*_HEALTH, source_health.c.state).where(*of_source(source_health, key))
        row = await self._database.read(
            lambda connection: connection.execute(query).mappings().one_or_none()
        )
        if row is None:
            return SourceHealth(tenant=key.tenant, source=key.source), None
        values = dict[str, Any](row)
        state = values.pop("state")
        return SourceHealth.model_validate(values), state

    async def healths(self, tenant: str | None = None) -> tuple[SourceHealth, ...]:
        """Read how the sources of a tenant, or of all, are; by key.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(*_HEALTH).order_by(source_health.c.tenant, source_health.c.source)
        if tenant is not None:
            query = query.where(source_health.c.tenant == tenant)
        return await self._database.read(
            lambda connection: tuple(
                SourceHealth.model_validate(dict[str, Any](row))
                for row in connection.execute(query).mappings()
            )
        )

    async def set_paused(self, key: SourceKey, *, paused: bool) -> SourceHealth:
        """Note that a person paused a source, or let it go on.

        Raises:
            StorageError: The database failed.
        """

        def work(connection: sa.Connection) -> SourceHealth:
            health = hold_source(connection, key)
            connection.execute(
                sa.update(source_health).where(*of_source(source_health, key)).values(paused=paused)
            )
            return health.model_copy(update={"paused": paused})

        return await self._database.write(work)

    async def needed_since(self, tenant: str, history: timedelta) -> datetime | None:
        """Say from when on the runs that have not ended need items; None where there is no such run.

        Args:
            tenant: Whose runs.
            history: How far back from its window's end a run reads.

        Raises:
            StorageError: The database failed.
        """
        query = sa.select(
            sa.func.min(runs.c.window_start).label("start"),
            sa.func.min(runs.c.window_end).label("end"),
        ).where(runs.c.tenant == tenant, runs.c.status.in_(sorted(UNFINISHED)))
        row = await self._database.read(lambda connection: connection.execute(query).one())
        return None if row.start is None else min(row.start, row.end - history)

    async def _read_feeds(self, query: sa.Select[Any]) -> tuple[Registered, ...]:
        return await self._database.read(
            lambda connection: tuple(
                Registered.model_validate(dict[str, Any](row))
                for row in connection.execute(query).mappings()
            )
        )


def _add(connection: sa.Connection, feed: Registered) -> None:
    same = sa.or_(sources.c.name == feed.name, sources.c.url == feed.url)
    query = sa.select(sources.c.name, sources.c.url).where(sources.c.tenant == feed.tenant, same)
    for row in connection.execute(query):
        if row.url == feed.url:
            raise ConflictError(
                f"The feed {feed.url[:200]} is registered already, as '{row.name}'.",
                next_step="Nothing needs to be done.",
            )
        raise ConflictError(
            f"The name '{feed.name}' is taken by {row.url[:200]}.",
            next_step="Choose another name, or remove that one first.",
        )
    connection.execute(sa.insert(sources), feed.model_dump())


def _remove(connection: sa.Connection, tenant: str, name: str) -> Registered:
    this = (sources.c.tenant == tenant, sources.c.name == name)
    row = connection.execute(sa.select(sources).where(*this)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(
            f"No feed is registered as '{name[:80]}'.",
            why="Feeds of the settings are removed there.",
            next_step="See them: trends sources list",
        )
    connection.execute(sa.delete(sources).where(*this))
    return Registered.model_validate(dict[str, Any](row))
