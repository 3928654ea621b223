"""The live table of a run, for a terminal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.board import Board
from cli.output import flat, seconds_text
from trends_client import Run

REDRAWS_A_SECOND = 8

_MARKS = {
    "waiting": ("·", "dim"),
    "taken over": ("↷", "dim"),
    "running": ("▶", "cyan"),
    "retrying": ("↻", "yellow"),
    "completed": ("✓", "green"),
    "skipped": ("–", "dim"),
    "blocked": ("‖", "yellow"),
    "failed": ("✗", "red"),
    "stopped": ("■", "magenta"),
}


@contextmanager
def live_table(
    console: Console, board: Board, run: Run, now: Callable[[], datetime]
) -> Generator[None]:
    """Draw the board again and again until the block ends; the last drawing stays."""
    with Live(
        console=console,
        get_renderable=lambda: draw(board, run, now()),
        refresh_per_second=REDRAWS_A_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield


def draw(board: Board, run: Run, now: datetime) -> Group:
    """Draw a board as it stands at a moment."""
    head = Text(flat(run.query or "everything"), style="bold", overflow="ellipsis", no_wrap=True)
    head.append(f"  {run.id}  ", style="dim").append(board.status.replace("_", " "))
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True, width=10)
    table.add_column(overflow="ellipsis", no_wrap=True)
    for row in board.rows(now):
        mark, style = _MARKS.get(row.state, ("?", ""))
        seconds = "" if row.seconds is None else seconds_text(row.seconds)
        note = Text(f"attempt {row.attempt}  " if row.attempt > 1 else "", style="yellow")
        note.append(flat(row.note), style="dim")
        dim = "dim" if row.state in {"waiting", "taken over"} else ""
        table.add_row(Text(mark, style), Text(row.stage, dim), Text(seconds), note)
    if board.reason:
        return Group(head, table, Text(flat(board.reason), style="yellow"))
    return Group(head, table)
