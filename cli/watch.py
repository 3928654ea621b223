"""Follow a run as it happens: a live table for people, a line for each change, or JSON Lines."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TextIO

import typer

from cli.board import Board
from cli.exits import Exit
from cli.output import Output
from cli.session import Session
from trends_client import Event, Run, TrendsClient

View = Callable[[Event, str | None], None]


def utc_now() -> datetime:
    """Now; the live table counts the seconds of what is under way."""
    return datetime.now(UTC)


class EventPump(threading.Thread):
    """Reads a run's events on a thread of its own, so that the reader of the queue can stop at a moment of its choice.

    It keeps a client to itself, and dies with the process when it is given up.
    """

    def __init__(self, base_url: str, run_id: str) -> None:
        super().__init__(daemon=True, name="events")
        self._base_url = base_url
        self._run_id = run_id
        self.queue: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Put every event, then None; or the error that ended it."""
        try:
            with TrendsClient(self._base_url) as client:
                for event in client.events(self._run_id):
                    self.queue.put(event)
            self.queue.put(None)
        except Exception as error:  # noqa: BLE001  # it is raised again by whoever reads the queue
            self.queue.put(error)


def follow(base_url: str, run_id: str, deadline: float | None) -> Iterator[Event]:
    """Give a run's events from the first, until the last one or the deadline (monotonic seconds).

    Raises:
        CannotReachError: The API stays away.
        ApiError: The API says no.
    """
    pump = EventPump(base_url, run_id)
    pump.start()
    while True:
        left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        try:
            got = pump.queue.get(timeout=left)
        except queue.Empty:
            return
        if got is None:
            return
        if isinstance(got, Exception):
            raise got
        yield got


def watch_run(
    session: Session,
    client: TrendsClient,
    run: Run,
    view: "View",
    *,
    board: Board,
    seconds: float | None = None,
    leave_when_parked: bool = True,
) -> Run:
    """Follow a run and give it as it stands afterwards: ended, parked, or still going when the seconds are over.

    Raises:
        typer.Exit: Ctrl-C; the run goes on, and the person was told how to come back.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    try:
        for event in follow(client.base_url, run.id, deadline):
            view(event, board.apply(event))
            # A parked run that went on since is told as parked in its past: only the run itself knows.
            if event.type == "run.blocked" and (now := client.get(run.id)).parked:
                if leave_when_parked:
                    return now
                session.out.say(how_to_decide(now))
        return client.get(run.id)
    except KeyboardInterrupt:
        session.out.say(f"\nStill running. Come back: trends runs watch {run.id}")
        raise typer.Exit(Exit.INTERRUPTED) from None


@contextmanager
def open_view(out: Output, stream: TextIO, board: Board, run: Run) -> Generator[View]:
    """Show a run on a stream: live on a terminal, otherwise one line for each change."""
    if stream.isatty() and not out.as_json:
        from cli.live import live_table

        with live_table(out.console(stream), board, run, utc_now):
            yield lambda _event, _line: None
        return

    def write(_event: Event, line: str | None) -> None:
        if line is None:
            return
        if stream is out.stdout:
            out.line(line)
        else:
            out.say(line)

    yield write


def watch(session: Session, client: TrendsClient, run: Run) -> Run:
    """Watch for watching's sake: what happens is the data. Stays while the run is parked.

    Raises:
        typer.Exit: Ctrl-C.
    """
    out, board = session.out, Board.of(run)
    shown = nullcontext(_write_json(out)) if out.as_json else open_view(out, out.stdout, board, run)
    with shown as view:
        return watch_run(session, client, run, view, board=board, leave_when_parked=False)


def wait_visibly(
    session: Session, client: TrendsClient, run: Run, seconds: float | None = None
) -> Run:
    """Wait for a run's outcome; what happens meanwhile are words.

    Raises:
        typer.Exit: Ctrl-C.
    """
    out, board = session.out, Board.of(run)
    silent: View = lambda _event, _line: None  # noqa: E731  # the view that shows nothing
    shown = nullcontext(silent) if out.quiet else open_view(out, out.stderr, board, run)
    with shown as view:
        return watch_run(session, client, run, view, board=board, seconds=seconds)


def _write_json(out: Output) -> View:
    return lambda event, _line: out.json(event.model_dump(mode="json"))


def how_to_decide(run: Run) -> str:
    """Say why a run is parked and what a person can do."""
    why = f": {run.reason.message}" if run.reason else "."
    return (
        f"Parked at {run.stage}{why}\n"
        f"Decide: trends runs retry {run.id} | trends runs skip {run.id} | trends runs abort {run.id}"
    )
