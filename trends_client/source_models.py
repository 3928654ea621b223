"""What the API answers about items and sources, typed. Fields that a newer API adds are ignored."""

from datetime import date, datetime

from trends_client.models import Model


class FoundItem(Model):
    """One item as a source gives it; `time_rule` says how `published_at` was arrived at."""

    id: str
    title: str
    summary: str = ""
    url: str | None = None
    outlet: str | None = None
    published: str | None = None
    published_at: datetime
    time_rule: str = "exact"
    language: str
    place: str | None = None


class Item(FoundItem):
    """One item of the store."""

    source: str
    first_seen: datetime
    last_seen: datetime
    censored: bool = False


class ItemPage(Model):
    """One page of items, newest first; it may be short and still have a next one."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


class DayItems(Model):
    """Items of one day, UTC."""

    day: date
    items: int


class SourceItems(Model):
    """What the store holds of one source."""

    source: str
    items: int
    oldest: datetime
    newest: datetime
    days: tuple[DayItems, ...]


class ItemStats(Model):
    """What the store holds, by source."""

    items: int
    sources: tuple[SourceItems, ...]


class SourceHealth(Model):
    """How a polled source is.

    Attributes:
        slug: Why the last poll failed, if it did.
        reason: The same as a sentence.
        failures: Failed polls in a row.
        error_rate: Share of the last polls that failed.
        lag_seconds: Age of its newest item.
        down_since: Since when it has not answered, once that is a day.
    """

    last_attempt: datetime | None = None
    last_success: datetime | None = None
    slug: str | None = None
    reason: str | None = None
    failures: int = 0
    error_rate: float | None = None
    items_last_poll: int = 0
    new_last_poll: int = 0
    newest_item: datetime | None = None
    lag_seconds: int | None = None
    down_since: datetime | None = None
    moved_to: str | None = None
    paused: bool = False
    next_poll: datetime | None = None


class Source(Model):
    """One source; `source` is what to name in a run."""

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


class SourceList(Model):
    """Every source, by name."""

    sources: tuple[Source, ...]


class RefusedFeed(Model):
    """A feed that was not registered."""

    name: str
    why: str


class Import(Model):
    """What became of an OPML file; `added` as runs name them."""

    added: tuple[str, ...]
    refused: tuple[RefusedFeed, ...]
    refused_count: int = 0


class Look(Model):
    """What a source would give right now; nothing of it was stored."""

    source: str
    count: int
    items: tuple[FoundItem, ...]
    censored: bool = False
    moved_to: str | None = None
    notes: tuple[str, ...] = ()
