"""Turns of the processes that write one SQLite file.

SQLite lets the others of a host in by chance: each asks again after a pause that grows to 0.1 s, so that whoever waits
longest asks least often, and under load one may be passed over for all of its ten seconds. Here a process holds one of
two locks, `now`, while it writes. It takes it while holding the other, `next`: whoever has just written and wants to
again finds `next` taken, and stands behind. For a moment after it came so to its turn it may take `now` again without
standing in line, since each change of the process costs more than a short transaction.

The turn is only the order: where somebody stands first in line for too long, perhaps stopped by a signal, it is done
without. What keeps two transactions apart is SQLite's own lock, also from programs that know nothing of turns. The
locks are the kernel's: those of a process that is killed are free.
"""

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from trends.errors import StorageUnavailableError

# Less than a transaction takes: whoever waits is there soon after the turn is free, and costs little meanwhile.
PAUSE_SECONDS = 0.0005
# A few transactions, and less than a person notices for each process that waits.
TERM_SECONDS = 0.02
# More than four processes that write without a pause have one another wait.
LINE_SECONDS = 0.5


class Turns:
    """The turns of one process, or of one of the openings of the file in it. Not for several threads at once.

    Args:
        file: The database; the locks lie beside it.
        term: How long the process may take further turns before it stands in line again, in seconds.
        line: How long it stands in line before it goes past it, in seconds.
    """

    def __init__(self, file: Path, term: float = TERM_SECONDS, line: float = LINE_SECONDS) -> None:
        self._file = file
        self._term = term
        self._line = line
        self._until = 0.0

    @contextmanager
    def turn(self, patience: float) -> Generator[None]:
        """Wait for the turn, and hold it for the length of the block. Blocks its thread.

        Args:
            patience: How long to wait, in seconds.

        Raises:
            StorageUnavailableError: It did not come in time, or no lock can be made there.
        """
        now = self._open("now")
        try:
            if time.monotonic() >= self._until or not _taken(now):
                self._stand_in_line(now, patience)
            yield
        finally:
            _free(now)

    def _stand_in_line(self, now: int, patience: float) -> None:
        began = time.monotonic()
        latest = began + patience
        upcoming = self._open("next")
        try:
            in_order = _waited(upcoming, min(latest, began + self._line))
            passes = in_order or self._line < patience
            if not passes or not _waited(now, latest):
                raise StorageUnavailableError(
                    "The database cannot be used at the moment.",
                    why=f"Other processes write {self._file}, and this one's turn did not come.",
                    next_step="It is tried again.",
                )
        finally:
            _free(upcoming)
        self._until = time.monotonic() + self._term

    def _open(self, name: str) -> int:
        lock = self._file.with_name(f"{self._file.name}-{name}")
        try:
            # Reading is enough for a lock: another user of the same state may have made the file.
            return os.open(lock, os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageUnavailableError(
                "The database cannot be written.",
                why=f"{lock.name} cannot be opened beside it: {error.strerror}.",
                next_step="Let this user write where the state folder lies; it is tried again.",
            ) from error


def _waited(lock: int, latest: float) -> bool:
    while not _taken(lock):
        if time.monotonic() >= latest:
            return False
        # The kernel can wait for a lock, but not for only so long.
        time.sleep(PAUSE_SECONDS)
    return True


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free(lock: int) -> None:
    # Not by closing alone: a child that was forked in between has the same lock open for a while.
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)
