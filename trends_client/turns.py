"""Calls that come in turns: waiting for a run, and going through pages. What to ask next, without the asking."""

from collections.abc import Callable

from trends_client import calls
from trends_client.calls import Call
from trends_client.errors import WaitTimeoutError
from trends_client.models import Run, RunPage

# An API that restarts is back within seconds.
PATIENCE_SECONDS = 5.0
# Below what proxies put up with.
HELD_SECONDS = 20.0
# An API that answers at once without need must not be asked in a tight loop.
SHORTEST_TURN_SECONDS = 0.2


class Wait:
    """The turns of waiting for one run.

    Args:
        run_id: The run.
        seconds: How long, in all.
        clock: Seconds, monotonic.
    """

    def __init__(self, run_id: str, seconds: float, clock: Callable[[], float]) -> None:
        self._run_id = run_id
        self._seconds = seconds
        self._clock = clock
        self._began = clock()
        self._deadline = self._began + seconds

    def left(self) -> float:
        """Seconds until the wait is over."""
        return max(self._deadline - self._clock(), 0.0)

    def call(self) -> Call:
        """The next call."""
        self._began = self._clock()
        return calls.get(self._run_id, wait=min(self.left(), HELD_SECONDS))

    def settled(self, run: Run) -> Run | None:
        """Give the run back once it has ended or is parked.

        Raises:
            WaitTimeoutError: It has not, and the time is over.
        """
        if run.ended or run.parked:
            return run
        if not self.left():
            raise WaitTimeoutError(run, self._seconds)
        return None

    def pause(self) -> float:
        """Seconds to pause before the next call."""
        taken = self._clock() - self._began
        return min(max(SHORTEST_TURN_SECONDS - taken, 0.0), self.left())


class Pages:
    """The turns of going through a list of runs.

    Args:
        status: Only runs of this status.
        agent: Only runs of this agent.
        monitor: Only runs of this monitor, by name or id.
        limit: At most so many in all.
    """

    def __init__(
        self, status: str | None, agent: str | None, monitor: str | None, limit: int | None
    ) -> None:
        self._status = status
        self._agent = agent
        self._monitor = monitor
        self._left = limit
        self._cursor: str | None = None
        self._over = False

    def call(self) -> Call | None:
        """The next call; None when there is nothing more to ask for."""
        if self._over or (self._left is not None and self._left <= 0):
            return None
        size = None if self._left is None else min(self._left, calls.PAGE_LIMIT)
        return calls.page(self._status, self._agent, self._monitor, size, self._cursor)

    def take(self, page: RunPage) -> tuple[Run, ...]:
        """Take a page; give its runs."""
        self._cursor = page.next_cursor
        self._over = page.next_cursor is None
        if self._left is not None:
            self._left -= len(page.items)
        return page.items
