"""Turns of the processes that write one SQLite file.

SQLite lets the others of a host in by chance: each asks again after a pause that grows to 0.1 s, so that whoever waits
longest asks least often, and under load one may be passed over for all of its ten seconds. Here a process holds one of
two locks, `now`, while it writes. It takes it while holding the other, `next`: whoever has just written and wants to
again finds `next` taken, and stands behind. For a moment after it came so to its turn it may take `now` again without
standing in line, since each change of the process costs more than a short transaction.

The turn is only the order. What keeps two transactions apart is SQLite's own lock, also from programs that know nothing
of turns. The locks are the kernel's: those of a process that is killed are free.
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


class Turns:
    """The turns of one process, or of one of the openings of the file in it. Not for several threads at once.

    Args:
        file: The database; the locks lie beside it.
        term: How long the process may take further turns before it stands in line again, in seconds.
    """

    def __init__(self, file: Path, term: float = TERM_SECONDS) -> None:
        self._file = file
        self._term = term
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
            os.close(now)

    def _stand_in_line(self, now: int, patience: float) -> None:
        latest = time.monotonic() + patience
        upcoming = self._open("next")
        try:
            self._take(upcoming, latest)
            self._take(now, latest)
        finally:
            os.close(upcoming)
        self._until = time.monotonic() + self._term

    def _take(self, lock: int, latest: float) -> None:
        while not _taken(lock):
            if time.monotonic() >= latest:
                raise StorageUnavailableError(
                    "The database cannot be used at the moment.",
                    why=f"Other processes write {self._file}, and this one's turn did not come.",
                    next_step="It is tried again.",
                )
            # The kernel can wait for a lock, but not for only so long.
            time.sleep(PAUSE_SECONDS)

    def _open(self, name: str) -> int:
        lock = self._file.with_name(f"{self._file.name}-{name}")
        try:
            return os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageUnavailableError(
                "The database cannot be written.",
                why=f"{lock.name} cannot be opened beside it: {error.strerror}.",
                next_step="Let this user write where the state folder lies; it is tried again.",
            ) from error


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
