"""Grouping of short texts against labels that people gave: adjusted Rand index at one cut.

Usage: python -m benchmarks.clusters --data FOLDER, where FOLDER/short_text_clusters lies.

The cut was chosen on the tweets, once, and used unchanged on the headlines.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path

from benchmarks.figures import Figures
from trends.domain.clusters import CUT, group_titles

SETS = (("Tweet", "tweet.tsv", ">= 0.82"), ("GoogleNews-T", "googlenews_T.tsv", ">= 0.66"))
NEIGHBOURS = (0.88, 0.9, 0.94)


def adjusted_rand(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """Compare two groupings: 1 the same, about 0 for chance (Hubert & Arabie 1985)."""
    together = _pairs(Counter(zip(left, right, strict=True)))
    of_left, of_right = _pairs(Counter(left)), _pairs(Counter(right))
    expected = of_left * of_right / max(len(left) * (len(left) - 1) / 2, 1)
    most = (of_left + of_right) / 2
    return (together - expected) / (most - expected) if most != expected else 1.0


def _pairs(sizes: Counter[Hashable]) -> float:
    return sum(size * (size - 1) / 2 for size in sizes.values())


def read(file: Path) -> tuple[list[str], list[str]]:
    """Read labels and texts."""
    rows = [
        line.rstrip("\n").split("\t", 1) for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [row[0] for row in rows], [row[1] for row in rows]


def measure(figures: Figures, data: Path) -> None:
    """Group every set that is there."""
    for name, file_name, target in SETS:
        file = data / "short_text_clusters" / file_name
        if not file.is_file():
            print(f"skipped, not there: {file}")
            continue
        labels, texts = read(file)
        began = time.perf_counter()
        groups = group_titles(texts)
        seconds = time.perf_counter() - began
        figures.add(f"{name}: ARI at {CUT}", adjusted_rand(labels, groups), "", target)
        figures.add(f"{name}: groups, of {len(set(labels))}", len(set(groups)), "")
        figures.add(f"{name}: {len(texts):,} texts", seconds, "s")
        if name == SETS[0][0]:
            for cut in NEIGHBOURS:
                found = adjusted_rand(labels, group_titles(texts, cut))
                figures.add(f"{name}: ARI at {cut}, for comparison", found, "")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.add("peak memory", peak, "MB")


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    data = parser.parse_args().data
    if not (data / "short_text_clusters").is_dir():
        print(f"skipped: no folder {data / 'short_text_clusters'}; name one with --data")
        return 0
    figures = Figures("clusters", "python -m benchmarks.clusters --data FOLDER")
    measure(figures, data)
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
