"""One child: its log, and how its end is told."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.child import LOG_LIMIT_BYTES, Incarnation, Ties, describe_status, log_end
from tests.unit.engine.programs import python_child, until
from trends.errors import StackError


@pytest.fixture
def pipe() -> Generator[tuple[int, int]]:
    """The pipe between a supervisor and its children."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):  # a test closed it
            os.close(end)


async def test_a_child_is_the_command_itself(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "import os; print(os.getpid())")
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    assert await incarnation.ended() == 0
    assert child.log.read_text() == f"{incarnation.pid}\n"


async def test_a_childs_status_is_the_commands_own(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "import sys; sys.exit(42)")
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    assert await incarnation.ended() == 42


async def test_a_child_ends_when_the_pipe_closes(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "import time; time.sleep(600)")
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    os.close(pipe[1])
    assert await incarnation.ended() == -signal.SIGTERM


async def test_a_stubborn_child_is_killed_when_the_pipe_has_closed(
    tmp_path: Path, pipe: tuple[int, int]
) -> None:
    code = "import signal, sys; signal.signal(15, signal.SIG_IGN); print('x', flush=True); signal.pause()"
    child = python_child("child", tmp_path, code, grace_seconds=0.1)
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    await until(lambda: log_end(child.log) == "x", "it ignores SIGTERM")
    os.close(pipe[1])
    assert await incarnation.ended() == -signal.SIGKILL


async def test_a_child_does_not_hold_the_pipe_or_the_lock_itself(
    tmp_path: Path, pipe: tuple[int, int]
) -> None:
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    code = "import os; print([fd for fd in range(3, 64) if os.path.exists(f'/dev/fd/{fd}')])"
    child = python_child("child", tmp_path, code)
    incarnation = await Incarnation.start(child, Ties(pipe[0], lock))
    await incarnation.ended()
    os.close(lock)
    # The one that may be open is that of /dev/fd's own listing.
    assert log_end(child.log) in {"[]", "[3]"}


async def test_a_childs_watcher_does_not_outlive_it(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "pass")
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    await incarnation.ended()
    await until(lambda: not group_exists(incarnation.pid), "its group is empty")


def group_exists(group: int) -> bool:
    """Tell whether a process group has members."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_log_that_grew_is_put_aside(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "print('new')")
    child.log.write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    await incarnation.ended()
    assert child.log.read_text() == "new\n"
    assert (tmp_path / "child.log.1").stat().st_size == LOG_LIMIT_BYTES + 1


async def test_a_log_is_kept_over_restarts(tmp_path: Path, pipe: tuple[int, int]) -> None:
    child = python_child("child", tmp_path, "print('once more')")
    for _ in range(2):
        await (await Incarnation.start(child, Ties(pipe[0]))).ended()
    assert child.log.read_text() == "once more\nonce more\n"


async def test_a_wait_for_readiness_can_be_cancelled(tmp_path: Path, pipe: tuple[int, int]) -> None:
    async def never(_pid: int) -> None:
        raise StackError("Not yet.")

    child = python_child("child", tmp_path, "import time; time.sleep(600)", check=never)
    incarnation = await Incarnation.start(child, Ties(pipe[0]))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await incarnation.ready(600)
    os.close(pipe[1])
    await incarnation.ended()


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "status 0"), (-9, "killed by SIGKILL"), (-63, "killed by signal 63")],
)
def test_an_end_is_told_in_words(status: int, words: str) -> None:
    assert describe_status(status) == words


def test_the_end_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("\n".join(f"line {n}" for n in range(10_000)))
    assert log_end(tmp_path / "log").splitlines() == [f"line {n}" for n in range(9_992, 10_000)]


def test_a_log_that_does_not_exist_has_no_end(tmp_path: Path) -> None:
    assert log_end(tmp_path / "none") == ""
