"""Put the parts together: the only place where a process's dependencies are chosen."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uuid_utils
from temporalio.client import Client
from temporalio.service import RPCError

from engine.connect import connect
from engine.launch import RPC_TIMEOUT
from engine.reconciler import Reconciler
from engine.runs import RunService
from engine.state import State, locate_state, prepare_state, read_running
from trends.errors import TrendsError
from trends.notify import registry as channels
from trends.notify.base import Channel
from trends.notify.registry import ChannelPlaces
from trends.settings import Settings, load_settings
from trends.sources import registry
from trends.sources.base import Source
from trends.storage.artifacts import ArtifactStore
from trends.storage.database import Database
from trends.storage.events import EventStore
from trends.storage.outbox import Outbox
from trends.storage.runs import RunStore


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
        artifacts: Stage outputs.
    """

    settings: Settings
    state: State
    clock: Callable[[], datetime]
    database: Database
    store: RunStore
    events: EventStore
    outbox: Outbox
    artifacts: ArtifactStore


@dataclass(frozen=True)
class Doors:
    """What the API serves from.

    Attributes:
        parts: The shared parts.
        client: Temporal client, connected when first used.
        runs: Start, cancel, resolve, re-run.
        reconciler: Makes rows and server agree.
    """

    parts: Parts
    client: Client
    runs: RunService
    reconciler: Reconciler

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
    def artifacts(self) -> ArtifactStore:
        """Stage outputs."""
        return self.parts.artifacts

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
    try:
        yield Parts(
            settings=settings,
            state=state,
            clock=clock,
            database=database,
            store=RunStore(database, clock),
            events=EventStore(database),
            outbox=Outbox(database, clock),
            artifacts=ArtifactStore(
                environ.get("TRENDS_ARTIFACTS_URL") or state.artifacts.absolute().as_uri()
            ),
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
            settings=parts.settings,
            check_source=partial(check_source, parts.state, parts.settings),
            clock=clock,
            new_id=new_run_id,
        )
        reconciler = Reconciler(runs, parts.artifacts, clock)
        yield Doors(parts=parts, client=client, runs=runs, reconciler=reconciler)


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


def make_channel(name: str, state: State) -> Channel:
    """Make a channel by name.

    Raises:
        UnknownNameError: No such channel.
    """
    return channels.create(name, ChannelPlaces(logs=state.logs))


async def check_source(state: State, settings: Settings, spec: str) -> None:
    """Refuse a source that could not be read, before a run is promised.

    Raises:
        InvalidRequestError: The spec, or the path in it, cannot be.
    """
    source = make_source(spec, settings, state, settings.sources.file.roots)
    argument = registry.parse_source_spec(spec)[1]
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
