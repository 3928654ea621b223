"""What the routes need, and how they get it."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol, cast

from fastapi import Depends, Header, Request, Security
from fastapi import Path as PathParameter

from activities.contracts import Resolution
from api.auth import Credential, Guard, credential_of, principal
from api.events import Feeds
from api.limits import Limits
from api.metrics import Metrics
from api.standing import Standings
from api.throttle import Failures
from engine.access import AccessService
from engine.backfills import BackfillService
from engine.endpoints import EndpointService
from engine.estimates import Estimates
from engine.executing import PendingStage
from engine.monitors import MonitorService
from engine.requests import StartRun
from engine.runs import Started
from engine.schedules import Schedules
from engine.setting_changes import SettingChanges
from engine.shares import ShareService
from engine.sources import SourceService
from engine.spending import SpendingService
from engine.stuck import Stuck
from engine.trends import TrendService
from trends.domain.access import Principal, Scope
from trends.domain.models import Language
from trends.errors import InvalidRequestError, RunNotFoundError
from trends.notify.registry import ChannelState
from trends.settings import Settings
from trends.settings_live import LiveSettings
from trends.storage.artifacts import ArtifactStore
from trends.storage.events import EventStore
from trends.storage.items import ItemStore
from trends.storage.rows import RunRow
from trends.storage.runs import RunStore

_RUN_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Runs(Protocol):
    """What can be done to runs; `engine.runs.RunService` does it."""

    async def start(self, tenant: str, request: StartRun, key: str | None) -> Started:
        """Accept a run and start it."""
        ...

    async def rerun(self, tenant: str, run_id: str, stage: str, key: str | None) -> Started:
        """Run again from one stage on."""
        ...

    async def cancel(self, tenant: str, run_id: str) -> RunRow:
        """Ask a run to end."""
        ...

    async def pause(self, tenant: str, run_id: str) -> RunRow:
        """Ask a run to stand still."""
        ...

    async def resume(self, tenant: str, run_id: str) -> RunRow:
        """Let a paused run go on."""
        ...

    async def resolve(
        self, tenant: str, run_id: str, resolution: Resolution, stage: str | None = None
    ) -> RunRow:
        """Decide how a parked run goes on."""
        ...

    async def attempts(self, tenant: str, run_id: str) -> tuple[PendingStage, ...]:
        """Look at what the server is executing right now."""
        ...

    async def stuck(self, row: RunRow) -> Stuck | None:
        """Ask whether a run gets nowhere."""
        ...


class Reconciling(Protocol):
    """What keeps rows and server in agreement: `engine.reconciler.Reconciler`, `engine.pollers.Pollers`."""

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Reconcile until told to stop."""
        ...


class Channels(Protocol):
    """Where messages go; `trends.notify.registry.Channels` is the real one."""

    def states(self) -> tuple[ChannelState, ...]:
        """How every channel is set up."""
        ...

    async def test(self, tenant: str, name: str, *, language: Language, nonce: str) -> str:
        """Send a test to a channel, once and now."""
        ...


class Doors(Protocol):
    """What the API serves from; `engine.doors.Doors` is the real one."""

    @property
    def settings(self) -> Settings:
        """Settings that hold now."""
        ...

    @property
    def runs(self) -> Runs:
        """Start, cancel, resolve, re-run."""
        ...

    @property
    def reconciler(self) -> Reconciling:
        """Keeps rows and server in agreement."""
        ...

    @property
    def store(self) -> RunStore:
        """Run rows."""
        ...

    @property
    def events(self) -> EventStore:
        """Run events."""
        ...

    @property
    def items(self) -> ItemStore:
        """What polls found."""
        ...

    @property
    def sources(self) -> SourceService:
        """Look at sources, register, poll, pause."""
        ...

    @property
    def pollers(self) -> Reconciling:
        """Keeps one poller for each source that is polled."""
        ...

    @property
    def schedules(self) -> Schedules:
        """Keeps schedules in line with monitors, and answers for them."""
        ...

    @property
    def artifacts(self) -> ArtifactStore:
        """Stage outputs."""
        ...

    @property
    def channels(self) -> Channels:
        """Where messages go."""
        ...

    @property
    def monitors(self) -> MonitorService:
        """Saved questions."""
        ...

    @property
    def backfills(self) -> BackfillService:
        """Monitors over past spans."""
        ...

    @property
    def trends(self) -> TrendService:
        """Look at trends, and decide about them."""
        ...

    @property
    def access(self) -> AccessService:
        """Whose a credential is; keys, sessions, the audit log."""
        ...

    @property
    def endpoints(self) -> EndpointService:
        """Register webhook endpoints, change them, try them."""
        ...

    @property
    def shares(self) -> ShareService:
        """Give out links to reports, and take them back."""
        ...

    @property
    def live(self) -> LiveSettings:
        """Settings in force, and how they came."""
        ...

    @property
    def setting_changes(self) -> SettingChanges:
        """Changes settings while processes run."""
        ...

    @property
    def spending(self) -> SpendingService:
        """What was spent, what is left, and stopping it."""
        ...

    @property
    def estimates(self) -> Estimates:
        """What something is going to cost."""
        ...

    @property
    def crossings(self) -> Reconciling:
        """Tells people of budgets that come to their end."""
        ...

    @property
    def uploads_dir(self) -> Path:
        """Where uploaded files of the tenant `local` go."""
        ...

    def uploads_of(self, tenant: str) -> Path:
        """Where a tenant's uploaded files go."""
        ...

    def upload_folders(self) -> Sequence[Path]:
        """Where uploaded files of all tenants are."""
        ...

    @property
    def temporal_ui_url(self) -> str | None:
        """Address of the Temporal UI, where there is one."""
        ...

    async def ready(self) -> Mapping[str, str | None]:
        """Look at every part that a request needs: None when well, else why not."""
        ...


@dataclass(frozen=True)
class Served:
    """What one running application serves with."""

    doors: Doors
    feeds: Feeds
    metrics: Metrics
    guard: Guard
    limits: Limits
    standings: Standings


def make_guard(doors: Doors) -> Guard:
    """Make what finds out who asks."""
    auth = doors.settings.auth
    return Guard(auth, doors.access, Failures(auth.failures, auth.failures_seconds, time.monotonic))


def served(request: Request) -> Served:
    """What the application of this request serves with."""
    return cast("Served", request.app.state.served)


def run_id(
    run_id: Annotated[
        str,
        PathParameter(
            description="Id of the run.", examples=["0199c1f2-7d3a-7c44-9b1e-2f6a51c0d7e8"]
        ),
    ],
) -> str:
    """Read a run's id from the path; what cannot be one is simply not found."""
    if not _RUN_ID.fullmatch(run_id):
        raise RunNotFoundError(
            "There is no such run.",
            why="Ids of runs are made of letters, digits, - and _.",
            next_step="List them: GET /v1/runs",
        )
    return run_id


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="The same key with the same request never starts a second run, however often it is sent: "
            "the answer is the first one's, with `Idempotency-Replayed: true`. "
            "1 to 255 visible ASCII characters.",
        ),
    ] = None,
) -> str | None:
    """Read the Idempotency-Key."""
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidRequestError(
            "The Idempotency-Key cannot be used.",
            why="It is not 1 to 255 visible ASCII characters without spaces.",
            next_step="Use a UUID, for instance.",
        )
    return key


# Who asks, and that it may: see api/auth.py.
Known = Annotated[Principal, Security(principal)]
ReadsRuns = Annotated[Principal, Security(principal, scopes=[Scope.RUNS_READ])]
WritesRuns = Annotated[Principal, Security(principal, scopes=[Scope.RUNS_WRITE])]
ReadsMonitors = Annotated[Principal, Security(principal, scopes=[Scope.MONITORS_READ])]
WritesMonitors = Annotated[Principal, Security(principal, scopes=[Scope.MONITORS_WRITE])]
ReadsSources = Annotated[Principal, Security(principal, scopes=[Scope.SOURCES_READ])]
WritesSources = Annotated[Principal, Security(principal, scopes=[Scope.SOURCES_WRITE])]
ReadsTrends = Annotated[Principal, Security(principal, scopes=[Scope.TRENDS_READ])]
WritesTrends = Annotated[Principal, Security(principal, scopes=[Scope.TRENDS_WRITE])]
ReadsSettings = Annotated[Principal, Security(principal, scopes=[Scope.SETTINGS_READ])]
WritesSettings = Annotated[Principal, Security(principal, scopes=[Scope.SETTINGS_WRITE])]
ReadsLimits = Annotated[Principal, Security(principal, scopes=[Scope.LIMITS_READ])]
WritesLimits = Annotated[Principal, Security(principal, scopes=[Scope.LIMITS_WRITE])]
ReadsMetrics = Annotated[Principal, Security(principal, scopes=[Scope.METRICS_READ])]
Administers = Annotated[Principal, Security(principal, scopes=[Scope.ADMIN])]

ServedBy = Annotated[Served, Depends(served)]


def shown(request: Request, served: ServedBy) -> Credential | None:
    """Read what this request shows, for what goes on after it was admitted; None where nobody is asked."""
    return credential_of(request.headers) if served.guard.required else None


Shown = Annotated[Credential | None, Depends(shown)]
RunId = Annotated[str, Depends(run_id)]
IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
