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

from engine.connect import connect
from engine.launch import RPC_TIMEOUT
from engine.monitors import MonitorService
from engine.past_items import SourcePast
from engine.pollers import Pollers
from engine.reconciler import Reconciler
from engine.runs import RunService
from engine.sources import SourceService
from engine.state import State, locate_state, prepare_state, read_running
from engine.targets import Targets, with_feeds
from engine.trends import TrendService
from trends.errors import TrendsError
from trends.notify.outside import Outside
from trends.notify.registry import ChannelMeans, Channels
from trends.outbound import Outbound
from trends.settings import Settings, load_settings
from trends.sources import registry
from trends.sources.base import LiveSource, Source
from trends.sources.search import SearchSource, market_templates
from trends.storage.artifacts import ArtifactStore
from trends.storage.database import Database
from trends.storage.events import EventStore
from trends.storage.items import ItemStore
from trends.storage.monitors import MonitorStore
from trends.storage.outbox import Outbox
from trends.storage.runs import RunStore
from trends.storage.sources import SourceStore
from trends.storage.trends import TrendStore


@dataclass(frozen=True)
class Parts:
    """What the API and the worker share.

    Attributes:
        settings: Loaded once.
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
        items: What polls found.
        sources: Registered feeds, and how the sources are.
        targets: Finds what to poll.
        outbound: The way out.
    """

    settings: Settings
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
    items: ItemStore
    sources: SourceStore
    targets: Targets
    outbound: Outbound


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
    """

    parts: Parts
    client: Client
    runs: RunService
    reconciler: Reconciler
    trends: TrendService
    monitors: MonitorService
    sources: SourceService
    pollers: Pollers

    @property
    def settings(self) -> Settings:
        """Settings of this process."""
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
        """Where uploaded files go."""
        return self.parts.state.uploads

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
    settings = load_settings(environ)
    state = locate_state(environ)
    prepare_state(state)
    url = environ.get("TRENDS_DATABASE_URL") or state.database_url
    database = await Database.open(url)
    sources = SourceStore(database)
    outbound = Outbound(settings.outbound, clock=clock)
    try:
        yield Parts(
            settings=settings,
            state=state,
            clock=clock,
            database=database,
            store=RunStore(database, clock),
            events=EventStore(database),
            outbox=Outbox(database, clock),
            channels=make_channels(settings, state, environ, clock),
            artifacts=ArtifactStore(
                environ.get("TRENDS_ARTIFACTS_URL") or state.artifacts.absolute().as_uri()
            ),
            trends=TrendStore(database),
            monitors=MonitorStore(database, clock),
            items=ItemStore(database),
            sources=sources,
            targets=Targets(settings, sources, partial(make_live_source, outbound=outbound)),
            outbound=outbound,
        )
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
            settings=parts.settings,
            check_source=partial(check_source, parts),
            check_channels=parts.channels.check,
            clock=clock,
            new_id=new_run_id,
        )
        reconciler = Reconciler(runs, parts.artifacts, clock)
        trends = TrendService(parts.trends, clock, new_run_id)
        pollers = make_pollers(client, parts)
        yield Doors(
            parts=parts,
            client=client,
            runs=runs,
            reconciler=reconciler,
            trends=trends,
            monitors=make_monitors(parts),
            sources=SourceService(
                parts.settings,
                parts.sources,
                parts.targets,
                pollers,
                check_address=parts.outbound.check,
                searches=searches_by_name(),
                clock=clock,
            ),
            pollers=pollers,
        )


def make_monitors(parts: Parts) -> MonitorService:
    """Put together what monitors need of this process."""
    past = SourcePast(
        parts.items,
        parts.targets.key_of,
        lambda spec: make_source(
            spec, parts.settings, parts.state, parts.settings.sources.file.roots
        ),
        parts.clock,
    )
    return MonitorService(
        parts.monitors,
        past,
        parts.settings,
        check_source=partial(check_source, parts),
        check_channels=parts.channels.check,
        clock=parts.clock,
    )


def make_source(spec: str, settings: Settings, state: State, roots: Sequence[str]) -> Source:
    """Make a source from its spec, such as `file:uploads/a.jsonl`.

    Args:
        spec: Name, and argument behind a colon.
        settings: The run's own.
        state: For the uploads.
        roots: Folders that this process may read now. Not the run's: a folder that was taken away stays away.

    Raises:
        UnknownNameError: No such source.
        SettingsError: Its settings are wrong.
    """
    name, _ = registry.parse_source_spec(spec)
    options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
    if name == "file":
        options |= {"uploads": str(state.uploads), "roots": roots}
    return registry.create(name, options)


def make_live_source(spec: str, settings: Settings, outbound: Outbound) -> LiveSource:
    """Make a live source from its spec, such as `rss:hani`.

    Args:
        spec: Name, and argument behind a colon.
        settings: Those that name its feeds.
        outbound: The way out, under this process's own limits.

    Raises:
        UnknownNameError: No such source.
        SettingsError: Its settings are wrong.
    """
    name, _ = registry.parse_source_spec(spec)
    options: dict[str, object] = dict(settings.sources.model_dump().get(name, {}))
    if name == SearchSource.name:
        options |= {"templates": market_templates()}
    return registry.create_live(name, options, outbound)


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
    settings = parts.settings
    return Pollers(
        client,
        parts.targets,
        parts.sources,
        parts.items,
        clock=parts.clock,
        retention=timedelta(days=settings.sources.retention_days),
        history=timedelta(days=settings.analysis.history_days),
    )


def make_channels(
    settings: Settings, state: State, environ: Mapping[str, str], clock: Callable[[], datetime]
) -> Channels:
    """Bring together what the channels of this process need; nothing is read or reached yet."""
    outside = Outside(Outbound(settings.outbound, clock=clock))
    means = ChannelMeans(
        logs=state.logs, environ=environ, post=outside.post, dial=outside.dial, clock=clock
    )
    return Channels(settings.notify, means)


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
    source = make_source(spec, settings, parts.state, settings.sources.file.roots)
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
