"""Small texts: durations, sparklines, widths, and the end of a demo."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cli.board import Board
from cli.demo_text import ending, padded, stage_times, top_topics
from cli.live import draw
from cli.output import flat, seconds_text, sparkline
from tests.unit.cli.fake_api import run_fields, whole_story
from trends_client import Event, Run


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.004, "0.00 s"),
        (9.876, "9.88 s"),
        (9.996, "10.0 s"),
        (12.34, "12.3 s"),
        (59.97, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599.6, "1 h 00 min"),
        (3720, "1 h 02 min"),
    ],
)
def test_a_duration_reads(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_a_sparkline_rises_with_its_values() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"


def test_a_sparkline_of_nothing_is_flat() -> None:
    assert sparkline([0, 0, 0]) == "▁▁▁"


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_a_sparkline_has_one_bar_a_value(values: list[float]) -> None:
    assert len(sparkline(values)) == len(values)


@given(st.text("두바이 쿠키abc", max_size=40), st.integers(2, 30))
def test_padding_fills_the_width_of_a_terminal(text: str, width: int) -> None:
    assert cell_len(padded(text, width)) == width


@given(st.text())
def test_a_flat_cell_has_no_control_characters(text: str) -> None:
    assert flat(text).isprintable()


def topic(**fields: Any) -> dict[str, Any]:
    """A topic as the report's JSON has it."""
    return {
        "rank": 1,
        "label": "두바이 쫀득 쿠키",
        "is_new": False,
        "growth": 4.13,
        "growth_low": 2.89,
        "status": "rising",
        "stories": 12,
        "window_days": 7,
        "outlets": ["a", "b"],
        "series": [{"stories": n} for n in range(40)],
        **fields,
    }


def test_a_topic_shows_growth_its_lower_end_and_four_weeks() -> None:
    line = list(top_topics([topic()]))[1]
    assert "×4.1" in line
    assert "at least ×2.8" in line
    assert sum(char in "▁▂▃▄▅▆▇█" for char in line) == 28
    assert line.endswith("rising: 12 stories in 7 d, 2 outlets")


def test_a_new_topic_has_no_growth_to_show() -> None:
    assert "  new  " in list(top_topics([topic(is_new=True)]))[1]


def test_outlets_that_are_not_known_are_not_counted() -> None:
    assert list(top_topics([topic(outlets=[])]))[1].endswith("12 stories in 7 d")


def test_no_topic_is_said_in_words() -> None:
    assert list(top_topics([])) == ["No topic is claimed to rise."]


def whole_board() -> Board:
    """The board of a run that went through every stage."""
    board = Board.of(Run.model_validate(run_fields("r", "completed")))
    for raw in whole_story():
        board.apply(Event.model_validate({"run_id": "r", **raw}))
    return board


def test_stage_times_name_every_stage_and_their_sum() -> None:
    lines = list(stage_times(whole_board()))
    assert lines[0] == "  collect      1.00 s  sample: 5,400 items"
    assert lines[-1] == "  together     6.00 s"


def test_the_end_of_a_demo_opens_with_the_report() -> None:
    report = {"title": "News trends", "lines": ["one"] * 5, "topics": [topic()]}
    lines = list(ending(report, whole_board(), {"report.md": "/tmp/x/report.md"}))  # noqa: S108  # only printed
    assert lines[1:3] == ["News trends", "  one"]
    assert "  /tmp/x/report.md" in lines


def test_the_live_table_shows_each_stage_once() -> None:
    run = Run.model_validate(run_fields("r", "completed", query="쿠키\x1b[31m"))
    console = Console(width=100, record=True, force_terminal=False)
    with console.capture() as capture:
        console.print(draw(whole_board(), run, datetime(2026, 11, 20, 9, 1, tzinfo=UTC)))
    shown = capture.get()
    assert shown.count("✓") == 6
    assert "\x1b" not in shown
