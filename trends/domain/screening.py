"""All tests of a run: every term, every window length, every language, under one error rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trends.domain.budget import Budget
from trends.domain.counts import Counts, Flags, Places, Timeline, term_counts
from trends.domain.events import EventCounter
from trends.domain.models import Language
from trends.domain.outlets import rest_on_one
from trends.domain.surprise import (
    WINDOWS,
    Surprise,
    adjusted,
    adjusted_within,
    long_enough,
    surprise,
)
from trends.domain.terms import TermIndex, Tick

STANDS = 0.002
"""Without the copies of its largest events a rise still has to be as rare as this."""

FEWEST_EVENTS = 4
"""Three events on one subject meet on a day by chance too often, among ten thousand subjects."""

_BATCH = 256


@dataclass(frozen=True)
class Reading:
    """One language of a run: its terms, counted.

    Attributes:
        language: The language.
        index: Its terms.
        counts: Stories by term and day.
        exposure: All stories by day.
        tests: Surprise by window length, for the lengths that the past allows.
    """

    language: Language
    index: TermIndex
    counts: Counts
    exposure: Counts
    tests: dict[int, Surprise]


def read_language(line: Timeline, index: TermIndex, language: Language) -> Reading:
    """Count the terms of one language and test them at every window length that its past allows."""
    counts = term_counts(index, line)
    exposure = line.exposure([language])
    tests = {
        days: surprise(counts, exposure, days)
        for days in WINDOWS
        if index.keys and long_enough(exposure, days)
    }
    return Reading(language, index, counts, exposure, tests)


@dataclass(frozen=True)
class Family:
    """Every test of a run.

    A term that stands in `min_stories` stories at all is tested at every window, whatever its count there: leaving
    out the quiet ones would pick the tests by their outcome. Where the window holds fewer than `min_stories`, or
    the rise rests on one outlet or on too few events, p counts as 1.

    Attributes:
        error_rate: False discovery rate to hold.
        budget: Weights of the tests.
        ascending: All weighted p-values, ascending.
        adjusted: Their Benjamini-Hochberg values, in that order.
        p_values: Weighted, by language and window, in the order of the terms.
        q_values: Likewise.
        one_outlet: Which terms would have passed if it did not matter that they rest on one outlet.
    """

    error_rate: float
    budget: Budget
    ascending: Counts
    adjusted: Counts
    p_values: dict[tuple[Language, int], Counts]
    q_values: dict[tuple[Language, int], Counts]
    one_outlet: dict[Language, Flags]

    @property
    def size(self) -> int:
        """Number of tests."""
        return int(self.ascending.size)

    def best(self, reading: Reading) -> Counts:
        """Return each term's smallest weighted p-value over the windows; 1 where nothing could be tested."""
        rows = [self.p_values[reading.language, days] for days in reading.tests]
        return np.min(rows, axis=0) if rows else np.ones(len(reading.index.keys))

    def alarmed(self, reading: Reading) -> Flags:
        """Return which terms pass at one window at least."""
        rows = [self.q_values[reading.language, days] for days in reading.tests]
        if not rows:
            return np.zeros(len(reading.index.keys), dtype=np.bool_)
        return np.min(rows, axis=0) <= self.error_rate

    def q_value(self, p_value: float, total: float) -> float:
        """Return the adjusted value of a further test: a topic's, with so many stories in all."""
        weighed = self.budget.weigh(np.array([p_value]), np.array([total]))
        return adjusted_within(float(weighed[0]), self.ascending, self.adjusted)


def screen(
    line: Timeline,
    readings: Sequence[Reading],
    *,
    error_rate: float,
    min_stories: int,
    sole: Sequence[str | None] | None,
    tick: Tick,
) -> Family:
    """Put all tests of a run under one error rate.

    Args:
        line: The run's stories and days.
        readings: One per language.
        error_rate: False discovery rate to hold.
        min_stories: Fewer stories in a window are never called.
        sole: The outlet that alone carried each story; None where outlets are unknown.
        tick: Called between tests; may raise to stop.
    """
    tested = [reading for reading in readings if reading.tests]
    totals = [reading.counts.sum(axis=1) for reading in tested]
    budget = Budget.over(np.concatenate([np.empty(0), *totals]))
    p_values: dict[tuple[Language, int], Counts] = {}
    resting: dict[tuple[Language, int], Counts] = {}
    for reading, total in zip(tested, totals, strict=True):
        for days, test in reading.tests.items():
            p = np.where(test.stories >= min_stories, budget.weigh(test.p_value, total), 1.0)
            resting[reading.language, days] = np.ones_like(p)
            if sole is not None:
                # Above the error rate nothing is ever called: only the rest needs its outlets looked at.
                near = np.nonzero(p <= error_rate)[0]
                near = near[_on_one_outlet(line, reading, test, near, sole, tick)]
                resting[reading.language, days][near] = p[near]
                p[near] = 1.0
            p_values[reading.language, days] = p
    _drop_few_events(line, tested, p_values, error_rate, tick)
    flat = np.concatenate([np.empty(0), *p_values.values()])
    q_flat = adjusted(flat)
    edges = np.cumsum([part.size for part in p_values.values()], dtype=np.intp)[:-1]
    parts = np.split(q_flat, edges) if p_values else []
    # The largest p-value that passed is where the line between chance and surprise lies in this run.
    threshold = float(flat[q_flat <= error_rate].max(initial=error_rate / max(flat.size, 1)))
    return Family(
        error_rate=error_rate,
        budget=budget,
        ascending=np.sort(flat),
        adjusted=np.sort(q_flat),
        p_values=p_values,
        q_values=dict(zip(p_values, parts, strict=True)),
        one_outlet={
            reading.language: np.min(
                [resting[reading.language, days] for days in reading.tests], axis=0
            )
            <= threshold
            for reading in tested
        },
    )


def _drop_few_events(
    line: Timeline,
    tested: Sequence[Reading],
    p_values: dict[tuple[Language, int], Counts],
    error_rate: float,
    tick: Tick,
) -> None:
    """Set p to 1 where a rise that would pass is too few events told many times."""
    flat = np.concatenate([np.empty(0), *p_values.values()])
    # Above what passes now nothing passes later either: p-values only go up here.
    limit = float(flat[adjusted(flat) <= error_rate].max(initial=-1.0))
    if limit < 0.0:
        return
    events = EventCounter(line)
    for reading in tested:
        for days, test in reading.tests.items():
            p = p_values[reading.language, days]
            near = np.nonzero(p <= limit)[0]
            told = np.zeros((len(near), 2))
            for number, term in enumerate(near.tolist()):
                if number % _BATCH == 0:
                    tick(number, len(near))
                told[number] = events.count(reading.index.postings[term], days)
            falls = test.tail(told[:, 1], near) > STANDS
            p[near[falls | (told[:, 0] < FEWEST_EVENTS)]] = 1.0


def _on_one_outlet(
    line: Timeline,
    reading: Reading,
    test: Surprise,
    near: Places,
    sole: Sequence[str | None],
    tick: Tick,
) -> Flags:
    flags = np.zeros(len(near), dtype=np.bool_)
    for begin in range(0, len(near), _BATCH):
        tick(begin, len(near))
        chosen = near[begin : begin + _BATCH]
        groups = [reading.index.postings[int(term)] for term in chosen.tolist()]
        flags[begin : begin + _BATCH] = rest_on_one(
            line, groups, reading.exposure, test.of(chosen), sole
        )
    return flags
