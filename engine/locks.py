"""Wait for a file lock without holding up the event loop."""

import asyncio
import fcntl
from collections.abc import Callable

# A file lock of another process has no event to wait for.
POLL_SECONDS = 0.05


async def lock_exclusive(descriptor: int, *, while_held: Callable[[], None]) -> None:
    """Take the exclusive lock of an open file.

    Args:
        descriptor: The open file.
        while_held: Called each time another process is found to hold it; may raise to give up.
    """
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            while_held()
        else:
            return
        await asyncio.sleep(POLL_SECONDS)


def once(say: Callable[[str], None], line: str) -> Callable[[], None]:
    """Make a call that says a line the first time only."""
    lines = [line]

    def tell() -> None:
        if lines:
            say(lines.pop())

    return tell
