"""From what the sources gave to the stories that are counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trends.domain.dedup import Entry, Joined, join
from trends.domain.language import language_of
from trends.domain.models import (
    Item,
    Language,
    NormalizeCounts,
    RawItem,
    Story,
    TimeRule,
    Window,
)
from trends.domain.queries import Query
from trends.domain.text import SUMMARY_LIMIT, TITLE_LIMIT, clean, plain_text
from trends.domain.times import TimeReader
from trends.domain.urls import canonical_url, same_page_key
from trends.domain.windows import zone_named

_TICK_EVERY = 100
_BEFORE_OUTLET = (" - ", " | ", " – ", " — ")

# A window that ends this shortly before the question was asked is meant to reach up to it.
_UP_TO_NOW = timedelta(hours=1)
_LAST_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class NormalizedCorpus:
    """The stories of a run, and what became of its items.

    Attributes:
        stories: By (published_at, story_id). Those that the query does not match are exposure.
        counts: `items_in` is `items_kept` plus all that was dropped: other languages, outside the
            span, untitled, and repeated (one id given twice). `items_kept` is the stories plus
            exact and near duplicates.
    """

    stories: tuple[Story, ...]
    counts: NormalizeCounts


def normalize(
    raw: Iterable[RawItem],
    *,
    window: Window,
    history_start: datetime,
    now: datetime,
    zone: str,
    languages: Sequence[Language],
    query: Query,
    tick: Callable[[int, int], None],
) -> NormalizedCorpus:
    """Clean items and join them into stories.

    The result depends on the set of items alone, not on their order, and normalizing what was
    normalized gives the same stories.

    Args:
        raw: Items as the sources gave them; read once.
        window: The span that the report speaks of.
        history_start: Where its past begins; items before it or from `window.end` on are dropped.
        now: When the run was asked for; stands in for times that are missing or not believed.
        zone: IANA name of the market's time zone, for times without one.
        languages: Items in any other language are dropped.
        query: Which stories the run asks about.
        tick: Called with (done, total) at least every 200 items, `total` growing while items are
            read, since their number is not known before; may raise to stop the work.

    Raises:
        InvalidWindowError: Unknown zone.
    """
    up_to_now = timedelta() <= now - window.end <= _UP_TO_NOW
    times = TimeReader(
        now=now,
        seen=window.end - _LAST_INSTANT if up_to_now else now,
        zone=zone_named(zone),
    )
    desk = _Desk(times, history_start, window.end, frozenset(languages))
    for given in raw:
        desk.take(given)
        if desk.items_in % _TICK_EVERY == 0:
            tick(desk.items_in, 2 * desk.items_in)
    items = desk.items()
    total = desk.items_in + len(items)
    furthest = 0

    def joining(done: int) -> None:
        # Joining goes over the items several times; progress must not go back.
        nonlocal furthest
        furthest = max(furthest, done)
        tick(desk.items_in + furthest, total)

    joined = join([_entry(item) for item in items], joining)
    stories: list[Story] = []
    for group in joined.groups:
        if len(stories) % _TICK_EVERY == 0:
            tick(total, total)
        stories.append(_story([items[place] for place in group], query))
    tick(total, total)
    return NormalizedCorpus(tuple(stories), _counts(desk, items, joined, stories))


class _Desk:
    """Cleans one item after the other, and keeps count."""

    def __init__(
        self,
        times: TimeReader,
        start: datetime,
        end: datetime,
        languages: frozenset[Language],
    ) -> None:
        self._times = times
        self._start = start
        self._end = end
        self._languages = languages
        self._kept: dict[str, Item] = {}
        self.items_in = 0
        self.dropped: Counter[str] = Counter()

    def take(self, raw: RawItem) -> None:
        """Keep an item, or count why not."""
        self.items_in += 1
        title = plain_text(raw.title, TITLE_LIMIT)
        outlet = clean(raw.outlet or "") or None
        if outlet:
            title = _without_outlet(title, outlet)
        if not title:
            self.dropped["untitled"] += 1
            return
        published_at, rule = self._times.read(raw.published)
        if not self._start <= published_at < self._end:
            self.dropped["outside_window"] += 1
            return
        language = language_of(title, raw.language)
        if language is None or language not in self._languages:
            self.dropped["other_language"] += 1
            return
        # Built without validation, which costs more than all else here: every field is made above
        # of validated ones.
        self._keep(
            Item.model_construct(
                item_id=f"{raw.source}:{raw.item_id}",
                source=raw.source,
                title=title,
                summary=plain_text(raw.summary, SUMMARY_LIMIT),
                url=canonical_url(raw.url),
                outlet=outlet,
                published_at=published_at,
                time_rule=rule,
                language=language,
                place=raw.place,
                censored=raw.censored,
            )
        )

    def _keep(self, item: Item) -> None:
        known = self._kept.get(item.item_id)
        if known is not None:
            self.dropped["repeated"] += 1
        # Of one id given twice, the first published stays, whichever came first.
        if known is None or _first_given(item) < _first_given(known):
            self._kept[item.item_id] = item

    def items(self) -> list[Item]:
        """What was kept, by (published_at, item_id)."""
        return sorted(self._kept.values(), key=lambda item: (item.published_at, item.item_id))


def _first_given(item: Item) -> tuple[datetime, str]:
    return item.published_at, item.model_dump_json()


def _without_outlet(title: str, outlet: str) -> str:
    """Take off ` - Outlet`, which aggregators append; the outlet has a field of its own."""
    for mark in _BEFORE_OUTLET:
        while title.endswith(mark + outlet):
            title = title.removesuffix(mark + outlet).rstrip()
    return title


def _entry(item: Item) -> Entry:
    return Entry(
        item_id=item.item_id,
        title=item.title,
        language=item.language,
        published_at=item.published_at,
        page=same_page_key(item.url) if item.url else "",
        outlet=item.outlet or "",
    )


def _story(items: Sequence[Item], query: Query) -> Story:
    first = items[0]
    return Story.model_construct(
        story_id=first.item_id,
        language=first.language,
        title=first.title,
        published_at=first.published_at,
        outlets=tuple(sorted({item.outlet for item in items if item.outlet})),
        items=tuple(items),
        matched=any(query.matches(item.title, item.summary) for item in items),
        censored=all(item.censored for item in items),
    )


def _counts(
    desk: _Desk, items: Sequence[Item], joined: Joined, stories: Sequence[Story]
) -> NormalizeCounts:
    rules = Counter(item.time_rule for item in items)
    return NormalizeCounts(
        items_in=desk.items_in,
        items_kept=len(items),
        other_language=desk.dropped["other_language"],
        outside_window=desk.dropped["outside_window"],
        untitled=desk.dropped["untitled"],
        repeated=desk.dropped["repeated"],
        exact_duplicates=joined.exact_duplicates,
        near_duplicates=joined.near_duplicates,
        stories=len(stories),
        matched_stories=sum(story.matched for story in stories),
        date_only=rules[TimeRule.DATE_ONLY],
        missing_time=rules[TimeRule.MISSING],
        future_time=rules[TimeRule.FUTURE],
    )
