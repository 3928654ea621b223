"""Connections whose other end takes nothing.

A server that has written waits until the other end has read. One that never reads, and never leaves, would keep its
connection, its stream and what is ready for it for ever; the network alone does not notice, since such a machine answers.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from trends.telemetry import get_logger

_log = get_logger(__name__)


class _Waiting(NamedTuple):
    size: int
    since: float


class Stalled:
    """Breaks off connections that have taken nothing for a while.

    Args:
        seconds: How long a connection may take nothing of what is ready for it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: dict[object, _Waiting] = {}

    def look(self, connections: Iterable[Any], now: float) -> None:
        """Look at every connection, and break off those that are stalled.

        Args:
            connections: Those that are open; uvicorn types them as bare protocols.
            now: Seconds, monotonic.
        """
        waiting: dict[object, _Waiting] = {}
        for connection in connections:
            transport: asyncio.Transport = connection.transport
            size = transport.get_write_buffer_size()
            if not size:
                continue
            before = self._waiting.get(connection)
            # More has become ready, which says nothing of the other end.
            unmoved = before is not None and size >= before.size
            since = before.since if before is not None and unmoved else now
            if now - since < self._seconds:
                waiting[connection] = _Waiting(size, since)
                continue
            _log.warning("http.stalled", bytes=size, seconds=round(now - since, 1))
            transport.abort()
        self._waiting = waiting
