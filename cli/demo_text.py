"""The end of a demo as text: the top of the report, where its files lie, and what each stage took."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len

from cli.board import Board
from cli.output import flat, seconds_text, sparkline
from trends.domain.rounding import floor_tenth

TOPICS = 5
SPARK_DAYS = 28
LABEL_WIDTH = 24

Json = Mapping[str, Any]


def ending(report: Json, board: Board, files: Mapping[str, str]) -> Iterator[str]:
    """Write the end of a demo, line by line."""
    yield ""
    yield flat(str(report["title"]))
    for line in report["lines"]:
        yield f"  {flat(str(line))}"
    yield ""
    yield from top_topics(report["topics"])
    yield ""
    yield "The whole report"
    for path in files.values():
        yield f"  {path}"
    yield ""
    yield "What each stage took"
    yield from stage_times(board)


def top_topics(topics: list[Json]) -> Iterator[str]:
    """Write the strongest topics: growth, its lower end, and four weeks as a sparkline."""
    if not topics:
        yield "No topic is claimed to rise."
        return
    yield "Rising most, with four weeks of stories a day"
    for topic in topics[:TOPICS]:
        series = [float(day["stories"]) for day in topic["series"][-SPARK_DAYS:]]
        label = padded(flat(str(topic["label"])), LABEL_WIDTH)
        growth = "new" if topic["is_new"] else f"×{topic['growth']:.1f}"
        low = f"at least ×{floor_tenth(topic['growth_low']):.1f}"
        outlets = f", {len(topic['outlets'])} outlets" if topic["outlets"] else ""
        yield (
            f"  {topic['rank']}. {label} {growth:>6}  {low:<14} {sparkline(series)}  "
            f"{topic['status']}: {topic['stories']} stories in {topic['window_days']} d{outlets}"
        )


def stage_times(board: Board) -> Iterator[str]:
    """Write what each stage took, by its own clock, and their sum."""
    rows = board.rows(datetime.now(UTC))
    for row in rows:
        seconds = "" if row.seconds is None else seconds_text(row.seconds)
        yield f"  {row.stage:<10} {seconds:>8}  {flat(row.note)}".rstrip()
    total = sum(row.seconds or 0.0 for row in rows)
    yield f"  {'together':<10} {seconds_text(total):>8}"


def padded(text: str, width: int) -> str:
    """Cut or fill to a width on the terminal, where a Korean syllable takes two columns."""
    if cell_len(text) > width:
        while cell_len(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cell_len(text))
