"""The API over real storage and the smallest real stand-in for the service that talks to Temporal."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from socket import socket
from typing import cast

import httpx
import uuid_utils
from temporalio.client import Client
from uvicorn.config import Config

from activities.contracts import ReportResult, Resolution
from api.__main__ import STALLED_SECONDS, Server, make_config
from api.app import Api, create_app
from api.deps import Served
from api.events import Feeds, Pace
from engine.access import AccessService
from engine.backfill_layout import Layout
from engine.backfills import BackfillService
from engine.channels import check_channel_markets, make_channels
from engine.connectors import make_live_sources, make_source
from engine.crossings import Crossings
from engine.endpoints import EndpointDirectory, EndpointService
from engine.estimates import Estimates
from engine.executing import PendingStage
from engine.missed import Judge, Missed
from engine.monitor_runs import request_of
from engine.monitors import MonitorService
from engine.oidc import TokenReader
from engine.past_items import SourcePast, first_stored
from engine.requests import StartRun, make_whole, question_hash
from engine.runs import Started
from engine.schedules import Schedules
from engine.senders import Senders
from engine.setting_changes import SettingChanges
from engine.shares import ShareService
from engine.sources import SourceService
from engine.spending import SpendingService, quotas_in_force
from engine.state import State
from engine.stuck import Stuck
from engine.targets import Targets
from engine.trends import TrendService
from tests.databases import put_database
from trends.domain.backfills import Backfill
from trends.domain.health import SourceHealth
from trends.domain.models import Question, RunStatus
from trends.errors import (
    ConflictError,
    EngineUnreachableError,
    RunEndedError,
    RunNotBlockedError,
    StageNotSkippableError,
    UnknownNameError,
)
from trends.limits.freeze import Freezer
from trends.limits.windows import day_of
from trends.notify.registry import Channels
from trends.outbound import Outbound
from trends.secrets.resolver import Secrets
from trends.server_key import ServerKey
from trends.settings import Settings
from trends.settings_live import LiveSettings
from trends.storage.artifacts import ArtifactStore
from trends.storage.audit import AuditLog
from trends.storage.backfills import BackfillStore
from trends.storage.calls import CallStore
from trends.storage.database import Database
from trends.storage.endpoints import EndpointStore
from trends.storage.events import EventStore
from trends.storage.fires import FireStore
from trends.storage.items import ItemStore
from trends.storage.keys import KeyStore
from trends.storage.monitors import MonitorStore
from trends.storage.outbox import Outbox
from trends.storage.polls import SourceKey
from trends.storage.response_cache import CacheStore
from trends.storage.rows import NewRun, RunRow
from trends.storage.runs import RunStore
from trends.storage.sessions import SessionStore
from trends.storage.setting_versions import SettingVersions
from trends.storage.shares import ShareStore
from trends.storage.sources import SourceStore
from trends.storage.trends import TrendStore
from workflows import stages

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TENANT = "local"
FAST = Pace(poll=0.01, progress=0.02, longest_pause=0.05, lifetime=30.0)
REPORTS = {
    "application/json": b'{"title": "Trends"}',
    "text/markdown": "# Trends\n\n저속노화\n".encode(),
    "text/html": b"<!doctype html><title>Trends</title>",
}
LINES = ("one", "two", "three", "four", "five")


class Clock:
    """A clock that moves on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class FakeRuns:
    """Accepts runs as the real service does, and starts nothing: tests move the rows themselves."""

    def __init__(
        self,
        store: RunStore,
        artifacts: ArtifactStore,
        settings: Settings,
        clock: Callable[[], datetime],
        monitors: MonitorStore,
    ) -> None:
        self.store = store
        self._monitors = monitors
        self.pending: tuple[PendingStage, ...] = ()
        self.stuck_for: Stuck | None = None
        self.accepted: asyncio.Queue[str] = asyncio.Queue()
        self._artifacts = artifacts
        self._settings = settings
        self._clock = clock
        self._made = 0

    async def start(self, tenant: str, request: StartRun, key: str | None) -> Started:
        """Accept a run."""
        return await self._accept(tenant, request, key, None, "collect")

    async def rerun(self, tenant: str, run_id: str, stage: str, key: str | None) -> Started:
        """Accept a run over another one's results."""
        parent = await self.store.get(tenant, run_id)
        names = [row.name for row in stages.PIPELINES[parent.agent]]
        if stage not in names:
            kind = "stage"
            raise UnknownNameError(kind, stage, names)
        if parent.report is None and stage == "notify":
            raise ConflictError("The run has no report to notify of.")
        request = StartRun(query=parent.query, window=parent.window_text, market=parent.market)
        return await self._accept(tenant, request, key, run_id, stage)

    async def cancel(self, tenant: str, run_id: str) -> RunRow:
        """End a run at once."""
        row = await self.store.get(tenant, run_id)
        if row.status.ended:
            raise RunEndedError("The run has ended.")
        await self.store.finish(tenant, run_id, RunStatus.CANCELLED, "", "cancelled", "Cancelled.")
        return await self.store.get(tenant, run_id)

    async def pause(self, tenant: str, run_id: str) -> RunRow:
        """Pause a run at once."""
        row = await self.store.get(tenant, run_id)
        if row.status.ended:
            raise RunEndedError("The run has ended.")
        await self.store.mark(tenant, run_id, RunStatus.PAUSED, row.stage, "", "")
        return await self.store.get(tenant, run_id)

    async def resume(self, tenant: str, run_id: str) -> RunRow:
        """Let a paused run go on."""
        row = await self.store.get(tenant, run_id)
        if row.status is RunStatus.PAUSED:
            await self.store.mark(tenant, run_id, RunStatus.RUNNING, row.stage, "", "")
        return await self.store.get(tenant, run_id)

    async def resolve(
        self, tenant: str, run_id: str, resolution: Resolution, stage: str | None = None
    ) -> RunRow:
        """Move a parked run on."""
        row = await self.store.get(tenant, run_id)
        if row.status is not RunStatus.BLOCKED or stage not in {None, row.stage}:
            raise RunNotBlockedError("The run is not parked there.")
        if resolution is Resolution.SKIP and not stages.stage(row.agent, row.stage).may_skip:
            raise StageNotSkippableError(f"The stage {row.stage} cannot be skipped.")
        if resolution is Resolution.ABORT:
            await self.store.finish(
                tenant, run_id, RunStatus.FAILED, row.stage, row.slug, row.reason
            )
        else:
            await self.store.mark(tenant, run_id, RunStatus.RUNNING, row.stage, "", "")
        return await self.store.get(tenant, run_id)

    async def attempts(self, tenant: str, run_id: str) -> tuple[PendingStage, ...]:
        """Tell what a test set."""
        await self.store.get(tenant, run_id)
        return self.pending

    async def stuck(self, row: RunRow) -> Stuck | None:
        """Tell what a test set."""
        return None if row.status.ended else self.stuck_for

    async def _accept(
        self, tenant: str, request: StartRun, key: str | None, parent: str | None, start_from: str
    ) -> Started:
        question = request
        if request.monitor is not None:
            question = request_of(await self._monitors.get(tenant, request.monitor), request)
        asked = make_whole(question, self._settings, NOW)
        brief = await self._artifacts.put(b"{}", "application/json")
        self._made += 1
        run_id = f"0199aaaa-0000-7000-8000-{self._made:012d}"
        row, replayed = await self.store.insert(
            NewRun(
                tenant=tenant,
                run_id=run_id,
                workflow_id=f"run-{tenant}-{run_id}",
                agent=asked.question.agent,
                priority=asked.priority,
                question=asked.question,
                question_hash=question_hash(tenant, asked.question),
                window=asked.window,
                report_language=asked.report_language,
                requested_at=self._clock(),
                idempotency_key=key,
                fingerprint=request.fingerprint(),
                parent_run=parent,
                start_from=start_from,
                brief=brief,
                settings_revision=self._settings.revision,
                input={},
            )
        )
        if not replayed:
            self.accepted.put_nowait(row.run_id)
        return Started(run=row, replayed=replayed)


class FakePollers:
    """Steers nothing but the rows, and remembers what it was told."""

    def __init__(self, sources: SourceStore) -> None:
        self._sources = sources
        self.told: list[tuple[str, str]] = []
        self.away = False

    async def pause(self, key: SourceKey) -> SourceHealth:
        """Write it down."""
        self._tell("pause", key)
        return await self._sources.set_paused(key, paused=True)

    async def resume(self, key: SourceKey) -> SourceHealth:
        """Write it down."""
        self._tell("resume", key)
        return await self._sources.set_paused(key, paused=False)

    async def poll_now(self, key: SourceKey) -> None:
        """Remember it."""
        self._tell("poll", key)

    async def begin(self, key: SourceKey) -> None:
        """Remember it."""
        self._tell("begin", key)

    async def retire(self, key: SourceKey) -> None:
        """Remember it."""
        self._tell("retire", key)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Wait to be told to stop."""
        await stop.wait()

    def _tell(self, what: str, key: SourceKey) -> None:
        if self.away:
            raise EngineUnreachableError("The Temporal server does not answer.")
        self.told.append((what, key.source))


class IdleReconciler:
    """Has nothing to reconcile."""

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Wait to be told to stop."""
        await stop.wait()


@dataclass
class FakeDoors:
    """What the API serves from, without a Temporal server."""

    live: LiveSettings
    runs: FakeRuns
    store: RunStore
    events: EventStore
    artifacts: ArtifactStore
    trends: TrendService
    monitors: MonitorService
    items: ItemStore
    sources: SourceService
    pollers: FakePollers
    uploads_dir: Path
    channels: Channels
    endpoints: EndpointService
    shares: ShareService
    setting_changes: SettingChanges
    outbox: Outbox
    clock: Clock
    access: AccessService
    schedules: Schedules
    backfills: BackfillService
    database: Database
    spending: SpendingService
    estimates: Estimates
    crossings: Crossings
    temporal_ui_url: str | None = "http://127.0.0.1:8233"
    reconciler: IdleReconciler = field(default_factory=IdleReconciler)
    down: dict[str, str | None] = field(
        default_factory=lambda: dict[str, str | None](storage=None, temporal=None)
    )

    @property
    def settings(self) -> Settings:
        """Those that hold now."""
        return self.live.current

    def uploads_of(self, tenant: str) -> Path:
        """As in a state folder."""
        return State(self.uploads_dir.parent).uploads_of(tenant)

    def upload_folders(self) -> list[Path]:
        """As in a state folder."""
        return State(self.uploads_dir.parent).upload_folders()

    async def ready(self) -> Mapping[str, str | None]:
        """Tell what a test set."""
        return self.down

    async def accept(self, **asked: object) -> str:
        """Accept a run and give its id."""
        started = await self.runs.start(TENANT, StartRun.model_validate(asked), None)
        return started.run.run_id

    async def report(self, run_id: str) -> None:
        """Let a run go through its report stage, and keep real reports."""
        refs = {kind: await self.artifacts.put(text, kind) for kind, text in REPORTS.items()}
        result = ReportResult(
            json_report=refs["application/json"],
            markdown=refs["text/markdown"],
            html=refs["text/html"],
            lines=LINES,
            announced=1,
        )
        await self.store.stage_started(TENANT, run_id, "report", "", 1)
        await self.store.stage_completed(
            TENANT, run_id, "report", "", 1, result.model_dump(mode="json"), (), {}
        )

    async def complete(self, run_id: str) -> None:
        """Let a run end well, with a report."""
        await self.report(run_id)
        await self.store.finish(TENANT, run_id, RunStatus.COMPLETED, "notify", "", "")

    async def complete_all(self) -> None:
        """Complete every run that is accepted, as a worker would."""
        while True:
            await self.complete(await self.runs.accepted.get())

    async def park(self, run_id: str, at: str = "summarize") -> None:
        """Let a stage fail for good, and the run wait for a person."""
        failed = (TENANT, run_id, at, "", 1)
        await self.store.stage_started(*failed)
        await self.store.stage_failed(*failed, "source-unavailable", "It is down.", retrying=False)
        await self.store.mark(
            TENANT, run_id, RunStatus.BLOCKED, at, "source-unavailable", "It is down."
        )


def _sources(
    settings: Settings,
    store: SourceStore,
    pollers: FakePollers,
    cache: CacheStore,
    clock: Clock,
) -> SourceService:
    outbound = Outbound(settings.outbound, clock=clock)
    targets = Targets(settings, store, make_live_sources(outbound, cache, clock))
    return SourceService(
        settings,
        store,
        targets,
        pollers,
        check_address=outbound.check,
        searches={"google-news": ["KR", "US"]},
        clock=clock,
    )


def _access(settings: Settings, database: Database, clock: Clock) -> AccessService:
    oidc = settings.auth.oidc
    outbound = Outbound(settings.outbound, clock=lambda: clock.now)
    return AccessService(
        keys=KeyStore(database),
        sessions=SessionStore(database),
        audit=AuditLog(database),
        # The clock does not move on for being asked who comes.
        read_token=TokenReader(oidc, outbound, lambda: clock.now).read if oidc.issuer else None,
        clock=lambda: clock.now,
        new_id=lambda: str(uuid_utils.uuid7()),
        session_length=timedelta(hours=settings.auth.session_hours),
    )


def _monitors(settings: Settings, database: Database, state: State) -> MonitorService:
    """Monitors over the sample, which is all that there is."""

    async def no_key(tenant: str, spec: str, question: Question) -> SourceKey:
        del question
        return SourceKey(tenant, spec)

    async def check_source(tenant: str, spec: str) -> None:
        make_source(spec, settings, state.uploads_of(tenant), ())

    async def check_channels(tenant: str, names: Iterable[str]) -> None:
        del tenant
        for name in names:
            if name != "log":
                kind = "channel"
                raise UnknownNameError(kind, name, ["log"])

    past = SourcePast(
        ItemStore(database),
        no_key,
        lambda tenant, spec: make_source(spec, settings, state.uploads_of(tenant), ()),
        Clock(),
    )
    return MonitorService(
        MonitorStore(database, Clock()),
        past,
        settings,
        check_source=check_source,
        check_channels=check_channels,
        clock=Clock(),
    )


class IdleSchedules(Schedules):
    """Answers for schedules from storage, and keeps none in line: there is no server."""

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Wait to be told to stop."""
        await stop.wait()


async def _schedules(
    settings: Settings, database: Database, channels: Channels, clock: Clock
) -> IdleSchedules:
    # Nothing listens there.
    client = await Client.connect("127.0.0.1:9", lazy=True)
    outbox, monitors = Outbox(database, clock), MonitorStore(database, clock)
    fires = FireStore(database, clock)
    missed = Missed(outbox, channels, settings, clock)
    judge = Judge(client, monitors, fires, RunStore(database, clock), missed, clock)
    senders = Senders(client, outbox)
    return IdleSchedules(client, monitors, fires, judge, senders, settings, clock)


class IdleBackfills(BackfillService):
    """Accepts backfills, and starts none: there is no server."""

    async def _launch(self, backfill: Backfill) -> None:
        """Leave it waiting."""
        del backfill

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Wait to be told to stop."""
        await stop.wait()


async def _backfills(
    settings: Settings,
    database: Database,
    runs: FakeRuns,
    artifacts: ArtifactStore,
    clock: Clock,
) -> IdleBackfills:
    async def check_source(tenant: str, spec: str) -> None:
        del tenant, spec

    async def no_key(tenant: str, spec: str, question: Question) -> SourceKey:
        del question
        return SourceKey(tenant, spec)

    store = BackfillStore(database, clock)
    return IdleBackfills(
        # Nothing listens there.
        client=await Client.connect("127.0.0.1:9", lazy=True),
        store=store,
        runs=runs,
        layout=Layout(
            store,
            MonitorStore(database, clock),
            artifacts,
            settings,
            check_source=check_source,
            first_stored=partial(first_stored, ItemStore(database), no_key),
        ),
        parallel=lambda: settings.backfill.parallel,
        clock=clock,
        new_id=lambda: str(uuid_utils.uuid7()),
    )


def _spending(
    live: LiveSettings, database: Database, cache: CacheStore, clock: Clock
) -> SpendingService:
    return SpendingService(
        database,
        live,
        freezer=Freezer(database),
        calls=CallStore(database, clock),
        cache=cache,
        monitors=MonitorStore(database, clock),
        # The ledger has a time of its own: that of its store.
        today=lambda quotas: day_of(datetime.now(UTC), quotas.zone),
    )


@asynccontextmanager
async def open_fake_doors(
    folder: Path, keys: Sequence[bytes] = (b"k" * 32,), /, **environ: str
) -> AsyncGenerator[FakeDoors]:
    """Open real storage in a folder."""
    live = LiveSettings(environ)
    settings = live.current
    file = folder / "trends.db"
    await asyncio.to_thread(put_database, file)
    url = f"sqlite:///{file}"
    clock = Clock()
    database = await Database.open(url)
    artifacts = ArtifactStore((folder / "artifacts").as_uri())
    store = RunStore(database, clock)
    pollers = FakePollers(SourceStore(database))
    runs = FakeRuns(store, artifacts, settings, clock, MonitorStore(database, clock))
    versions = SettingVersions(database)
    live.use(versions, check_channel_markets)
    key = ServerKey(keys)
    endpoints = EndpointStore(database)
    directory = EndpointDirectory(endpoints, key, clock)
    secrets = Secrets(lambda: live.current.secrets, environ)
    channels = make_channels(settings, State(folder), secrets, clock, directory)
    cache = CacheStore(database, clock, lambda: live.current.cache)
    spending = _spending(live, database, cache, clock)
    backfills = await _backfills(settings, database, runs, artifacts, clock)
    try:
        yield FakeDoors(
            live=live,
            runs=runs,
            store=store,
            events=EventStore(database),
            artifacts=artifacts,
            trends=TrendService(TrendStore(database), clock, lambda: str(uuid_utils.uuid7())),
            monitors=_monitors(settings, database, State(folder)),
            schedules=await _schedules(settings, database, channels, clock),
            backfills=backfills,
            database=database,
            spending=spending,
            estimates=Estimates(
                database,
                monitors=MonitorStore(database, clock),
                backfills=backfills,
                freezer=Freezer(database),
                secrets=secrets,
                settings=live,
                quotas_of=quotas_in_force(live),
                clock=clock,
            ),
            crossings=Crossings(
                spending.usage_reader,
                MonitorStore(database, clock),
                Outbox(database, clock),
                channels,
                live,
                clock,
            ),
            items=ItemStore(database),
            sources=_sources(settings, SourceStore(database), pollers, cache, clock),
            pollers=pollers,
            uploads_dir=folder / "uploads",
            access=_access(settings, database, clock),
            channels=channels,
            endpoints=EndpointService(
                endpoints,
                Outbox(database, clock),
                channels,
                outbound=Outbound(settings.outbound, clock=clock),
                key=key,
                clock=clock,
            ),
            shares=ShareService(ShareStore(database), store, key=key, clock=clock),
            setting_changes=SettingChanges(live, versions, clock),
            outbox=Outbox(database, clock),
            clock=clock,
        )
    finally:
        artifacts.close()
        await database.close()


@asynccontextmanager
async def in_process(doors: FakeDoors, pace: Pace = FAST) -> AsyncGenerator[httpx.AsyncClient]:
    """Serve without a socket; answers come when they are complete."""
    app = create_app(doors, pace=pace)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        yield client


class LiveServer(Server):
    """The server as it is, which also tells when it listens."""

    def __init__(self, config: Config, app: Api, stalled_seconds: float) -> None:
        super().__init__(config, app, stalled_seconds)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        self.listening.set()


class LiveApi:
    """The application on a real socket, in this event loop; can be stopped and started again on its port."""

    def __init__(
        self, doors: FakeDoors, pace: Pace = FAST, stalled_seconds: float = STALLED_SECONDS
    ) -> None:
        self.doors = doors
        self._stalled_seconds = stalled_seconds
        self._pace = pace
        self._port = 0
        self._app: Api | None = None
        self._server: LiveServer | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is, also while it is stopped."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def feeds(self) -> Feeds:
        """What it streams from, while it listens."""
        assert self._app is not None
        return cast("Served", self._app.state.served).feeds

    async def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        app = self._app = create_app(self.doors, pace=self._pace)
        config = make_config(app, "127.0.0.1", self._port)
        self._server = LiveServer(config, app, self._stalled_seconds)
        self._task = asyncio.create_task(self._server.serve())
        await self._server.listening.wait()
        self._port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End as on SIGTERM."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    async def busy_with(self, requests: int) -> None:
        """Await that so many requests have arrived and are not answered yet."""
        assert self._server is not None
        while len(self._server.server_state.tasks) < requests:
            await asyncio.sleep(0.01)

    def held_back(self) -> int:
        """Bytes that wait in this process for viewers to take them."""
        assert self._server is not None
        open_now = list(self._server.server_state.connections)
        return sum(each.transport.get_write_buffer_size() for each in open_now)

    async def drop_connections(self) -> None:
        """Break every open connection, as a network does."""
        assert self._server is not None
        for connection in list(self._server.server_state.connections):
            with suppress(AttributeError):
                connection.transport.abort()
        await asyncio.sleep(0)
