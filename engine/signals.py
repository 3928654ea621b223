"""Let a signal end a program's work in order: the first asks, the second hurries."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

T = TypeVar("T")


@dataclass(frozen=True)
class Ended(Generic[T]):
    """How the work ended.

    Attributes:
        value: What it returned; None if a signal ended it.
        by: The signal that ended it, if one did.
    """

    value: T | None
    by: signal.Signals | None = None


async def run_until_signal(
    work: Callable[[asyncio.Event], Coroutine[Any, Any, T]],
) -> Ended[T]:
    """Do some work; SIGINT, SIGTERM or SIGHUP cancels it, and its clean-up runs to the end.

    Args:
        work: Called with an event that a second signal sets: clean-up should then stop waiting.

    Raises:
        Exception: What the work or its clean-up raised.
    """
    loop = asyncio.get_running_loop()
    hurry = asyncio.Event()
    received: list[signal.Signals] = []
    task = asyncio.ensure_future(work(hurry))

    def on_signal(number: signal.Signals) -> None:
        received.append(number)
        if len(received) == 1:
            task.cancel()
        else:
            hurry.set()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        with suppress(asyncio.CancelledError):
            return Ended(await task)
        if not received:
            # Cancelled by our caller, who waits to hear of it.
            raise asyncio.CancelledError
        return Ended(None, received[0])
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
