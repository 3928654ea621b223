"""Connections that do not wait for ever on a PostgreSQL server which takes requests and answers none.

Limits of the network see nothing there, since the machine still acknowledges what it is sent, and limits of the server
hang with it. So whoever has waited a while tries whether a new connection is answered: if it is, the statement is slow
and is left to the server's own limit; if not, the wait is over.
"""

import threading
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.errors import ConnectionTimeout

Value = TypeVar("Value")

# How long a statement may be silent before it is asked whether the server still answers anybody.
SILENT_SECONDS = 3.0
# While it does not: how long everybody is refused at once after a try, and how long the next one takes. The driver's
# least is two.
REST_SECONDS = 1.0
TRY_SECONDS = 2


class Pulse:
    """Whether one server answers; shared by all connections to it.

    While it does not, one caller now and then tries and all others are refused at once, so that a queue of requests
    does not wait for one limit after the other.

    Args:
        silent_seconds: Silence of a statement after which the server is tried.
        monotonic: Seconds that only go on.
    """

    def __init__(
        self,
        silent_seconds: float = SILENT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.silent_seconds = silent_seconds
        self.monotonic = monotonic
        self._trying = threading.Lock()
        # Until when nobody tries; None while the server answers.
        self._resting: float | None = None

    def connect(self, *args: Any, **arguments: Any) -> "PatientConnection":
        """Connect; takes what `psycopg.connect` takes, a `connect_timeout` among it.

        Raises:
            psycopg.OperationalError: Not within that limit, or the server refused.
        """
        if self._resting is None:
            return self._connect(args, arguments)
        if self.monotonic() < self._resting or not self._trying.acquire(blocking=False):
            raise ConnectionTimeout("the server has not answered lately")
        try:
            return self._connect(args, arguments, connect_timeout=TRY_SECONDS)
        finally:
            self._trying.release()

    def _connect(
        self, args: tuple[Any, ...], arguments: dict[str, Any], **instead: int
    ) -> "PatientConnection":
        try:
            connection = PatientConnection.connect(*args, **{**arguments, **instead})
        except ConnectionTimeout:
            self._resting = self.monotonic() + REST_SECONDS
            raise
        except psycopg.Error:
            # Whoever refuses answers.
            self._resting = None
            raise
        self._resting = None
        connection.watch(self, lambda: self._answers(args, arguments))
        return connection

    def _answers(self, args: tuple[Any, ...], arguments: dict[str, Any]) -> bool:
        try:
            self.connect(*args, **arguments).close()
        except ConnectionTimeout:
            return False
        except psycopg.Error:
            return True
        return True


class PatientConnection(psycopg.Connection[Any]):
    """A connection whose waits end when its server answers nobody any more; it is closed then."""

    _pulse: Pulse | None = None
    _answers: Callable[[], bool]

    def watch(self, pulse: Pulse, answers: Callable[[], bool]) -> None:
        """Watch every wait from here on."""
        self._pulse = pulse
        self._answers = answers

    def wait(
        self, gen: Generator[Any, Any, Value], interval: float = 0.1, timeout: float | None = None
    ) -> Value:
        """Wait for the server, as the driver does.

        Raises:
            psycopg.OperationalError: It is silent, to others as well.
        """
        if self._pulse is not None:
            gen = self._watched(gen, self._pulse)
        return super().wait(gen, interval, timeout)

    def _watched(self, gen: Generator[Any, Any, Value], pulse: Pulse) -> Generator[Any, Any, Value]:
        """Pass everything through; the driver sends something false whenever its interval went by in silence."""
        heard = pulse.monotonic()
        try:
            awaited = next(gen)
            while True:
                ready = yield awaited
                now = pulse.monotonic()
                if ready:
                    heard = now
                elif now - heard >= pulse.silent_seconds:
                    self._make_sure()
                    heard = pulse.monotonic()
                awaited = gen.send(ready)
        except StopIteration as end:
            value: Value = end.value
            return value

    def _make_sure(self) -> None:
        if self._answers():
            return
        # Closed here and now: a rollback would wait for the same server.
        self.pgconn.finish()
        raise psycopg.OperationalError("the server takes requests and answers none")
