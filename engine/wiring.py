"""Put services together from the parts of a process: the only place where their dependencies are chosen."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from temporalio.client import Client

from activities.acceptance import Acceptor
from engine.access import AccessService
from engine.backfills import BackfillService
from engine.clock import new_run_id
from engine.connectors import make_source
from engine.endpoints import EndpointService
from engine.estimates import Estimates
from engine.missed import Judge, Missed
from engine.monitors import MonitorService
from engine.oidc import TokenReader
from engine.parts import Parts
from engine.past_items import SourcePast
from engine.pollers import Pollers
from engine.scheduled_runs import ScheduledRuns
from engine.schedules import Schedules
from engine.senders import Senders
from engine.spending import SpendingService, quotas_in_force
from engine.targets import with_feeds
from trends.domain.calls import Role
from trends.limits.windows import day_of
from trends.sources import registry
from trends.storage.audit import AuditLog
from trends.storage.calls import CallStore
from trends.storage.keys import KeyStore
from trends.storage.sessions import SessionStore


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
