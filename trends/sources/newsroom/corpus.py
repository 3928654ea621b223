"""Building a corpus: the everyday news, and the subjects that play a part in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trends.domain.models import Language, RawItem
from trends.sources.newsroom.calendar import Calendar
from trends.sources.newsroom.casting import Part, base_counts, cast, extra_counts, wire_copies
from trends.sources.newsroom.chance import Chance, Weighted, zipf_weights
from trends.sources.newsroom.outlets import Outlet
from trends.sources.newsroom.press import Press, Story, sorted_items
from trends.sources.newsroom.truth import (
    Decoy,
    DecoyKind,
    PlannedTrend,
    PlantedTrend,
    SampleCorpus,
    SampleTruth,
)
from trends.sources.newsroom.voice import DayWords, Deck, Subject, Voice

Row = tuple[int, RawItem]

# Everyday subjects: sizes by rank, a burst on some days, and a slow swing over weeks.
_SUBJECT_ZIPF = 0.7
_SUBJECT_SHAPE = 1
_SWING = 0.15
_SWING_DAYS = (20.0, 60.0)
_SOCIETY_SHARE = 0.08
_SUMMARY_SHARE = 0.7
_VOLUME_SHAPE = 120
# Copies come on top of stories: so many headlines a story.
_HEADLINES_PER_STORY = 1.12
# However much a subject fills the pages, this share of a day's other news stays.
_EVERYDAY_FLOOR = 0.15


@dataclass(frozen=True)
class Desk:
    """Everything that writes one language: voice, outlets, and each day's choice of words."""

    voice: Voice
    press: Press
    days: tuple[DayWords, ...]


class Writer:
    """Writes the stories on one subject, in an order of leads of its own."""

    def __init__(self, desk: Desk, calendar: Calendar, subject: Subject, chance: Chance) -> None:
        self._desk = desk
        self._calendar = calendar
        self._subject = subject
        self._deck: Deck = desk.voice.deck(subject, chance)

    def story(self, day: int, key: str, chance: Chance, outlet: Outlet | None = None) -> Story:
        """Write a story that runs on the given day, in a drawn outlet unless one is given."""
        subject, words, voice = self._subject, self._desk.days[day], self._desk.voice
        title, mood = voice.headline(subject, self._deck, words, chance)
        summary = ""
        if chance.random() < _SUMMARY_SHARE:
            summary = voice.summary(subject, mood, words, chance)
        return Story(
            moment=self._calendar.days[day].moment(chance),
            outlet=outlet or self._desk.press.outlet(subject.category, chance),
            title=title,
            summary=summary,
            key=key,
        )


class Newsroom:
    """One seeded world."""

    def __init__(self, seed: int, until: datetime, days: int, per_day: int, zone: str) -> None:
        self.seed = seed
        self.calendar = Calendar(until, days, zone)
        self.stories_per_day = per_day / _HEADLINES_PER_STORY / len(Language)
        world = f"{seed}|{self.calendar.end}"
        self.desks = {language: self._desk(language, world) for language in Language}

    def _desk(self, language: Language, world: str) -> Desk:
        voice = Voice(language)
        return Desk(
            voice=voice,
            press=Press(language, self.calendar, world),
            days=tuple(
                voice.day_words(Chance("words", self.seed, language, day))
                for day in range(len(self.calendar.days))
            ),
        )

    def part(self, part: Part, *, played: bool) -> tuple[list[Row], list[int]]:
        """Write everything on one subject; returns headlines, and the number of stories by day."""
        desk = self.desks[part.language]
        path = ("part", self.seed, part.language, part.subject.text)
        writer = Writer(desk, self.calendar, part.subject, Chance(*path, "deck"))
        base = base_counts(part, self.calendar, Chance(*path, "base counts"))
        rows = [
            row
            for day, key, chance in _stories(base, (*path, "base"))
            for row in desk.press.published(writer.story(day, key, chance), chance)
        ]
        if not played:
            return rows, base
        chance = Chance(*path, "extra counts")
        extra = extra_counts(part, self.calendar, chance)
        only = chance.pick(desk.press.outlets) if part.decoy is DecoyKind.ONE_OUTLET else None
        for day, key, chance in _stories(extra, (*path, "extra")):
            story = writer.story(day, key, chance, only)
            rows += desk.press.published(story, chance)
            rows += desk.press.wired(story, wire_copies(part, chance), chance)
        return rows, [sum(pair) for pair in zip(base, extra, strict=True)]

    def everyday(self, language: Language, taken: Sequence[int]) -> list[Row]:
        """Write the rest of every day's news, as much as the `taken` stories leave room for.

        A day is drawn in full and cut, so that its first stories do not depend on how many are taken.
        """
        desk = self.desks[language]
        subjects = desk.voice.everyday
        writers = [
            Writer(desk, self.calendar, subject, Chance("deck", self.seed, language, subject.text))
            for subject in subjects
        ]
        loudness = self._loudness(language, len(subjects))
        rows: list[Row] = []
        for day, calendar_day in enumerate(self.calendar.days):
            chance = Chance("everyday", self.seed, language, day)
            usual = self.stories_per_day * calendar_day.rhythm * chance.erlang(_VOLUME_SHAPE)
            room = max(round(usual) - taken[day], round(usual * _EVERYDAY_FLOOR))
            weighted = Weighted([level(day) * chance.erlang(_SUBJECT_SHAPE) for level in loudness])
            for serial in range(round(usual)):
                key = f"everyday|{language}|{day}|{serial}"
                if chance.random() < _SOCIETY_SHARE:
                    story = self._society(desk, day, key, chance)
                else:
                    story = writers[weighted.draw(chance)].story(day, key, chance)
                published = desk.press.published(story, chance)
                if serial < room:
                    rows += published
        return rows

    def _society(self, desk: Desk, day: int, key: str, chance: Chance) -> Story:
        return Story(
            moment=self.calendar.days[day].moment(chance),
            outlet=desk.press.outlet("society", chance),
            title=desk.voice.society(desk.days[day], chance),
            summary="",
            key=key,
        )

    def _loudness(self, language: Language, count: int) -> list["Loudness"]:
        chance = Chance("loudness", self.seed, language)
        sizes = chance.shuffled(zipf_weights(count, _SUBJECT_ZIPF))
        return [
            Loudness(size, chance.between(*_SWING_DAYS), chance.between(0.0, math.tau))
            for size in sizes
        ]


@dataclass(frozen=True)
class Loudness:
    """How much is written on an everyday subject: its size, swinging slowly."""

    size: float
    period_days: float
    phase: float

    def __call__(self, day: int) -> float:
        return self.size * (1.0 + _SWING * math.sin(math.tau * day / self.period_days + self.phase))


def build(
    newsroom: Newsroom, plan: Sequence[PlannedTrend], *, plant: bool, decoys: bool
) -> SampleCorpus:
    """Write a whole corpus and its truth."""
    invented = {language: desk.voice.invented for language, desk in newsroom.desks.items()}
    taken = {language: [0] * len(newsroom.calendar.days) for language in Language}
    rows: list[Row] = []
    trends: list[PlantedTrend] = []
    decoy_truth: list[Decoy] = []
    for part in cast(newsroom.seed, plan, invented):
        played = plant if part.trend else decoys and part.decoy is not None
        part_rows, stories = newsroom.part(part, played=played)
        rows += part_rows
        taken[part.language] = [
            sum(pair) for pair in zip(taken[part.language], stories, strict=True)
        ]
        if played and part.trend:
            trends.append(_planted(part, part.trend, part_rows, newsroom.calendar))
        elif played and part.decoy:
            decoy_truth.append(_decoy(part, part.decoy, part_rows))
    for language in Language:
        rows += newsroom.everyday(language, taken[language])
    truth = SampleTruth(seed=newsroom.seed, trends=tuple(trends), decoys=tuple(decoy_truth))
    return SampleCorpus(items=sorted_items(rows), truth=truth)


def _stories(counts: Sequence[int], path: tuple[str | int, ...]) -> list[tuple[int, str, Chance]]:
    """List the stories that `counts` asks for: day, key, and the one stream of them all."""
    chance = Chance(*path)
    key = "|".join(map(str, path))
    return [
        (day, f"{key}|{day}|{serial}", chance)
        for day, count in enumerate(counts)
        for serial in range(count)
    ]


def _planted(
    part: Part, trend: PlannedTrend, rows: Sequence[Row], calendar: Calendar
) -> PlantedTrend:
    start = calendar.instant(max(0, len(calendar.days) - part.raised))
    items = sorted_items(rows)
    raised = sorted_items([row for row in rows if row[0] >= start.timestamp()])
    return PlantedTrend(
        shape=trend.shape,
        size=trend.size,
        base=part.base,
        language=part.language,
        subject=part.subject.text,
        words=tuple(part.subject.text.split()),
        start=start,
        end=calendar.instant(len(calendar.days)),
        item_ids=tuple(item.item_id for item in items),
        raised_ids=tuple(item.item_id for item in raised),
    )


def _decoy(part: Part, kind: DecoyKind, rows: Sequence[Row]) -> Decoy:
    return Decoy(
        kind=kind,
        language=part.language,
        subject=part.subject.text,
        words=tuple(part.subject.text.split()),
        item_ids=tuple(item.item_id for item in sorted_items(rows)),
    )
