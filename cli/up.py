"""`trends up`: the whole stack on one state folder, until it is told to stop."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.session import Session, speaks

if TYPE_CHECKING:
    from engine.state import Running, State

StateFolder = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FOLDER",
        help="Where the data lies.",
        show_default="$TRENDS_STATE or ./.trends",
    ),
]


FIRST_KEY = "trends keys create NAME --scope admin --local"


@speaks
def up(
    session: Session,
    state: StateFolder = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65_535,
            help="Port of the API, or the next free.",
            show_default="8000",
        ),
    ] = None,
) -> None:
    """Start the Temporal server, a worker and the API; Ctrl-C stops them, the data stays.

    Needs nothing beforehand: the server is found on this machine, downloaded or built, and it is said which.
    """
    import asyncio

    from engine.listening import require_safe
    from engine.signals import run_until_signal
    from engine.stack import open_stack
    from engine.state import locate_state
    from trends.settings import load_settings
    from trends.storage.migrate import migrate

    environ = dict(os.environ)
    if port is not None:
        environ["TRENDS_API__PORT"] = str(port)
    settings = load_settings(environ)
    # Before anything is started: the API would say so a minute later, in its log.
    require_safe(settings)
    folder = locate_state(environ, state)

    async def serve(hurry: asyncio.Event) -> None:
        async with open_stack(
            environ,
            state=folder,
            settings=settings,
            migrate=migrate,
            say=session.out.say,
            hurry=hurry,
        ) as running:
            _announce(session, running, folder)
            if settings.auth.mode == "required":
                session.out.say("Every caller shows a key; the first one: " + FIRST_KEY)
            await asyncio.Event().wait()

    asyncio.run(run_until_signal(serve))
    session.out.say("Stopped.")


def _announce(session: Session, running: "Running", folder: "State") -> None:
    out = session.out
    api = running.urls["api"]
    ui = running.urls.get("temporal_ui")
    if out.as_json:
        out.json({"api": api, "temporal_ui": ui, "state": str(folder.root), "pid": running.pid})
    else:
        out.line(f"API          {api}")
        out.line(f"API docs     {api}/docs")
        out.line(f"Temporal UI  {ui or 'of ' + running.urls['temporal']}")
    out.say(
        f"State: {folder.root}\n"
        "Ctrl-C stops everything; the data stays. In another terminal: trends run"
    )
