"""Joining the items that carry one story: copies, repeats and near-duplicate headlines."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from trends.domain.models import Language
from trends.domain.shingles import numbers, shingles, title_key

REPEAT_WITHIN = timedelta(hours=48)
"""An outlet that runs a title again later than this tells another story, such as the next weather."""

ALIKE_WITHIN = timedelta(hours=36)
"""Farther apart, alike headlines are mostly issues of a series (measured on 30,000 headlines)."""

LONGEST_STORY = timedelta(hours=72)
"""From a story's first headline to its last, so that chains do not drift from day to day."""

# Least Jaccard index of one story's headlines. Measured on 56,000 real headlines: at these values about
# 95 % of the pairs tell the same story, and titles on one subject that tell different ones stay apart.
_LEAST_LIKENESS = {Language.KO: 0.40, Language.EN: 0.50}

_TICK_EVERY = 200

# A headline of fewer pieces ("Morning briefing") is like another by chance.
_FEWEST_SHINGLES = {Language.KO: 4, Language.EN: 3}

# "3,000 won" and "5,000 won" in otherwise alike headlines are two stories more often than one.
_LEAST_LIKENESS_OTHER_NUMBERS = 0.60
# Alike but for the numbers, and hours apart: the next issue of a series.
_SERIES_LIKENESS = 0.80
_SERIES_APART = timedelta(hours=12)


class Entry(NamedTuple):
    """What joining needs to know of an item.

    Attributes:
        item_id: Unique.
        title: Plain text, not empty.
        language: Only items of one language are joined.
        published_at: UTC.
        page: Key of its page (`urls.same_page_key`); empty where unknown.
        outlet: Who published it; empty where unknown.
    """

    item_id: str
    title: str
    language: Language
    published_at: datetime
    page: str
    outlet: str


class Joined(NamedTuple):
    """Which entries are one story.

    Attributes:
        groups: Places of the entries of each story, by (published_at, item_id), as are the
            stories by their first entry. Every entry is in exactly one.
        exact_duplicates: Entries that copy an earlier one of their story: the same page, or the
            same title in the same outlet.
        near_duplicates: Further entries joined because their headlines are alike.
    """

    groups: tuple[tuple[int, ...], ...]
    exact_duplicates: int
    near_duplicates: int


def join(entries: Sequence[Entry], tick: Callable[[int], None]) -> Joined:
    """Join entries into stories; the order in which they come makes no difference.

    Args:
        entries: Items of a run.
        tick: Called with the number of entries done, which may go back, a few hundred at a time;
            may raise.
    """
    order = sorted(range(len(entries)), key=lambda place: _when(entries[place]))
    ordered = [entries[place] for place in order]
    stories = _Stories([entry.published_at for entry in ordered])
    keys = _title_keys(ordered, tick)
    _join_reposts(ordered, keys, stories)
    _join_repeats(ordered, keys, stories)
    copies = stories.joined
    done = 0
    for language in Language:
        # Of copies, the first speaks for all.
        places = [
            place
            for place, entry in enumerate(ordered)
            if entry.language is language and stories.of(place) == place
        ]
        _join_alike(ordered, places, language, stories, lambda n, so_far=done: tick(so_far + n))
        done += len(places)
    groups = tuple(tuple(order[place] for place in group) for group in stories.groups())
    return Joined(groups, copies, stories.joined - copies)


def _title_keys(entries: Sequence[Entry], tick: Callable[[int], None]) -> list[tuple[str, str]]:
    keys: list[tuple[str, str]] = []
    for entry in entries:
        if len(keys) % _TICK_EVERY == 0:
            tick(0)
        keys.append((entry.language.value, title_key(entry.title)))
    return keys


def _when(entry: Entry) -> tuple[datetime, str]:
    return entry.published_at, entry.item_id


class _Stories:
    """Union-find over entries in order of time; a story goes by its first entry."""

    def __init__(self, times: Sequence[datetime]) -> None:
        self._story = list(range(len(times)))
        self._first = list(times)
        self._last = list(times)
        self.joined = 0

    def of(self, entry: int) -> int:
        """The first entry of the story that holds `entry`."""
        while self._story[entry] != entry:
            self._story[entry] = self._story[self._story[entry]]
            entry = self._story[entry]
        return entry

    def join(self, left: int, right: int) -> None:
        """Make one story of two, unless it would last too long."""
        first, second = sorted((self.of(left), self.of(right)))
        if first == second:
            return
        last = max(self._last[first], self._last[second])
        if last - self._first[first] <= LONGEST_STORY:
            self._unite(first, second)
            self._last[first] = last

    def repost(self, left: int, right: int) -> None:
        """Join an entry that is the other one seen again, whenever that was."""
        first, second = sorted((self.of(left), self.of(right)))
        if first != second:
            self._unite(first, second)

    def _unite(self, first: int, second: int) -> None:
        self._story[second] = first
        self.joined += 1

    def groups(self) -> list[list[int]]:
        """All stories by their first entry."""
        members: defaultdict[int, list[int]] = defaultdict(list)
        for entry in range(len(self._story)):
            members[self.of(entry)].append(entry)
        return [members[first] for first in sorted(members)]


def _join_reposts(entries: Sequence[Entry], keys: Sequence[object], stories: _Stories) -> None:
    """One page under one title is one article, however often a list shows it."""
    by_page = _by_key(
        (entry.page, key) if entry.page else None for entry, key in zip(entries, keys, strict=True)
    )
    for places in by_page:
        for place in places[1:]:
            stories.repost(places[0], place)


def _join_repeats(entries: Sequence[Entry], keys: Sequence[object], stories: _Stories) -> None:
    """One page under a new title, or one title again in one outlet, within two days of the first."""
    pages = _by_key((entry.page, entry.language) if entry.page else None for entry in entries)
    titles = _by_key((key, entry.outlet) for entry, key in zip(entries, keys, strict=True))
    for places in [*pages, *titles]:
        first = places[0]
        for place in places[1:]:
            if entries[place].published_at - entries[first].published_at <= REPEAT_WITHIN:
                stories.join(first, place)
            else:
                first = place


def _join_alike(
    entries: Sequence[Entry],
    places: Sequence[int],
    language: Language,
    stories: _Stories,
    tick: Callable[[int], None],
) -> None:
    """Join what reads alike, the most alike first."""
    # numpy and scipy take a third of a second to load: only where stories are joined.
    from trends.domain.candidates import alike_pairs

    pairs = alike_pairs(
        (_pieces(entries[place].title, language) for place in places),
        [entries[place].published_at.timestamp() for place in places],
        threshold=_LEAST_LIKENESS[language],
        within_seconds=ALIKE_WITHIN.total_seconds(),
        tick=tick,
    )
    for done, pair in enumerate(pairs):
        if done % _TICK_EVERY == 0:
            tick(len(places))
        left, right = places[pair.first], places[pair.second]
        # In a crowd of copies nearly every pair is joined already: ask that first, it is cheap.
        apart = stories.of(left) != stories.of(right)
        if apart and _tell_the_same(entries[left], entries[right], pair.likeness):
            stories.join(left, right)


def _pieces(title: str, language: Language) -> frozenset[str]:
    pieces = shingles(title, language)
    return pieces if len(pieces) >= _FEWEST_SHINGLES[language] else frozenset()


def _tell_the_same(left: Entry, right: Entry, likeness: float) -> bool:
    here, there = numbers(left.title), numbers(right.title)
    if here == there or not here or not there:
        return True
    if here.isdisjoint(there) and likeness < _LEAST_LIKENESS_OTHER_NUMBERS:
        return False
    if right.published_at - left.published_at < _SERIES_APART:
        return True
    bare_left, bare_right = _without_numbers(left), _without_numbers(right)
    shared, all_of_both = len(bare_left & bare_right), len(bare_left | bare_right)
    return shared < _SERIES_LIKENESS * all_of_both


def _without_numbers(entry: Entry) -> frozenset[str]:
    pieces = shingles(entry.title, entry.language)
    return frozenset(piece for piece in pieces if not any(map(str.isdigit, piece)))


def _by_key(keys: Iterable[object]) -> list[list[int]]:
    places: defaultdict[object, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key is not None:
            places[key].append(place)
    return [group for group in places.values() if len(group) > 1]
