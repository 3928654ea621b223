"""What goes in and out of items and sources, and how rows become it."""

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas import Out, TextOnly
from engine.sources import KnownSource, Look, NewFeed
from trends.domain.health import SourceHealth, down_since
from trends.domain.models import TimeRule
from trends.storage.items import SourceCount, StoredItem

_INSIDE = {"item_id", "declared"}

Origin = Literal["built-in", "settings", "registered", "runs"]
ItemLanguage = Literal["ko", "en", "other"]


class FoundItem(Out):
    """One item as a source gives it."""

    id: str = Field(description="Id within the source, canonical and stable.")
    title: str
    summary: str
    url: str | None
    outlet: str | None
    published: str | None = Field(description="Time as written.")
    published_at: AwareDatetime
    time_rule: TimeRule = Field(
        description="`exact`, `date_only`, or when it was first seen, since its time was `missing` or in the `future`."
    )
    language: ItemLanguage
    place: str | None = Field(description="What cites it where there is no link.")


class ItemOut(FoundItem):
    """One item of the store."""

    source: str
    first_seen: AwareDatetime = Field(description="When it was first found; never moves.")
    last_seen: AwareDatetime
    censored: bool = Field(
        description="Found only in lists that hit their cap: evidence, and counted nowhere."
    )


class ItemPageOut(Out):
    """One page of items, newest first. With a query a page may be short and still have a next one."""

    items: list[ItemOut]
    next_cursor: str | None = Field(description="Null on the last page.")


class DayItems(Out):
    """Items of one day, UTC."""

    day: date
    items: int


class SourceItems(Out):
    """What the store holds of one source."""

    source: str
    items: int
    oldest: AwareDatetime
    newest: AwareDatetime
    days: list[DayItems]


class ItemStats(Out):
    """What the store holds, by source."""

    items: int
    sources: list[SourceItems]


class SourceHealthOut(Out):
    """How a polled source is."""

    last_attempt: AwareDatetime | None
    last_success: AwareDatetime | None
    slug: str | None = Field(description="Why the last poll failed, if it did.")
    reason: str | None
    failures: int = Field(description="Failed polls in a row.")
    error_rate: float | None = Field(description="Share of the last 50 polls that failed.")
    items_last_poll: int
    new_last_poll: int
    newest_item: AwareDatetime | None
    lag_seconds: int | None = Field(description="Age of its newest item.")
    down_since: AwareDatetime | None = Field(
        description="Since when it has not answered, once that is a day."
    )
    moved_to: str | None = Field(description="Where it says it has moved for good.")
    paused: bool
    next_poll: AwareDatetime | None


class SourceOut(Out):
    """One source."""

    source: str = Field(description="What to name as a run's source.")
    kind: str
    origin: Origin = Field(description="Where it is known from.")
    title: str
    url: str | None
    language: str
    folder: str = Field(description="Where OPML puts it, with slashes between.")
    polled: bool = Field(description="Whether it is asked by itself, and not only by runs.")
    cadence_seconds: int | None
    health: SourceHealthOut | None = Field(description="Null before its first poll.")


class SourceList(Out):
    """Every source, by name."""

    sources: list[SourceOut]


class FeedBody(TextOnly, NewFeed):
    """A feed to register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "hani", "url": "https://www.hani.co.kr/rss/", "title": "한겨레"}]
        },
    )

    name: str = Field(
        pattern=r"^[\w][\w.-]{0,59}$", description="What runs call it, as in `rss:NAME`."
    )
    url: str = Field(pattern=r"^https?://\S+$", max_length=2_000, description="Its address.")
    title: str = Field(default="", max_length=200, description="What people call it.")
    folder: str = Field(
        default="", max_length=400, description="Where OPML puts it, with slashes between."
    )
    language: str = Field(
        default="",
        pattern=r"^([a-z]{2})?$",
        description="Language of items that do not say it themselves.",
    )
    outlet: str = Field(
        default="", max_length=200, description="Outlet of items that do not name theirs."
    )
    market: str = Field(
        default="", max_length=40, description="Market whose clock times without a zone are on."
    )
    cadence_minutes: int | None = Field(
        default=None, ge=1, le=10_080, description="How often it is polled."
    )
    retention_days: int | None = Field(
        default=None, ge=1, le=36_500, description="How long its items are kept."
    )

    def feed(self) -> NewFeed:
        """The feed itself."""
        return NewFeed.model_validate(self.model_dump())


class RefusedFeed(Out):
    """A feed that was not registered."""

    name: str
    why: str


class ImportOut(Out):
    """What became of an OPML file."""

    added: list[str] = Field(description="As runs name them.")
    refused: list[RefusedFeed]
    refused_count: int = Field(description="The list of the refused is cut at 1,000.")


class LookOut(Out):
    """What a source would give right now; nothing of it was stored."""

    source: str
    count: int
    items: list[FoundItem] = Field(description="The newest ones.")
    censored: bool = Field(description="Its list hits its cap.")
    moved_to: str | None
    notes: list[str]


def item_out(item: StoredItem) -> ItemOut:
    """Show an item of the store."""
    return ItemOut.model_validate({"id": item.item_id, **item.model_dump(exclude=_INSIDE)})


def stats_out(counts: tuple[SourceCount, ...]) -> ItemStats:
    """Show what the store holds."""
    return ItemStats(
        items=sum(each.items for each in counts),
        sources=[
            SourceItems(
                source=each.source,
                items=each.items,
                oldest=each.oldest,
                newest=each.newest,
                days=[DayItems(day=day, items=count) for day, count in each.days.items()],
            )
            for each in counts
        ],
    )


def source_out(source: KnownSource, now: datetime) -> SourceOut:
    """Show a source."""
    health = source.health
    return SourceOut.model_validate(
        {
            **source.model_dump(exclude={"health"}),
            "health": None if health is None else _health(health, now),
        }
    )


def look_out(source: str, look: Look) -> LookOut:
    """Show what a source would give."""
    return LookOut(
        source=source,
        count=look.count,
        items=[
            FoundItem.model_validate({"id": item.item_id, **item.model_dump(exclude=_INSIDE)})
            for item in look.items
        ],
        censored=look.censored,
        moved_to=look.moved_to,
        notes=list(look.notes),
    )


def _health(health: SourceHealth, now: datetime) -> SourceHealthOut:
    lag = health.lag(now)
    return SourceHealthOut(
        last_attempt=health.last_attempt,
        last_success=health.last_success,
        slug=health.slug or None,
        reason=health.reason or None,
        failures=health.failures,
        error_rate=health.error_rate,
        items_last_poll=health.last_items,
        new_last_poll=health.last_new,
        newest_item=health.newest_at,
        lag_seconds=None if lag is None else int(lag.total_seconds()),
        down_since=down_since(health, now),
        moved_to=health.moved_to,
        paused=health.paused,
        next_poll=health.next_poll,
    )
