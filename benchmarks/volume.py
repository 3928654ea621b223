"""Seconds and memory of normalize and analyze over 1,000 up to 100,000 headlines, each in a process of its own.

Usage: python -m benchmarks.volume [--sizes 1000 10000 50000 100000]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figures

SIZES = (1_000, 10_000, 50_000, 100_000)
MAX_SECONDS = {10_000: 15, 100_000: 150}
MAX_MB = {100_000: 2_048}
MAX_SILENCE_SECONDS = 2
DAYS = 90


class Clock:
    """Measures the longest silence between two signs of life: a cancel cannot be heard in between."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.longest = 0.0

    def tick(self, *_progress: int) -> None:
        """Take a sign of life."""
        now = time.perf_counter()
        self.longest = max(self.longest, now - self.last)
        self.last = now


def measure(size: int) -> dict[str, float]:
    """Run both stages once over the sample, Kiwi's loading included."""
    from trends.domain.analyze import analyze
    from trends.domain.korean import shared_tokenizer
    from trends.domain.models import Language, Window
    from trends.domain.normalize import normalize
    from trends.domain.queries import parse
    from trends.sources.sample import generate

    end = datetime(2026, 3, 5, tzinfo=UTC)
    items = generate(1, end, DAYS, per_day=size // DAYS + 20).items[-size:]
    window = Window(start=end - timedelta(days=7), end=end)
    history_start = end - timedelta(days=DAYS)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    corpus = normalize(
        items,
        window=window,
        history_start=history_start,
        now=end,
        zone="Asia/Seoul",
        languages=tuple(Language),
        query=parse(""),
        tick=lambda _done, _total: None,
    )
    normalized = time.perf_counter()
    shared_tokenizer().cut(("날씨",), ())  # a worker does this once, before its first run
    between = time.perf_counter()
    clock = Clock()
    analysis = analyze(
        corpus.stories,
        window=window,
        history_start=history_start,
        zone="Asia/Seoul",
        outlets_known=True,
        error_rate=0.05,
        min_stories=3,
        max_topics=50,
        user_words=(),
        tick=clock.tick,
    )
    clock.tick()
    ended = time.perf_counter()
    return {
        "headlines": len(items),
        "stories": len(corpus.stories),
        "tests": analysis.terms_tested,
        "normalize_seconds": normalized - began,
        "load_seconds": between - normalized,
        "analyze_seconds": ended - between,
        "silence_seconds": clock.longest,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "corpus_mb": before_mb,
    }


def _at_most(bounds: Mapping[int, int], size: int) -> str:
    return f"<= {bounds[size]}" if size in bounds else "info"


def main() -> int:
    """Measure each size in a child; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(measure(chosen.child)))
        return 0
    figures = Figures("volume", "python -m benchmarks.volume")
    for size in chosen.sizes:
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.volume", "--child", str(size)],
            check=True,
            capture_output=True,
            text=True,
        )
        found: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
        stages = ("normalize", "load", "analyze")
        whole = sum(found[f"{stage}_seconds"] for stage in stages)
        name = f"{size:,} headlines"
        figures.add(f"{name}: normalize + analyze", whole, "s", _at_most(MAX_SECONDS, size))
        for stage in stages:
            figures.add(f"{name}: of it {stage}", found[f"{stage}_seconds"], "s")
        figures.add(f"{name}: tests", int(found["tests"]), "")
        figures.add(
            f"{name}: longest silence", found["silence_seconds"], "s", f"<= {MAX_SILENCE_SECONDS}"
        )
        figures.add(f"{name}: peak memory", found["peak_mb"], "MB", _at_most(MAX_MB, size))
        figures.add(f"{name}: of it before the stages", found["corpus_mb"], "MB")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
