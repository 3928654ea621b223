"""What is said of a run when the waiting is over, and the exit status it leads to."""

import typer

from cli.exits import exit_of_run
from cli.output import as_data, seconds_text
from cli.session import Session
from cli.watch import how_to_decide
from trends_client import Run


def conclude(session: Session, run: Run) -> None:
    """Tell how a run stands: the run as JSON, or its five lines and where to go from there.

    Raises:
        typer.Exit: The run has not completed; the status says how it stands.
    """
    out = session.out
    if out.as_json:
        out.json(as_data(run))
    else:
        for line in run.lines if run.completed else ():
            out.line(line)
    out.say(_words(run))
    if status := exit_of_run(run.status):
        raise typer.Exit(status)


def tell(session: Session, run: Run, words: str) -> None:
    """Answer a command that changed a run: the run as JSON, or words."""
    if session.out.as_json:
        session.out.json(as_data(run))
    session.out.say(words)


def _words(run: Run) -> str:
    took = ""
    if run.started_at and run.ended_at:
        took = f" in {seconds_text((run.ended_at - run.started_at).total_seconds())}"
    if run.completed:
        return f"Completed{took}. The report: trends runs report {run.id}"
    if run.parked:
        return how_to_decide(run)
    if not run.ended:
        return f"Still {run.status}. Come back: trends runs watch {run.id}"
    why = f": {run.reason.message}" if run.reason else "."
    ended = run.status.replace("_", " ").capitalize()
    again = f"trends runs rerun {run.id} --from {run.stage or 'collect'}"
    return f"{ended} at {run.stage or 'its start'}{why}\nRun it again from there: {again}"
