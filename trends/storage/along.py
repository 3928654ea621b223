"""What is written with the next change, in its transaction: both are kept, or none."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa


class Along:
    """Rides with the first transaction that is committed while it is there.

    Args:
        work: Writes it. Runs as often as the transaction does, and once more where nobody knows whether that was kept.
    """

    def __init__(self, work: Callable[[sa.Connection], object]) -> None:
        self.work = work
        # No transaction needs to take it along any more.
        self.kept = False


_along: ContextVar[Along | None] = ContextVar("along", default=None)


@contextmanager
def taking_along(along: Along) -> Generator[None]:
    """Let the first transaction of this task, and of those that it starts, take something along."""
    before = _along.set(along)
    try:
        yield
    finally:
        _along.reset(before)


def waiting() -> Along | None:
    """What the next transaction takes along; None when there is nothing."""
    along = _along.get()
    return None if along is None or along.kept else along
