"""Count the entities of a watchlist by day, and test each against its own past.

An entity is counted over the matched stories of the languages in which it has a name, and its exposure is every story
of those. Its tests are those of topics (`surprise`), with the dispersion that all terms of the language share, in a
family of their own: what few names a person watches is not weighed against every word of the news.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from trends.domain.counts import Counts, Flags, Timeline
from trends.domain.drafts import ASSUMED_DISPERSION, LEAST_GROWTH, significant
from trends.domain.evidence import cited
from trends.domain.growth import Growth, growth
from trends.domain.models import (
    DayCount,
    Language,
    Story,
    VoiceShare,
    WatchedEntity,
    WatchVerdict,
    Window,
    WindowTest,
)
from trends.domain.outlets import rest_on_one
from trends.domain.screening import Reading
from trends.domain.surprise import WINDOWS, Surprise, adjusted, long_enough, surprise
from trends.domain.terms import Tick
from trends.domain.voice import shares
from trends.domain.watching import Watcher
from trends.domain.watchlist import Entity

MOST_EVIDENCE = 5
_TICK_EVERY = 256


@dataclass
class Mentions:
    """Where entities are named.

    Attributes:
        places: Of each entity, the positions of the stories that name it, ascending.
        words: Aliases that Korean headlines really hold.
    """

    places: list[list[int]]
    words: set[str] = field(default_factory=set[str])

    @property
    def korean_words(self) -> tuple[str, ...]:
        """Those of `words`, sorted: the analyser is to keep them whole."""
        return tuple(sorted(self.words))


def find_mentions(line: Timeline, entities: Sequence[Entity], tick: Tick) -> Mentions:
    """Look for the entities in every headline of every matched story.

    Args:
        line: The run's stories.
        entities: The watchlist; where it is empty, nothing is looked for.
        tick: Called with (done, total) every few hundred stories; may raise to stop.
    """
    found = Mentions([[] for _ in entities])
    if not entities:
        return found
    watcher = Watcher(entities)
    for place, story in enumerate(line.stories):
        if place % _TICK_EVERY == 0:
            tick(place, len(line.stories))
        if not story.matched:
            continue
        titles = dict.fromkeys([story.title, *(item.title for item in story.items)])
        hits = [hit for title in titles for hit in watcher.hits(title, story.language)]
        for number in {hit.entity for hit in hits}:
            found.places[number].append(place)
        if story.language is Language.KO:
            found.words.update(hit.alias for hit in hits)
    return found


def count_watched(
    line: Timeline,
    entities: Sequence[Entity],
    mentions: Mentions,
    readings: Sequence[Reading],
    *,
    window: Window,
    error_rate: float,
    min_stories: int,
    sole: Sequence[str | None] | None,
) -> tuple[WatchedEntity, ...]:
    """Count and test every entity, in the order of the watchlist.

    Args:
        line: The run's stories and days.
        entities: The watchlist.
        mentions: Where they are named.
        readings: The terms of each language, for the dispersion that they share.
        window: The span the report speaks of.
        error_rate: False discovery rate to hold among the entities.
        min_stories: Fewer stories in a window are never called a rise.
        sole: The outlet that alone carried each story; None where outlets are unknown.
    """
    if not entities:
        return ()
    days = max(1, sum(each.end > window.start for each in line.days))
    counted = list(_counted(line, entities, mentions, readings, days))
    _judge(line, counted, error_rate, min_stories, sole)
    voices = shares(
        [entity.group for entity in entities],
        np.stack([each.counts for each in counted]),
        days,
        [each.dispersion(days) for each in counted],
    )
    return tuple(
        _entity(line, entity, each, days, voice, error_rate, outlets_known=sole is not None)
        for entity, each, voice in zip(entities, counted, voices, strict=True)
    )


@dataclass
class _Counted:
    """One entity in numbers; `q_values` and `single` are known once all are counted."""

    places: list[int]
    counts: Counts
    exposure: Counts
    tests: dict[int, Surprise]
    q_values: dict[int, float] = field(default_factory=dict[int, float])
    single: set[int] = field(default_factory=set[int])

    def dispersion(self, days: int) -> float:
        test = self.tests.get(days)
        return float(test.baseline.dispersion[0]) if test else ASSUMED_DISPERSION

    def growth(self, days: int) -> Growth:
        test = self.tests.get(days)
        past, behind = float(self.counts[:-days].sum()), float(self.exposure[:-days].sum())
        if test:
            past, behind = float(test.baseline.stories[0]), float(test.baseline.exposure[0])
        return growth(
            float(self.counts[-days:].sum()),
            float(self.exposure[-days:].sum()),
            past,
            behind,
            self.dispersion(days),
        )

    def alarmed(self, days: int, error_rate: float) -> bool:
        return self.q_values[days] <= error_rate


def _counted(
    line: Timeline,
    entities: Sequence[Entity],
    mentions: Mentions,
    readings: Sequence[Reading],
    window_days: int,
) -> Iterator[_Counted]:
    exposures: dict[tuple[Language, ...], Counts] = {}
    for entity, places in zip(entities, mentions.places, strict=True):
        languages = entity.languages
        if languages not in exposures:
            exposures[languages] = line.exposure(languages)
        exposure = exposures[languages]
        counts = line.on_days(places)
        known = [reading for reading in readings if reading.language in languages]
        tests: dict[int, Surprise] = {}
        for days in sorted({*WINDOWS, window_days}):
            if long_enough(exposure, days):
                of = [reading for reading in known if days in reading.tests]
                most = max(of, key=lambda each: float(each.exposure.sum()), default=None)
                pools = most.tests[days].baseline.pools if most else None
                tests[days] = surprise(counts[None, :], exposure, days, pools)
        yield _Counted(places, counts, exposure, tests)


def _judge(
    line: Timeline,
    counted: Sequence[_Counted],
    error_rate: float,
    min_stories: int,
    sole: Sequence[str | None] | None,
) -> None:
    """Put all tests of the watchlist under one error rate, and look at what rests on one outlet."""
    every = [(each, days) for each in counted for days in each.tests]
    p_values = [
        float(each.tests[days].p_value[0]) if each.tests[days].stories[0] >= min_stories else 1.0
        for each, days in every
    ]
    q_values = adjusted(np.array(p_values, dtype=np.float64))
    for (each, days), q_value in zip(every, q_values.tolist(), strict=True):
        each.q_values[days] = q_value
        if sole is not None and each.alarmed(days, error_rate):
            resting: Flags = rest_on_one(line, [each.places], each.exposure, each.tests[days], sole)
            if resting[0]:
                each.single.add(days)


def _verdict(each: _Counted, error_rate: float) -> WatchVerdict:
    if not each.tests:
        return WatchVerdict.PAST_TOO_SHORT
    rising = [
        days
        for days in each.tests
        if each.alarmed(days, error_rate) and each.growth(days).low >= LEAST_GROWTH
    ]
    if not rising:
        return WatchVerdict.USUAL
    alone = all(days in each.single for days in rising)
    return WatchVerdict.SINGLE_OUTLET if alone else WatchVerdict.RISING


def _entity(
    line: Timeline,
    entity: Entity,
    each: _Counted,
    days: int,
    voice: VoiceShare | None,
    error_rate: float,
    *,
    outlets_known: bool,
) -> WatchedEntity:
    first = len(line.days) - days
    within = [line.stories[place] for place in each.places if line.day_of[place] >= first]
    grown = each.growth(days)
    test = each.tests.get(days)
    outlets = {name for story in within for name in story.outlets}
    return WatchedEntity(
        name=entity.name,
        title=entity.shown,
        group=entity.group,
        verdict=_verdict(each, error_rate),
        window_days=days,
        stories=len(within),
        expected=round(float(test.expected[0]), 4) if test else None,
        growth=round(grown.ratio, 3),
        growth_low=round(grown.low, 3),
        growth_high=round(grown.high, 3),
        tests=tuple(_window_test(each, length, error_rate) for length in each.tests),
        voice=voice,
        outlets=len(outlets) if outlets_known else 0,
        series=tuple(
            DayCount(day=day, stories=int(count), exposure=int(all_of), observed=bool(all_of))
            for day, count, all_of in zip(line.dates, each.counts, each.exposure, strict=True)
        ),
        evidence=tuple(
            cited(story, outlets_known=outlets_known)
            for story in sorted(within, key=_best_first)[:MOST_EVIDENCE]
        ),
    )


def _window_test(each: _Counted, days: int, error_rate: float) -> WindowTest:
    test = each.tests[days]
    return WindowTest(
        days=days,
        stories=int(test.stories[0]),
        expected=round(float(test.expected[0]), 4),
        p_value=significant(float(test.p_value[0])),
        q_value=significant(each.q_values[days]),
        alarmed=each.alarmed(days, error_rate),
    )


def _best_first(story: Story) -> tuple[int, float, str]:
    return -len(story.outlets), -story.published_at.timestamp(), story.story_id
