"""The application: what is served, and what lives as long as it does."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from api import errors, health, login, pages
from api.asked import asked_first
from api.auth import declare_refusals
from api.deps import Doors, Reconciling, Served, make_guard
from api.edge import Edge
from api.events import Feeds, Pace
from api.limits import Limits
from api.metrics import Metrics
from api.parameters import known_parameters
from api.routes import (
    backfills,
    channels,
    events,
    evidence,
    items,
    keys,
    live,
    markets,
    monitors,
    reports,
    runs,
    schedules,
    settings,
    shares,
    sources,
    spending,
    trends,
    uploads,
    webhook_endpoints,
)
from api.schemas import Event
from api.standing import Standings
from api.uploads import sweep
from engine.listening import require_safe
from trends.telemetry import get_logger

# Of the HTTP interface, not of the program: it moves when something is added.
API_VERSION = "1.0"
RECONCILER_PAUSE_SECONDS = 5.0

DESCRIPTION = """Start news trend runs, follow them live, and read their reports.

Every error is a problem as RFC 9457 has it (`application/problem+json`), with a stable `slug`; all of them are explained
under `/docs/errors`. Times are RFC 3339 in UTC. Within `/v1` things are only ever added.
"""

TAGS = [
    {"name": "runs", "description": "Start runs, see how they stand, steer them."},
    {"name": "events", "description": "Follow a run live."},
    {"name": "reports", "description": "What a run found."},
    {"name": "monitors", "description": "Questions that are saved, with what they watch."},
    {"name": "schedules", "description": "When monitors run by themselves, and what became of it."},
    {"name": "backfills", "description": "Monitors over past spans, window after window."},
    {"name": "markets", "description": "Whose clock and holidays there are."},
    {
        "name": "trends",
        "description": "What runs found over time, and what analysts decide about it.",
    },
    {"name": "items", "description": "Everything that polls have found."},
    {"name": "sources", "description": "Where items come from, and how it is."},
    {"name": "uploads", "description": "Files for runs to read."},
    {"name": "channels", "description": "Where word of reports goes."},
    {"name": "access", "description": "Keys, who asks, and who did what."},
    {"name": "evidence", "description": "What reports and trends rest on."},
    {"name": "shares", "description": "Links that show one report to whoever has them."},
    {"name": "webhooks", "description": "Addresses of your own that hear of reports."},
    {
        "name": "spending",
        "description": "What was spent, what is left, what it is going to cost, and stopping it.",
    },
    {
        "name": "settings",
        "description": "What is in force, where it was written, and who changed it.",
    },
    {"name": "health", "description": "For whoever looks after the process."},
]

_log = get_logger(__name__)


class Api(FastAPI):
    """The application, with an OpenAPI document that knows our problems and events."""

    def openapi(self) -> dict[str, Any]:
        """Write the OpenAPI document, once."""
        if not self.openapi_schema:
            self.openapi_schema = _document(self, self.routes)
        return self.openapi_schema


def create_app(doors: Doors | None = None, *, pace: Pace | None = None) -> Api:
    """Make the application.

    Args:
        doors: What to serve from; without it, opened from the environment while the application lives.
        pace: How often events are looked for.

    Raises:
        SettingsError: On start: the settings cannot be used, or would let others in.
    """
    app = Api(
        title="Consumer trend agent",
        version=API_VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=partial(_lifespan, doors=doors, pace=pace),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(known_parameters), Depends(asked_first)],
    )
    errors.install(app)
    app.add_exception_handler(events.StreamOverError, events.nothing_follows)
    app.add_middleware(Edge)
    finding = (
        runs,
        events,
        live,
        reports,
        shares,
        evidence,
        monitors,
        schedules,
        backfills,
        trends,
        items,
        sources,
    )
    for part in (
        *finding,
        markets,
        uploads,
        channels,
        webhook_endpoints,
        spending,
        settings,
        keys,
        health,
        login,
        pages,
    ):
        app.include_router(part.router)
    app.include_router(shares.links)
    return app


@contextlib.asynccontextmanager
async def _lifespan(
    app: FastAPI, *, doors: Doors | None, pace: Pace | None
) -> AsyncGenerator[None]:
    async with contextlib.AsyncExitStack() as stack:
        if doors is None:
            from engine.doors import open_doors

            doors = await stack.enter_async_context(open_doors())
        require_safe(doors.settings)
        for folder in doors.upload_folders():
            await asyncio.to_thread(sweep, folder)
        feeds = Feeds(doors.events, doors.runs.attempts, doors.store.get, pace)
        guard = make_guard(doors)
        app.state.served = Served(
            doors=doors,
            feeds=feeds,
            metrics=Metrics(doors.live),
            guard=guard,
            limits=Limits(doors.settings.api.limits, time.monotonic),
            standings=Standings(guard.still_holds, feeds.pace.recheck, feeds.wake),
        )
        stop = asyncio.Event()
        keeping = [
            asyncio.create_task(_keep_going(part, stop))
            for part in (
                doors.reconciler,
                doors.pollers,
                doors.schedules,
                doors.backfills,
                doors.crossings,
            )
        ]
        try:
            yield
        finally:
            feeds.stop()
            stop.set()
            for task in keeping:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _keep_going(part: Reconciling, stop: asyncio.Event) -> None:
    """Keep a part going: without the reconciler, runs that were accepted while the server was away never start."""
    while not stop.is_set():
        try:
            await part.run_forever(stop)
        except Exception:  # noqa: BLE001  # said in the log, and begun anew
            name = type(part).__name__
            _log.exception("reconciler.stopped", part=name, again_seconds=RECONCILER_PAUSE_SECONDS)
            await asyncio.sleep(RECONCILER_PAUSE_SECONDS)


def _document(app: FastAPI, routes: list[BaseRoute]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=routes,
        tags=app.openapi_tags,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in (errors.Problem, Event):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    _leave_out_the_framework_s_errors(document)
    declare_refusals(document)
    errors.declare_common(document)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _leave_out_the_framework_s_errors(document: dict[str, Any]) -> None:
    """It declares its own 422 for every route with parameters; ours are declared where they can happen."""
    for item in document["paths"].values():
        for operation in item.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
