"""What the API answers about monitors and markets."""

from datetime import date, datetime

from pydantic import Field

from trends_client.models import Model


class Aliases(Model):
    """How an entity is written, by language."""

    ko: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    any: tuple[str, ...] = ()


class Entity(Model):
    """A name to watch."""

    name: str
    title: str = ""
    group: str = ""
    aliases: Aliases = Aliases()
    excluded: tuple[str, ...] = ()


class Monitor(Model):
    """A saved question. `watchlist` and `warnings` are empty in lists.

    Attributes:
        name: What it is called in commands.
        id: Name of its question: runs of the same question have it too.
        previous_ids: Ids of what it asked before, the latest first.
        state: active, paused or removed.
        revision: Counts its changes from 1.
        watched: Entities in its watchlist.
        warnings: What is odd about it; said when it is added or changed.
    """

    name: str
    id: str
    previous_ids: tuple[str, ...] = ()
    state: str
    revision: int
    title: str = ""
    query: str = ""
    agent: str
    market: str
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    window: str
    cadence: str = ""
    cron: str = ""
    time_zone: str = ""
    due: str = ""
    jitter: str = ""
    overlap: str = ""
    catchup: str = ""
    report_language: str
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    budget_usd: float | None = None
    watched: int = 0
    created_at: datetime
    updated_at: datetime
    author: str = ""
    watchlist: tuple[Entity, ...] = ()
    warnings: tuple[str, ...] = ()


class MonitorPage(Model):
    """One page of monitors, by name."""

    items: tuple[Monitor, ...]
    next_cursor: str | None = None


class MonitorList(Model):
    """Monitors that were brought in."""

    items: tuple[Monitor, ...]


class MonitorRevision(Model):
    """One change of a monitor."""

    revision: int
    verb: str
    id: str
    query: str = ""
    watched: int = 0
    author: str = ""
    at: datetime


class RevisionList(Model):
    """Every change of a monitor, the newest first."""

    items: tuple[MonitorRevision, ...]


class WatchedDay(Model):
    """One day of an entity."""

    day: date
    stories: int
    exposure: int = 0
    observed: bool = True


class VoiceShare(Model):
    """A share of voice with its 90 % interval."""

    share: float
    low: float
    high: float
    before: float | None = None


class WatchedEntity(Model):
    """An entity, counted."""

    name: str
    title: str
    group: str = ""
    verdict: str
    window_days: int
    stories: int
    expected: float | None = None
    growth: float
    growth_low: float
    growth_high: float
    voice: VoiceShare | None = None
    series: tuple[WatchedDay, ...] = ()


class LookBack(Model):
    """A watchlist counted over the past."""

    start: datetime
    end: datetime
    items: int
    stories: int
    entities: tuple[WatchedEntity, ...]


class Holiday(Model):
    """A holiday of a market."""

    day: date
    name: dict[str, str] = Field(default_factory=dict[str, str])


class Market(Model):
    """A market: its clock, its languages, its holidays."""

    name: str
    title: dict[str, str] = Field(default_factory=dict[str, str])
    time_zone: str
    languages: tuple[str, ...]
    weekend: tuple[str, ...] = ()
    holidays: tuple[Holiday, ...] = ()


class MarketList(Model):
    """Every market, by name."""

    items: tuple[Market, ...]
