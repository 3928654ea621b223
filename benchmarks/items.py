"""Seconds, memory and size on disk of the item store with a million items.

Usage: python -m benchmarks.items [--items 1000000]
"""

import argparse
import asyncio
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.figures import Figures

ITEMS = 1_000_000
SOURCES = 50
DAYS = 400
BATCH = 5_000
TOP_UP = 1_000
RUN_SOURCES = 16
HISTORY = timedelta(days=90)
END = datetime(2026, 3, 5, tzinfo=UTC)
WORDS = "두쫀쿠 성수동 팝업 저속노화 식단 올영세일 matcha latte 러닝화 품절 대란 편의점 신상 retro camera 여행 예약".split()


def source_of(number: int) -> str:
    """Name one of the sources."""
    return f"rss:feed-{number:02}"


def made(source: int, count: int, seed: str = "") -> Iterator[object]:
    """Make items of usual length: a headline, a lead of two sentences, a link."""
    from trends.domain.items import SeenItem
    from trends.domain.models import TimeRule

    for number in range(count):
        digest = hashlib.sha256(f"{seed}{source}/{number}".encode()).hexdigest()
        picks = [WORDS[int(digest[place], 16)] for place in range(8)]
        url = f"https://news-{source}.example/2026/articles/{digest[:24]}"
        yield SeenItem(
            item_id=url,
            title=f"{' '.join(picks)} {number}",
            summary=f"{' '.join(picks * 3)}. {' '.join(reversed(picks))}.",
            url=url,
            outlet=f"Outlet {source}",
            published=(END - timedelta(days=DAYS) * (number / count)).isoformat(),
            published_at=END - timedelta(days=DAYS) * (number / count) - timedelta(seconds=1),
            time_rule=TimeRule.EXACT,
            declared="ko",
            language="ko",
            place=None,
        )


async def fill(url: str, items: int) -> float:
    """Put the items in, as polls do; answers the seconds."""
    from trends.storage.database import Database
    from trends.storage.items import ItemStore

    began = time.perf_counter()
    async with await Database.open(url) as database:
        store = ItemStore(database)
        for source in range(SOURCES):
            rows = made(source, items // SOURCES)
            while batch := list(islice(rows, BATCH)):
                await poll(store, source_of(source), batch)
    return time.perf_counter() - began


async def poll(store: object, source: str, batch: list[object]) -> None:
    """Record one answered poll."""
    from trends.domain.models import Window
    from trends.storage.items import ItemStore
    from trends.storage.polls import Found, Plan, SourceKey

    assert isinstance(store, ItemStore)
    await store.found(
        SourceKey("local", source),
        Plan(at=END, next_poll=END, cadence_seconds=900),
        Found(
            items=batch,  # pyright: ignore[reportArgumentType]  # made by `made`
            first_seen=END,
            newest_at=END,
            observed=Window(start=END - timedelta(days=DAYS), end=END),
            censored=False,
            unchanged=False,
            state={},
            moved_to=None,
        ),
    )


async def measure(url: str) -> dict[str, float]:
    """Do what polls, runs and people do, once each."""
    from trends.domain.queries import parse
    from trends.storage.database import Database
    from trends.storage.items import ItemFilter, ItemStore
    from trends.storage.polls import SourceKey

    found: dict[str, float] = {}
    async with await Database.open(url) as database:
        store = ItemStore(database)
        began = time.perf_counter()
        read = 0
        for source in range(RUN_SOURCES):
            key = SourceKey("local", source_of(source))
            async for batch in store.window(key, END - HISTORY, END):
                read += len([item.model_dump_json() for item in batch])
        found["window_seconds"] = time.perf_counter() - began
        found["window_items"] = read
        found["window_mb"] = peak_mb()

        fresh = list(made(0, TOP_UP, "new"))
        for name in ("top_up_seconds", "again_seconds"):
            began = time.perf_counter()
            await poll(store, source_of(0), fresh)
            found[name] = time.perf_counter() - began

        for name, wanted in {
            "page_seconds": ItemFilter(),
            "common_seconds": ItemFilter(query=parse("성수동")),
            "nothing_seconds": ItemFilter(query=parse("없는말")),
        }.items():
            began = time.perf_counter()
            await store.page("local", wanted)
            found[name] = time.perf_counter() - began

        began = time.perf_counter()
        await store.stats("local", ItemFilter())
        found["stats_seconds"] = time.perf_counter() - began
    return found


def peak_mb() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Fill a store, measure in a child; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    chosen, _ = parser.parse_known_args()
    if chosen.child:
        print(json.dumps(asyncio.run(measure(chosen.child))))
        return 0
    from trends.storage.migrate import migrate

    with tempfile.TemporaryDirectory(prefix="items-") as folder:
        file = Path(folder) / "trends.db"
        url = f"sqlite:///{file}"
        migrate(url)
        filled = asyncio.run(fill(url, chosen.items))
        size_mb = sum(each.stat().st_size for each in file.parent.iterdir()) / 2**20
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.items", "--child", url],
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    figures = Figures("items", "python -m benchmarks.items")
    figures.add("items in the store", chosen.items, "")
    figures.add("sources", SOURCES, "")
    figures.add("filling it, in polls of 5,000", filled, "s")
    figures.add("size on disk", size_mb, "MB")
    figures.add("bytes an item", size_mb * 2**20 / chosen.items, "B")
    figures.add("top-up with 1,000 new items", found["top_up_seconds"], "s")
    figures.add("the same poll again", found["again_seconds"], "s")
    figures.add("a run's read: 16 sources, 90 days, as JSON", found["window_seconds"], "s")
    figures.add("items read by it", int(found["window_items"]), "")
    figures.add("peak memory of the process that reads", found["window_mb"], "MB")
    figures.add("newest page", found["page_seconds"], "s")
    figures.add("page of a common word", found["common_seconds"], "s")
    figures.add("page of a word that nothing holds", found["nothing_seconds"], "s")
    figures.add("counts by source and day", found["stats_seconds"], "s")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
