"""Keep the processes of a stack running: start them in order, restart what dies, stop them in reverse.

Children never outlive this process: see `engine/guard.py`.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from engine.child import Child, Incarnation, Ties, describe_status, log_end
from engine.ports import accepts
from trends.errors import PortTakenError, StackError, TrendsError

Say = Callable[[str], None]
# How often a child may die before it was ever ready.
FIRST_ATTEMPTS = 3


@dataclass(frozen=True)
class Backoff:
    """Waits before restarts.

    Attributes:
        first_seconds: After the first death; doubles with each.
        longest_seconds: Never longer.
        healthy_seconds: A child that was ready for so long starts over at the first wait.
    """

    first_seconds: float = 0.2
    longest_seconds: float = 10.0
    healthy_seconds: float = 60.0

    def after(self, wait_seconds: float, ready_seconds: float) -> float:
        """The wait that follows a wait, after the child was ready for so long."""
        if wait_seconds == 0 or ready_seconds >= self.healthy_seconds:
            return self.first_seconds
        return min(wait_seconds * 2, self.longest_seconds)


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


def _ignore_pids(_pids: Mapping[str, int]) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class StackSpec:
    """What a supervisor keeps running.

    Attributes:
        groups: Children by order of start: a group starts together when the one before it is ready.
            They are stopped one by one, the last first.
        lock_fd: The held state's lock, or -1.
        backoff: Waits before restarts.
        ready_limit_seconds: How long a child may take to get ready.
        pids_changed: Told the process ids by name after each start.
    """

    groups: tuple[tuple[Child, ...], ...]
    lock_fd: int = -1
    backoff: Backoff = field(default_factory=Backoff)
    ready_limit_seconds: float = 120.0
    pids_changed: Callable[[Mapping[str, int]], None] = _ignore_pids


class Keeper:
    """Keeps one child running."""

    def __init__(
        self, child: Child, ties: Ties, spec: StackSpec, say: Say, changed: Callable[[], None]
    ) -> None:
        self.child = child
        self.current: Incarnation | None = None
        self._ties = ties
        self._spec = spec
        self._say = say
        self._changed = changed
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the child for the first time, and keep it running once it is ready.

        Raises:
            PortTakenError: Another program serves one of its ports.
            StackError: It died again and again, or did not get ready.
        """
        wait = 0.0
        for left in reversed(range(FIRST_ATTEMPTS)):
            fault = await self._start_once()
            if fault is None:
                self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.child.name}")
                return
            self._refuse_clash()
            wait = self._spec.backoff.after(wait, 0)
            if left:
                self._say(f"{self.child.name} {fault}; trying again in {wait:g} s")
                await asyncio.sleep(wait)
            else:
                raise self._failed(fault)

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stop keeping the child, then the child."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if self.current is not None:
            await self.current.stop(hurry)
            self.current = None

    async def _start_once(self) -> str | None:
        """Start and wait until ready; None when it is, else what went wrong, the child being gone."""
        try:
            incarnation = self.current = await Incarnation.start(self.child, self._ties)
        except OSError as error:
            return f"cannot be started ({error.strerror or error})"
        ended = asyncio.ensure_future(incarnation.ended())
        ready = asyncio.ensure_future(incarnation.ready(self._spec.ready_limit_seconds))
        try:
            await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            died = ended.done()
            ended.cancel()
            # Awaited, so that a check that failed in the same moment is not reported as lost.
            ready.cancel()
            fault = (await asyncio.gather(ready, return_exceptions=True))[0]
        if died:
            self.current = None
            return f"ended ({describe_status(ended.result())})"
        if isinstance(fault, TrendsError):
            await self._kill()
            return f"did not get ready in {self._spec.ready_limit_seconds:g} s ({fault})"
        if fault is not None:
            raise fault
        self._changed()
        return None

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        wait = 0.0
        while self.current is not None:
            since = loop.time()
            status = await self.current.ended()
            self.current = None
            fault: str | None = f"ended ({describe_status(status)})"
            ready_seconds = loop.time() - since
            while fault is not None:
                wait = self._spec.backoff.after(wait, ready_seconds)
                self._say(f"{self.child.name} {fault}; restarting in {wait:g} s")
                await asyncio.sleep(wait)
                fault = await self._start_once()
                ready_seconds = 0.0
            self._say(f"{self.child.name} is back")

    async def _kill(self) -> None:
        if self.current is not None:
            await self.current.stop(_set_event())
            self.current = None

    def _refuse_clash(self) -> None:
        for port in self.child.ports:
            if accepts(port):
                raise PortTakenError(
                    f"Port {port}, which {self.child.name} needs, was taken by another program.",
                    next_step="Start again: the next free port is chosen.",
                )

    def _failed(self, fault: str) -> StackError:
        end = log_end(self.child.log)
        return StackError(
            f"The {self.child.name} process does not start: it {fault}.",
            why=f"Its log ends:\n{end}\n" if end else "It wrote nothing.",
            next_step=f"The whole log: {self.child.log}. What may be wrong: trends doctor.",
        )


class Supervisor:
    """Keeps a stack running, from `start` to `stop`."""

    def __init__(self, spec: StackSpec, ties: Ties, say: Say, hurry: asyncio.Event) -> None:
        self._spec = spec
        self._hurry = hurry
        self._groups = [
            [Keeper(child, ties, spec, say, self._tell_pids) for child in group]
            for group in spec.groups
        ]

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the children that run now, by name."""
        keepers = [keeper for group in self._groups for keeper in group]
        return {k.child.name: k.current.pid for k in keepers if k.current is not None}

    async def start(self) -> None:
        """Start everything, and return when it is ready.

        Raises:
            PortTakenError: Another program serves one of the ports.
            StackError: A child does not start.
        """
        for group in self._groups:
            await _start_together(group)

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        for group in reversed(self._groups):
            for keeper in reversed(group):
                await keeper.stop(self._hurry)

    def _tell_pids(self) -> None:
        self._spec.pids_changed(self.pids)


async def _start_together(keepers: Sequence[Keeper]) -> None:
    """Start children at once; the first failure ends the other starts, and is raised as it is."""
    starts = [asyncio.ensure_future(keeper.start()) for keeper in keepers]
    try:
        # Not a TaskGroup: callers are to see our own errors, not a group of them.
        await asyncio.gather(*starts)
    finally:
        for start in starts:
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)


@asynccontextmanager
async def supervise(
    spec: StackSpec, *, say: Say, hurry: asyncio.Event | None = None
) -> AsyncGenerator[Supervisor]:
    """Keep a stack running for the length of the block; it is ready when the block begins.

    Args:
        spec: What to run.
        say: Told of deaths and restarts.
        hurry: When set, a stop gives no more grace.

    Raises:
        PortTakenError: Another program serves one of the ports.
        StackError: A child does not start.
    """
    read_end, write_end = os.pipe()
    ties = Ties(read_end, spec.lock_fd)
    supervisor = Supervisor(spec, ties, say, hurry or asyncio.Event())
    try:
        await supervisor.start()
        yield supervisor
    finally:
        try:
            await supervisor.stop()
        finally:
            os.close(read_end)
            # Whatever was not stopped above, a cancelled stop included, now ends by its guard.
            os.close(write_end)
