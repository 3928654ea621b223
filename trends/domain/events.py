"""Which stories of a subject tell one event in different words.

Near-duplicates are one story already (`trends.domain.dedup`). Headlines with fewer words in common may still be one event,
told by several desks on the same day, and they come or stay away together: taken for independent signs, they
make a rise out of a single event. Measured on a year of English headlines whose alike stories were moved to random days
together: 0.3 false announcements a day, and under 0.1 once a rise has to stand without the copies of its largest events.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from trends.domain.counts import Places, Timeline

ALIKE = 0.3
"""Stories are one event where they share so many of their words (Jaccard), directly or by way of others."""

WITHIN_DAYS = 2.0

DAYS = 28
"""So far back events can be counted."""

LARGEST = 2
"""Of so many events, those told most often, the copies are left out.

Of all events would be too strict where a subject is in the news every day: the past, with which the window is compared,
holds copies too.
"""

MOST_STORIES = 1_000
"""A subject with more stories in a window is no single event; below, all pairs are compared."""

_WORD = re.compile(r"\w+")
_DAY_SECONDS = 86_400.0


class Told(NamedTuple):
    """How often a window tells of a subject.

    Attributes:
        events: Events told of.
        stories: Stories, without the copies of the `LARGEST` events.
    """

    events: int
    stories: int


class EventCounter:
    """Counts the events behind stories of the newest days.

    Args:
        line: The run's stories and days.
    """

    def __init__(self, line: Timeline) -> None:
        days = np.asarray(line.day_of, dtype=np.intp)
        self._length = len(line.days)
        self._first = int(np.searchsorted(days, self._length - DAYS))
        self._day_of = days[self._first :]
        recent = line.stories[self._first :]
        self._seconds = np.array([story.published_at.timestamp() for story in recent])
        numbers: dict[str, int] = {}
        columns: list[int] = []
        ends = [0]
        for story in recent:
            words = set(_WORD.findall(story.title.casefold()))
            columns.extend(numbers.setdefault(word, len(numbers)) for word in words)
            ends.append(len(columns))
        self._sizes = np.diff(np.asarray(ends, dtype=np.intp)).astype(np.float64)
        self._words = sparse.csr_array(
            (np.ones(len(columns)), columns, ends), shape=(len(recent), max(len(numbers), 1))
        )

    def count(self, places: Sequence[int], days: int) -> Told:
        """Count the events of a window.

        Args:
            places: Positions of the stories of a subject in the run.
            days: Window length, at most `DAYS`.
        """
        held = np.asarray(places, dtype=np.intp) - self._first
        held = held[held >= 0]
        held = held[self._day_of[held] >= self._length - days]
        if held.size > MOST_STORIES or held.size <= 1:
            return Told(int(held.size), int(held.size))
        _, labels = connected_components(self._same_event(held), directed=False)
        sizes = np.sort(np.bincount(labels))
        return Told(len(sizes), int(held.size - (sizes[-LARGEST:] - 1).sum()))

    def _same_event(self, held: Places) -> sparse.csr_array:
        rows = self._words[held]
        shared = (rows @ rows.T).toarray()
        sizes = self._sizes[held]
        either = sizes[:, None] + sizes[None, :] - shared
        seconds = self._seconds[held]
        near = np.abs(seconds[:, None] - seconds[None, :]) < WITHIN_DAYS * _DAY_SECONDS
        return sparse.csr_array(near & (shared >= ALIKE * either))
