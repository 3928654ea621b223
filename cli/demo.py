"""`trends demo`: the whole product once, in a temporary state, over the sample."""

import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.exits import Exit, exit_of_run
from cli.output import as_data
from cli.session import Session, speaks

if TYPE_CHECKING:
    from cli.demo_show import Show

SIGNALLED = 128  # plus the signal's number, as shells report it


class ReportLanguage(StrEnum):
    """Languages of a report."""

    KOREAN = "ko"
    ENGLISH = "en"


@speaks
def demo(
    session: Session,
    language: Annotated[
        ReportLanguage, typer.Option("--language", "-l", help="Language of the report.")
    ] = ReportLanguage.ENGLISH,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            file_okay=False,
            help="Where the report's files go.",
            show_default="a new temporary folder, which stays",
        ),
    ] = None,
) -> None:
    """Start everything in a temporary state, run one news report over the sample, and stop.

    Needs no keys, asks no paid model even where there is a key, and leaves nothing running. The sample is made up, and the
    report says so.
    """
    import asyncio

    from cli.demo_show import LONGEST_RUN_SECONDS, Show
    from engine.signals import run_until_signal

    show = Show(session, language.value, _folder(output))
    try:
        ended = asyncio.run(run_until_signal(show.give))
    except TimeoutError:
        session.out.say(f"The run did not end in {LONGEST_RUN_SECONDS:g} s.")
        _keep_logs(show)
        raise typer.Exit(Exit.UNFINISHED) from None
    except Exception:
        _keep_logs(show)
        raise
    if ended.by is not None:
        shutil.rmtree(show.state, ignore_errors=True)
        session.out.say("\nStopped; nothing is left running.")
        raise typer.Exit(SIGNALLED + ended.by)
    _conclude(show)


def _folder(output: Path | None) -> Path:
    if output is None:
        return Path(tempfile.mkdtemp(prefix="trends-demo-"))
    output.mkdir(parents=True, exist_ok=True)
    # A state of its own below it would meet that of another demo.
    return Path(tempfile.mkdtemp(prefix="run-", dir=output.absolute()))


def _keep_logs(show: "Show") -> None:
    show.session.out.say(f"What the processes wrote: {show.state / 'logs'}")


def _conclude(show: "Show") -> None:
    """Tell what came out, and leave with what it means.

    Raises:
        typer.Exit: The run did not complete.
    """
    from cli.demo_text import ending

    out, run = show.session.out, show.run
    assert run is not None  # it ended, or there would have been an error
    if out.as_json:
        seconds = {"ready": round(show.ready_seconds, 3), "total": round(show.total_seconds, 3)}
        out.json({"run": as_data(run), "files": show.files, "seconds": seconds})
    elif show.report is not None and show.board is not None:
        for line in ending(show.report, show.board, show.files):
            out.line(line)
    if not run.completed:
        why = run.reason.message if run.reason else ""
        out.say(f"The run is {run.status} at {run.stage}. {why}")
        _keep_logs(show)
        raise typer.Exit(exit_of_run(run.status))
    shutil.rmtree(show.state, ignore_errors=True)
    out.say(
        f"Ready after {show.ready_seconds:.1f} s, everything stopped after {show.total_seconds:.1f} s. "
        "To keep data between runs: trends up"
    )
