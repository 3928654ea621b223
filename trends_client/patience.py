"""How long a client puts up with an API that does not answer: one that restarts is back within seconds."""

import itertools
from collections.abc import Callable, Iterator
from http import HTTPStatus

import httpx

from trends_client.calls import Call
from trends_client.errors import CannotReachError, OverLimitError, ServerError

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0

# The request never left, so sending it again cannot repeat anything.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Patience:
    """Decides, after each failure in a row, how long to pause, or that enough is enough.

    Args:
        base_url: Named in the error.
        seconds: Longest time from the first failure to giving up.
        clock: Seconds, monotonic.
    """

    def __init__(self, base_url: str, seconds: float, clock: Callable[[], float]) -> None:
        self._base_url = base_url
        self._seconds = seconds
        self._clock = clock
        self._deadline: float | None = None
        self._pauses = _pauses()

    def pause_after(
        self, error: httpx.TransportError | OverLimitError | ServerError, call: Call
    ) -> float:
        """Give the seconds to pause before the next try.

        Raises:
            CannotReachError: The connection broke, and the time is over or the call must not be repeated.
            OverLimitError: Too many requests, and the time is over before one is served.
            ServerError: The API's own answer, where another try would not help or the time is over.
        """
        if isinstance(error, OverLimitError):
            # Nothing was done with it, whatever it was.
            pause = self._pause(error.retry_after_seconds) if error.slug == "rate-limited" else None
            if pause is None:
                raise error
            return pause
        if isinstance(error, ServerError):
            busy = error.status == HTTPStatus.SERVICE_UNAVAILABLE and call.repeatable
            pause = self._pause(error.retry_after_seconds) if busy else None
            if pause is None:
                raise error
            return pause
        repeatable = call.repeatable or isinstance(error, _NEVER_SENT)
        worth = repeatable and not isinstance(error, httpx.UnsupportedProtocol)
        pause = self._pause() if worth else None
        if pause is None:
            raise CannotReachError(self._base_url, _cause(error)) from error
        return pause

    def pause_after_end(self) -> float:
        """Give the seconds to pause before a stream that ended early is opened again.

        Raises:
            CannotReachError: It keeps ending, and the time is over.
        """
        pause = self._pause()
        if pause is None:
            raise CannotReachError(self._base_url, "the stream of events keeps ending early")
        return pause

    def restart(self) -> None:
        """Forget the failures: something went well."""
        self._deadline = None
        self._pauses = _pauses()

    def _pause(self, asked: float = 0.0) -> float | None:
        now = self._clock()
        if self._deadline is None:
            self._deadline = now + self._seconds
        pause = max(next(self._pauses), asked)
        return pause if now + pause <= self._deadline else None


def _pauses() -> Iterator[float]:
    return (min(FIRST_PAUSE_SECONDS * 2**n, LONGEST_PAUSE_SECONDS) for n in itertools.count())


def _cause(error: httpx.TransportError) -> str:
    """Say in few words what the connection said."""
    text = str(error).strip()
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if "refused" in text.lower():
        return "connection refused"
    return text or type(error).__name__
