"""While a call is under way: its reservation is renewed, and what must be finished is finished."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from trends.errors import StorageError
from trends.limits.base import Ledger, Reservation
from trends.telemetry import get_logger

Value = TypeVar("Value")
BEAT_SECONDS = 0.5
"""A cancel reaches an activity with its next heartbeat."""

_log = get_logger(__name__)


@asynccontextmanager
async def kept(
    ledger: Ledger,
    reservation: Reservation,
    *,
    beat: Callable[[], None],
    pause: Callable[[float], Awaitable[None]],
    renew_seconds: float,
) -> AsyncGenerator[None]:
    """Renew a reservation every few seconds as long as the block runs, and call `beat` more often than that."""
    keeper = asyncio.create_task(_keep(ledger, reservation, beat, pause, renew_seconds))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            _log.error("reservation.not_kept", ask=reservation.id, error=repr(error))


async def unbroken(work: Coroutine[Any, Any, Value]) -> Value:
    """Run something to its end; a cancel is passed on only then."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, or asyncio would log it as lost
        raise


async def _keep(
    ledger: Ledger,
    reservation: Reservation,
    beat: Callable[[], None],
    pause: Callable[[float], Awaitable[None]],
    renew_seconds: float,
) -> None:
    since_renewal = 0.0
    while True:
        await pause(BEAT_SECONDS)
        beat()
        since_renewal += BEAT_SECONDS
        if since_renewal < renew_seconds:
            continue
        since_renewal = 0.0
        try:
            reservation = await ledger.renew(reservation)
        except StorageError as error:
            # The call goes on. If nobody can renew before the lease ends, it is charged in full, which is safe.
            _log.warning("reservation.not_renewed", ask=reservation.id, reason=str(error))
