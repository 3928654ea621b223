"""`trends run`: start a run and see it through."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import Detach, IdempotencyKey, Wait
from cli.exits import Exit
from cli.problems import AskedWrongError
from cli.session import Session, calls_api

if TYPE_CHECKING:
    from trends_client import Run, TrendsClient

MOST_SOURCES = 16


@calls_api
def run(
    session: Session,
    query: Annotated[
        str,
        typer.Argument(
            help='Words, "phrases", AND, OR, -not, in Korean or English; nothing means everything.',
            show_default=False,
        ),
    ] = "",
    agent: Annotated[
        str | None, typer.Option("--agent", help="Which agent.", show_default="news")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            "--window", "-w", help="Span up to now: 24h, 7d, 4w; or START/END.", show_default="7d"
        ),
    ] = None,
    market: Annotated[
        str | None,
        typer.Option("--market", help="Whose clock makes the days: KR, US, JP.", show_default="KR"),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option("--language", "-l", help="Read ko or en; repeatable.", show_default="both"),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            "-s",
            help="sample; file:PATH as the API sees it; or a file or folder here, which is uploaded. Repeatable.",
            show_default="sample",
        ),
    ] = None,
    priority: Annotated[
        str | None,
        typer.Option(
            "--priority", help="interactive, scheduled or backfill.", show_default="interactive"
        ),
    ] = None,
    report_language: Annotated[
        str | None,
        typer.Option("--report-language", help="Report in ko or en.", show_default="en"),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            "--channel", help="Tell this channel; repeatable.", show_default="the settings'"
        ),
    ] = None,
    monitor: Annotated[
        str | None,
        typer.Option(
            "--monitor",
            metavar="NAME",
            help="Ask what this monitor asks; then no question besides.",
        ),
    ] = None,
    idempotency_key: IdempotencyKey = None,
    detach: Detach = False,
    wait: Wait = None,
) -> None:
    """Start a run, follow it to its end, and print its report in five lines.

    A query that begins with a minus goes behind two dashes: trends run -- "-politics"
    """
    check_ways_of_waiting(detach, wait)
    check_text("query", query)
    from cli.connection import connect

    with connect(session) as client:
        run_ = _start(
            session,
            lambda: client.submit(
                query,
                window=window,
                agent=agent,
                market=market,
                languages=language or None,
                sources=resolve_sources(session, client, source) if source else None,
                priority=priority,
                report_language=report_language,
                channels=channel or None,
                monitor=monitor,
                idempotency_key=idempotency_key,
            ),
        )
        see_through(session, client, run_, detach=detach, wait=wait)


def check_ways_of_waiting(detach: bool, wait: float | None) -> None:
    """Refuse two answers to one question.

    Raises:
        AskedWrongError: Both were given.
    """
    if detach and wait is not None:
        raise AskedWrongError(
            "--detach and --wait ask for different things.", "Leave one of them out."
        )


def check_text(name: str, text: str) -> None:
    """Refuse arguments that are no text: bytes that are not UTF-8 reach us as lone surrogates.

    Raises:
        AskedWrongError: It is no text.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise AskedWrongError(
            f"The {name} is not valid UTF-8.", "Set the terminal's encoding to UTF-8."
        ) from None


def see_through(
    session: Session,
    client: "TrendsClient",
    run: "Run",
    *,
    detach: bool,
    wait: float | None,
) -> None:
    """Follow a run that was just started, unless told to leave it alone.

    Raises:
        typer.Exit: It did not complete.
    """
    from cli.outcome import conclude, tell
    from cli.watch import wait_visibly

    again = " It had been started before, with this key." if run.replayed else ""
    if detach:
        if not session.out.as_json:
            session.out.line(run.id)
        tell(session, run, f"Started.{again} Follow it: trends runs watch {run.id}")
        return
    session.out.say(f"Run {run.id}.{again}")
    if not run.stages:
        run = client.get(run.id)
    conclude(session, wait_visibly(session, client, run, wait))


def resolve_sources(session: Session, client: "TrendsClient", specs: list[str]) -> tuple[str, ...]:
    """Upload what lies here and leave the rest as it is.

    Raises:
        AskedWrongError: A path that leads to nothing, or to what is neither file nor folder.
    """
    resolved: list[str] = []
    for spec in specs:
        check_text("source", spec)
        if not _is_path(spec):
            resolved.append(spec)
            continue
        for file in _files(_at_home(Path(spec))):
            session.out.say(f"Uploading {file} ({file.stat().st_size:,} bytes)")
            resolved.append(client.upload(file).source)
    return tuple(resolved)


def _is_path(spec: str) -> bool:
    """Tell a path on this machine from the name of a source: by its look, or because it is there."""
    if spec.startswith(("/", "./", "../", "~")) or spec in {".", ".."}:
        return True
    name, colon, _ = spec.partition(":")
    if colon and name.isalnum():
        return False
    return "/" in spec or ("." in spec and Path(spec).exists())


def _at_home(path: Path) -> Path:
    """Resolve `~`; a user whom this machine does not know leaves the path as it is, and it is not found."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        exists = path.exists() or path.is_symlink()
        raise AskedWrongError(
            f"{path} is neither a file nor a folder." if exists else f"There is no {path} here.",
            "Name a file in JSONL, CSV, RSS or Atom, or a folder of them.",
        )
    inside = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] != ".")
    if not inside:
        raise AskedWrongError(f"The folder {path} holds no files.")
    if len(inside) > MOST_SOURCES:
        raise AskedWrongError(
            f"The folder {path} holds {len(inside)} files; a run reads at most {MOST_SOURCES} sources.",
            f"Put it under the API's sources.file.roots and name it: --source file:{path.name}",
        )
    return inside


def _start(session: Session, submit: "Callable[[], Run]") -> "Run":
    """Submit; an interruption here leaves open whether the run was accepted.

    Raises:
        typer.Exit: Ctrl-C.
    """
    try:
        return submit()
    except KeyboardInterrupt:
        session.out.say("\nInterrupted. If the run was accepted, it is here: trends runs list")
        raise typer.Exit(Exit.INTERRUPTED) from None
