"""The pollers: one durable workflow for each source that is polled. Started here, and kept in line with what is wanted.

The API process looks at its start and every minute. What is no longer wanted ends by itself: its next poll finds that.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCError

from activities import contracts
from activities.contracts import PollerInput
from engine.launch import RPC_TIMEOUT, answering
from engine.requests import PRIORITIES
from engine.targets import Targets, Wanted
from trends.domain.health import SourceHealth, first_wait
from trends.errors import TrendsError
from trends.settings import SettingsInForce
from trends.storage.items import ItemStore
from trends.storage.polls import SourceKey
from trends.storage.sources import SourceStore
from trends.telemetry import get_logger
from workflows import attributes

INTERVAL = timedelta(minutes=1)
# A poller that was ended by hand is missed after so many looks; asking the server for each of many every minute is not
# worth it.
LOOKS_UNTIL_ALL = 10
# New pollers go out spread over this long.
SPREAD = timedelta(minutes=1)

_log = get_logger(__name__)


def poller_id(key: SourceKey) -> str:
    """Name a source's workflow. A spec may be an address, which holds anything: its hash stands for it."""
    return f"poll-{key.tenant}-{hashlib.sha256(key.source.encode()).hexdigest()[:16]}"


class Pollers:
    """Starts and steers pollers.

    Args:
        client: Temporal client; may be lazy.
        targets: Knows what is to be polled.
        sources: Knows how the sources are.
        items: For pruning what nobody polls any more.
        clock: Now, in UTC.
        settings: How long the items of a source are kept that is no longer polled, and how far back a run reads.
    """

    def __init__(
        self,
        client: Client,
        targets: Targets,
        sources: SourceStore,
        items: ItemStore,
        *,
        clock: Callable[[], datetime],
        settings: SettingsInForce,
    ) -> None:
        self._client = client
        self._targets = targets
        self._sources = sources
        self._items = items
        self._clock = clock
        self._settings = settings
        self._running: dict[SourceKey, int] = {}
        self._looks = 0

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Keep the pollers in line until told to stop; a look that fails is logged and made again."""
        while not stop.is_set():
            try:
                await self.look()
            except TrendsError as error:
                _log.warning("pollers.failed", slug=error.slug, reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL.total_seconds())

    async def look(self) -> int:
        """Start what is wanted and does not run; answers how many were started or changed.

        Raises:
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        if self._looks % LOOKS_UNTIL_ALL == 0:
            self._running.clear()
        wanted = await self._targets.wanted()
        known = {SourceKey(row.tenant, row.source): row for row in await self._sources.healths()}
        changed = 0
        for each in wanted:
            changed += await self._bring_in_line(each, known.get(each.key))
        keys = {each.key for each in wanted}
        self._running = {key: cadence for key, cadence in self._running.items() if key in keys}
        for key in sorted(known.keys() - keys):
            await self._prune(key)
        self._looks += 1
        return changed

    async def pause(self, key: SourceKey) -> SourceHealth:
        """Stop asking a source; a run that reads it reads what is stored.

        Raises:
            EngineUnreachableError: The server does not answer; nothing was changed.
            StorageError: The database failed.
        """
        # The poller first: a row that says paused over a poller that goes on would be a lie.
        await self._signal(key, contracts.PAUSE_SIGNAL)
        return await self._sources.set_paused(key, paused=True)

    async def resume(self, key: SourceKey) -> SourceHealth:
        """Go on asking a source.

        Raises:
            EngineUnreachableError: The server does not answer; nothing was changed.
            StorageError: The database failed.
        """
        await self._signal(key, contracts.RESUME_SIGNAL)
        return await self._sources.set_paused(key, paused=False)

    async def poll_now(self, key: SourceKey) -> None:
        """Ask a source at once: through its poller, or else once.

        Raises:
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        own = await self._wanted(key)
        health, _ = await self._sources.known(key)
        request = PollerInput(
            tenant=key.tenant,
            source=key.source,
            cadence_seconds=own.cadence_seconds if own else _cadence_of(health),
            paused=health.paused,
            once=own is None,
        )
        await self._start(key, request, contracts.POLL_NOW_SIGNAL)

    async def begin(self, key: SourceKey) -> None:
        """Ask a source at once that was registered just now; nothing where sources are not polled.

        Raises:
            EngineUnreachableError: The server does not answer; the next look begins it.
            StorageError: The database failed.
        """
        if await self._wanted(key) is not None:
            await self.poll_now(key)

    async def retire(self, key: SourceKey) -> None:
        """Let a poller see at once that its source is gone.

        Raises:
            EngineUnreachableError: The server does not answer; the poller's next poll sees it.
        """
        self._running.pop(key, None)
        await self._signal(key, contracts.POLL_NOW_SIGNAL)

    async def _wanted(self, key: SourceKey) -> Wanted | None:
        return next((each for each in await self._targets.wanted() if each.key == key), None)

    async def _bring_in_line(self, wanted: Wanted, health: SourceHealth | None) -> bool:
        key, cadence = wanted
        running = self._running.get(key)
        if running == cadence:
            return False
        if running is None:
            await self._start(
                key,
                PollerInput(
                    tenant=key.tenant,
                    source=key.source,
                    cadence_seconds=cadence,
                    wait_seconds=self._first_wait(wanted, health).total_seconds(),
                    paused=health is not None and health.paused,
                ),
            )
        if running is not None or (health and health.cadence_seconds not in {0, cadence}):
            await self._signal(key, contracts.CADENCE_SIGNAL, cadence)
        self._running[key] = cadence
        return True

    def _first_wait(self, wanted: Wanted, health: SourceHealth | None) -> timedelta:
        """Keep to the place in time that the last poll chose, where there was one."""
        if health is not None and health.next_poll is not None:
            return max(health.next_poll - self._clock(), timedelta())
        within = min(SPREAD, timedelta(seconds=wanted.cadence_seconds))
        return first_wait(wanted.key.source, within)

    async def _start(self, key: SourceKey, request: PollerInput, signal: str | None = None) -> None:
        with answering():
            await self._client.start_workflow(
                contracts.POLL_WORKFLOW,
                request,
                id=poller_id(key),
                task_queue=contracts.WORKFLOW_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal=signal,
                static_summary=_summary(key),
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(attributes.PIPELINE, "poll"),
                        SearchAttributePair(
                            attributes.STATUS, "Paused" if request.paused else "Running"
                        ),
                        SearchAttributePair(attributes.TENANT, key.tenant),
                    ]
                ),
                # Nobody waits for a poll.
                priority=Priority(priority_key=PRIORITIES["backfill"], fairness_key=key.tenant),
                rpc_timeout=RPC_TIMEOUT,
            )

    async def _signal(self, key: SourceKey, signal: str, *arguments: int) -> None:
        handle: WorkflowHandle[object, object] = self._client.get_workflow_handle(poller_id(key))
        try:
            with answering():
                await handle.signal(signal, args=arguments, rpc_timeout=RPC_TIMEOUT)
        except RPCError:
            # There is no poller: nothing to steer. One that is started later reads the row.
            _log.info("pollers.absent", source=key.source, signal=signal)

    async def _prune(self, key: SourceKey) -> None:
        settings = self._settings.current
        before = self._clock() - timedelta(days=settings.sources.retention_days)
        history = timedelta(days=settings.analysis.history_days)
        needed = await self._sources.needed_since(key.tenant, history)
        await self._items.prune(key, min(before, needed or before))


def _cadence_of(health: SourceHealth) -> int:
    return health.cadence_seconds or int(SPREAD.total_seconds())


def _summary(key: SourceKey) -> str:
    # The server cuts at 200 bytes; Korean takes three a letter.
    return f"poll · {key.source}".encode()[:190].decode(errors="ignore")
