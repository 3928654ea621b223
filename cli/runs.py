"""`trends runs …`: look at runs, follow them, read their reports."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import RunId
from cli.exits import Exit
from cli.output import Output, as_data, seconds_text
from cli.problems import AskedWrongError
from cli.session import Session, calls_api
from cli.times import time_text

if TYPE_CHECKING:
    from trends_client import Run
    from trends_client.models import ReportFormat

LISTED = 20


class Format(StrEnum):
    """Forms of a report."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@calls_api
def list_(
    session: Session,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Only runs of this status, such as running or blocked."),
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Only runs of this agent.")] = None,
    monitor: Annotated[
        str | None,
        typer.Option("--monitor", metavar="NAME", help="Only runs of this monitor, by name or id."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = LISTED,
    everything: Annotated[bool, typer.Option("--all", "-a", help="All of them.")] = False,
) -> None:
    """List runs, newest first.

    With --json one run a line. In a pipe one run a line: id, status, stage, time, window, query.
    """
    from cli.connection import connect

    out = session.out
    rows: list[list[str]] = []
    with connect(session) as client:
        most = None if everything else limit
        for run in client.list(status=status, agent=agent, monitor=monitor, limit=most):
            if out.as_json:
                out.json(as_data(run))
            elif out.drawn:
                rows.append(_row(run, drawn=True))
            else:
                out.rows((), [_row(run, drawn=False)])
    if out.drawn and rows:
        out.rows(("id", "status", "stage", "requested", "window", "query"), rows)
    if out.drawn and not rows:
        out.say("No runs. Start one: trends run")


def _row(run: "Run", *, drawn: bool) -> list[str]:
    return [
        run.id,
        run.status,
        run.stage or "",
        time_text(run.requested_at, drawn=drawn),
        run.window.text,
        run.query or ("everything" if drawn else ""),
    ]


@calls_api
def show(session: Session, run_id: RunId) -> None:
    """Show one run: what was asked, how each stage went, what came out."""
    from cli.connection import connect, find_run

    with connect(session) as client:
        run = find_run(client, run_id)
    if session.out.as_json:
        session.out.json(as_data(run))
    else:
        _describe(session.out, run)


def _describe(out: Output, run: "Run") -> None:
    facts = [
        ("id", run.id),
        ("status", run.status),
        ("reason", run.reason.message if run.reason else ""),
        ("monitor", run.monitor or ""),
        ("query", run.query or "everything"),
        ("window", f"{run.window.text}: {_span(run, drawn=out.drawn)}"),
        ("market", run.market),
        ("languages", ", ".join(run.languages)),
        ("sources", ", ".join(run.sources)),
        ("requested", time_text(run.requested_at, drawn=out.drawn)),
        ("took", _took(run)),
        ("models", _models(run)),
        ("re-run of", f"{run.parent_run} from {run.start_from}" if run.parent_run else ""),
        ("in Temporal", run.links.temporal_ui or ""),
    ]
    for name, value in facts:
        if value:
            out.rows((), [[f"{name:<12}" if out.drawn else name, value]])
    if run.stages:
        out.line("")
        out.rows(("stage", "part", "status", "attempt", "seconds", "why"), _stages(run))
    if run.lines:
        out.line("")
        for line in run.lines:
            out.line(line)


def _stages(run: "Run") -> list[list[str]]:
    return [
        [
            stage.name,
            stage.part,
            stage.status,
            str(stage.attempt) if stage.attempt else "",
            "" if stage.seconds is None else f"{stage.seconds:.3f}",
            stage.reason.message if stage.reason else "",
        ]
        for stage in run.stages
    ]


def _span(run: "Run", *, drawn: bool) -> str:
    return f"{time_text(run.window.start, drawn=drawn)} to {time_text(run.window.end, drawn=drawn)}"


def _models(run: "Run") -> str:
    """What it asked of models and what that cost; empty where it asked nothing."""
    calls = run.calls
    if calls is None or not any((calls.asked, calls.from_log, calls.from_cache)):
        return ""
    told = [f"{calls.asked} calls"]
    told += [f"{calls.repeated} of them repeated"] if calls.repeated else []
    told += [f"{calls.failed} failed"] if calls.failed else []
    told += [f"{calls.from_log} from the log"] if calls.from_log else []
    told += [f"{calls.from_cache} from the cache"] if calls.from_cache else []
    return f"{', '.join(told)}; ${run.cost_usd or '0.00'}"


def _took(run: "Run") -> str:
    if run.started_at is None or run.ended_at is None:
        return ""
    return seconds_text((run.ended_at - run.started_at).total_seconds())


@calls_api
def watch(session: Session, run_id: RunId) -> None:
    """Watch a run to its end, stage by stage; Ctrl-C leaves it running.

    Stays while the run is parked, and says how to decide. With --json one event a line.
    """
    from cli import watch as live
    from cli.connection import connect, find_run
    from cli.exits import exit_of_run

    with connect(session) as client:
        run = live.watch(session, client, find_run(client, run_id))
    if status := exit_of_run(run.status):
        raise typer.Exit(status)


@calls_api
def wait(
    session: Session,
    run_id: RunId,
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", min=0, metavar="SECONDS", help="Wait so long.")
    ] = 300,
) -> None:
    """Wait until a run has ended or is parked; the exit status says how it stands."""
    from cli.connection import connect, find_run
    from cli.outcome import conclude
    from trends_client import WaitTimeoutError

    with connect(session) as client:
        run = find_run(client, run_id)
        try:
            run = client.wait(run.id, timeout)
        except WaitTimeoutError as over:
            run = over.run
        except KeyboardInterrupt:
            session.out.say(f"\nStill running. Come back: trends runs watch {run.id}")
            raise typer.Exit(Exit.INTERRUPTED) from None
    conclude(session, run)


@calls_api
def report(
    session: Session,
    run_id: RunId,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="Otherwise by the file's ending.", show_default="md"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there.", dir_okay=False),
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Print a run's report, or write it to a file, or open it."""
    from cli.connection import connect, find_run

    with connect(session) as client:
        run = find_run(client, run_id)
        chosen = form or _form_of(output, Format.JSON if session.out.as_json else Format.MARKDOWN)
        text = client.report(run.id, _wire(chosen))
        if browse:
            _open(f"{client.base_url}/v1/runs/{run.id}/report?format=html", session)
            return
    if output is None:
        session.out.raw(text)
        return
    write_whole(output, text)
    session.out.say(f"Wrote {output}")


def _form_of(output: Path | None, otherwise: Format) -> Format:
    by_ending = {".md": Format.MARKDOWN, ".html": Format.HTML, ".json": Format.JSON}
    return by_ending.get(output.suffix.lower(), otherwise) if output else otherwise


def _wire(form: Format) -> "ReportFormat":
    return "markdown" if form is Format.MARKDOWN else form.value


def _open(url: str, session: Session) -> None:
    import webbrowser

    session.out.say(f"Opening {url}")
    if not webbrowser.open(url):
        raise AskedWrongError(
            "No browser could be opened.", f"Open it yourself: {url}", Exit.FAILED
        )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    import os
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
