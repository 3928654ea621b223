"""What the API and the worker share: settings, storage, the way out, all open."""

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from engine.channels import check_channel_markets, make_channels, take_channels
from engine.clock import system_clock
from engine.connectors import make_live_sources
from engine.endpoints import EndpointDirectory
from engine.gateways import Gateways, make_gateways, make_ledger
from engine.state import State, locate_state, prepare_state
from engine.targets import Targets
from trends.limits.freeze import Freezer
from trends.notify.registry import Channels
from trends.outbound import Outbound
from trends.secrets.resolver import Secrets
from trends.server_key import ServerKey, read_server_key
from trends.settings import Settings
from trends.settings_live import LiveSettings, following
from trends.storage.artifacts import ArtifactStore
from trends.storage.backfills import BackfillStore
from trends.storage.calls import CallStore
from trends.storage.database import Database
from trends.storage.endpoints import EndpointStore
from trends.storage.events import EventStore
from trends.storage.fires import FireStore
from trends.storage.items import ItemStore
from trends.storage.monitors import MonitorStore
from trends.storage.outbox import Outbox
from trends.storage.response_cache import CacheStore
from trends.storage.runs import RunStore
from trends.storage.setting_versions import SettingVersions
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
        response_cache: What models and hosts of sources answered.
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


def make_server_key(settings: Settings, state: State, environ: Mapping[str, str]) -> ServerKey:
    """Read the server's key; in development one is made in the state folder where none is given.

    Raises:
        SettingsError: What is given is no key.
        StorageUnavailableError: The state folder cannot be written.
    """
    own = state.server_key if settings.environment == "development" else None
    return read_server_key(environ, own_file=own)
