"""The spike detector on the Numenta Anomaly Benchmark's tweet counts, by the benchmark's own standard profile.

Usage: python -m benchmarks.nab --data FOLDER, where FOLDER/nab/windows.json and FOLDER/nab/data lie.

The threshold is a rate that was set without labels: an alarm is a moment such as comes once a week. Two further rows
say what choosing it by labels would give: for each file by the labels of all others, and for all files at once.
"""

import argparse
import csv
import gzip
import io
import json
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.nab_scoring import Labelled, Score, score
from trends.domain.spikes import RARE, REFRACTORY, SpikeDetector

GROUP = "realTweets"
INTERVAL = timedelta(minutes=5)
NOTHING = Score(0.0, 0, 0, 0)
DAYS = (1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50)
"""Thresholds to choose from by labels, in days."""


def read(data: Path) -> list[Labelled]:
    """Read the series of the group that are there."""
    folder = data / "nab"
    windows: dict[str, list[list[str]]] = json.loads((folder / "windows.json").read_text())
    found: list[Labelled] = []
    for name in sorted(windows):
        files = (folder / "data" / name, folder / "data" / f"{name}.gz")
        found += [
            _series(name, file, windows[name])
            for file in files
            if name.startswith(f"{GROUP}/") and file.is_file()
        ]
    return found


def _series(name: str, file: Path, windows: Iterable[Sequence[str]]) -> Labelled:
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    place = {when: number for number, when in enumerate(times)}
    return Labelled(
        name,
        tuple(times),
        tuple(float(row["value"]) for row in rows),
        tuple(
            (place[datetime.fromisoformat(first)], place[datetime.fromisoformat(last)])
            for first, last in windows
        ),
    )


def alarms(series: Labelled, rare: timedelta) -> list[int]:
    """Run the detector over a series, point by point."""
    detector = SpikeDetector(INTERVAL, rare)
    return [
        number
        for number, (when, count) in enumerate(zip(series.times, series.counts, strict=True))
        if detector.observe(when, count).alarm
    ]


def total(scores: Iterable[Score]) -> Score:
    """Add the scores of several series."""
    return sum(scores, NOTHING)


def chosen_by_others(by_days: dict[int, list[Score]], files: int) -> Score:
    """Score each file at the threshold that is best on all other files."""
    own: list[Score] = []
    for left_out in range(files):
        best = max(
            by_days,
            key=lambda days: sum(s.raw for n, s in enumerate(by_days[days]) if n != left_out),
        )
        own.append(by_days[best][left_out])
    return total(own)


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    data = parser.parse_args().data
    if not (data / "nab" / "windows.json").is_file():
        print(f"skipped: no {data / 'nab' / 'windows.json'}; name the folder with --data")
        return 0
    series = read(data)
    if not series:
        print(f"skipped: no series of {GROUP} below {data / 'nab' / 'data'}")
        return 0
    began = time.perf_counter()
    fixed = [score(each, alarms(each, RARE)) for each in series]
    seconds = time.perf_counter() - began
    by_days = {
        days: [score(each, alarms(each, timedelta(days=days))) for each in series] for days in DAYS
    }
    figures = Figures("nab", "python -m benchmarks.nab --data FOLDER")
    whole = total(fixed)
    figures.add(
        f"{len(series)} series, one fixed threshold ({RARE.days} d)", whole.normalised, "", ">= 61"
    )
    figures.add("windows found", f"{whole.found} of {whole.windows}", "")
    figures.add("alarms outside of windows", whole.false, "")
    for each, own in zip(series, fixed, strict=True):
        figures.add(each.name.rpartition("/")[2], own.normalised, "")
    figures.add(
        "threshold by the labels of the other files",
        chosen_by_others(by_days, len(series)).normalised,
        "",
    )
    totals = {days: total(scores).normalised for days, scores in by_days.items()}
    figures.add("best threshold by all labels", max(totals.values()), "")
    figures.add("worst of 3 to 30 d", min(totals[days] for days in DAYS if 3 <= days <= 30), "")
    figures.add(f"refractory time {REFRACTORY}, all points", seconds, "s")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
