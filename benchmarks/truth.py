"""Whether what is announced is true: planted trends found, decoys passed over, and no alarm where nothing rises.

Usage: python -m benchmarks.truth [--seeds 20] [--data FOLDER] [--workers 2]

FOLDER holds headlines_ko_en/headlines.jsonl.gz with rows of date, lang, source, title; it is left out where absent.
"""

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.figures import Figures
from benchmarks.planted import (
    BASES,
    DAYS,
    LARGE,
    MIN_STORIES,
    SIZES,
    TOKENIZER,
    UNTIL,
    Verdict,
    analysis_of,
    announced,
    dealt,
    half_of_the_grid,
    judge,
    silent,
    stories_of,
)
from trends.domain.counts import term_counts, timeline
from trends.domain.models import Language, RawItem, Story
from trends.domain.terms import TermReader, index_terms
from trends.domain.topics import cluster
from trends.sources.sample import SampleTruth, Shape, generate

PER_DAY = 180
Z_LIMIT = 2.0
Z_DAYS = 28
SHUFFLES = 5
NULLS_PER_SEED = 5
REAL_SHUFFLES = 20
_EVIDENCE = 10


@dataclass(frozen=True)
class Outcome:
    """One planted corpus: what each detector made of it."""

    truth: SampleTruth
    ours: Verdict
    z_score: Verdict
    status: dict[int, str]


def planted(seed: int, *, default_plan: bool = False) -> Outcome:
    """Plant half of the grid and hold both detectors against it."""
    plan = None if default_plan else half_of_the_grid(seed)
    corpus = generate(seed, UNTIL, DAYS, 60 if default_plan else PER_DAY, plan=plan)
    stories = stories_of(corpus.items)
    analysis = analysis_of(stories)
    ours = judge(announced(analysis), corpus.truth)
    status: dict[int, str] = {}
    for topic in analysis.topics:
        one = judge([(topic.label, [each.story_id for each in topic.evidence])], corpus.truth)
        if topic.announced and one.found:
            status.setdefault(next(iter(one.found)), topic.status.value)
    return Outcome(corpus.truth, ours, judge(z_alarms(stories), corpus.truth), status)


def z_alarms(stories: Sequence[Story]) -> list[tuple[str, Sequence[str]]]:
    """List what "z > 2" on daily counts finds on the last day: terms two deviations above their last four weeks."""
    line = timeline(stories, UNTIL, UNTIL - timedelta(days=DAYS), "Asia/Seoul")
    reader = TermReader(TOKENIZER, (), sorted({o for story in stories for o in story.outlets}))
    alarms: list[tuple[str, Sequence[str]]] = []
    for language in Language:
        places = [n for n, story in enumerate(line.stories) if story.language is language]
        index = index_terms(
            line.stories, places, language, reader, min_stories=MIN_STORIES, tick=silent
        )
        counts = term_counts(index, line)
        past, today = counts[:, -Z_DAYS - 1 : -1], counts[:, -1]
        score = (today - past.mean(axis=1)) / np.maximum(past.std(axis=1), 1e-9)
        loud = [
            int(term)
            for term in np.argsort(-score, kind="stable").tolist()
            if score[term] > Z_LIMIT and today[term] >= MIN_STORIES
        ]
        last = len(line.days) - 1
        held = [
            frozenset(place for place in index.postings[term] if line.day_of[place] == last)
            for term in loud
        ]
        for each in cluster(loud, held, lambda _: True):
            newest = sorted(each.recent, reverse=True)[:_EVIDENCE]
            alarms.append(
                (index.keys[each.lead], [line.stories[place].story_id for place in newest])
            )
    return alarms


def decoys_only(seed: int) -> list[tuple[str, str]]:
    """Announce over a corpus with decoys and no trend: all of it is false."""
    corpus = generate(seed, UNTIL, DAYS, plant=False)
    return judge(announced(analysis_of(stories_of(corpus.items))), corpus.truth).false


def sample_dealt(seed: int) -> list[list[str]]:
    """Announce over planted corpora whose stories were dealt to random days."""
    stories = stories_of(generate(seed, UNTIL, DAYS).items)
    return [
        [name for name, _ in announced(analysis_of(dealt(stories, UNTIL, DAYS, shuffle)))]
        for shuffle in range(SHUFFLES)
    ]


def real_dealt(file: Path, shuffles: Sequence[int]) -> list[list[str]]:
    """Announce over real headlines that were dealt to random days."""
    stories, end, days = real_stories(file)
    return [
        [name for name, _ in announced(analysis_of(dealt(stories, end, days, each), end, days))]
        for each in shuffles
    ]


def real_stories(file: Path) -> tuple[tuple[Story, ...], datetime, int]:
    """Read dated headlines; returns stories, the end of the last day, and the number of days."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    raw = [
        RawItem(
            source="file",
            item_id=str(number),
            title=row["title"],
            url=row.get("url"),
            outlet=row["source"],
            published=f"{row['date']}T12:{number % 60:02}:00+09:00",
            language=row["lang"],
        )
        for number, row in enumerate(rows)
    ]
    dates = sorted({row["date"] for row in rows})
    end = datetime.fromisoformat(f"{dates[-1]}T15:00:00").replace(tzinfo=UTC)
    first = datetime.fromisoformat(f"{dates[0]}T15:00:00").replace(tzinfo=UTC)
    days = (end - first).days + 1
    return stories_of(raw, end, days), end, days


def recall_table(outcomes: Iterable[Outcome]) -> dict[tuple[Shape, float], tuple[int, int]]:
    """Count found and planted trends by shape and size, and print them."""
    found: Counter[tuple[Shape, float]] = Counter()
    planted_: Counter[tuple[Shape, float]] = Counter()
    for outcome in outcomes:
        for number, trend in enumerate(outcome.truth.trends):
            planted_[trend.shape, trend.size] += 1
            found[trend.shape, trend.size] += number in outcome.ours.found
    print(f"\n  found of planted{'base':>12}" + "".join(f"{size:>9}×" for size in SIZES))
    for shape in Shape:
        cells = [f"{found[shape, size]}/{planted_[shape, size]}" for size in SIZES]
        print(
            f"  {shape.value:<16}{BASES[shape]:>8} a day" + "".join(f"{cell:>10}" for cell in cells)
        )
    return {cell: (found[cell], planted_[cell]) for cell in planted_}


def print_status(outcomes: Iterable[Outcome]) -> None:
    """Print how found trends were called, by shape."""
    called: defaultdict[Shape, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for number, word in outcome.status.items():
            called[outcome.truth.trends[number].shape][word] += 1
    print("\n  status of what was found")
    for shape in Shape:
        words = ", ".join(f"{word} {count}" for word, count in called[shape].most_common())
        print(f"  {shape.value:<16}{words}")


def overall(
    outcomes: Sequence[Outcome], verdict: Callable[[Outcome], Verdict]
) -> tuple[float, float]:
    """Return recall of trends of size 3 and more, and precision of everything that was announced."""
    large = [
        number in verdict(outcome).found
        for outcome in outcomes
        for number, trend in enumerate(outcome.truth.trends)
        if trend.size >= LARGE
    ]
    true = sum(len(verdict(outcome).found) for outcome in outcomes)
    false = sum(len(verdict(outcome).false) for outcome in outcomes)
    return sum(large) / max(len(large), 1), true / max(true + false, 1)


def report_false(title: str, false: Iterable[tuple[str, str]]) -> None:
    """Print what was announced and is not so."""
    for name, kind in false:
        print(f"  false, {title}: {name} {kind and f'({kind})'}")


def main() -> int:
    """Measure everything; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data", type=Path)
    chosen = parser.parse_args()
    figures = Figures("truth", "python -m benchmarks.truth")
    seeds = range(chosen.seeds)
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        outcomes = list(pool.map(planted, seeds))
        recall_table(outcomes)
        print_status(outcomes)
        report_false("planted", (pair for each in outcomes for pair in each.ours.false))
        recall, precision = overall(outcomes, lambda outcome: outcome.ours)
        figures.add("recall, sizes ≥ 3×", recall, "", ">= 0.9")
        figures.add("precision", precision, "", ">= 0.9")
        found = [count for each in outcomes for count in each.ours.found.values()]
        figures.add("announced topics per found trend", sum(found) / max(len(found), 1), "")
        z_recall, z_precision = overall(outcomes, lambda outcome: outcome.z_score)
        figures.add("z > 2, recall, sizes ≥ 3×", z_recall, "")
        figures.add("z > 2, precision", z_precision, "", "<= 0.5")
        usual = list(pool.map(partial(planted, default_plan=True), seeds))
        recall, precision = overall(usual, lambda outcome: outcome.ours)
        figures.add("the sample as it comes: recall, sizes ≥ 3×", recall, "")
        figures.add("the sample as it comes: precision", precision, "")
        nulls = list(pool.map(decoys_only, range(1000, 1000 + NULLS_PER_SEED * chosen.seeds)))
        report_false("decoys alone", (pair for each in nulls for pair in each))
        _add_rate(figures, "sample with decoys alone", [len(each) for each in nulls])
        shuffled = [day for days in pool.map(sample_dealt, seeds) for day in days]
        _add_rate(figures, "sample dealt to random days", [len(each) for each in shuffled])
        file = chosen.data and chosen.data / "headlines_ko_en" / "headlines.jsonl.gz"
        if file and file.exists():
            halves = [
                list(range(REAL_SHUFFLES))[part :: chosen.workers] for part in range(chosen.workers)
            ]
            real = [day for days in pool.map(partial(real_dealt, file), halves) for day in days]
            report_false("real headlines dealt", ((name, "") for day in real for name in day))
            _add_rate(figures, "real headlines dealt to random days", [len(each) for each in real])
        else:
            print("\n  real headlines: no --data FOLDER with headlines_ko_en, left out")
    return 0 if figures.finish() else 1


def _add_rate(figures: Figures, name: str, alarms: Sequence[int]) -> None:
    figures.add(
        f"false alarms a day, {name} ({len(alarms)} days)", sum(alarms) / len(alarms), "", "<= 0.1"
    )


if __name__ == "__main__":
    sys.exit(main())
