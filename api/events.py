"""Live events: one poller for each watched run of this process, however many watch it, by whatever transport.

The table of events is the truth. A feed keeps the run's latest events in memory and wakes its viewers; each viewer
holds nothing but its place. One who is too slow for the memory reads the table from that place, so that nothing is
lost and nothing piles up.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.executing import PendingStage
from trends.domain.models import RunStatus
from trends.errors import TooManyStreamsError, TrendsError
from trends.storage.rows import RunEvent, RunRow
from trends.telemetry import get_logger

FINAL = frozenset(f"run.{status.value}" for status in RunStatus if status.ended)
SETTLING = FINAL | {"run.blocked"}
# Above it no run has events, and a database no integers.
MAX_SEQ = 2**31 - 1

_log = get_logger(__name__)


class Events(Protocol):
    """Where events are read; `trends.storage.events.EventStore` is the real one."""

    async def after(
        self, tenant: str, run_id: str, seq: int, limit: int = 500
    ) -> tuple[RunEvent, ...]:
        """Events with a number above `seq`, in order."""
        ...


@dataclass(frozen=True)
class Pace:
    """How often feeds look, and how long streams last.

    Attributes:
        poll: Seconds between two looks for events.
        progress: Seconds between two looks at what the server is executing.
        longest_pause: Seconds that a failing look is put off at most.
        quiet: Seconds without anything to tell after which that is told, so that nobody on the way hangs up.
        lifetime: Seconds after which a stream ends with a word to reconnect.
        remembered: Events that a feed keeps in memory.
        most_streams: Streams that one tenant may have open in one process.
        greeting: Seconds that a WebSocket has for its first message.
        patience: Seconds that a viewer may take nothing before its connection is given up.
        recheck: Seconds between two looks whether what opened a stream holds still.
    """

    poll: float = 0.2
    progress: float = 1.0
    longest_pause: float = 5.0
    quiet: float = 15.0
    lifetime: float = 600.0
    remembered: int = 512
    most_streams: int = 5000
    greeting: float = 10.0
    patience: float = 10.0
    recheck: float = 3.0


# What is said to whoever must come back.
SHUTTING_DOWN = "the API is shutting down"
LIVED_LONG = "a stream has a longest life"
LAPSED = "the key, token or session does not hold any more"


@dataclass(frozen=True)
class Progress:
    """What the server is executing at this moment; not an event, since nobody could ask for it again."""

    stages: tuple[PendingStage, ...]


@dataclass(frozen=True)
class Interrupted:
    """The stream ends though the run goes on: come back with the last id."""

    why: str


@dataclass(frozen=True)
class Quiet:
    """Nothing has happened for a while."""


@dataclass(frozen=True)
class Stalled:
    """News cannot be read; with an empty `why` they can be read again."""

    why: str


Seen = RunEvent | Progress | Quiet | Stalled | Interrupted


class Feed:
    """The latest of one run, kept up to date while anyone watches."""

    def __init__(self, remembered: int) -> None:
        self.recent: deque[RunEvent] = deque(maxlen=remembered)
        self.seq = 0
        self.progress: tuple[PendingStage, ...] = ()
        self.stalled = ""
        self.viewers = 0
        self.poller: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()

    @property
    def turn(self) -> asyncio.Event:
        """Set at the next change. Take it before looking, so that no change falls between looking and waiting."""
        return self._turn

    @property
    def ended(self) -> bool:
        """Whether the run's last event has been seen."""
        return bool(self.recent) and self.recent[-1].type in FINAL

    def add(self, events: Sequence[RunEvent]) -> None:
        """Take new events in and wake the viewers."""
        if events:
            self.recent.extend(events)
            self.seq = events[-1].seq
            self.wake()

    def show(self, progress: tuple[PendingStage, ...]) -> None:
        """Take progress in; wakes the viewers when it differs."""
        if progress != self.progress:
            self.progress = progress
            self.wake()

    def stall(self, why: str) -> None:
        """Take in why no news can be read, or by an empty text that they can; wakes the viewers when that is new."""
        new = bool(why) != bool(self.stalled)
        self.stalled = why
        if new:
            self.wake()

    def wake(self) -> None:
        """Let every viewer look again."""
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    def remembers(self, seq: int) -> bool:
        """Whether memory holds everything behind `seq`."""
        return seq >= self.seq or (bool(self.recent) and self.recent[0].seq <= seq + 1)


class Feeds:
    """The feeds of this process.

    Args:
        events: Where events are read.
        attempts: Tells what the server is executing for a run.
        read_run: Reads how a run stands.
        pace: How often and how long.
    """

    def __init__(
        self,
        events: Events,
        attempts: Callable[[str, str], Awaitable[tuple[PendingStage, ...]]],
        read_run: Callable[[str, str], Awaitable[RunRow]],
        pace: Pace | None = None,
    ) -> None:
        self._events = events
        self._attempts = attempts
        self._read_run = read_run
        self._pace = pace or Pace()
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._streams: Counter[str] = Counter()
        self._all_closed = asyncio.Event()
        self._all_closed.set()
        self._stopping = asyncio.Event()

    @property
    def watched(self) -> int:
        """Runs that are watched now."""
        return len(self._feeds)

    @property
    def pace(self) -> Pace:
        """How often these feeds look, and how long streams last."""
        return self._pace

    @property
    def streams(self) -> int:
        """Streams that are open now."""
        return self._streams.total()

    def stop(self) -> None:
        """End every stream, now and later: the process is about to leave."""
        self._stopping.set()
        self.wake()

    def wake(self) -> None:
        """Let every viewer of every run look again."""
        for feed in self._feeds.values():
            feed.wake()

    async def until_stopped(self) -> None:
        """Wait until streams have to end."""
        await self._stopping.wait()

    async def until_closed(self, seconds: float) -> None:
        """Wait until no stream is open, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_closed.wait()

    def admit(self, tenant: str) -> None:
        """Make sure that a tenant may open one more stream.

        Raises:
            TooManyStreamsError: It has as many as one may have.
        """
        if self._streams[tenant] >= self._pace.most_streams:
            raise TooManyStreamsError(
                f"{self._pace.most_streams} streams are open.",
                why="One tenant may not have more in one process.",
                next_step="Close some, or follow several runs over one WebSocket (/v1/live).",
            )

    @contextlib.contextmanager
    def stream(self, tenant: str) -> Generator[None]:
        """Count a stream while it is open."""
        self._streams[tenant] += 1
        self._all_closed.clear()
        try:
            yield
        finally:
            self._streams[tenant] -= 1
            if not self._streams[tenant]:
                del self._streams[tenant]
            if not self._streams:
                self._all_closed.set()

    def follow(
        self, row: RunRow, after: int, lapsed: asyncio.Event | None = None
    ) -> AsyncGenerator[Seen]:
        """Give a run's events behind `after`: from storage when it has ended, else live.

        Args:
            row: The run.
            after: `seq` of the last event that was seen.
            lapsed: Set, before `wake`, when who watches may not any more.
        """
        if row.status.ended:
            return self.replay(row.tenant, row.run_id, after)
        return self.watch(row.tenant, row.run_id, after, lapsed)

    async def watch(
        self, tenant: str, run_id: str, after: int, lapsed: asyncio.Event | None = None
    ) -> AsyncGenerator[Seen]:
        """Give a run's events behind `after`, then those to come, to the last one; between them progress.

        Ends after the run's last event, or with `Interrupted`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._pace.lifetime
        shown: tuple[PendingStage, ...] = ()
        stalled = ""
        with self._joined(tenant, run_id) as feed:
            while True:
                turn = feed.turn
                # Before the news: what comes then had been waited for.
                if bool(feed.stalled) != bool(stalled):
                    stalled = feed.stalled
                    yield Stalled(stalled)
                news = await self._news(feed, tenant, run_id, after)
                for event in news:
                    yield event
                    after = event.seq
                    if event.type in FINAL:
                        return
                # A slow viewer, part of the way through the table; without news that could not be read.
                behind = after < feed.seq
                if behind and news:
                    continue
                if feed.ended and not behind:
                    return
                if feed.progress != shown:
                    shown = feed.progress
                    yield Progress(shown)
                if why := self._interruption(loop.time() >= deadline, lapsed):
                    yield Interrupted(why)
                    return
                rest = self._pace.poll if behind else self._pace.quiet
                if not await _wait(turn, min(deadline - loop.time(), rest)) and not behind:
                    yield Quiet()

    def _interruption(self, late: bool, lapsed: asyncio.Event | None) -> str:
        if lapsed is not None and lapsed.is_set():
            return LAPSED
        if self._stopping.is_set():
            return SHUTTING_DOWN
        return LIVED_LONG if late else ""

    async def replay(self, tenant: str, run_id: str, after: int) -> AsyncGenerator[Seen]:
        """Give the events of a run that has ended."""
        while events := await self._events.after(tenant, run_id, after):
            for event in events:
                yield event
            after = events[-1].seq

    async def until_settled(
        self, tenant: str, run_id: str, seconds: float, lapsed: asyncio.Event | None = None
    ) -> RunRow:
        """Wait until a run has ended or is parked, at most so long, and tell how it stands.

        `lapsed` ends the wait: whoever waits may not know any more.

        Raises:
            RunNotFoundError: No such run.
        """
        row = await self._read_run(tenant, run_id)
        if seconds <= 0 or _settled(row):
            return row
        with contextlib.suppress(TimeoutError):
            async with (
                asyncio.timeout(seconds),
                contextlib.aclosing(self.watch(tenant, run_id, 0, lapsed)) as seen,
            ):
                async for each in seen:
                    if isinstance(each, RunEvent) and each.type in SETTLING:
                        row = await self._read_run(tenant, run_id)
                        if _settled(row):
                            return row
        return await self._read_run(tenant, run_id)

    @contextlib.contextmanager
    def _joined(self, tenant: str, run_id: str) -> Generator[Feed]:
        key = (tenant, run_id)
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(self._pace.remembered)
            feed.poller = asyncio.create_task(self._poll(feed, tenant, run_id))
        feed.viewers += 1
        try:
            yield feed
        finally:
            feed.viewers -= 1
            if not feed.viewers:
                del self._feeds[key]
                assert feed.poller is not None
                feed.poller.cancel()

    async def _poll(self, feed: Feed, tenant: str, run_id: str) -> None:
        async with asyncio.TaskGroup() as tasks:
            progress = tasks.create_task(self._poll_progress(feed, tenant, run_id))
            await self._poll_events(feed, tenant, run_id)
            progress.cancel()

    async def _poll_events(self, feed: Feed, tenant: str, run_id: str) -> None:
        pause = self._pace.poll
        while not feed.ended:
            try:
                found = await self._events.after(tenant, run_id, feed.seq)
            except Exception as error:  # noqa: BLE001  # whatever it is, viewers must not hang on a dead poller
                # One look that fails is nobody's concern.
                if pause > self._pace.poll:
                    feed.stall(str(error))
                pause = min(pause * 2, self._pace.longest_pause)
                _log.warning("events.unread", run_id=run_id, reason=str(error), again_seconds=pause)
            else:
                feed.stall("")
                feed.add(found)
                pause = self._pace.poll
            await asyncio.sleep(pause)

    async def _poll_progress(self, feed: Feed, tenant: str, run_id: str) -> None:
        while True:
            await asyncio.sleep(self._pace.progress)
            try:
                feed.show(await self._attempts(tenant, run_id))
            except Exception as error:  # noqa: BLE001  # progress is a courtesy; the events go on without it
                _log.debug("progress.unread", run_id=run_id, reason=str(error))

    async def _news(self, feed: Feed, tenant: str, run_id: str, after: int) -> Sequence[RunEvent]:
        if feed.remembers(after):
            return [event for event in feed.recent if event.seq > after]
        try:
            return await self._events.after(tenant, run_id, after)
        except TrendsError:
            return ()


def _settled(row: RunRow) -> bool:
    return row.status.ended or row.status is RunStatus.BLOCKED


async def _wait(turn: asyncio.Event, seconds: float) -> bool:
    """Wait for a turn; False when it did not come in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await turn.wait()
    return False
