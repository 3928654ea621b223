"""Archives of real headlines, read once and then looked at day by day, as a run on that day would have."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.planted import ERROR_RATE, MIN_STORIES, TOKENIZER, WINDOW, silent
from trends.domain.coinages import find_coinages
from trends.domain.counts import Timeline, timeline
from trends.domain.drafts import Draft, announced, draft_topics
from trends.domain.models import Language, RawItem, Story, TopicStatus, Window
from trends.domain.normalize import normalize
from trends.domain.outlets import sole_outlet
from trends.domain.queries import parse
from trends.domain.screening import read_language, screen
from trends.domain.status import status
from trends.domain.terms import TermIndex, TermReader, index_terms
from trends.domain.windows import zone_named
from trends.sources.base import ReadLog, SourceRequest
from trends.sources.file import FileSource

HISTORY = timedelta(days=90)
MAX_TOPICS = 50


@dataclass(frozen=True)
class Archive:
    """A folder of headlines.

    Attributes:
        name: Folder and file are called so.
        zone: Time zone of the market whose day it is read by.
        first: First day in it.
        last: Last day in it.
    """

    name: str
    zone: str
    first: str
    last: str

    def file(self, data: Path) -> Path:
        """Say where it lies."""
        return data / self.name / "headlines.jsonl.gz"

    @property
    def start(self) -> datetime:
        """Midnight that begins the first day."""
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """Midnight that ends the last day."""
        return self._midnight(self.last) + timedelta(days=1)

    @property
    def days(self) -> int:
        """Whole days in it."""
        return round((self.end - self.start) / timedelta(days=1))

    def _midnight(self, day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=zone_named(self.zone)).astimezone(UTC)


KO_EN = Archive("headlines_ko_en", "Asia/Seoul", "2025-12-08", "2026-02-08")
EN = Archive("headlines_en", "America/New_York", "2025-07-24", "2026-02-28")


def read_raw(archive: Archive, data: Path) -> list[RawItem]:
    """Read all headlines by the `file` source."""
    source = FileSource.from_options({"roots": [str(data)]})
    request = SourceRequest(
        window=Window(start=archive.end - WINDOW, end=archive.end),
        history_start=archive.start,
        languages=tuple(Language),
        zone=archive.zone,
        now=archive.end,
        argument=str(archive.file(data)),
    )
    return list(source.read(request, ReadLog()))


def read_stories(archive: Archive, raw: Iterable[RawItem]) -> tuple[Story, ...]:
    """Join the headlines of the whole archive to stories, as one run over all of it would."""
    return normalize(
        raw,
        window=Window(start=archive.end - WINDOW, end=archive.end),
        history_start=archive.start,
        now=archive.end,
        zone=archive.zone,
        languages=tuple(Language),
        query=parse(""),
        tick=silent,
    ).stories


@dataclass(frozen=True)
class Heard:
    """A topic of a day's run.

    Attributes:
        terms: Its core terms.
        stories: Ids of its stories in the window at which it stands out.
        status: Where it stands in its life.
        announced: Whether the run would announce it.
        draft: All numbers of it.
    """

    terms: frozenset[str]
    stories: frozenset[str]
    status: TopicStatus
    announced: bool
    draft: Draft

    @classmethod
    def of(cls, line: Timeline, draft: Draft, *, is_announced: bool) -> "Heard":
        """Read it off a draft."""
        first = len(line.days) - draft.window_days
        within = [place for place in draft.stories if line.day_of[place] >= first]
        keys = draft.reading.index.keys
        return cls(
            frozenset(keys[term] for term in draft.cluster.core),
            frozenset(line.stories[place].story_id for place in within),
            status(
                draft.counts,
                draft.reading.exposure,
                draft.rate,
                draft.dispersion,
                draft.window_days,
            ),
            is_announced,
            draft,
        )


@dataclass
class _Postings:
    """Terms of one language over the whole archive, flat, so that a day's part is a mask."""

    keys: tuple[str, ...]
    term: NDArray[np.intp]
    place: NDArray[np.intp]
    preference: Mapping[str, tuple[bool, int, str]]

    def between(self, first: int, last: int) -> TermIndex:
        """Index the stories from `first` up to `last`; what `index_terms` makes of them alone."""
        held = (self.place >= first) & (self.place < last)
        term, place = self.term[held], self.place[held] - first
        edges = np.searchsorted(term, np.arange(len(self.keys) + 1))
        kept: dict[tuple[int, ...], str] = {}
        for number in np.nonzero(np.diff(edges) >= MIN_STORIES)[0].tolist():
            same = tuple(place[edges[number] : edges[number + 1]].tolist())
            key = self.keys[number]
            kept[same] = max(kept.get(same, key), key, key=self.preference.__getitem__)
        ordered = sorted((key, where) for where, key in kept.items())
        return TermIndex(tuple(k for k, _ in ordered), tuple(w for _, w in ordered))


@dataclass
class DayByDay:
    """Runs of the pipeline's own functions, one for each day of an archive.

    Titles are cut and stories joined once for all days: the vocabulary of coinages is that of the whole archive, and a
    story's later copies are taken off again for the days before them. Everything counted is what was there by then.
    """

    archive: Archive
    stories: Sequence[Story]
    user_words: Sequence[str] = ()
    _times: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self.stories = sorted(self.stories, key=lambda each: (each.published_at, each.story_id))
        self._times = [story.published_at for story in self.stories]

    def on(self, day: int) -> list[Heard]:
        """List the topics of a run at the end of a day, the first day being 1."""
        end = self.archive.start + timedelta(days=day)
        start = max(self.archive.start, end - HISTORY)
        first, last = bisect_left(self._times, start), bisect_left(self._times, end)
        stories = [_as_of(story, end) for story in self.stories[first:last]]
        line = timeline(stories, end, start, self.archive.zone)
        sole = [sole_outlet(story) for story in line.stories]
        readings = [
            read_language(line, self._postings[language].between(first, last), language)
            for language in Language
        ]
        family = screen(
            line,
            readings,
            error_rate=ERROR_RATE,
            min_stories=MIN_STORIES,
            sole=sole,
            tick=silent,
        )
        drafts = [
            draft
            for reading in readings
            for draft in draft_topics(
                line,
                reading,
                family,
                Window(start=end - WINDOW, end=end),
                max_topics=MAX_TOPICS,
                min_stories=MIN_STORIES,
                sole=sole,
                tick=silent,
                new_words=self._new_words,
            )
        ]
        return [
            Heard.of(line, draft, is_announced=passed)
            for draft, passed in zip(drafts, announced(drafts, family), strict=True)
        ]

    @cached_property
    def _new_words(self) -> Sequence[str]:
        korean = [story.title for story in self.stories if story.language is Language.KO]
        return find_coinages(korean, lambda words: TOKENIZER.cut(words, ()))

    @cached_property
    def _postings(self) -> Mapping[Language, _Postings]:
        outlets = sorted({name for story in self.stories for name in story.outlets})
        reader = TermReader(TOKENIZER, self.user_words, outlets, self._new_words)
        found: dict[Language, _Postings] = {}
        for language in Language:
            places = [n for n, story in enumerate(self.stories) if story.language is language]
            index = index_terms(
                self.stories, places, language, reader, min_stories=MIN_STORIES, tick=silent
            )
            sizes = [len(where) for where in index.postings]
            found[language] = _Postings(
                index.keys,
                np.repeat(np.arange(len(sizes)), sizes),
                np.array([place for where in index.postings for place in where], dtype=np.intp),
                {key: reader.preference(key) for key in index.keys},
            )
        return found


def _as_of(story: Story, end: datetime) -> Story:
    """Take off the copies that came later."""
    if story.items[-1].published_at < end:
        return story
    items = tuple(item for item in story.items if item.published_at < end)
    outlets = sorted({item.outlet for item in items if item.outlet})
    return story.model_copy(update={"items": items, "outlets": tuple(outlets)})
