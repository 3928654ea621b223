"""The board: what a run's events add up to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.board import Board, Row, figures, progress_text
from tests.unit.cli.fake_api import STAGES, event, run_fields, whole_story
from trends_client import Event, Run

NOW = datetime(2026, 11, 20, 9, 1, tzinfo=UTC)


def make(raw: dict[str, Any]) -> Event:
    """An event as the client gives it."""
    return Event.model_validate({"run_id": "r", **raw})


def told(*story: dict[str, Any], stages: Sequence[str] = STAGES) -> tuple[Board, list[str]]:
    """A board after a story, and the lines it told."""
    board = Board(stages=stages)
    lines = [line for raw in story if (line := board.apply(make(raw)))]
    return board, lines


def row(board: Board, stage: str, now: datetime = NOW) -> Row:
    """One stage as it stands."""
    return next(row for row in board.rows(now) if row.stage == stage)


def test_a_stage_counts_its_seconds_while_it_runs() -> None:
    board, _ = told(event(1, "stage.started", "normalize"))
    later = datetime(2026, 11, 20, 9, 0, 4, tzinfo=UTC)
    assert row(board, "normalize", later).seconds == 3.0


def test_a_stage_stops_counting_when_it_is_done() -> None:
    board, _ = told(event(1, "stage.started", "report"), event(3, "stage.completed", "report"))
    assert row(board, "report") == Row("report", "completed", 2.0, 1, "")


def test_a_stage_that_has_not_begun_waits() -> None:
    board, _ = told(event(1, "stage.started", "collect", "sample"))
    assert row(board, "notify") == Row("notify", "waiting", None, 0, "")


def test_collect_runs_until_its_last_source_is_read() -> None:
    story = [
        event(1, "stage.started", "collect", "sample"),
        event(2, "stage.started", "collect", "file:a"),
        event(3, "stage.completed", "collect", "sample", items=10),
    ]
    board, _ = told(*story)
    assert row(board, "collect").state == "running"
    assert row(board, "collect").note == "sample: 10 items"


def test_a_source_that_failed_is_named_and_the_stage_is_done() -> None:
    story = [
        event(1, "stage.started", "collect", "sample"),
        event(2, "stage.completed", "collect", "sample", items=10),
        event(3, "stage.failed", "collect", "file:a", reason="No such file.", retrying=False),
    ]
    board, _ = told(*story)
    assert row(board, "collect").state == "completed"
    assert row(board, "collect").note == "file:a: No such file.; sample: 10 items"


def test_a_retry_shows_its_attempt_and_the_reason_before() -> None:
    story = [
        event(1, "stage.started", "analyze"),
        event(2, "stage.failed", "analyze", reason="Locked.", retrying=True),
    ]
    board, _ = told(*story)
    assert row(board, "analyze").state == "retrying"
    board.apply(make(event(3, "stage.started", "analyze", attempt=2)))
    assert (row(board, "analyze").attempt, row(board, "analyze").note) == (2, "Locked.")


def test_a_parked_stage_that_was_passed_is_skipped() -> None:
    story = [
        event(1, "stage.started", "summarize"),
        event(2, "run.blocked", "summarize", reason="No model."),
        event(3, "run.resumed", "summarize"),
        event(4, "stage.started", "report"),
    ]
    board, lines = told(*story)
    assert row(board, "summarize").state == "skipped"
    assert "parked at summarize: No model." in lines


def test_a_parked_last_stage_of_a_completed_run_is_skipped() -> None:
    story = [
        event(1, "stage.started", "notify"),
        event(2, "run.blocked", "notify", reason="No answer."),
        event(3, "run.resumed", "notify"),
        event(4, "run.completed", "notify"),
    ]
    assert row(told(*story)[0], "notify").state == "skipped"


def test_what_was_under_way_stops_with_its_run() -> None:
    board, _ = told(event(1, "stage.started", "analyze"), event(2, "run.cancelled", "analyze"))
    assert row(board, "analyze").state == "stopped"
    assert row(board, "analyze").seconds == 1.0


def test_progress_changes_the_note_and_tells_no_line() -> None:
    progress = event(0, "progress", "normalize", done=2000, total=5400) | {"seq": None, "at": None}
    board, lines = told(event(1, "stage.started", "normalize"), progress)
    assert row(board, "normalize").note == "2,000 of 5,400"
    assert lines == ["normalize  running"]


def test_progress_of_one_of_two_sources_is_nobodys() -> None:
    progress = event(0, "progress", "collect", done=2000) | {"seq": None, "at": None}
    story = [
        event(1, "stage.started", "collect", "sample"),
        event(2, "stage.started", "collect", "file:a"),
    ]
    assert row(told(*story, progress)[0], "collect").note == ""


def test_stages_of_an_earlier_run_are_taken_over() -> None:
    fields = run_fields("r", "running")
    fields["stages"][0] |= {"status": "taken_over"}
    board = Board.of(Run.model_validate(fields))
    assert row(board, "collect").state == "taken over"


def test_figures_leave_noughts_out() -> None:
    assert figures({"items": 5400, "bad_rows": 0, "method": "extractive"}) == (
        "5,400 items, method extractive"
    )


def test_progress_without_a_total_still_counts() -> None:
    assert progress_text({"done": 500, "last_failure": "Locked."}) == "500; last attempt: Locked."


@given(st.lists(st.sampled_from(whole_story()), max_size=30), st.integers(0, 100))
def test_any_order_of_events_gives_rows_in_order_and_no_negative_seconds(
    story: list[dict[str, Any]], seconds: int
) -> None:
    board, _ = told(*story)
    rows = board.rows(NOW - timedelta(seconds=seconds))
    assert [row.stage for row in rows] == list(STAGES)
    assert all(row.seconds is None or row.seconds >= 0 for row in rows)


HELD_UP = {
    "seq": None,
    "at": None,
    "type": "progress",
    "stage": None,
    "part": None,
    "attempt": 2,
    "data": {"slug": "workflow-stuck", "last_failure": "The workflow's task has failed once: Oh."},
}


def test_a_run_that_gets_nowhere_is_told_once() -> None:
    board, lines = told(HELD_UP, {**HELD_UP, "attempt": 3})
    assert lines == ["stuck: The workflow's task has failed once: Oh."]
    assert board.reason == "The workflow's task has failed once: Oh."


def test_a_run_that_gets_on_again_is_not_called_stuck_any_more() -> None:
    board, _ = told(HELD_UP, event(1, "stage.started", "normalize"))
    assert board.reason == ""
    assert board.apply(make(HELD_UP)) is not None


def test_a_stream_without_news_is_told_once_and_its_return_too() -> None:
    stalled = {**HELD_UP, "type": "stream.stalled", "data": {"reason": "It is locked."}}
    resumed = {**HELD_UP, "type": "stream.resumed", "data": {}}
    board, lines = told(stalled, stalled)
    assert (lines, board.reason) == (["no news: It is locked."], "It is locked.")
    assert (board.apply(make(resumed)), board.reason) == ("news again", "")
    assert board.apply(make(resumed)) is None
