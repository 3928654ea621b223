"""What people do with monitors: add, change, pause, remove, bring in and out, look back. What the API serves from."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from engine.monitor_runs import whole_spec
from engine.past_items import PastItems
from trends.domain import queries
from trends.domain.counts import timeline
from trends.domain.models import Model, Question, RawItem, WatchedEntity, Window
from trends.domain.monitors import (
    Monitor,
    MonitorDraft,
    MonitorState,
    MonitorVerb,
    Preview,
    warnings_of,
)
from trends.domain.normalize import normalize
from trends.domain.outlets import sole_outlet
from trends.domain.text import clean, plain_text
from trends.domain.watch import count_watched, find_mentions
from trends.domain.watchlist import Watchlist
from trends.domain.windows import parse_window
from trends.errors import InvalidRequestError, TooLargeError
from trends.markets import load_market
from trends.monitors_yaml import read_monitors, write_monitors
from trends.settings import Settings, SettingsInForce
from trends.storage.monitors import Asked, MonitorStore
from trends.watchlist_csv import read_watchlist

PREVIEW_DAYS = 7
MOST_PREVIEWED = 20_000
"""Items that a query is tried on at most."""

MOST_COUNTED_BACK = 100_000
"""Items that are joined to stories at most while somebody waits; a run takes more."""


class Kept(Model):
    """A monitor that was added or changed, and what is odd about it."""

    monitor: Monitor
    warnings: tuple[str, ...] = ()


class LookBack(Model):
    """A watchlist counted over the past.

    Attributes:
        window: The span that was counted over.
        items: Items in it.
        stories: What they make.
        entities: The entities, in the watchlist's order.
    """

    window: Window
    items: int
    stories: int
    entities: tuple[WatchedEntity, ...]


class MonitorService:
    """Everything a caller can do to monitors.

    Args:
        store: Monitors.
        past: What their sources gave before.
        settings: Defaults of what is left out.
        check_source: Refuses a source spec of a tenant that could not be read.
        check_channels: Refuses a tenant's channels that nothing could be sent to.
        clock: Now, in UTC.
        changed: Is told when a monitor was added, changed or removed, so that its schedule follows at once.
    """

    def __init__(
        self,
        store: MonitorStore,
        past: PastItems,
        settings: SettingsInForce,
        *,
        check_source: Callable[[str, str], Awaitable[None]],
        check_channels: Callable[[str, Iterable[str]], Awaitable[None]],
        clock: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.store = store
        self._changed = changed
        self._past = past
        self._settings = settings
        self._check_source = check_source
        self._check_channels = check_channels
        self._clock = clock

    async def add(self, tenant: str, draft: MonitorDraft, author: str) -> Kept:
        """Add a monitor; one that was removed comes back with what is given.

        Raises:
            InvalidRequestError: Something in it cannot be; its subclasses say what.
            MonitorExistsError: Its name, or its question, is taken.
        """
        asked = whole_spec(tenant, draft, None, self._settings.current, self._clock())
        await self._check(tenant, asked)
        monitor = await self.store.add(tenant, asked, clean(author))
        self._changed()
        return Kept(monitor=monitor, warnings=await self._warnings(monitor))

    async def edit(
        self, tenant: str, draft: MonitorDraft, author: str, if_revision: int | None
    ) -> Kept:
        """Change what is given of a monitor; the rest stays as it is.

        Raises:
            InvalidRequestError: Something in it cannot be.
            MonitorNotFoundError: No such monitor, or it was removed.
            MonitorChangedError: It has another revision by now.
            MonitorExistsError: Another monitor asks this question.
        """
        now = self._clock()
        before = await self.store.get(tenant, draft.name)
        await self._check(
            tenant, whole_spec(tenant, draft, before.spec, self._settings.current, now)
        )

        def change(known: Monitor) -> tuple[MonitorVerb, MonitorState, Asked]:
            asked = whole_spec(tenant, draft, known.spec, self._settings.current, now)
            return MonitorVerb.EDITED, known.state, asked

        monitor = await self.store.change(tenant, draft.name, change, clean(author), if_revision)
        self._changed()
        odd = await self._warnings(monitor) if monitor.question != before.question else ()
        return Kept(monitor=monitor, warnings=odd)

    async def steer(
        self, tenant: str, name: str, verb: MonitorVerb, author: str, if_revision: int | None
    ) -> Monitor:
        """Pause a monitor, let it go on, or remove it. Its past stays.

        Raises:
            MonitorNotFoundError: No such monitor, or it was removed.
            MonitorChangedError: It has another revision by now.
        """
        state = {
            MonitorVerb.PAUSED: MonitorState.PAUSED,
            MonitorVerb.RESUMED: MonitorState.ACTIVE,
            MonitorVerb.REMOVED: MonitorState.REMOVED,
        }[verb]

        def change(known: Monitor) -> tuple[MonitorVerb, MonitorState, Asked]:
            return verb, state, Asked(known.spec, known.monitor_id, known.question)

        monitor = await self.store.change(tenant, name, change, clean(author), if_revision)
        self._changed()
        return monitor

    async def bring_in(
        self, tenant: str, data: bytes, origin: str, author: str
    ) -> tuple[Monitor, ...]:
        """Read monitors from YAML: all of them or none. Each is complete: what it leaves out is as the settings say.

        Raises:
            InvalidRequestError: Something in it cannot be; names the lines.
            MonitorExistsError: Another monitor asks one of the questions.
        """
        drafts = await asyncio.to_thread(read_monitors, data, origin)
        now = self._clock()
        asked = [whole_spec(tenant, draft, None, self._settings.current, now) for draft in drafts]
        for each in asked:
            await self._check(tenant, each)
        monitors = await self.store.put(tenant, asked, clean(author))
        self._changed()
        return monitors

    async def write_out(self, tenant: str, names: Sequence[str] = ()) -> str:
        """Write monitors as YAML, all that are not removed or those named.

        Raises:
            MonitorNotFoundError: There never was one of a name.
        """
        monitors = (
            [await self.store.get(tenant, name) for name in names]
            if names
            else await self.store.every(tenant)
        )
        return write_monitors([monitor.spec for monitor in monitors])

    async def set_watchlist(
        self,
        tenant: str,
        name: str,
        data: bytes,
        origin: str,
        author: str,
        if_revision: int | None,
    ) -> Kept:
        """Replace the watchlist of a monitor by a CSV file's.

        Raises:
            InvalidWatchlistError: It cannot be read or counted; names the rows.
            MonitorNotFoundError: No such monitor, or it was removed.
            MonitorChangedError: It has another revision by now.
        """
        watchlist: Watchlist = await asyncio.to_thread(read_watchlist, data, origin)
        draft = MonitorDraft(name=name, watchlist=watchlist)
        return await self.edit(tenant, draft, author, if_revision)

    async def preview(self, tenant: str, question: Question) -> Preview | None:
        """Try a question on recent items; None where there are none.

        Raises:
            InvalidQueryError: The query cannot be read.
        """
        query = queries.parse(question.query)
        end = self._clock()
        matched = total = 0
        batches = self._past.read(tenant, question, end - timedelta(days=PREVIEW_DAYS), end)
        async with contextlib.aclosing(batches):
            async for batch in batches:
                matched += await asyncio.to_thread(_matching, query, batch)
                total += len(batch)
                if total >= MOST_PREVIEWED:
                    return Preview(matched=matched, total=total, complete=False)
        return Preview(matched=matched, total=total) if total else None

    async def look_back(self, tenant: str, name: str, back: str) -> LookBack:
        """Count a monitor's watchlist over what its sources gave before.

        Args:
            tenant: Whose monitor.
            name: Which one.
            back: How far, such as `90d`.

        Raises:
            MonitorNotFoundError: No such monitor.
            InvalidWindowError: `back` cannot be read.
            InvalidRequestError: The monitor watches nothing.
            TooLargeError: There is more than can be counted while somebody waits.
        """
        monitor = await self.store.get(tenant, name)
        if not monitor.spec.watchlist:
            raise InvalidRequestError(
                f"The monitor '{name}' has no watchlist.",
                next_step=f"Give it one: trends monitors watchlist {name} --from FILE.csv",
            )
        now = self._clock()
        zone = load_market(monitor.spec.market).time_zone
        span = parse_window(back, now, zone)
        items: list[RawItem] = []
        batches = self._past.read(tenant, monitor.question, span.start, span.end)
        async with contextlib.aclosing(batches):
            async for batch in batches:
                items += batch
                if len(items) > MOST_COUNTED_BACK:
                    raise TooLargeError(
                        f"There are more than {MOST_COUNTED_BACK:,} items in {back}.",
                        why="They are counted while you wait.",
                        next_step=f"Look back less far, or run it: trends run --monitor {name}",
                    )
        return await asyncio.to_thread(
            _count_back, monitor, items, span, now, zone, self._settings.current
        )

    async def _check(self, tenant: str, asked: Asked) -> None:
        for source in asked.spec.sources:
            await self._check_source(tenant, source)
        if asked.spec.channels:
            await self._check_channels(tenant, asked.spec.channels)

    async def _warnings(self, monitor: Monitor) -> tuple[str, ...]:
        if not monitor.question.query:
            return ()
        preview = await self.preview(monitor.tenant, monitor.question)
        return warnings_of(monitor.question.query, preview)


def _matching(query: queries.Query, items: Sequence[RawItem]) -> int:
    return sum(
        query.matches(plain_text(item.title, 1_000), plain_text(item.summary, 4_000))
        for item in items
    )


def _count_back(
    monitor: Monitor,
    items: Sequence[RawItem],
    span: Window,
    now: datetime,
    zone: str,
    settings: Settings,
) -> LookBack:
    def silent(_done: int, _total: int) -> None:
        return

    corpus = normalize(
        items,
        window=span,
        history_start=span.start,
        now=now,
        zone=zone,
        languages=monitor.spec.languages,
        query=queries.parse(monitor.question.query),
        tick=silent,
    )
    line = timeline(corpus.stories, span.end, span.start, zone)
    entities = monitor.spec.watchlist
    window = parse_window(monitor.spec.window, now, zone)
    outlets_known = all(item.outlet for item in items)
    return LookBack(
        window=span,
        items=corpus.counts.items_kept,
        stories=corpus.counts.stories,
        entities=count_watched(
            line,
            entities,
            find_mentions(line, entities, silent),
            (),
            window=window,
            error_rate=settings.analysis.error_rate,
            min_stories=settings.analysis.min_stories,
            sole=[sole_outlet(story) for story in line.stories] if outlets_known else None,
        ),
    )
