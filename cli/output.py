"""Where words go: data to stdout, words to stderr, colour only for people."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import typer

if TYPE_CHECKING:
    from rich.console import Console

READER_GONE = 141  # what a shell reports for a process ended by SIGPIPE


@dataclass(frozen=True)
class Output:
    """The two streams of one command, and how it was asked to speak.

    Attributes:
        stdout: Takes data.
        stderr: Takes words.
        as_json: Data is JSON: one object, or JSON Lines for streams.
        quiet: Say nothing but data and errors.
        color: False keeps colour out even on a terminal.
    """

    stdout: TextIO
    stderr: TextIO
    as_json: bool = False
    quiet: bool = False
    color: bool = True

    @property
    def drawn(self) -> bool:
        """Whether stdout is a person's terminal, so that tables and live views make sense."""
        return not self.as_json and self.stdout.isatty()

    def say(self, words: str) -> None:
        """Tell the person something that is no data."""
        if not self.quiet:
            self.stderr.write(words + "\n")
            self.stderr.flush()

    def line(self, text: str) -> None:
        """Write one line of data.

        Raises:
            typer.Exit: Nobody reads stdout any more.
        """
        self.raw(text + "\n")

    def raw(self, text: str) -> None:
        """Write data as it is.

        Raises:
            typer.Exit: Nobody reads stdout any more.
        """
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:
            # The flush at exit would fail again, on a descriptor that leads nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
            raise typer.Exit(READER_GONE) from None

    def json(self, value: object) -> None:
        """Write one JSON value on one line."""
        self.line(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table for people, or tab-separated lines for a pipe."""
        if not self.drawn:
            for row in rows:
                self.line("\t".join(flat(cell) for cell in row))
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for position, title in enumerate(titles):
            table.add_column(title, no_wrap=position == 0, overflow="fold")
        for row in rows:
            table.add_row(*(Text(flat(cell), style=STYLES.get(cell, "")) for cell in row))
        self.console().print(table)

    def console(self, stream: TextIO | None = None) -> "Console":
        """Draw with Rich on stdout, or on the given stream."""
        from rich.console import Console

        return Console(
            file=stream or self.stdout, no_color=not self.color, highlight=False, soft_wrap=False
        )


STYLES = {
    "completed": "green",
    "running": "cyan",
    "blocked": "yellow",
    "paused": "yellow",
    "failed": "red",
    "timed_out": "red",
    "terminated": "red",
    "lost": "red",
    "cancelled": "magenta",
}


def open_output(
    *, as_json: bool, quiet: bool, no_color: bool, environ: Mapping[str, str] = os.environ
) -> Output:
    """Open the process's own streams; any value of NO_COLOR but the empty one turns colour off."""
    return Output(
        stdout=sys.stdout,
        stderr=sys.stderr,
        as_json=as_json,
        quiet=quiet,
        color=not no_color and not environ.get("NO_COLOR"),
    )


def flat(cell: str) -> str:
    """Keep a cell on its line and a terminal's control characters out of it."""
    return "".join(char if char.isprintable() else " " for char in cell)


def seconds_text(seconds: float) -> str:
    """Write a duration: `0.42 s`, `12.3 s`, `3 min 05 s`, `1 h 02 min`."""
    # The bounds are where the text would round up to the next form.
    if seconds < 9.995:  # noqa: PLR2004
        return f"{seconds:.2f} s"
    if seconds < 59.95:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004  # an hour
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def sparkline(values: Sequence[float]) -> str:
    """Draw a series in one line of eight heights; nothing at all is the lowest."""
    bars = "▁▂▃▄▅▆▇█"
    top = max(values, default=0)
    if top <= 0:
        return bars[0] * len(values)
    return "".join(bars[round(value / top * (len(bars) - 1))] for value in values)


def as_data(value: Any) -> Any:
    """Turn a client model into what JSON can hold."""
    return value.model_dump(mode="json", by_alias=True)
