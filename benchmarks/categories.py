"""Categories of real topics against labels by someone who did not write the classifier.

The labels are in `benchmarks/labels/topic_categories.jsonl`: 200 topics that runs over two archives named, drawn at
random and labelled from their headlines before any category was computed. They name stories by a digest of their id,
so nothing of the archives is kept here.

Usage: python -m benchmarks.categories --data FOLDER, where FOLDER/NAME/headlines.jsonl.gz lie.
"""

import argparse
import hashlib
import json
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from benchmarks.archives import EN, KO_EN, Archive, read_raw
from benchmarks.figures import Figures
from trends.domain.categories import Headline, categorize
from trends.domain.models import Language, RawItem
from trends.domain.text import plain_text

LABELS = Path(__file__).parent / "labels" / "topic_categories.jsonl"
AT = 10
LONGEST_TITLE = 1_000


class Labelled(NamedTuple):
    """A topic, what a person called it, and what the classifier says."""

    topic: str
    category: str
    consumer: bool
    judged: str
    score: float


def digest(item: RawItem) -> str:
    """Name an item as the labels do."""
    return hashlib.sha256(f"{item.source}:{item.item_id}".encode()).hexdigest()[:16]


def judge(archive: Archive, data: Path) -> list[Labelled]:
    """Classify the labelled topics of one archive."""
    rows = [json.loads(line) for line in LABELS.read_text().splitlines()]
    rows = [row for row in rows if row["archive"] == archive.name]
    wanted = {story for row in rows for story in row["stories"]}
    items = {key: item for item in read_raw(archive, data) if (key := digest(item)) in wanted}
    found: list[Labelled] = []
    for row in rows:
        stories = [items[story] for story in row["stories"] if story in items]
        if not stories:
            message = f"no story of the labelled topic '{row['topic']}' is in the archive"
            raise SystemExit(message)
        says = categorize([_headline(item, Language(row["language"])) for item in stories])
        found.append(
            Labelled(
                row["topic"],
                row["category"],
                row["consumer"],
                says.category.value,
                says.consumer_score,
            )
        )
    return found


def _headline(item: RawItem, language: Language) -> Headline:
    title = plain_text(item.title, LONGEST_TITLE)
    return Headline(title, language, item.summary, item.url, item.outlet)


def precision_at(topics: list[Labelled], count: int) -> float:
    """Share of consumer topics among those that the classifier ranks first."""
    first = sorted(topics, key=lambda each: (-each.score, each.topic))[:count]
    return sum(each.consumer for each in first) / len(first)


def show(topics: list[Labelled]) -> None:
    """Print what was ranked first, and what labels and classifier mix up."""
    print("\n  ranked first")
    for each in sorted(topics, key=lambda one: (-one.score, one.topic))[:20]:
        mark = "✓" if each.consumer else "✗"
        print(f"  {mark} {each.score:.2f} {each.topic}: {each.judged}, labelled {each.category}")
    mixed = Counter((each.category, each.judged) for each in topics if each.category != each.judged)
    print("\n  most mixed up: label → classifier")
    for (label, judged), count in mixed.most_common(10):
        print(f"  {count:3} {label} → {judged}")


def main(data: Path) -> bool:
    """Measure over the archives that are there."""
    figures = Figures("categories", "python -m benchmarks.categories --data FOLDER")
    everything: list[Labelled] = []
    for archive in (KO_EN, EN):
        if not archive.file(data).is_file():
            print(f"skipped, not there: {archive.name}")
            continue
        topics = judge(archive, data)
        figures.add(f"{archive.name}: consumer, precision@{AT}", precision_at(topics, AT), "")
        everything += topics
    if everything:
        show(everything)
        right = sum(each.category == each.judged for each in everything)
        consumers = sum(each.consumer for each in everything)
        figures.add("labelled topics", len(everything), "topics")
        figures.add("of them labelled consumer", consumers, "topics")
        figures.add(f"consumer, precision@{AT}", precision_at(everything, AT), "", ">= 0.8")
        figures.add("consumer, precision@20", precision_at(everything, 2 * AT), "")
        figures.add("same category as the label", right / len(everything), "")
    return figures.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"))
    os._exit(0 if main(parser.parse_args().data.resolve()) else 1)
