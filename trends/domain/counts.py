"""Stories by day: the numbers that a trend is judged on.

A story counts once per term, on the day of its first item. The exposure of a day is every story of that
language, whether the query matches it or not; a day without any is missing, not zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from trends.domain.models import Language, Story, Window
from trends.domain.spans import observed_days
from trends.domain.terms import TermIndex
from trends.domain.windows import Bin, bin_index, bins

Counts = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

MOST_DAYS = 400
"""A longer past is left out: what was so a year ago is no baseline for today."""


@dataclass(frozen=True)
class Timeline:
    """The run's stories in order, on the run's days.

    Attributes:
        stories: By (published_at, story_id); those outside the days are left out.
        days: Bins, oldest first; the last one ends where the window ends.
        day_of: Of each story, which bin it falls in.
    """

    stories: tuple[Story, ...]
    days: tuple[Bin, ...]
    day_of: tuple[int, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """Local date of each bin."""
        return tuple(each.day for each in self.days)

    def exposure(self, languages: Sequence[Language]) -> Counts:
        """Count the stories of some languages by day, matched or not."""
        chosen = [
            day
            for story, day in zip(self.stories, self.day_of, strict=True)
            if story.language in languages
        ]
        return by_day(chosen, len(self.days))

    def on_days(self, positions: Sequence[int]) -> Counts:
        """Count chosen stories by day."""
        return by_day([self.day_of[position] for position in positions], len(self.days))


def timeline(
    stories: Sequence[Story],
    window_end: datetime,
    history_start: datetime,
    zone: str,
    observed: Sequence[Window] | None = None,
) -> Timeline:
    """Lay stories out over 24 h bins back from the window's end, as far as the history goes.

    Stories of censored lists are left out, and so are those of days that nobody observed: the few that are known of
    such a day say nothing of how many there were.

    Args:
        stories: In any order.
        window_end: End of the newest bin.
        history_start: Where collecting began; the bin that holds it is the oldest.
        zone: IANA name of the market's time zone.
        observed: Spans that were observed; None where all of it was.
    """
    span = (window_end - history_start).total_seconds() / 86_400
    wanted = min(MOST_DAYS, max(1, int(span) + 2))
    candidates = bins(window_end, zone, wanted)
    days = [day for day in candidates if day.end > history_start] or candidates[-1:]
    seen = observed_days(days, observed)
    ordered = sorted(
        (story for story in stories if not story.censored),
        key=lambda story: (story.published_at, story.story_id),
    )
    placed = [
        (story, day)
        for story, day in zip(
            ordered, bin_index(days, (story.published_at for story in ordered)), strict=True
        )
        if day >= 0 and seen[day]
    ]
    return Timeline(
        tuple(story for story, _ in placed), tuple(days), tuple(day for _, day in placed)
    )


def by_day(days: Sequence[int], length: int) -> Counts:
    """Count how often each day occurs: float64, shape (length,)."""
    return np.bincount(np.asarray(days, dtype=np.intp), minlength=length).astype(np.float64)


def term_counts(index: TermIndex, line: Timeline) -> Counts:
    """Count stories by term and day: float64, shape (terms, days)."""
    length = len(line.days)
    sizes = np.fromiter((len(where) for where in index.postings), np.intp, len(index.postings))
    rows = np.repeat(np.arange(len(sizes)), sizes)
    places = np.fromiter(
        (place for where in index.postings for place in where), np.intp, int(sizes.sum())
    )
    days = np.asarray(line.day_of, dtype=np.intp)[places]
    flat = np.bincount(rows * length + days, minlength=len(sizes) * length)
    return flat.reshape(len(sizes), length).astype(np.float64)
