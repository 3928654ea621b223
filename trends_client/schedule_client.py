"""`client.schedules`: what the two clients offer for schedules."""

from collections.abc import Awaitable, Callable

import httpx

from trends_client import schedule_calls as calls
from trends_client.calls import Call, read
from trends_client.schedule_models import Schedule, ScheduleList

Send = Callable[[Call], httpx.Response]
AsyncSend = Callable[[Call], Awaitable[httpx.Response]]


class Schedules:
    """See and steer schedules."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def list(self) -> tuple[Schedule, ...]:
        """Read every schedule, by monitor."""
        return read(ScheduleList, self._send(calls.every())).items

    def get(self, monitor: str, *, fires: int = 10) -> Schedule:
        """Read the schedule of a monitor, with so many of its latest times."""
        return read(Schedule, self._send(calls.get(monitor, fires)))

    def trigger(self, monitor: str) -> Schedule:
        """Run a monitor now, as its schedule does."""
        return read(Schedule, self._send(calls.trigger(monitor)))

    def pause(self, monitor: str, author: str = "") -> Schedule:
        """Keep a monitor from running by itself."""
        return read(Schedule, self._send(calls.steer(monitor, "pause", author)))

    def resume(self, monitor: str, author: str = "") -> Schedule:
        """Let a paused monitor run by itself again."""
        return read(Schedule, self._send(calls.steer(monitor, "resume", author)))


class AsyncSchedules:
    """See and steer schedules."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send

    async def list(self) -> tuple[Schedule, ...]:
        """Read every schedule, by monitor."""
        return read(ScheduleList, await self._send(calls.every())).items

    async def get(self, monitor: str, *, fires: int = 10) -> Schedule:
        """Read the schedule of a monitor, with so many of its latest times."""
        return read(Schedule, await self._send(calls.get(monitor, fires)))

    async def trigger(self, monitor: str) -> Schedule:
        """Run a monitor now, as its schedule does."""
        return read(Schedule, await self._send(calls.trigger(monitor)))

    async def pause(self, monitor: str, author: str = "") -> Schedule:
        """Keep a monitor from running by itself."""
        return read(Schedule, await self._send(calls.steer(monitor, "pause", author)))

    async def resume(self, monitor: str, author: str = "") -> Schedule:
        """Let a paused monitor run by itself again."""
        return read(Schedule, await self._send(calls.steer(monitor, "resume", author)))
