"""Poll: ask one source once, for its poller."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from temporalio import activity

from activities import contracts
from activities.attempt import Progress, beat
from activities.contracts import PollInput, PollResult
from activities.errors import as_application_error
from activities.polling import MAX_REASON, PollOutcome, SourcePoller, Target

FindTarget = Callable[[str, str], Awaitable[Target | None]]
"""Finds what to poll by tenant and spec; None where that is no longer to be polled."""


class PollActivity:
    """Doorway of the pollers.

    Args:
        poller: Asks, and keeps what comes.
        find: Finds what to poll.
        polling: Tells whether sources are polled by themselves.
    """

    def __init__(
        self, poller: SourcePoller, find: FindTarget, *, polling: Callable[[], bool]
    ) -> None:
        self._poller = poller
        self._find = find
        self._polling = polling

    @activity.defn(name=contracts.POLL)
    async def poll(self, request: PollInput) -> PollResult:
        """Ask a source, keep what it gives, and say when to ask again. That it fails is an answer."""
        beating = asyncio.create_task(beat(Progress()))
        try:
            return await self._poll(request)
        except Exception as error:
            activity.logger.warning("poll attempt failed", exc_info=error)
            raise as_application_error(error) from error
        finally:
            beating.cancel()

    async def _poll(self, request: PollInput) -> PollResult:
        target = await self._find(request.tenant, request.source)
        if target is None or not (self._polling() or request.once):
            return PollResult(says="It is no longer to be polled.", retired=True)
        # The poller's own: a person may have changed it since the process read its settings.
        target = replace(target, cadence=timedelta(seconds=request.cadence_seconds))
        outcome = await self._poller.poll(target)
        await self._poller.prune(target)
        wait = (outcome.next_poll - self._poller.clock()).total_seconds()
        return PollResult(
            says=_says(outcome),
            items=outcome.items,
            new=outcome.new,
            slug=outcome.error.slug if outcome.error else "",
            down_since=outcome.down_since,
            wait_seconds=max(wait, 0.0),
        )


def _says(outcome: PollOutcome) -> str:
    if outcome.error is not None:
        return str(outcome.error)[:MAX_REASON]
    return f"{outcome.items:,} items, {outcome.new:,} of them new."
