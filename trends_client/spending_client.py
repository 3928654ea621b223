"""`client.spending`: what the two clients offer for money and limits."""

from collections.abc import Awaitable, Callable, Iterable

import httpx

from trends_client import spending_calls as calls
from trends_client.calls import Call, WindowLike, read
from trends_client.spending_calls import Day
from trends_client.spending_models import Estimate, Freeze, FreezeState, Limits, Thawed, Usage

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Spending:
    """See what was spent and what is left, and stop what costs money."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def usage(
        self,
        *,
        by: str = "day",
        first: Day | None = None,
        last: Day | None = None,
        limit: int = 100,
    ) -> Usage:
        """Read what was spent, by `day`, `provider`, `model`, `run` or `monitor`; the last seven days if none are given."""
        return read(Usage, self._send(calls.usage(by, first, last, limit)))

    def limits(self) -> Limits:
        """Read budgets and rates with what is left of them now."""
        return read(Limits, self._send(calls.limits()))

    def state(self, *, limit: int = 50) -> FreezeState:
        """Read whether paid calls are stopped, and each time they were."""
        return read(FreezeState, self._send(calls.state(limit)))

    def freeze(self, reason: str = "") -> Freeze:
        """Stop paid calls and schedules; where they are stopped already, that freeze stands and is given."""
        return read(Freeze, self._send(calls.freeze(reason)))

    def thaw(self) -> Freeze | None:
        """Let them go on; gives the freeze that ended, None where there was none."""
        return read(Thawed, self._send(calls.thaw())).ended

    def estimate(
        self,
        query: str = "",
        *,
        window: WindowLike | None = None,
        market: str | None = None,
        sources: Iterable[str] | None = None,
        monitor: str | None = None,
        start: Day | None = None,
        end: Day | None = None,
        step: str | None = None,
        missing: bool = False,
    ) -> Estimate:
        """Say what it is going to cost; nothing is started.

        Args:
            query: As of a run.
            window: As of a run.
            market: As of a run.
            sources: As of a run.
            monitor: Name of a monitor; then no question besides.
            start: Begin of a past span of that monitor.
            end: Its end.
            step: How far apart its windows end; the monitor's cadence where left out.
            missing: Only windows that have no report.
        """
        run = calls.run_of(query, window, market, sources, monitor)
        span = calls.span_of(start, end, step, missing=missing)
        return read(Estimate, self._send(calls.estimate(run, span)))


class AsyncSpending:
    """See what was spent and what is left, and stop what costs money."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def usage(
        self,
        *,
        by: str = "day",
        first: Day | None = None,
        last: Day | None = None,
        limit: int = 100,
    ) -> Usage:
        """Read what was spent, by `day`, `provider`, `model`, `run` or `monitor`; the last seven days if none are given."""
        return read(Usage, await self._send(calls.usage(by, first, last, limit)))

    async def limits(self) -> Limits:
        """Read budgets and rates with what is left of them now."""
        return read(Limits, await self._send(calls.limits()))

    async def state(self, *, limit: int = 50) -> FreezeState:
        """Read whether paid calls are stopped, and each time they were."""
        return read(FreezeState, await self._send(calls.state(limit)))

    async def freeze(self, reason: str = "") -> Freeze:
        """Stop paid calls and schedules; where they are stopped already, that freeze stands and is given."""
        return read(Freeze, await self._send(calls.freeze(reason)))

    async def thaw(self) -> Freeze | None:
        """Let them go on; gives the freeze that ended, None where there was none."""
        return read(Thawed, await self._send(calls.thaw())).ended

    async def estimate(
        self,
        query: str = "",
        *,
        window: WindowLike | None = None,
        market: str | None = None,
        sources: Iterable[str] | None = None,
        monitor: str | None = None,
        start: Day | None = None,
        end: Day | None = None,
        step: str | None = None,
        missing: bool = False,
    ) -> Estimate:
        """Say what it is going to cost; nothing is started.

        Args:
            query: As of a run.
            window: As of a run.
            market: As of a run.
            sources: As of a run.
            monitor: Name of a monitor; then no question besides.
            start: Begin of a past span of that monitor.
            end: Its end.
            step: How far apart its windows end; the monitor's cadence where left out.
            missing: Only windows that have no report.
        """
        run = calls.run_of(query, window, market, sources, monitor)
        span = calls.span_of(start, end, step, missing=missing)
        return read(Estimate, await self._send(calls.estimate(run, span)))
