"""The smallest live source, and what it takes to poll it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from activities.polling import SourcePoller, Target
from trends.domain.models import Language, RawItem
from trends.settings import load_settings
from trends.sources.base import LiveSource, Polled, PollRequest, PollState, ReadLog, WayOut
from trends.storage.database import Database
from trends.storage.items import ItemStore
from trends.storage.polls import SourceKey
from trends.storage.response_cache import CacheStore
from trends.storage.sources import SourceStore

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
KEY = SourceKey("local", "rss:hani")


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def headline(number: int, hours_ago: float = 1, **changes: object) -> RawItem:
    """An item as a feed gives it."""
    given: dict[str, object] = {
        "source": "rss",
        "item_id": f"https://hani.example/{number}",
        "title": f"두쫀쿠 소식 {number}호",
        "url": f"https://hani.example/{number}",
        "outlet": "한겨레",
        "published": (NOON - timedelta(hours=hours_ago)).isoformat(),
    }
    return RawItem.model_validate({**given, **changes})


@dataclass
class Shelf(LiveSource):
    """Shows what a test puts on it.

    Attributes:
        answers: Lists or failures, in the order of the polls; the last stays.
        asked: What was asked, with what was remembered.
    """

    answers: list[Polled | Exception] = field(default_factory=list[Polled | Exception])
    asked: list[tuple[PollRequest, PollState]] = field(
        default_factory=list[tuple[PollRequest, PollState]]
    )

    name: ClassVar[str] = "rss"

    @classmethod
    def from_options(cls, options: Mapping[str, object], outbound: WayOut) -> Self:
        """Make an empty one."""
        del options, outbound
        return cls()

    def check(self, argument: str) -> None:
        """Take everything."""

    async def poll(self, request: PollRequest, state: PollState, log: ReadLog) -> Polled:
        """Give the next answer."""
        self.asked.append((request, state))
        log.note(f"Asked {len(self.asked)} times.")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def listing(*items: RawItem, hours: float | None = 24, **changes: object) -> Polled:
    """A list that reaches back so many hours."""
    covers = None if hours is None else NOON - timedelta(hours=hours)
    given: dict[str, object] = {
        "items": items,
        "state": PollState(etag=f"{len(items)} items"),
        "covers_from": covers,
    }
    return Polled.model_validate({**given, **changes})


def target(source: LiveSource, cadence: timedelta = QUARTER) -> Target:
    """The source, asked every quarter of an hour if nothing else is said, kept for 400 days."""
    return Target(
        key=KEY,
        source=source,
        argument="hani",
        query="",
        languages=tuple(Language),
        market="KR",
        zone="Asia/Seoul",
        cadence=cadence,
        retention=timedelta(days=400),
    )


def poller(database: Database, clock: Clock) -> SourcePoller:
    """A poller over a real store."""
    return SourcePoller(
        ItemStore(database),
        SourceStore(database),
        clock=clock,
        history=lambda: timedelta(days=90),
        cache=cache(database, clock),
    )


def cache(database: Database, clock: Clock) -> CacheStore:
    """What counts the runs that were served."""
    return CacheStore(database, clock, lambda: load_settings({}).cache)
