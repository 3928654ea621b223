"""Put the parts together: the only place where a process's dependencies are chosen."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import uuid_utils
from temporalio.client import Client
from temporalio.service import RPCError

from activities.acceptance import Acceptor
from engine.access import AccessService
from engine.backfill_layout import Layout
from engine.backfills import BackfillService
from engine.connect import connect
from engine.crossings import Crossings
from engine.endpoints import EndpointDirectory, EndpointService
from engine.estimates import Estimates
from engine.gateways import Gateways, make_gateways, make_ledger
from engine.kept_answers import KeptAnswers
from engine.launch import RPC_TIMEOUT
from engine.missed import Judge, Missed
from engine.monitors import MonitorService
from engine.oidc import TokenReader
from engine.past_items import SourcePast, first_stored
from engine.pollers import Pollers
from engine.reconciler import Reconciler
from engine.retention import Retention
from engine.runs import RunService
from engine.scheduled_runs import ScheduledRuns
from engine.schedules import Schedules
from engine.senders import Senders
from engine.setting_changes import SettingChanges
from engine.shares import ShareService
from engine.sources import SourceService
from engine.spending import SpendingService, quotas_in_force
from engine.state import State, locate_state, prepare_state, read_running
from engine.targets import MakeLive, Targets, with_feeds
from engine.trends import TrendService
from trends.domain.calls import Role
from trends.domain.delivery_policy import DeliveryPolicy
from trends.errors import TrendsError
from trends.limits.freeze import Freezer
from trends.limits.windows import day_of
from trends.notify.endpoints import Endpoints
from trends.notify.outside import Outside
from trends.notify.policies import policies_of
from trends.notify.registry import ChannelMeans, Channels
from trends.outbound import Outbound
from trends.secrets.resolver import Secrets
from trends.server_key import ServerKey, read_server_key
from trends.settings import Settings, load_market
from trends.settings_live import LiveSettings, following
from trends.sources import registry
from trends.sources.base import LiveSource, Source
from trends.sources.search import SearchSource, market_templates
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
from trends.storage.response_cache import CacheStore
from trends.storage.runs import RunStore
from trends.storage.sessions import SessionStore
from trends.storage.setting_versions import SettingVersions
from trends.storage.shares import ShareStore
from trends.storage.sources import SourceStore
from trends.storage.trends import TrendStore
from trends.telemetry import set_log_level


@dataclass(frozen=True)
class Parts:
    """What the API and the worker share.

    Attributes:
        live: The settings, kept up to date; what is to see changes takes these, not `settings`.
        state: Where files lie.
        clock: The process's clock.
        database: Open, of the right revision.
        store: Run rows.
        events: Run events.
        outbox: Messages to be sent.
        channels: Where to.
        artifacts: Stage outputs.
        trends: Trend memory.
        monitors: Saved questions.
        fires: What became of each time at which a monitor was to run.
        items: What polls found.
        sources: Registered feeds, and how the sources are.
        targets: Finds what to poll.
        outbound: The way out.
        endpoints: Webhook endpoints of tenants.
        server_key: Signs links, seals secrets.
        setting_versions: What people set while processes run.
        secrets: Reads what settings refer to.
        gateways: The way to models.
        backfills: Questions over past spans.
        freezer: Stops paid calls, and schedules with them.
    """

    live: LiveSettings
    state: State
    clock: Callable[[], datetime]
    database: Database
    store: RunStore
    events: EventStore
    outbox: Outbox
    channels: Channels
    artifacts: ArtifactStore
    trends: TrendStore
    monitors: MonitorStore
    fires: FireStore
    items: ItemStore
    sources: SourceStore
    targets: Targets
    outbound: Outbound
    endpoints: EndpointStore
    server_key: ServerKey
    setting_versions: SettingVersions
    secrets: Secrets
    response_cache: CacheStore
    gateways: Gateways
    backfills: BackfillStore
    freezer: Freezer

    @property
    def settings(self) -> Settings:
        """Those that hold now; what was made of them before does not change."""
        return self.live.current


@dataclass(frozen=True)
class Doors:
    """What the API serves from.

    Attributes:
        parts: The shared parts.
        client: Temporal client, connected when first used.
        runs: Start, cancel, resolve, re-run.
        reconciler: Makes rows and server agree.
        trends: Look at trends, and decide about them.
        monitors: Save questions, change them, look back.
        sources: Look at sources, register, poll, pause.
        pollers: Keeps one poller for each source that is polled.
        access: Whose a credential is.
        endpoints: Register webhook endpoints, change them, try them.
        shares: Give out links to reports, and take them back.
        backfills: Ask a monitor over a past span.
        schedules: Keeps schedules in line with monitors, and senders with the outbox.
        setting_changes: Changes settings while processes run.
        spending: What was spent, what is left, and stopping it.
        estimates: What something is going to cost.
        crossings: Tells people of budgets that come to their end.
    """

    parts: Parts
    client: Client
    runs: RunService
    reconciler: Reconciler
    trends: TrendService
    monitors: MonitorService
    sources: SourceService
    pollers: Pollers
    access: AccessService
    endpoints: EndpointService
    shares: ShareService
    backfills: BackfillService
    schedules: Schedules
    setting_changes: SettingChanges
    spending: SpendingService
    estimates: Estimates
    crossings: Crossings

    @property
    def live(self) -> LiveSettings:
        """Settings in force, and how they came."""
        return self.parts.live

    @property
    def settings(self) -> Settings:
        """Settings that hold now."""
        return self.parts.settings

    @property
    def store(self) -> RunStore:
        """Run rows."""
        return self.parts.store

    @property
    def events(self) -> EventStore:
        """Run events."""
        return self.parts.events

    @property
    def items(self) -> ItemStore:
        """What polls found."""
        return self.parts.items

    @property
    def artifacts(self) -> ArtifactStore:
        """Stage outputs."""
        return self.parts.artifacts

    @property
    def channels(self) -> Channels:
        """Where messages go."""
        return self.parts.channels

    @property
    def uploads_dir(self) -> Path:
        """Where uploaded files of the tenant `local` go."""
        return self.parts.state.uploads

    def uploads_of(self, tenant: str) -> Path:
        """Where a tenant's uploaded files go."""
        return self.parts.state.uploads_of(tenant)

    def upload_folders(self) -> list[Path]:
        """Where uploaded files of all tenants are."""
        return self.parts.state.upload_folders()

    @property
    def temporal_ui_url(self) -> str | None:
        """Address of the Temporal UI, where this stack has one."""
        running = read_running(self.parts.state)
        return running.urls.get("temporal_ui") if running else None

    async def ready(self) -> dict[str, str | None]:
        """Look at every part that a request needs: None when well, else why not."""
        return {
            "storage": await _trouble(self.parts.store.page("local", limit=1)),
            "temporal": await _trouble(
                self.client.service_client.check_health(timeout=RPC_TIMEOUT)
            ),
        }


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def new_run_id() -> str:
    """Make a UUIDv7: unique, and sorted by time."""
    return str(uuid_utils.uuid7())


@asynccontextmanager
async def open_parts(
    environ: Mapping[str, str] = os.environ, clock: Callable[[], datetime] = system_clock
) -> AsyncGenerator[Parts]:
    """Open storage for the length of the block.

    Raises:
        SettingsError: The settings cannot be loaded.
        SchemaMismatchError: The database has another revision.
        StorageError: Storage cannot be opened.
    """
    live = LiveSettings(environ)
    settings = live.current
    state = locate_state(environ)
    prepare_state(state)
    key = make_server_key(settings, state, environ)
    url = environ.get("TRENDS_DATABASE_URL") or state.database_url
    database = await Database.open(url)
    sources = SourceStore(database)
    endpoints = EndpointStore(database)
    outbound = Outbound(settings.outbound, clock=clock)
    setting_versions = SettingVersions(database)
    secrets = Secrets(lambda: live.current.secrets, environ)
    response_cache = CacheStore(database, clock, lambda: live.current.cache)
    try:
        live.use(setting_versions, check_channel_markets)
        await live.refresh()
        channels = make_channels(
            live.current, state, secrets, clock, EndpointDirectory(endpoints, key, clock)
        )
        live.tell(partial(take_channels, channels))
        live.tell(lambda settings: set_log_level(settings.monitoring.log_level))
        parts = Parts(
            live=live,
            state=state,
            clock=clock,
            database=database,
            store=RunStore(database, clock),
            events=EventStore(database),
            outbox=Outbox(database, clock),
            channels=channels,
            artifacts=ArtifactStore(
                environ.get("TRENDS_ARTIFACTS_URL") or state.artifacts.absolute().as_uri()
            ),
            trends=TrendStore(database),
            monitors=MonitorStore(database, clock),
            fires=FireStore(database, clock),
            items=ItemStore(database),
            sources=sources,
            targets=Targets(live, sources, make_live_sources(outbound, response_cache, clock)),
            outbound=outbound,
            endpoints=endpoints,
            server_key=key,
            setting_versions=setting_versions,
            secrets=secrets,
            response_cache=response_cache,
            gateways=make_gateways(
                CallStore(database, clock),
                response_cache,
                make_ledger(database, live, secrets),
                live,
                secrets,
            ),
            backfills=BackfillStore(database, clock),
            freezer=Freezer(database),
        )
        async with following(live):
            yield parts
    finally:
        await database.close()


@asynccontextmanager
async def open_doors(
    environ: Mapping[str, str] = os.environ, clock: Callable[[], datetime] = system_clock
) -> AsyncGenerator[Doors]:
    """Open what the API serves from. The Temporal server need not be there yet.

    Raises:
        TrendsError: As `open_parts`.
    """
    async with open_parts(environ, clock) as parts:
        client = await connect(environ, namespace=parts.settings.engine.namespace, lazy=True)
        runs = RunService(
            client=client,
            store=parts.store,
            artifacts=parts.artifacts,
            monitors=parts.monitors,
            settings=parts.live,
            check_source=partial(check_source, parts),
            check_channels=parts.channels.check_for,
            clock=clock,
            new_id=new_run_id,
            may_plan=partial(may_plan, parts),
        )
        reconciler = Reconciler(
            runs, parts.artifacts, clock, Retention(parts.database, lambda: parts.settings)
        )
        trends = TrendService(parts.trends, clock, new_run_id)
        pollers = make_pollers(client, parts)
        backfills = BackfillService(
            client=client,
            store=parts.backfills,
            runs=runs,
            layout=Layout(
                parts.backfills,
                parts.monitors,
                parts.artifacts,
                parts.live,
                check_source=partial(check_source, parts),
                first_stored=partial(first_stored, parts.items, parts.targets.key_of),
            ),
            parallel=lambda: parts.settings.backfill.parallel,
            clock=clock,
            new_id=new_run_id,
        )
        schedules = make_schedules(client, parts)
        spending = make_spending(parts)
        yield Doors(
            parts=parts,
            client=client,
            runs=runs,
            backfills=backfills,
            reconciler=reconciler,
            trends=trends,
            monitors=make_monitors(parts, schedules.changed),
            schedules=schedules,
            sources=SourceService(
                parts.live,
                parts.sources,
                parts.targets,
                pollers,
                check_address=parts.outbound.check,
                searches=searches_by_name(),
                clock=clock,
            ),
            pollers=pollers,
            access=make_access(parts),
            endpoints=make_endpoints(parts),
            shares=ShareService(
                ShareStore(parts.database), parts.store, key=parts.server_key, clock=clock
            ),
            setting_changes=SettingChanges(parts.live, parts.setting_versions, clock),
            spending=spending,
            estimates=make_estimates(parts, backfills),
            crossings=Crossings(
                spending.usage_reader,
                parts.monitors,
                parts.outbox,
                parts.channels,
                parts.live,
                clock,
                schedules.changed,
            ),
        )


def make_spending(parts: Parts) -> SpendingService:
    """Make what people see of money."""
    return SpendingService(
        parts.database,
        parts.live,
        freezer=parts.freezer,
        calls=CallStore(parts.database, parts.clock),
        cache=parts.response_cache,
        monitors=parts.monitors,
        today=lambda quotas: day_of(parts.clock(), quotas.zone),
    )


def make_estimates(parts: Parts, backfills: BackfillService) -> Estimates:
    """Make what says what something is going to cost."""
    return Estimates(
        parts.database,
        monitors=parts.monitors,
        backfills=backfills,
        freezer=parts.freezer,
        secrets=parts.secrets,
        settings=parts.live,
        quotas_of=quotas_in_force(parts.live),
        clock=parts.clock,
    )


def make_access(parts: Parts) -> AccessService:
    """Put together what knows credentials; the identity provider is asked when its first token comes."""
    settings = parts.settings.auth
    tokens = (
        TokenReader(settings.oidc, parts.outbound, parts.clock) if settings.oidc.issuer else None
    )
    return AccessService(
        keys=KeyStore(parts.database),
        sessions=SessionStore(parts.database),
        audit=AuditLog(parts.database),
        read_token=tokens.read if tokens else None,
        clock=parts.clock,
        new_id=new_run_id,
        session_length=timedelta(hours=settings.session_hours),
    )


def make_acceptor(parts: Parts) -> Acceptor:
    """Make what accepts runs."""
    settings = parts.settings
    return Acceptor(
        parts.store,
        parts.artifacts,
        settings.workers,
        settings.runs,
        parts.clock,
        new_run_id,
        may_plan=partial(may_plan, parts),
    )


def may_plan(parts: Parts) -> bool:
    """Whether there is a model that could plan. May block."""
    return parts.gateways.has_model(parts.settings, Role.PLANNER)


def make_scheduled_runs(parts: Parts) -> ScheduledRuns:
    """Make what begins the runs of schedules."""
    missed = make_missed(parts)
    return ScheduledRuns(
        parts.monitors,
        parts.store,
        parts.artifacts,
        make_acceptor(parts),
        parts.fires,
        parts.live,
        missed.tell,
        parts.freezer,
        missed.tell_frozen,
    )


def make_missed(parts: Parts) -> Missed:
    """Make what tells people of runs that were not."""
    return Missed(parts.outbox, parts.channels, parts.live, parts.clock)


def make_schedules(client: Client, parts: Parts) -> Schedules:
    """Make what keeps schedules in line with monitors."""
    judge = Judge(client, parts.monitors, parts.fires, parts.store, make_missed(parts), parts.clock)
    return Schedules(
        client,
        parts.monitors,
        parts.fires,
        judge,
        Senders(client, parts.outbox),
        parts.live,
        parts.clock,
    )


def make_monitors(parts: Parts, changed: Callable[[], None] = lambda: None) -> MonitorService:
    """Put together what monitors need of this process; `changed` is told when one of them changes."""
    past = SourcePast(
        parts.items,
        parts.targets.key_of,
        lambda tenant, spec: make_source(
            spec,
            parts.settings,
            parts.state.uploads_of(tenant),
            parts.settings.sources.file.roots,
        ),
        parts.clock,
    )
    return MonitorService(
        parts.monitors,
        past,
        parts.live,
        check_source=partial(check_source, parts),
        check_channels=parts.channels.check_for,
        clock=parts.clock,
        changed=changed,
    )


def make_source(spec: str, settings: Settings, uploads: Path, roots: Sequence[str]) -> Source:
    """Make a source from its spec, such as `file:uploads/a.jsonl`.

    Args:
        spec: Name, and argument behind a colon.
        settings: The run's own.
        uploads: Folder of the tenant's own uploads.
        roots: Folders that this process may read now. Not the run's: a folder that was taken away stays away.

    Raises:
        UnknownNameError: No such source.
        SettingsError: Its settings are wrong.
    """
    name, _ = registry.parse_source_spec(spec)
    options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
    if name == "file":
        options |= {"uploads": str(uploads), "roots": roots}
    return registry.create(name, options)


def make_live_sources(
    outbound: Outbound, cache: CacheStore, clock: Callable[[], datetime]
) -> MakeLive:
    """Make what makes live sources from their specs, such as `rss:hani`.

    It raises UnknownNameError for a source that is not there, and SettingsError for settings that are wrong.

    Args:
        outbound: The way out, under this process's own limits.
        cache: Keeps what hosts answer.
        clock: Now, in UTC.
    """

    def make(spec: str, settings: Settings, tenant: str = "", *, fresh: bool = True) -> LiveSource:
        name, _ = registry.parse_source_spec(spec)
        options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
        if name == SearchSource.name:
            options |= {"templates": market_templates()}
        way = KeptAnswers(outbound, cache, clock, tenant, fresh=fresh)
        return registry.create_live(name, options, way)

    return make


def searches_by_name() -> dict[str, list[str]]:
    """Read which markets have which search.

    Raises:
        SettingsError: A market's file is broken.
    """
    found: dict[str, list[str]] = {}
    for market, templates in sorted(market_templates().items()):
        for name in sorted(templates):
            found.setdefault(name, []).append(market)
    return found


def make_pollers(client: Client, parts: Parts) -> Pollers:
    """Make what starts and steers pollers."""
    return Pollers(
        client,
        parts.targets,
        parts.sources,
        parts.items,
        clock=parts.clock,
        settings=parts.live,
    )


def make_server_key(settings: Settings, state: State, environ: Mapping[str, str]) -> ServerKey:
    """Read the server's key; in development one is made in the state folder where none is given.

    Raises:
        SettingsError: What is given is no key.
        StorageUnavailableError: The state folder cannot be written.
    """
    own = state.server_key if settings.environment == "development" else None
    return read_server_key(environ, own_file=own)


def make_endpoints(parts: Parts) -> EndpointService:
    """Put together what webhook endpoints need of this process."""
    return EndpointService(
        parts.endpoints,
        parts.outbox,
        parts.channels,
        outbound=parts.outbound,
        key=parts.server_key,
        clock=parts.clock,
    )


def make_channels(
    settings: Settings,
    state: State,
    secrets: Secrets,
    clock: Callable[[], datetime],
    endpoints: Endpoints | None = None,
) -> Channels:
    """Bring together what the channels of this process need; nothing is read or reached yet."""
    outside = Outside(Outbound(settings.outbound, clock=clock))
    means = ChannelMeans(
        logs=state.logs, secret=secrets.read, post=outside.post, dial=outside.dial, clock=clock
    )
    return Channels(settings.notify, means, endpoints, check_channel_markets(settings))


def take_channels(channels: Channels, settings: Settings) -> None:
    """Let channels be as other settings say; what is being sent goes out as it was begun."""
    channels.take(settings.notify, check_channel_markets(settings))


def check_channel_markets(settings: Settings) -> Mapping[str, DeliveryPolicy]:
    """Make the policies of channels, which fails where one is on the clock of no market.

    Raises:
        SettingsError: It does; names the channel.
    """
    return policies_of(settings.notify, settings.runs.market, load_market)


async def check_source(parts: Parts, tenant: str, spec: str) -> None:
    """Refuse a source that could not be read, before a run is promised.

    Raises:
        InvalidRequestError: The spec, or the path in it, cannot be.
        AddressRefusedError: It is an address that is not fetched.
        StorageError: The database failed.
    """
    name, argument = registry.parse_source_spec(spec)
    settings = parts.settings
    if name in registry.LIVE:
        registered = await parts.sources.registered(tenant)
        parts.targets.check_feed(with_feeds(settings, registered), spec)
        return
    uploads = parts.state.uploads_of(tenant)
    source = make_source(spec, settings, uploads, settings.sources.file.roots)
    await asyncio.to_thread(source.check, argument)


async def _trouble(check: Awaitable[object]) -> str | None:
    try:
        await check
    except TrendsError as error:
        return str(error)
    except RPCError as error:
        return f"The Temporal server does not answer: {error.message}"[:300]
    except RuntimeError as error:  # a lazy client's first connection
        return f"The Temporal server does not answer: {error}"[:300]
    return None
