"""Topics in numbers, before they are written out: what a run found, and what of it may be announced."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trends.domain.counts import Counts, Flags, Timeline
from trends.domain.crazes import crazes
from trends.domain.growth import Growth, growth, interval
from trends.domain.models import Window, WindowTest
from trends.domain.outlets import STILL_SURPRISING, rest_on_one
from trends.domain.screening import Family, Reading
from trends.domain.surprise import Surprise, passes, surprise
from trends.domain.terms import Tick
from trends.domain.topics import Cluster, cluster

RECENT_DAYS = 28
WATCHED = 0.05
"""A term is worth a look, though not an announcement, from this p-value of its own on."""

LEAST_GROWTH = 1.1
"""Lower end of the growth interval that an announcement takes."""

ASSUMED_DISPERSION = 1.5
"""Where the past is too short to measure it."""

_TERMS_PER_TOPIC = 6
_SHORT_WINDOW = 7


@dataclass(frozen=True)
class Draft:
    """One topic in numbers.

    Attributes:
        reading: Its language.
        cluster: Its terms.
        stories: Positions of all its stories, ascending.
        counts: Its stories by day.
        window_days: The window at which it stands out most.
        tests: One per window that could be tested.
        rate: Usual rate.
        dispersion: Variance over mean in such a window.
        growth: Rate now over rate before.
        p_value: Smallest p-value of its core terms, as the error rate counted it.
        alarmed: Whether a core term and the topic itself passed the error rate.
        craze: Whether a core term is a new word that headlines call a craze.
        single_outlet: Whether the rise rests on one outlet.
    """

    reading: Reading
    cluster: Cluster
    stories: tuple[int, ...]
    counts: Counts
    window_days: int
    tests: tuple[WindowTest, ...]
    rate: float
    dispersion: float
    growth: Growth
    p_value: float
    alarmed: bool
    craze: bool
    single_outlet: bool

    @property
    def key(self) -> str:
        """Name it is known by in every run: of its core terms the one with most stories."""
        index = self.reading.index
        return min((-len(index.postings[term]), index.keys[term]) for term in self.cluster.core)[1]


def draft_topics(
    line: Timeline,
    reading: Reading,
    family: Family,
    window: Window,
    *,
    max_topics: int,
    min_stories: int,
    sole: Sequence[str | None] | None,
    tick: Tick,
    new_words: Collection[str] = (),
) -> list[Draft]:
    """Join the terms of one language that stand out to topics, and measure each.

    Args:
        line: The run's stories and days.
        reading: The language.
        family: All tests of the run.
        window: The run's window; a topic without a story in it is left out.
        max_topics: How many topics the run will tell of.
        min_stories: Fewer stories in a window are not told of.
        sole: The outlet that alone carried each story; None where outlets are unknown.
        tick: May raise to stop.
        new_words: Words that no dictionary knows; those that are a craze are told of sooner.
    """
    craze = crazes(line, reading, new_words, error_rate=family.error_rate, min_stories=min_stories)
    alarmed = family.alarmed(reading) | craze
    terms = _standing_out(reading, alarmed, max_topics * _TERMS_PER_TOPIC, min_stories)
    first = len(line.days) - RECENT_DAYS
    postings = reading.index.postings
    recent = [
        frozenset(place for place in postings[term] if line.day_of[place] >= first)
        for term in terms
    ]
    clusters = cluster(terms, recent, lambda term: bool(alarmed[term]))
    if reading.tests:
        clusters = _explained_away(line, reading, family, clusters, alarmed, min_stories, tick)
    found: list[tuple[Cluster, tuple[int, ...]]] = []
    for number, each in enumerate(clusters):
        tick(number, len(clusters))
        places = tuple(sorted({place for term in each.core for place in postings[term]}))
        if line.stories[places[-1]].published_at >= window.start:
            found.append((each, places))
    if not found:
        return []
    if not reading.tests:
        return list(_untested(line, reading, found))
    return list(_tested(line, reading, family, found, craze, sole))


def announced(drafts: Sequence[Draft], family: Family) -> list[bool]:
    """Say which drafts may be announced.

    Each must have passed by itself, rest on more than one outlet, and have grown by a tenth at the lower end of its
    interval: a very common word passes with next to no change. A trend sets off many terms, so that the
    error rate over terms is not yet one over topics: the rule is applied once more with each topic counted once,
    at its best p-value, against all tests of the run. A craze has its own error rate, see `trends.domain.crazes`.
    """
    grown = [
        number
        for number, each in enumerate(drafts)
        if not each.single_outlet and each.growth.low >= LEAST_GROWTH
    ]
    eligible = [number for number in grown if drafts[number].alarmed]
    p_values = np.array([drafts[number].p_value for number in eligible], dtype=np.float64)
    good = passes(p_values, family.size, family.error_rate)
    chosen = {number for number, passed in zip(eligible, good, strict=True) if passed}
    chosen.update(number for number in grown if drafts[number].craze)
    return [number in chosen for number in range(len(drafts))]


def _standing_out(reading: Reading, alarmed: Flags, limit: int, min_stories: int) -> list[int]:
    """Return the numbers of the alarmed terms, strongest first, then of those worth a look."""
    keys = reading.index.keys
    if not keys:
        return []
    if reading.tests:
        rows = [
            np.where(test.stories >= min_stories, test.p_value, 1.0)
            for test in reading.tests.values()
        ]
        strength = np.min(rows, axis=0)
        worth = strength <= WATCHED
    else:
        strength = -_growth_low(reading)
        recent = reading.counts[:, -_short_window(reading.exposure) :].sum(axis=1)
        worth = recent >= min_stories
    chosen = np.nonzero(worth | alarmed)[0].tolist()
    ranked = sorted(
        chosen,
        key=lambda term: (
            not alarmed[term],
            strength[term],
            -len(reading.index.postings[term]),
            keys[term],
        ),
    )
    return ranked[: max(limit, int(alarmed.sum()))]


def _explained_away(
    line: Timeline,
    reading: Reading,
    family: Family,
    clusters: Sequence[Cluster],
    alarmed: Flags,
    min_stories: int,
    tick: Tick,
) -> list[Cluster]:
    """Leave out what rises only because a stronger topic does, such as the shop that sells the craze.

    Of each alarmed topic, strongest first, the stories are taken away that stronger ones hold, or that one outlet
    alone made a burst of. If what is left is no surprise (p > 0.01), its terms are tied to the topic that holds most
    of them.
    """
    postings = reading.index.postings
    own = [frozenset(place for term in each.core for place in postings[term]) for each in clusters]
    bursts = family.one_outlet[reading.language]
    held = [
        number
        for number, each in enumerate(clusters)
        if bursts[each.lead] and not alarmed[each.lead]
    ]
    kept: list[Cluster] = []
    for number, each in enumerate(clusters):
        tick(number, len(clusters))
        if alarmed[each.lead]:
            left = own[number].difference(*(own[other] for other in held))
            if len(left) < len(own[number]) and not _still_rises(
                line, reading, family, each.lead, left, min_stories
            ):
                home = max(held, key=lambda other: (len(own[other] & own[number]), -other))
                clusters[home].tied += [*each.core, *each.tied]
                continue
            held.append(number)
        kept.append(each)
    return kept


def _still_rises(
    line: Timeline,
    reading: Reading,
    family: Family,
    lead: int,
    left: frozenset[int],
    min_stories: int,
) -> bool:
    """Whether stories are a surprise at the window where the leading term stands out most."""
    days = min(reading.tests, key=lambda d: (float(family.p_values[reading.language, d][lead]), d))
    counts = line.on_days(sorted(left))[None, :]
    test = surprise(counts, reading.exposure, days, reading.tests[days].baseline.pools)
    return bool(test.stories[0] >= min_stories and test.p_value[0] <= STILL_SURPRISING)


def _tested(
    line: Timeline,
    reading: Reading,
    family: Family,
    found: Sequence[tuple[Cluster, tuple[int, ...]]],
    craze: Flags,
    sole: Sequence[str | None] | None,
) -> Iterator[Draft]:
    groups = [places for _, places in found]
    counts = np.stack([line.on_days(places) for places in groups])
    judged = {
        days: surprise(counts, reading.exposure, days, test.baseline.pools)
        for days, test in reading.tests.items()
    }
    single = {
        days: np.zeros(len(groups), dtype=np.bool_)
        if sole is None
        else rest_on_one(line, groups, reading.exposure, test, sole)
        for days, test in judged.items()
    }
    best = family.best(reading)
    alarmed = family.alarmed(reading)
    for number, (each, places) in enumerate(found):
        total = float(len(places))
        tests = tuple(_window_test(test, number, total, family) for test in judged.values())
        days = min(
            judged,
            key=lambda d: (bool(single[d][number]), float(judged[d].p_value[number]), d),
        )
        base = judged[days].baseline
        yield Draft(
            reading=reading,
            cluster=each,
            stories=places,
            counts=counts[number],
            window_days=days,
            tests=tests,
            rate=float(base.rate[number]),
            dispersion=float(base.dispersion[number]),
            growth=growth(
                float(judged[days].stories[number]),
                float(reading.exposure[-days:].sum()),
                float(base.stories[number]),
                float(base.exposure[number]),
                float(base.dispersion[number]),
            ),
            p_value=float(best[each.core].min()),
            alarmed=bool(alarmed[each.core].any()) and any(test.alarmed for test in tests),
            craze=bool(craze[each.core].any()),
            single_outlet=bool(single[days][number]),
        )


def _window_test(judged: Surprise, number: int, total: float, family: Family) -> WindowTest:
    p_value = float(judged.p_value[number])
    q_value = family.q_value(p_value, total)
    return WindowTest(
        days=judged.days,
        stories=int(judged.stories[number]),
        expected=round(float(judged.expected[number]), 4),
        p_value=significant(p_value),
        q_value=significant(q_value),
        alarmed=q_value <= family.error_rate,
    )


def significant(value: float) -> float:
    """Round to five significant digits: more would differ between processors."""
    return float(f"{value:.5g}")


def _untested(
    line: Timeline, reading: Reading, found: Sequence[tuple[Cluster, tuple[int, ...]]]
) -> Iterator[Draft]:
    """Measure topics without a claim, where the past is too short."""
    days = _short_window(reading.exposure)
    now, before = reading.exposure[-days:].sum(), reading.exposure[:-days].sum()
    for each, places in found:
        counts = line.on_days(places)
        past = float(counts[:-days].sum())
        yield Draft(
            reading=reading,
            cluster=each,
            stories=places,
            counts=counts,
            window_days=days,
            tests=(),
            rate=past / before if before else 0.0,
            dispersion=ASSUMED_DISPERSION,
            growth=growth(
                float(counts[-days:].sum()), float(now), past, float(before), ASSUMED_DISPERSION
            ),
            p_value=1.0,
            alarmed=False,
            craze=False,
            single_outlet=False,
        )


def _short_window(exposure: Counts) -> int:
    """Return the window for a short past: a week where as much lies before it, else a day."""
    return _SHORT_WINDOW if (exposure[:-_SHORT_WINDOW] > 0).sum() >= _SHORT_WINDOW else 1


def _growth_low(reading: Reading) -> Counts:
    days = _short_window(reading.exposure)
    now, before = float(reading.exposure[-days:].sum()), float(reading.exposure[:-days].sum())
    recent = reading.counts[:, -days:].sum(axis=1)
    if now <= 0 or before <= 0:
        return recent
    past = reading.counts[:, :-days].sum(axis=1)
    return interval(recent, now, past, before, ASSUMED_DISPERSION)[0]
