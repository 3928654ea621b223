"""Real headlines through the `file` source and the real engine, end to end; the top topics are printed to be read.

Usage: python -m benchmarks.headlines --data FOLDER, where FOLDER/NAME/headlines.jsonl.gz lie.
"""

import argparse
import asyncio
import os
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from activities.contracts import ReportResult
from benchmarks.figures import Figures
from benchmarks.run import stack
from benchmarks.server import own_server
from engine.doors import Doors
from engine.requests import StartRun, WindowSpan
from trends.domain.report import Report

# Ends of windows inside what the archives cover: (folder, market, end).
CASES = (
    ("headlines_ko_en", "KR", datetime(2026, 1, 12, tzinfo=UTC)),
    ("headlines_ko_en", "KR", datetime(2026, 2, 9, tzinfo=UTC)),
    ("headlines_en", "US", datetime(2025, 9, 15, tzinfo=UTC)),
    ("headlines_en", "US", datetime(2025, 11, 5, tzinfo=UTC)),
)
TOP = 12


async def one_case(doors: Doors, data: Path, case: tuple[str, str, datetime]) -> Report:
    """Run one window and read its report."""
    name, market, end = case
    request = StartRun(
        window=WindowSpan(start=end - timedelta(days=7), end=end),
        market=market,
        sources=(f"file:{data / name / 'headlines.jsonl.gz'}",),
    )
    row = (await doors.runs.start("local", request, None)).run
    await doors.client.get_workflow_handle(row.workflow_id).result()
    ended = await doors.store.get("local", row.run_id)
    result = ReportResult.model_validate(ended.report)
    return Report.model_validate_json(await doors.artifacts.get(result.json_report))


def show(report: Report, title: str) -> None:
    """Print the five lines and the top topics."""
    print(f"\n== {title}")
    for line in report.lines:
        print(f"  {line}")
    for topic in report.topics[:TOP]:
        print(
            f"  · {topic.label}: {topic.growth:.1f}× (at least {topic.growth_low:.1f}×), {topic.stories} stories in "
            f"{topic.window_days} d, {topic.status.value}"
        )
        for piece in topic.evidence[:2]:
            print(f"      “{piece.title[:110]}”")


async def main(data: Path) -> bool:
    """Run every case whose archive is there."""
    figures = Figures("headlines", "python -m benchmarks.headlines --data FOLDER")
    os.environ["TRENDS_SOURCES__FILE__ROOTS"] = f'["{data}"]'
    async with AsyncExitStack() as opened:
        server = await opened.enter_async_context(own_server())
        doors = await opened.enter_async_context(stack(server, 1))
        for case in CASES:
            title = f"{case[0]}, week to {case[2]:%Y-%m-%d}"
            if not (data / case[0] / "headlines.jsonl.gz").is_file():
                print(f"skipped, not there: {title}")
                continue
            began = time.perf_counter()
            report = await one_case(doors, data, case)
            show(report, title)
            figures.add(f"{title}: whole run", time.perf_counter() - began, "s")
            figures.add(f"{title}: stories in the window", report.volume.stories, "stories")
            figures.add(f"{title}: announced", len(report.topics), "topics")
    return figures.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("data"))
    folder = parser.parse_args().data.resolve()
    if folder.is_dir():
        os._exit(0 if asyncio.run(main(folder)) else 1)
    print(f"skipped: no folder {folder}; name one with --data")
