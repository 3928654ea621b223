"""Processes that write one SQLite file take turns."""

import asyncio
import fcntl
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from trends.errors import StorageUnavailableError
from trends.storage.turns import Turns

PATIENCE = 60.0
NEVER = 0.0
LONG = 3600.0
THREADS, ROUNDS = 8, 100
HOLDER = """
import sys
from pathlib import Path
from trends.storage.turns import Turns
with Turns(Path(sys.argv[1])).turn(60):
    print("mine", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trends.db"


@contextmanager
def first_in_line(file: Path) -> Generator[None]:
    """Somebody who stands in line and does not come to the turn."""
    lock = os.open(file.with_name(f"{file.name}-next"), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def is_waited_for(file: Path) -> bool:
    """Whether somebody stands in line."""
    try:
        with first_in_line(file):
            return False
    except BlockingIOError:
        return True


def test_whoever_waits_is_next_however_soon_the_last_one_asks_again(file: Path) -> None:
    mine, others = Turns(file, NEVER, LONG), Turns(file, NEVER, LONG)
    order: list[str] = []

    def other() -> None:
        with others.turn(PATIENCE):
            order.append("other")

    with ThreadPoolExecutor(1) as threads:
        for _ in range(ROUNDS):
            with mine.turn(PATIENCE):
                waits = threads.submit(other)
                while not is_waited_for(file):
                    pass
            with mine.turn(PATIENCE):
                order.append("again")
            waits.result()
    assert order == ["other", "again"] * ROUNDS


def test_for_a_while_after_its_turn_a_process_need_not_stand_in_line(file: Path) -> None:
    turns = Turns(file, LONG)
    with turns.turn(PATIENCE):
        pass
    with first_in_line(file), turns.turn(0):
        pass


def test_after_that_while_it_stands_behind(file: Path) -> None:
    turns = Turns(file, NEVER, LONG)
    with turns.turn(PATIENCE):
        pass
    with first_in_line(file), pytest.raises(StorageUnavailableError), turns.turn(0):
        pytest.fail("went before whoever waits")


def test_one_who_is_first_in_line_and_never_goes_on_is_passed(file: Path) -> None:
    turns = Turns(file, NEVER, 0.01)
    with first_in_line(file), turns.turn(PATIENCE):
        pass


@pytest.mark.parametrize("term", [NEVER, LONG])
def test_a_turn_is_of_one_at_a_time(file: Path, term: float) -> None:
    together, inside, most = Barrier(THREADS), 0, 0

    def write() -> None:
        nonlocal inside, most
        turns = Turns(file, term)
        together.wait()
        for _ in range(ROUNDS):
            with turns.turn(PATIENCE):
                inside += 1
                most = max(most, inside)
                inside -= 1

    with ThreadPoolExecutor(THREADS) as threads:
        done = [threads.submit(write) for _ in range(THREADS)]
    for each in done:
        each.result()
    assert most == 1


@pytest.mark.parametrize("term", [NEVER, LONG])
def test_a_turn_that_does_not_come_is_told_and_holds_up_nobody(file: Path, term: float) -> None:
    with (
        Turns(file, term).turn(PATIENCE),
        pytest.raises(StorageUnavailableError, match="turn did not come") as refused,
        Turns(file, term).turn(0.01),
    ):
        pytest.fail("two at once")
    assert refused.value.retryable
    with Turns(file, term).turn(0):
        pass


def test_after_a_transaction_that_fails_the_turn_is_free(file: Path) -> None:
    with pytest.raises(ZeroDivisionError), Turns(file).turn(PATIENCE):
        raise ZeroDivisionError
    with Turns(file).turn(0):
        pass


def test_a_child_that_has_the_locks_open_holds_nobody_up(file: Path) -> None:
    with Turns(file).turn(PATIENCE):
        # As after a fork: the same open files, once more.
        held = [
            os.dup(int(each.name))
            for each in Path("/proc/self/fd").iterdir()
            if each.is_symlink() and each.readlink() == file.with_name("trends.db-now")
        ]
    try:
        assert held
        with Turns(file).turn(0):
            pass
    finally:
        for lock in held:
            os.close(lock)


async def test_the_turn_of_a_process_that_is_killed_is_free(file: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(file)), stdin=PIPE, stdout=PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"mine\n"
    with pytest.raises(StorageUnavailableError), Turns(file).turn(0):
        pytest.fail("two at once")
    child.send_signal(signal.SIGKILL)
    await child.wait()
    with Turns(file).turn(0):
        pass


def test_a_folder_that_is_away_is_named(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "away" / "gone.db")
    with (
        pytest.raises(StorageUnavailableError, match=r"gone\.db-now cannot be opened") as refused,
        turns.turn(PATIENCE),
    ):
        pytest.fail("wrote where nothing can be written")
    assert refused.value.retryable
