"""What people do with sources: see them, register feeds, look at one, poll, pause, remove. What the API serves from."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from activities.polling import Target
from engine.targets import SETTINGS_TENANT, Targets, feed_of, spec_of, with_feeds
from trends.domain.health import SourceHealth
from trends.domain.items import SeenItem, look_at
from trends.domain.models import Model
from trends.domain.windows import zone_named
from trends.errors import (
    ConflictError,
    EngineUnreachableError,
    InvalidRequestError,
    NotFoundError,
    TrendsError,
)
from trends.markets import load_market
from trends.settings import SettingsInForce
from trends.settings_sections import FeedSettings
from trends.sources.base import PollState, ReadLog
from trends.sources.feeds.opml import OpmlFeed, OpmlRefusal, parse_opml, write_opml
from trends.sources.registry import SOURCES
from trends.storage.polls import SourceKey
from trends.storage.sources import Registered, SourceStore

SHOWN = 20
"""Items that a look at a source shows at most."""

TITLE = "Consumer trend agent"


class KnownSource(Model):
    """One source that runs may name, or whose items are stored.

    Attributes:
        source: As runs name it; key of its items.
        kind: Its connector, such as `rss`.
        origin: `built-in`, `settings`, `registered`, or `runs`: known from the runs that read it.
        title: What people call it.
        url: Where it is, if it is a feed.
        language: Language of its items, where they do not say it themselves.
        folder: Where it stood in the OPML file it came from, outermost first, with slashes between.
        polled: Whether it is polled by itself.
        cadence_seconds: How often.
        health: How it is, once it has been polled.
    """

    source: str
    kind: str
    origin: str
    title: str = ""
    url: str | None = None
    language: str = ""
    folder: str = ""
    polled: bool = False
    cadence_seconds: int | None = None
    health: SourceHealth | None = None


class NewFeed(Model):
    """A feed to register."""

    name: str
    url: str
    title: str = ""
    folder: str = ""
    language: str = ""
    outlet: str = ""
    market: str = ""
    cadence_minutes: int | None = None
    retention_days: int | None = None


class Refused(NamedTuple):
    """A feed that was not registered, and why."""

    name: str
    why: str


class Imported(NamedTuple):
    """What became of an OPML file; beyond a limit those that were refused are only counted."""

    added: tuple[Registered, ...]
    refused: tuple[Refused, ...]
    refused_count: int


@dataclass(frozen=True)
class Look:
    """What a source would give right now.

    Attributes:
        items: The newest items, at most `SHOWN`.
        count: How many there are in all.
        censored: The list is one that hits its cap.
        moved_to: Where the source says it has moved for good.
        notes: What else there is to say, bad rows included.
    """

    items: tuple[SeenItem, ...]
    count: int
    censored: bool
    moved_to: str | None
    notes: tuple[str, ...]


class Steering(Protocol):
    """What steers pollers; `engine.pollers.Pollers` does it."""

    async def pause(self, key: SourceKey) -> SourceHealth:
        """Stop asking a source."""
        ...

    async def resume(self, key: SourceKey) -> SourceHealth:
        """Go on asking a source."""
        ...

    async def poll_now(self, key: SourceKey) -> None:
        """Ask a source at once."""
        ...

    async def begin(self, key: SourceKey) -> None:
        """Ask a source that was registered just now."""
        ...

    async def retire(self, key: SourceKey) -> None:
        """Let a poller see at once that its source is gone."""
        ...


class SourceService:
    """Everything a caller can do with sources.

    Args:
        settings: Of this process.
        store: Registered feeds and health.
        targets: Makes connectors.
        pollers: Starts and steers pollers.
        check_address: Refuses an address that is not fetched.
        searches: Markets of each search that there is, by its name.
        clock: Now, in UTC.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        store: SourceStore,
        targets: Targets,
        pollers: Steering,
        *,
        check_address: Callable[[str], None],
        searches: Mapping[str, Sequence[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._store = store
        self._targets = targets
        self._pollers = pollers
        self._check_address = check_address
        self._searches = searches
        self._clock = clock

    def now(self) -> datetime:
        """The moment by which lags are told."""
        return self._clock()

    async def known(self, tenant: str) -> tuple[KnownSource, ...]:
        """Every source that runs of a tenant may name, and every one whose items are stored, by name.

        Raises:
            StorageError: The database failed.
        """
        healths = {health.source: health for health in await self._store.healths(tenant)}
        found = {name: KnownSource(source=name, kind=name, origin="built-in") for name in SOURCES}
        for name, markets in self._searches.items():
            spec = f"search:{name}"
            title = f"Searches for the run's query; markets {', '.join(markets)}."
            found[spec] = KnownSource(source=spec, kind="search", origin="settings", title=title)
        for row in await self._store.registered(tenant):
            found[spec_of(row.name)] = self._feed(tenant, row.name, feed_of(row), row)
        for name, feed in self._settings.current.sources.rss.feeds.items():
            found[spec_of(name)] = self._feed(tenant, name, feed, None)
        for key in healths.keys() - found.keys():
            kind = key.partition(":")[0]
            found[key] = KnownSource(source=key, kind=kind, origin="runs")
        return tuple(
            each.model_copy(update={"health": healths.get(name)})
            for name, each in sorted(found.items())
        )

    async def one(self, tenant: str, source: str) -> KnownSource:
        """Read one of them.

        Raises:
            NotFoundError: No such source.
            StorageError: The database failed.
        """
        for each in await self.known(tenant):
            if each.source in {source, spec_of(source)}:
                return each
        raise NotFoundError(
            f"There is no source '{source[:200]}'.", next_step="See them: trends sources list"
        )

    async def add(self, tenant: str, feed: NewFeed) -> KnownSource:
        """Register a feed and ask it at once; while the Temporal server is away, once it is back.

        Raises:
            InvalidRequestError: The name, the address, the market or the language cannot be.
            AddressRefusedError: The address is not one that is fetched.
            ConflictError: The name or the address is taken.
            StorageError: The database failed.
        """
        await self._register(tenant, feed)
        with contextlib.suppress(EngineUnreachableError):
            await self._pollers.begin(SourceKey(tenant, spec_of(feed.name)))
        return await self.one(tenant, spec_of(feed.name))

    async def import_opml(self, tenant: str, content: bytes) -> Imported:
        """Register every feed of an OPML file; each that cannot be is refused with a reason, the others are taken.

        Raises:
            SourceUnreadableError: It is no OPML file.
            TooLargeError: It is too large, or holds too many feeds.
            StorageError: The database failed; what was added before stays.
        """
        names = {each.source.partition(":")[2] for each in await self.known(tenant) if each.url}
        file = await asyncio.to_thread(
            parse_opml, content, check=self._check_address, taken=sorted(names)
        )
        added: list[Registered] = []
        refused = [_refusal(each) for each in file.refused]
        for feed in file.feeds:
            new = NewFeed(
                name=feed.name,
                url=feed.url,
                title=feed.title,
                folder=feed.folder,
                language=feed.language,
            )
            try:
                added.append(await self._register(tenant, new))
            except (InvalidRequestError, ConflictError) as error:
                refused.append(Refused(feed.title or feed.url, str(error)))
        unnamed = file.refused_count - len(file.refused)
        return Imported(tuple(added), tuple(refused), len(refused) + unnamed)

    async def export_opml(self, tenant: str) -> bytes:
        """Write the feeds of a tenant, those of the settings among them, as OPML.

        Raises:
            StorageError: The database failed.
        """
        feeds = [
            OpmlFeed(
                name=each.source.partition(":")[2],
                url=each.url,
                title=each.title,
                language=each.language,
                folder=each.folder,
            )
            for each in await self.known(tenant)
            if each.url is not None
        ]
        return write_opml(sorted(feeds, key=lambda feed: (feed.folder, feed.name)), TITLE)

    async def remove(self, tenant: str, source: str) -> None:
        """Take a registered feed out. Its items stay until they are too old.

        Raises:
            NotFoundError: No such feed is registered.
            StorageError: The database failed.
        """
        row = await self._store.remove(tenant, source.removeprefix("rss:"))
        try:
            await self._pollers.retire(SourceKey(tenant, spec_of(row.name)))
        except TrendsError:
            # It is gone; the poller sees that by itself at its next poll.
            return

    async def check(self, tenant: str, source: str) -> Look:
        """Fetch a source once and show what would come; nothing is stored.

        Raises:
            InvalidRequestError: No source can be written so.
            TrendsError: The source did not answer, or cannot be read.
        """
        target = await self._targets.for_check(tenant, await self._spec(tenant, source))
        return await self._look(target)

    async def poll(self, tenant: str, source: str) -> KnownSource:
        """Ask a feed at once, through its poller.

        Raises:
            NotFoundError: No such source.
            ConflictError: It is no feed that can be polled.
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        found = await self._pollable(tenant, source)
        await self._pollers.poll_now(SourceKey(tenant, found.source))
        return found

    async def pause(self, tenant: str, source: str, *, paused: bool) -> KnownSource:
        """Stop asking a feed, or go on.

        Raises:
            NotFoundError: No such source.
            ConflictError: It is no feed that can be polled.
            EngineUnreachableError: The server does not answer; nothing was changed.
            StorageError: The database failed.
        """
        found = await self._pollable(tenant, source)
        steer = self._pollers.pause if paused else self._pollers.resume
        health = await steer(SourceKey(tenant, found.source))
        return found.model_copy(update={"health": health})

    def _feed(
        self, tenant: str, name: str, feed: FeedSettings, row: Registered | None
    ) -> KnownSource:
        minutes = feed.cadence_minutes or self._settings.current.sources.cadence_minutes
        ours = row is not None or tenant == SETTINGS_TENANT
        return KnownSource(
            source=spec_of(name),
            kind="rss",
            origin="settings" if row is None else "registered",
            title=feed.title,
            url=feed.url,
            language=feed.language,
            folder=row.folder if row else "",
            polled=self._settings.current.sources.polling and ours,
            cadence_seconds=minutes * 60,
        )

    async def _register(self, tenant: str, feed: NewFeed) -> Registered:
        row = Registered(tenant=tenant, added_at=self._clock(), **feed.model_dump())
        taken = self._settings.current.sources.rss.feeds
        if feed.name in taken:
            raise ConflictError(
                f"The name '{feed.name}' is taken by a feed of the settings.",
                next_step="Choose another name.",
            )
        same = [name for name, known in taken.items() if known.url == feed.url]
        if same:
            raise ConflictError(
                f"The feed {feed.url[:200]} is in the settings already, as '{same[0]}'.",
                next_step="Nothing needs to be done.",
            )
        if feed.market:
            load_market(feed.market)
        self._targets.check_feed(with_feeds(self._settings.current, [row]), spec_of(feed.name))
        await self._store.add(row)
        return row

    async def _spec(self, tenant: str, source: str) -> str:
        """A source as it is known, or as it is written."""
        try:
            return (await self.one(tenant, source)).source
        except NotFoundError:
            return source

    async def _pollable(self, tenant: str, source: str) -> KnownSource:
        found = await self.one(tenant, source)
        if found.url is None:
            raise ConflictError(
                f"The source '{found.source}' is not polled.",
                why="It is read by the runs that name it.",
                next_step="Feeds are polled: trends sources list",
            )
        return found

    async def _look(self, target: Target) -> Look:
        now = self._clock()
        log = ReadLog()
        polled = await target.source.poll(target.request(now), PollState(), log)
        seen = look_at(polled.items, now=now, seen=now, zone=zone_named(target.zone))
        newest = sorted(seen.items, key=lambda item: (item.published_at, item.item_id))[::-1]
        return Look(
            items=tuple(newest[:SHOWN]),
            count=len(seen.items),
            censored=polled.censored,
            moved_to=polled.state.moved_to,
            notes=(*log.notes, *log.bad_rows),
        )


def _refusal(refused: OpmlRefusal) -> Refused:
    return Refused(refused.name or f"outline {refused.number}", refused.why)
