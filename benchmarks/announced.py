"""How many topics a day are announced over real headlines, and how many where there can be none.

Usage: python -m benchmarks.announced --data FOLDER [--workers 2] [--names], where FOLDER/NAME/headlines.jsonl.gz lie.

One set of parameters, the product's own, for every row. Each archive is looked at three times, day by day:

- as it is;
- with its stories moved to random days, alike ones together as one block: no trend is left, but each event still is
  told several times over, so that what is announced is false;
- the same with decoys added, new ones in each eighth of the time: bursts of one outlet, weekly columns, wire copy.

A topic counts on the day it is first announced. It lasts while it is announced again on the day after, with half of its
terms or stories; a second row forgets a topic only after a week of silence.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from benchmarks.archives import EN, KO_EN, Archive, DayByDay, Heard, read_raw, read_stories
from benchmarks.figures import Figures
from benchmarks.planted import dealt
from trends.domain.models import Story, TopicStatus
from trends.domain.surprise import FEWEST_DAYS
from trends.sources.sample import generate

FIRST_DAY = FEWEST_DAYS + 1
WEEK = 7
DECOY_SEEDS = 8
SHARED = 0.5
REAL, BLOCKS, DECOYS = "real order", "stories moved as blocks", "moved, with decoys"
TARGETS = {REAL: ">= 3", BLOCKS: "<= 0.1", DECOYS: "<= 0.1"}
CRAZE = "두쫀쿠"
CRAZE_BY = date(2026, 1, 17)
CRAZE_STILL = date(2026, 1, 31)


@dataclass
class _Known:
    terms: set[str]
    stories: set[str]
    last: int


@dataclass
class Memory:
    """Tells topics that are new from those that go on.

    Attributes:
        days: Days after which a topic that was not announced again is forgotten.
    """

    days: int
    _known: list[_Known] = field(default_factory=list[_Known])

    def newly(self, day: int, heard: Iterable[Heard]) -> list[Heard]:
        """Return the topics of a day that do not go on from before, and remember all."""
        new: list[Heard] = []
        for topic in heard:
            before = next((each for each in self._known if self._goes_on(each, topic, day)), None)
            if before is None:
                self._known.append(_Known(set(topic.terms), set(topic.stories), day))
                new.append(topic)
            else:
                before.terms |= topic.terms
                before.stories |= topic.stories
                before.last = day
        return new

    def _goes_on(self, known: _Known, topic: Heard, day: int) -> bool:
        return day - known.last <= self.days and (
            _share(known.terms, topic.terms) or _share(known.stories, topic.stories)
        )


def _share(left: set[str], right: frozenset[str]) -> bool:
    return len(left & right) >= SHARED * min(len(left), len(right))


@dataclass(frozen=True)
class Walk:
    """An archive gone through day by day.

    Attributes:
        days: Days on which something could be announced.
        new: Newly announced topics: day, term, window.
        new_in_a_week: How many, where a topic is forgotten after a week.
        craze: Days on which the craze was announced, and its status.
        seconds: What it took.
    """

    days: int
    new: list[tuple[int, str, int]]
    new_in_a_week: int
    craze: dict[int, TopicStatus]
    seconds: float


def walk(job: tuple[Archive, Path, str, int]) -> Walk:
    """Go through one archive in one order."""
    archive, data, order, seed = job
    began = time.perf_counter()
    stories: Sequence[Story] = read_stories(archive, read_raw(archive, data))
    if order != REAL:
        stories = dealt(stories, archive.end, archive.days, seed)
    if order == DECOYS:
        stories = [*stories, *decoys(archive)]
    daily = DayByDay(archive, stories)
    memory, week = Memory(1), Memory(WEEK)
    new: list[tuple[int, str, int]] = []
    in_a_week = 0
    craze: dict[int, TopicStatus] = {}
    days = range(FIRST_DAY, archive.days + 1)
    for day in days:
        heard = [topic for topic in daily.on(day) if topic.announced]
        new += [
            (day, max(topic.terms, key=lambda term: (len(term), term)), topic.draft.window_days)
            for topic in memory.newly(day, heard)
        ]
        in_a_week += len(week.newly(day, heard))
        for topic in heard:
            if any(CRAZE in term for term in topic.terms):
                craze[day] = topic.status
    return Walk(len(days), new, in_a_week, craze, time.perf_counter() - began)


def decoys(archive: Archive) -> Iterator[Story]:
    """Write decoys, those of each seed to act at the end of a span of their own.

    Their subjects are in the news from the archive's first day on: what sets in later would be a rise by itself.
    """
    for seed in range(DECOY_SEEDS):
        day = FIRST_DAY + WEEK + seed * (archive.days - FIRST_DAY - WEEK) // (DECOY_SEEDS - 1)
        until = archive.start + timedelta(days=day)
        corpus = generate(seed, until, days=day, zone=archive.zone, plant=False)
        ids = {item_id for each in corpus.truth.decoys for item_id in each.item_ids}
        yield from read_stories(
            archive,
            (
                item.model_copy(update={"item_id": f"{seed}-{item.item_id}"})
                for item in corpus.items
                if item.item_id in ids
            ),
        )


def add(figures: Figures, archive: Archive, order: str, walks: Sequence[Walk]) -> None:
    """Write down what one archive in one order gave."""
    days = sum(each.days for each in walks)
    name = f"{archive.name}, {order} ({days} days)"
    new = sum(len(each.new) for each in walks)
    figures.add(f"{name}: newly announced a day", new / days, "", TARGETS[order])
    again = sum(each.new_in_a_week for each in walks)
    figures.add(f"{name}: the same, forgotten after a week", again / days, "")


def add_craze(figures: Figures, real: Walk) -> None:
    """Write down when the craze was told of."""
    first = KO_EN.start.date() + timedelta(days=1)  # midnight in Seoul is the day before in UTC

    def date_of(day: int) -> date:
        return first + timedelta(days=day - 1)

    told = sorted(real.craze)
    in_time = [day for day in told if date_of(day) <= CRAZE_BY]
    when = str(date_of(told[0])) if told else "never"
    figures.add(f"{CRAZE}: first announced", when, "")
    figures.add(f"{CRAZE}: announced by {CRAZE_BY}", len(in_time), "days", ">= 1")
    still = (CRAZE_STILL - first).days + 1
    status = real.craze.get(still)
    figures.add(f"{CRAZE}: on {CRAZE_STILL}", status.value if status else "not announced", "")
    rising = int(status is TopicStatus.RISING)
    figures.add(f"{CRAZE}: announced as rising on {CRAZE_STILL}", rising, "", "== 1")


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=2, help="shuffles of the shorter archive")
    parser.add_argument("--names", action="store_true", help="print what was announced")
    chosen = parser.parse_args()
    archives = [each for each in (KO_EN, EN) if each.file(chosen.data).is_file()]
    if not archives:
        print(f"skipped: no archives of headlines in {chosen.data}; name the folder with --data")
        return 0
    jobs = [
        (archive, chosen.data.resolve(), order, seed)
        for archive in archives
        for order in TARGETS
        for seed in range(1 if order == REAL or archive is EN else chosen.seeds)
    ]
    # The longest first, so that no process is left alone with one at the end.
    jobs.sort(key=lambda job: -job[0].days)
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        walks = dict(zip(jobs, pool.map(walk, jobs), strict=True))
    figures = Figures("announced", "python -m benchmarks.announced --data FOLDER")
    for archive in archives:
        for order in TARGETS:
            found = [walks[job] for job in jobs if job[0] == archive and job[2] == order]
            add(figures, archive, order, found)
            if chosen.names or order != REAL:
                for each in found:
                    print(f"  {archive.name}, {order}: {each.new}")
        if archive is KO_EN:
            add_craze(figures, next(walks[job] for job in jobs if job[0] == archive))
    figures.add("seconds of all walks", sum(each.seconds for each in walks.values()), "s")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
