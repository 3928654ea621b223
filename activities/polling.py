"""Poll a source once and keep what it gives: what the pollers and a run's own top-up share."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from trends.domain.health import SourceHealth, down_since, next_poll
from trends.domain.items import look_at
from trends.domain.models import Language
from trends.domain.spans import covered
from trends.domain.windows import zone_named
from trends.errors import SourceError, StorageError, TrendsError
from trends.sources.base import LiveSource, Polled, PollRequest, PollState, ReadLog
from trends.storage.items import ItemStore
from trends.storage.polls import Found, Plan, SourceKey
from trends.storage.response_cache import CacheKind, CacheStore
from trends.storage.sources import SourceStore
from trends.telemetry import get_logger

MAX_REASON = 500

_log = get_logger(__name__)


@dataclass(frozen=True)
class Target:
    """A source to poll, with everything it takes.

    Attributes:
        key: Where its items go.
        source: Its connector.
        argument: What stood behind the colon of its spec.
        query: What is searched for, where it is a search.
        languages: Languages that are read.
        market: Name of the market.
        zone: Name of the zone of times that are written without one.
        cadence: How often it is asked.
        retention: How long its items are kept.
    """

    key: SourceKey
    source: LiveSource
    argument: str
    query: str
    languages: tuple[Language, ...]
    market: str
    zone: str
    cadence: timedelta
    retention: timedelta

    def request(self, now: datetime) -> PollRequest:
        """Write what is asked at one moment."""
        return PollRequest(
            argument=self.argument,
            query=self.query,
            languages=self.languages,
            market=self.market,
            zone=self.zone,
            now=now,
        )


@dataclass(frozen=True)
class PollOutcome:
    """How a poll went.

    Attributes:
        next_poll: When the source is to be asked next.
        items: Items in the list.
        new: Those that the store did not have.
        kept: Whether an answer served that was kept since another asked.
        error: Why it failed, if it did.
        down_since: Since when it has not answered, once that is a day.
        notes: What else there is to say.
    """

    next_poll: datetime
    items: int = 0
    new: int = 0
    kept: bool = False
    error: TrendsError | None = None
    down_since: datetime | None = None
    notes: Sequence[str] = ()


@dataclass(eq=False)
class Turn:
    """Whose turn it is at one source, among the runs of this process.

    Attributes:
        lock: Held by whoever's turn it is.
        outcome: What came of asking while others waited; None where nobody asked yet.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    outcome: PollOutcome | None = None


class SourcePoller:
    """Polls sources.

    Args:
        items: Takes what they give.
        sources: Knows how they are.
        clock: Now, in UTC.
        history: Tells how far back from its window's end a run reads; its items are not pruned.
        cache: Counts the runs that an earlier answer served.
    """

    def __init__(
        self,
        items: ItemStore,
        sources: SourceStore,
        *,
        clock: Callable[[], datetime],
        history: Callable[[], timedelta],
        cache: CacheStore,
    ) -> None:
        self.items = items
        self.sources = sources
        self.clock = clock
        self._history = history
        self._cache = cache
        # An entry lives as long as somebody holds it or waits for it.
        self._turns = WeakValueDictionary[SourceKey, Turn]()

    @contextlib.asynccontextmanager
    async def turn(self, key: SourceKey) -> AsyncGenerator[Turn]:
        """Wait for one's turn to find out whether a source is to be asked, and ask it.

        Ten runs of nine o'clock then ask once. Those who waited get what came of it: a source that is down is not tried
        ten times, one time-out after the other.
        """
        turn = self._turns.setdefault(key, Turn())
        if not turn.lock.locked():
            turn.outcome = None
        async with turn.lock:
            yield turn

    async def count(self, key: SourceKey, *, served: bool) -> None:
        """Count whether an earlier answer served a run. That it cannot be counted is no failure of the run."""
        with contextlib.suppress(StorageError):
            await self._cache.count(key.tenant, CacheKind.SOURCE, hit=served)

    async def poll(self, target: Target, first_seen: datetime | None = None) -> PollOutcome:
        """Ask a source once. That it fails is an outcome, and part of its health; only storage's failure is raised.

        Args:
            target: What to poll.
            first_seen: The moment that counts as first seen, where it is not now.

        Raises:
            StorageError: The database failed; nothing was kept, and the poll may be repeated.
        """
        health, state = await self.sources.known(target.key)
        now = self.clock()
        log = ReadLog()
        try:
            polled = await target.source.poll(
                target.request(now), PollState.model_validate(state or {}), log
            )
        except TrendsError as error:
            return await self._failed(target, health, now, error)
        except Exception as error:  # noqa: BLE001  # said in the log and in its health
            # What a hostile document does to a parser concerns this source alone.
            _log.exception("poll.unexpected", source=target.key.source)
            unexpected = SourceError(f"Unexpected {type(error).__name__}: {error}"[:MAX_REASON])
            return await self._failed(target, health, now, unexpected)
        if polled.at is not None:
            # Nothing is observed by looking at it again. Not before the last look: limits may have changed since.
            now = max(polled.at, health.last_success or polled.at)
        outcome = await self._found(target, health, polled, now, first_seen or now)
        return replace(outcome, notes=tuple(log.notes), kept=polled.at is not None)

    async def prune(self, target: Target) -> int:
        """Delete a few items that are older than their time and that no run still needs."""
        before = self.clock() - target.retention
        needed = await self.sources.needed_since(target.key.tenant, self._history())
        return await self.items.prune(target.key, min(before, needed or before))

    async def _found(
        self,
        target: Target,
        health: SourceHealth,
        polled: Polled,
        now: datetime,
        first_seen: datetime,
    ) -> PollOutcome:
        # On a thread: telling languages apart takes a while for a long list.
        seen = await asyncio.to_thread(
            look_at, polled.items, now=now, seen=first_seen, zone=zone_named(target.zone)
        )
        plan = _plan(target, now, next_poll(now, target.cadence, target.key.source))
        found = Found(
            items=seen.items,
            first_seen=first_seen,
            newest_at=seen.newest,
            observed=covered(
                polled.covers_from, health.last_success, now, censored=polled.censored
            ),
            censored=polled.censored,
            unchanged=polled.not_modified,
            state=polled.state.model_dump(mode="json"),
            moved_to=polled.state.moved_to,
        )
        written = await self.items.found(target.key, plan, found)
        return PollOutcome(plan.next_poll, items=len(seen.items), new=written.new)

    async def _failed(
        self, target: Target, health: SourceHealth, now: datetime, error: TrendsError
    ) -> PollOutcome:
        again = next_poll(
            now,
            target.cadence,
            target.key.source,
            failures=health.failures + 1,
            final=not error.retryable,
            retry_after=error.retry_after,
        )
        plan = _plan(target, now, again)
        now_is = await self.items.failed(target.key, plan, error.slug, str(error)[:MAX_REASON])
        return PollOutcome(again, error=error, down_since=down_since(now_is, now))


def _plan(target: Target, now: datetime, again: datetime) -> Plan:
    return Plan(at=now, next_poll=again, cadence_seconds=int(target.cadence.total_seconds()))
