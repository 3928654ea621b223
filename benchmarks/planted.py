"""Corpora whose truth is known, and how findings are held against it."""

import random
import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from trends.domain.analyze import analyze
from trends.domain.korean import KoreanTokenizer, Morpheme
from trends.domain.models import Analysis, Language, RawItem, Story, Window
from trends.domain.normalize import normalize
from trends.domain.queries import parse
from trends.sources.sample import PlannedTrend, SampleTruth, Shape

ZONE = "Asia/Seoul"
UNTIL = datetime(2026, 3, 5, tzinfo=UTC)
DAYS = 90
WINDOW = timedelta(days=7)
ERROR_RATE = 0.05
MIN_STORIES = 3
SIZES = (1.5, 2.0, 3.0, 4.0, 6.0)
LARGE = 3.0
BASES = {Shape.SPIKE: 5.0, Shape.RAMP: 4.0, Shape.SLOW_BURN: 1.5, Shape.FADING: 1.5}
"""Stories a day before a trend. A spike of one day that triples half a story a day is one further story."""

_GRID = tuple((shape, size) for size in SIZES for shape in Shape)
_LOOSE = 0.3


class RememberingTokenizer:
    """Cuts a title once, however often it comes again: shuffled corpora hold the same titles."""

    def __init__(self) -> None:
        self._inner = KoreanTokenizer()
        self._known: dict[str, list[Morpheme]] = {}

    def cut(self, titles: Sequence[str], words: Sequence[str]) -> list[list[Morpheme]]:
        """Cut each title, keeping every one of `words` whole."""
        new = sorted({title for title in titles if title not in self._known})
        self._known.update(zip(new, self._inner.cut(new, words), strict=True))
        return [self._known[title] for title in titles]


TOKENIZER = RememberingTokenizer()


def silent(done: int, total: int) -> None:
    """Take note of progress nowhere."""


def half_of_the_grid(seed: int) -> tuple[PlannedTrend, ...]:
    """Plant every other cell of shape × size; two seeds in a row fill the grid."""
    return tuple(
        PlannedTrend(shape=shape, size=size, base=BASES[shape])
        for number, (shape, size) in enumerate(_GRID)
        if (number + number // len(Shape) + seed) % 2 == 0
    )


def stories_of(
    raw: Sequence[RawItem], end: datetime = UNTIL, days: int = DAYS
) -> tuple[Story, ...]:
    """Normalize raw items as a run does."""
    return normalize(
        raw,
        window=Window(start=end - WINDOW, end=end),
        history_start=end - timedelta(days=days),
        now=end,
        zone=ZONE,
        languages=tuple(Language),
        query=parse(""),
        tick=silent,
    ).stories


def analysis_of(
    stories: Sequence[Story], end: datetime = UNTIL, days: int = DAYS, zone: str = ZONE
) -> Analysis:
    """Analyze stories as a run with the published settings does."""
    return analyze(
        stories,
        window=Window(start=end - WINDOW, end=end),
        history_start=end - timedelta(days=days),
        zone=zone,
        outlets_known=True,
        error_rate=ERROR_RATE,
        min_stories=MIN_STORIES,
        max_topics=100,
        user_words=(),
        tick=silent,
        tokenizer=TOKENIZER,
    )


@dataclass
class Verdict:
    """Findings held against the truth.

    Attributes:
        found: How many findings each planted trend, by its number, has.
        false: Findings that are no planted trend: their name, and the decoy that they are, if any.
    """

    found: Counter[int] = field(default_factory=Counter[int])
    false: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def precision(self) -> float:
        """Planted trends that were found, of all findings; several on one trend count once."""
        return len(self.found) / max(len(self.found) + len(self.false), 1)


def judge(findings: Sequence[tuple[str, Sequence[str]]], truth: SampleTruth) -> Verdict:
    """Hold findings, each a name and the ids of its evidence, against what was planted.

    A finding is a trend's where at least half of its evidence is on the trend's subject; everything else is
    false.
    """
    owner: dict[str, int] = {}
    decoy: dict[str, str] = {}
    for number, trend in enumerate(truth.trends):
        owner.update((f"sample:{item_id}", number) for item_id in trend.item_ids)
    for each in truth.decoys:
        decoy.update((f"sample:{item_id}", each.kind.value) for item_id in each.item_ids)
    verdict = Verdict()
    for name, evidence in findings:
        trends = Counter(owner[story] for story in evidence if story in owner).most_common(1)
        decoys = Counter(decoy[story] for story in evidence if story in decoy).most_common(1)
        if trends and 2 * trends[0][1] >= len(evidence):
            verdict.found[trends[0][0]] += 1
        else:
            verdict.false.append((name, decoys[0][0] if decoys else ""))
    return verdict


def announced(analysis: Analysis) -> list[tuple[str, Sequence[str]]]:
    """List the announced topics with the ids of their evidence."""
    return [
        (topic.label, [each.story_id for each in topic.evidence])
        for topic in analysis.topics
        if topic.announced
    ]


def dealt(stories: Sequence[Story], end: datetime, days: int, seed: int) -> list[Story]:
    """Deal stories to random days, near-duplicates moved together; what is left has no trend.

    A block gets a day with the probability of that day's share of all stories of its language, and keeps its time of
    day, so that the rhythm of the week stays.
    """
    chance = random.Random(seed)
    start = end - timedelta(days=days)
    volume: dict[Language, list[int]] = {language: [0] * days for language in Language}
    for story in stories:
        volume[story.language][(story.published_at - start).days] += 1
    edges = {language: list(accumulate(counts)) for language, counts in volume.items()}
    moved: list[Story] = []
    for block in _blocks(stories):
        first = stories[block[0]]
        edge = edges[first.language]
        target = bisect(edge, chance.random() * edge[-1])
        shift = target - (first.published_at - start).days
        for place in block:
            story = stories[place]
            day = ((story.published_at - start).days + shift) % days
            when = start + timedelta(days=day) + (story.published_at - start) % timedelta(days=1)
            moved.append(story.model_copy(update={"published_at": when}))
    return moved


def _blocks(stories: Sequence[Story]) -> list[list[int]]:
    """Group stories within two days that share three tenths of their words, directly or by way of others."""
    words = [frozenset(re.findall(r"\w+", story.title.casefold())) for story in stories]
    parent = list(range(len(stories)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    latest: Mapping[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(stories)), key=lambda p: stories[p].published_at):
        shared: Counter[int] = Counter()
        for word in sorted(words[place]):
            for other in latest[word][-40:]:
                shared[other] += 1
            latest[word].append(place)
        for other, count in shared.items():
            near = stories[place].published_at - stories[other].published_at < timedelta(days=2)
            if near and count >= _LOOSE * len(words[place] | words[other]):
                parent[root(place)] = root(other)
    blocks: Mapping[int, list[int]] = defaultdict(list)
    for place in range(len(stories)):
        blocks[root(place)].append(place)
    return [blocks[name] for name in sorted(blocks)]
