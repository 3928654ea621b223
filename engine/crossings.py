"""Word of budgets that come to their warning or their end, to those who are to hear of it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from trends.errors import MonitorNotFoundError, TrendsError
from trends.limits.balances import Level
from trends.limits.quotas import usd
from trends.limits.usage import Crossing, UsageReader
from trends.limits.windows import Kind
from trends.notify.deliver import ListeningChannels, OutboxLedger, leave_to_senders
from trends.notify.spending_alerts import BudgetFacts, budget_crossed
from trends.settings import SettingsInForce
from trends.storage.monitors import MonitorStore
from trends.telemetry import get_logger

# People are to hear of it within a minute, and senders look as soon as they are told.
INTERVAL = timedelta(seconds=15)

_log = get_logger(__name__)


class Crossings:
    """Tells people what the ledger has written down.

    Args:
        usage: Reads the ledger.
        monitors: Names of monitors, and their channels.
        outbox: Where word is written down.
        channels: Where it goes.
        settings: Whom to tell of what belongs to no monitor.
        clock: Dates messages.
        changed: Told when something waits for senders.
    """

    def __init__(
        self,
        usage: UsageReader,
        monitors: MonitorStore,
        outbox: OutboxLedger,
        channels: ListeningChannels,
        settings: SettingsInForce,
        clock: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._usage = usage
        self._monitors = monitors
        self._outbox = outbox
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._changed = changed

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Tell until told to stop; a look that fails is logged and made again."""
        while not stop.is_set():
            try:
                await self.run_once()
            except TrendsError as error:
                _log.warning("crossings.failed", slug=error.slug, reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL.total_seconds())

    async def run_once(self) -> int:
        """Tell what nobody has been told of yet; answers how much that was.

        Raises:
            StorageError: The database failed; what was not told is told at the next look.
        """
        untold = await self._usage.untold()
        for crossing in untold:
            await self._tell(crossing)
            # Told first: a crash between the two, or another process, finds it in the outbox by its subject.
            await self._usage.told(crossing, self._clock())
        if untold:
            self._changed()
        return len(untold)

    async def _tell(self, crossing: Crossing) -> None:
        monitor, of_monitor = await self._monitor(crossing)
        settings = self._settings.current
        notice = budget_crossed(
            BudgetFacts(
                tenant=crossing.tenant,
                kind=crossing.kind.value,
                scope=crossing.scope,
                name=crossing.name,
                full=crossing.level is Level.FULL,
                spent=usd(crossing.spent_micro),
                cap=usd(crossing.cap_micro),
                spent_micro=crossing.spent_micro,
                cap_micro=crossing.cap_micro,
                monitor=monitor,
            ),
            language=settings.runs.report_language,
            at=self._clock(),
            public_url=settings.api.public_url,
        )
        listening = await self._channels.listening(crossing.tenant, notice.kind)
        names = (*settings.notify.alert_channels, *listening, *of_monitor)
        await leave_to_senders(self._outbox, self._channels, names, notice)

    async def _monitor(self, crossing: Crossing) -> tuple[str, tuple[str, ...]]:
        """Name of the monitor whose month it is, and its channels."""
        if crossing.kind is not Kind.MONTH:
            return "", ()
        tenant, question = crossing.tenant, crossing.scope
        name = (await self._monitors.names(tenant, [question])).get(question, "")
        try:
            monitor = await self._monitors.get(tenant, name) if name else None
        except MonitorNotFoundError:
            monitor = None
        return name, monitor.spec.channels if monitor else ()
