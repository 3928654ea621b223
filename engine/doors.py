"""What the API serves from."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from engine.access import AccessService
from engine.backfill_layout import Layout
from engine.backfills import BackfillService
from engine.clock import new_run_id, system_clock
from engine.connect import connect
from engine.connectors import searches_by_name
from engine.crossings import Crossings
from engine.endpoints import EndpointService
from engine.estimates import Estimates
from engine.launch import RPC_TIMEOUT
from engine.monitors import MonitorService
from engine.parts import Parts, open_parts
from engine.past_items import first_stored
from engine.pollers import Pollers
from engine.reconciler import Reconciler
from engine.retention import Retention
from engine.runs import RunService
from engine.schedules import Schedules
from engine.setting_changes import SettingChanges
from engine.shares import ShareService
from engine.sources import SourceService
from engine.spending import SpendingService
from engine.state import read_running
from engine.trends import TrendService
from engine.wiring import (
    check_source,
    make_access,
    make_endpoints,
    make_estimates,
    make_monitors,
    make_pollers,
    make_schedules,
    make_spending,
    may_plan,
)
from trends.errors import TrendsError
from trends.notify.registry import Channels
from trends.settings import Settings
from trends.settings_live import LiveSettings
from trends.storage.artifacts import ArtifactStore
from trends.storage.events import EventStore
from trends.storage.items import ItemStore
from trends.storage.runs import RunStore
from trends.storage.shares import ShareStore


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
