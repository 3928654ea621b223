"""Which sources there are to poll, and what it takes: feeds of the settings, registered feeds, searches of runs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple, Protocol

from activities.contracts import RunBrief
from activities.polling import Target
from trends.domain.items import short_key
from trends.domain.models import Language, Question
from trends.errors import TrendsError
from trends.markets import load_market
from trends.settings import Settings, SettingsInForce
from trends.settings_sections import FeedSettings, RssSourceSettings
from trends.sources.base import LiveSource
from trends.sources.registry import parse_source_spec
from trends.storage.polls import SourceKey
from trends.storage.sources import Registered, SourceStore
from trends.telemetry import get_logger

SETTINGS_TENANT = "local"
"""Whose the feeds of the settings are, for polling; every tenant's runs may read them."""


class MakeLive(Protocol):
    """Makes live sources."""

    def __call__(
        self, spec: str, settings: Settings, tenant: str = "", *, fresh: bool = True
    ) -> LiveSource:
        """Make one.

        Args:
            spec: Name, and argument behind a colon.
            settings: Those that name its feeds.
            tenant: Who asks; nobody where it is only to be checked.
            fresh: Whether its host is asked in any case, or what it answered a moment ago will do.
        """
        ...


_log = get_logger(__name__)


class Wanted(NamedTuple):
    """A source that is to have a poller."""

    key: SourceKey
    cadence_seconds: int


class Asking(NamedTuple):
    """What is asked of a source beside its spec."""

    market: str
    languages: tuple[Language, ...]
    query: str = ""
    zone: str = ""


def spec_of(name: str) -> str:
    """Write how a run names a feed of the settings, or a registered one."""
    return f"rss:{name}"


def search_key(spec: str, asking: Asking) -> str:
    """Name where the items of a search go: what it finds depends on what was searched for, and where."""
    return f"{spec} {asking.market} {asking.query}".rstrip()


def feed_of(row: Registered) -> FeedSettings:
    """Write a registered feed as the settings would."""
    return FeedSettings.model_validate(
        row.model_dump(include=set(FeedSettings.model_fields)), strict=True
    )


def with_feeds(settings: Settings, registered: Sequence[Registered]) -> Settings:
    """Add registered feeds to those of the settings, which stand before them."""
    feeds = {row.name: feed_of(row) for row in registered} | dict(settings.sources.rss.feeds)
    rss = RssSourceSettings(feeds=feeds)
    sources = settings.sources.model_copy(update={"rss": rss})
    return settings.model_copy(update={"sources": sources})


class Targets:
    """Finds what to poll.

    Args:
        settings: Of this process.
        sources: Registered feeds.
        make_live: Makes connectors.
    """

    def __init__(
        self, settings: SettingsInForce, sources: SourceStore, make_live: MakeLive
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._make_live = make_live

    async def wanted(self) -> tuple[Wanted, ...]:
        """Every source that is to have a poller, in order.

        Raises:
            StorageError: The database failed.
        """
        if not self._settings.current.sources.polling:
            return ()
        feeds = {
            SourceKey(row.tenant, spec_of(row.name)): feed_of(row)
            for row in await self._sources.everyone()
        }
        for name, feed in self._settings.current.sources.rss.feeds.items():
            feeds[SourceKey(SETTINGS_TENANT, spec_of(name))] = feed
        return tuple(
            Wanted(key, int(self._cadence(feed).total_seconds()))
            for key, feed in sorted(feeds.items())
        )

    async def for_poller(self, tenant: str, spec: str) -> Target | None:
        """Find a source by its spec; None where it is no longer there.

        Raises:
            StorageError: The database failed.
            SettingsError: The settings of the source are wrong.
        """
        settings = with_feeds(self._settings.current, await self._sources.registered(tenant))
        name = spec.partition(":")[2]
        if spec != spec_of(name) or name not in settings.sources.rss.feeds:
            return None
        runs = settings.runs
        return self._target(tenant, spec, settings, Asking(runs.market, runs.languages))

    async def for_run(self, tenant: str, spec: str, brief: RunBrief, settings: Settings) -> Target:
        """Find a source for a run.

        Args:
            tenant: Whose run.
            spec: As the run names it.
            brief: What the run asks.
            settings: The run's own; where addresses lead is this process's to say.

        Raises:
            InvalidRequestError: The spec names something that is not there.
            StorageError: The database failed.
            SettingsError: The settings of the source are wrong.
        """
        question = brief.question
        asking = Asking(
            market=brief.market.name,
            languages=question.languages,
            query=question.query,
            zone=brief.market.time_zone,
        )
        whole = with_feeds(settings, await self._sources.registered(tenant))
        return self._target(tenant, spec, whole, asking, fresh=False)

    async def key_of(self, tenant: str, spec: str, question: Question) -> SourceKey:
        """Say where the items of a live source go, for a question.

        Raises:
            InvalidRequestError: The spec names something that is not there.
            StorageError: The database failed.
            SettingsError: The settings of the source are wrong.
        """
        asking = Asking(question.market, question.languages, question.query)
        whole = with_feeds(self._settings.current, await self._sources.registered(tenant))
        return self._target(tenant, spec, whole, asking).key

    async def for_check(self, tenant: str, spec: str) -> Target:
        """Find a source, or a feed by its address, to look at it once.

        Raises:
            InvalidRequestError: The spec names something that is not there.
            StorageError: The database failed.
            SettingsError: The settings of the source are wrong.
        """
        settings = with_feeds(self._settings.current, await self._sources.registered(tenant))
        runs = settings.runs
        return self._target(tenant, spec, settings, Asking(runs.market, runs.languages))

    def check_feed(self, settings: Settings, spec: str) -> None:
        """Refuse a feed that could never be polled; connects nowhere.

        Raises:
            InvalidRequestError: The spec names something that is not there.
            AddressRefusedError: Its address is not one that is fetched.
        """
        self._make_live(spec, settings).check(parse_source_spec(spec)[1])

    def _target(
        self, tenant: str, spec: str, settings: Settings, asking: Asking, *, fresh: bool = True
    ) -> Target:
        argument = parse_source_spec(spec)[1]
        source = self._make_live(spec, settings, tenant, fresh=fresh)
        source.check(argument)
        feed = settings.sources.rss.feeds.get(argument)
        retention = (feed and feed.retention_days) or settings.sources.retention_days
        key = search_key(spec, asking) if source.takes_query else spec
        return Target(
            key=SourceKey(tenant, short_key(key)),
            source=source,
            argument=argument,
            query=asking.query,
            languages=asking.languages,
            market=asking.market,
            zone=_zone(feed, asking),
            cadence=self._cadence(feed),
            retention=timedelta(days=retention),
        )

    def _cadence(self, feed: FeedSettings | None) -> timedelta:
        own = feed.cadence_minutes if feed else None
        return timedelta(minutes=own or self._settings.current.sources.cadence_minutes)


def _zone(feed: FeedSettings | None, asking: Asking) -> str:
    if feed is not None and feed.market:
        try:
            return load_market(feed.market).time_zone
        except TrendsError as error:
            # A market that was taken away must not silence the feed: its times mostly bring their zone.
            _log.warning("feed.market", market=feed.market, reason=str(error))
    return asking.zone or load_market(asking.market).time_zone
