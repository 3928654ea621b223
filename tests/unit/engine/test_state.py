"""The state folder: one holder at a time, refused when a newer program wrote it."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.state import (
    STATE_VERSION,
    Running,
    State,
    hold_state,
    locate_state,
    prepare_state,
    read_running,
    write_running,
    write_whole,
)
from tests.unit.engine.programs import is_running
from trends.errors import SchemaMismatchError, StateHeldError, StorageUnavailableError

HOLDER = """
import asyncio, sys, pathlib
from engine.state import State, hold_state
async def main():
    async with hold_state(State(pathlib.Path(sys.argv[1])), say=print):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
# Ends at once, and leaves a child that holds the lock until its input closes.
DEAD_HOLDER = """
import fcntl, os, pathlib, subprocess, sys
fd = os.open(pathlib.Path(sys.argv[1]) / "lock", os.O_RDWR | os.O_CREAT)
fcntl.flock(fd, fcntl.LOCK_EX)
os.pwrite(fd, str(os.getpid()).encode(), 0)
print(subprocess.Popen(["cat"], stdout=subprocess.DEVNULL, pass_fds=[fd]).pid)
"""


@dataclass
class LeftOver:
    """A process that outlives its killed parent and still holds the state."""

    pid: int
    input_fd: int

    def end(self) -> None:
        """Let it end."""
        os.close(self.input_fd)


@pytest.fixture
def left_over(state: State) -> LeftOver:
    """The state's holder was killed; a process it had started lives on."""
    prepare_state(state)
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as source:
        done = subprocess.run(
            [sys.executable, "-c", DEAD_HOLDER, str(state.root)],
            stdin=source,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    return LeftOver(int(done.stdout), write_end)


@pytest.fixture
def holder(state: State) -> Generator["subprocess.Popen[str]"]:
    """Another process holds the state."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state.root)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A folder that does not exist yet."""
    return State(tmp_path / "state")


def ignore(_line: str) -> None:
    """Nobody listens."""


def test_the_state_is_where_it_was_told_to_be(tmp_path: Path) -> None:
    assert locate_state({"TRENDS_STATE": "/elsewhere"}, tmp_path).root == tmp_path


def test_the_state_follows_its_variable() -> None:
    assert locate_state({"TRENDS_STATE": "/some/where"}).root == Path("/some/where")


def test_the_state_is_in_the_current_folder_by_default() -> None:
    assert locate_state({}).root == Path.cwd() / ".trends"


def test_a_state_is_kept_out_of_the_repository_around_it(state: State) -> None:
    prepare_state(state)
    assert (state.root / ".gitignore").read_text() == "*\n"


def test_a_state_says_its_version(state: State) -> None:
    prepare_state(state)
    assert state.version_file.read_text().strip() == str(STATE_VERSION)


def test_a_state_of_a_newer_program_is_refused(state: State) -> None:
    prepare_state(state)
    state.version_file.write_text(f"{STATE_VERSION + 1}\n")
    with pytest.raises(SchemaMismatchError, match=f"version {STATE_VERSION + 1}"):
        prepare_state(state)


def test_a_version_that_is_no_number_is_refused(state: State) -> None:
    prepare_state(state)
    state.version_file.write_text("two\n")
    with pytest.raises(SchemaMismatchError, match="reads 'two'"):
        prepare_state(state)


def test_a_state_that_cannot_be_created_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailableError, match="Not a directory"):
        prepare_state(State(tmp_path / "file" / "state"))


async def test_a_held_state_names_its_holder_and_url(
    state: State, holder: "subprocess.Popen[str]"
) -> None:
    write_running(state, Running(holder.pid, {"api": "http://127.0.0.1:8123"}, {}))
    with pytest.raises(StateHeldError, match=f"{holder.pid}.*http://127.0.0.1:8123"):
        async with hold_state(state, say=ignore):
            pass


async def test_a_state_is_free_again_when_its_holder_was_killed(
    state: State, holder: "subprocess.Popen[str]"
) -> None:
    holder.kill()
    holder.wait()
    async with hold_state(state, say=ignore):
        assert state.lock_file.read_text().strip() == str(os.getpid())


async def test_processes_that_outlive_a_killed_holder_are_waited_for(
    state: State, left_over: LeftOver
) -> None:
    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        left_over.end()

    async with hold_state(state, say=hear):
        assert not is_running(left_over.pid)
    assert said == ["the last stack on this state was killed; waiting for its processes to end"]


async def test_waiting_for_left_over_processes_has_an_end(
    state: State, left_over: LeftOver
) -> None:
    with pytest.raises(StateHeldError):
        async with hold_state(state, say=ignore, patience_seconds=0.1):
            pass
    left_over.end()


async def test_what_ran_before_is_forgotten_when_a_state_is_held(state: State) -> None:
    prepare_state(state)
    write_running(state, Running(os.getpid(), {}, {}))
    async with hold_state(state, say=ignore):
        assert read_running(state) is None


async def test_nothing_is_said_to_run_after_the_holder_let_go(state: State) -> None:
    async with hold_state(state, say=ignore):
        write_running(state, Running(os.getpid(), {}, {}))
    assert not state.running_file.exists()


def test_what_runs_is_read_as_it_was_written(state: State) -> None:
    prepare_state(state)
    running = Running(os.getpid(), {"api": "http://127.0.0.1:8000"}, {"api": 1}, "found on PATH")
    write_running(state, running)
    assert read_running(state) == running


def test_what_runs_is_readable_by_its_owner_alone(state: State) -> None:
    prepare_state(state)
    write_running(state, Running(os.getpid(), {}, {}))
    assert stat.S_IMODE(state.running_file.stat().st_mode) == 0o600


def test_a_record_of_a_process_that_is_gone_tells_of_nothing(state: State) -> None:
    prepare_state(state)
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", ""]) as gone:
        pass
    write_running(state, Running(gone.pid, {"api": "x"}, {}))
    assert read_running(state) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", json.dumps({"pid": "x"})])
def test_a_broken_record_tells_of_nothing(state: State, text: str) -> None:
    prepare_state(state)
    state.running_file.write_text(text)
    assert read_running(state) is None


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new \ud800")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]
