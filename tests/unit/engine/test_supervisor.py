"""The supervisor: order, restarts on the same port, and nothing that outlives it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.child import Child
from engine.http_check import api_check
from engine.ports import accepts, claim_port
from engine.state import State, hold_state
from engine.supervisor import Backoff, StackSpec, supervise
from tests.unit.engine.programs import SERVER, is_running, python_child, until
from trends.errors import PortTakenError, StackError

PROGRAM = Path(__file__).with_name("stack_program.py")
ROOT = PROGRAM.parents[3]
QUICK = Backoff(first_seconds=0.01, longest_seconds=0.05)
SLEEP = "import time; time.sleep(600)"
DIE = "import sys; print('the reason'); sys.exit(3)"
# Notes its name when it is asked to end.
FAREWELL = """
import pathlib, signal, sys
def note(*_):
    with pathlib.Path(sys.argv[2]).open("a") as file: file.write(sys.argv[1] + " ")
    sys.exit()
signal.signal(signal.SIGTERM, note)
pathlib.Path(sys.argv[3]).touch()
signal.pause()
"""


def ignore(_line: str) -> None:
    """Nobody listens."""


@pytest.fixture
def port() -> Generator[int]:
    """A free port."""
    claim = claim_port(25_500)
    yield claim.port
    claim.release()


@dataclass
class Program:
    """A running `stack_program.py`."""

    process: asyncio.subprocess.Process
    folder: Path
    port: int

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of its children by name."""
        return json.loads((self.folder / "pids").read_text())

    @property
    def grandchild(self) -> int:
        """Process id of a child's child."""
        return int((self.folder / "grandchild").read_text())

    @property
    def starts(self) -> int:
        """How often the server was started."""
        return (self.folder / "starts").read_text().count("started")

    def everybody(self) -> list[int]:
        """All process ids below the supervisor."""
        return [*self.pids.values(), self.grandchild]


@pytest.fixture
async def program(tmp_path: Path, port: int) -> AsyncGenerator[Program]:
    """The stack of three, ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), str(tmp_path), str(port)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    program = Program(process, tmp_path, port)
    grandchild = tmp_path / "grandchild"
    await until((tmp_path / "ready").exists, "the stack is ready")
    await until(lambda: grandchild.exists() and grandchild.read_text(), "the parent has a child")
    yield program
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_a_killed_supervisor_takes_all_its_children_along(program: Program) -> None:
    everybody = program.everybody()
    program.process.kill()
    await program.process.wait()
    await until(lambda: not any(is_running(pid) for pid in everybody), "all have ended")


async def test_a_killed_supervisors_state_is_free_only_when_its_children_are_gone(
    program: Program,
) -> None:
    children = list(program.pids.values())
    program.process.kill()
    await program.process.wait()
    async with hold_state(State(program.folder / "state"), say=ignore):
        assert not any(is_running(pid) for pid in children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_everything_and_the_supervisor_well(
    program: Program, number: signal.Signals
) -> None:
    everybody = program.everybody()
    program.process.send_signal(number)
    assert await program.process.wait() == 0
    assert not any(is_running(pid) for pid in everybody)


async def test_a_killed_child_is_restarted_on_the_same_port(program: Program) -> None:
    first = program.pids["server"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: program.pids["server"] != first, "the server is back")
    assert accepts(program.port)
    assert program.starts == 2


async def test_other_children_do_not_notice_a_restart(program: Program) -> None:
    first = program.pids
    os.kill(first["server"], signal.SIGKILL)
    await until(lambda: program.pids["server"] != first["server"], "the server is back")
    assert {**program.pids, "server": 0} == {**first, "server": 0}


async def test_what_a_killed_child_had_started_ends_before_it_is_restarted(
    program: Program,
) -> None:
    first, grandchild = program.pids["parent"], program.grandchild
    os.kill(first, signal.SIGKILL)
    await until(lambda: program.pids["parent"] != first, "the parent is back")
    await until(lambda: not is_running(grandchild), "its old child has ended")


async def test_children_have_process_groups_of_their_own(program: Program) -> None:
    pids = program.pids
    assert {os.getpgid(pid) for pid in pids.values()} == set(pids.values())


async def test_children_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    def polite(name: str) -> Child:
        awake = tmp_path / name

        async def check(_pid: int) -> None:
            if not awake.exists():
                raise StackError("It has not installed its handler yet.")

        return python_child(name, tmp_path, FAREWELL, name, notes, awake, check=check)

    groups = ((polite("engine"),), (polite("worker"), polite("api")))
    async with supervise(StackSpec(groups=groups), say=ignore):
        pass
    assert notes.read_text() == "api worker engine "


async def test_a_group_starts_when_the_one_before_it_is_ready(tmp_path: Path, port: int) -> None:
    server = python_child(
        *("server", tmp_path, SERVER, port, tmp_path / "starts"),
        check=api_check("127.0.0.1", port),
    )
    answered: list[bool] = []

    async def check(_pid: int) -> None:
        answered.append(accepts(port))

    second = python_child("second", tmp_path, SLEEP, check=check)
    async with supervise(StackSpec(groups=((server,), (second,))), say=ignore):
        assert answered == [True]


async def test_a_child_that_never_starts_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    spec = StackSpec(groups=((python_child("worker", tmp_path, DIE, check=never),),), backoff=QUICK)
    with pytest.raises(StackError) as failure:
        async with supervise(spec, say=ignore):
            pass
    assert failure.value.what == "The worker process does not start: it ended (status 3)."
    assert failure.value.why.endswith("the reason\n")


async def test_a_start_is_tried_three_times(tmp_path: Path) -> None:
    said: list[str] = []
    spec = StackSpec(groups=((python_child("worker", tmp_path, DIE, check=never),),), backoff=QUICK)
    with pytest.raises(StackError):
        async with supervise(spec, say=said.append):
            pass
    assert said == [
        "worker ended (status 3); trying again in 0.01 s",
        "worker ended (status 3); trying again in 0.02 s",
    ]


async def never(_pid: int) -> None:
    """Take no process for ready."""
    raise StackError("It is not ready.")


async def test_a_child_that_does_not_get_ready_is_ended(tmp_path: Path) -> None:
    child = python_child("worker", tmp_path, SLEEP, check=never)
    spec = StackSpec(groups=((child,),), backoff=QUICK, ready_limit_seconds=0.05)
    with pytest.raises(StackError, match=r"did not get ready in 0\.05 s \(It is not ready\.\)"):
        async with supervise(spec, say=ignore):
            pass


async def test_a_failed_start_stops_what_had_started(tmp_path: Path) -> None:
    pids: list[int] = []

    async def note(pid: int) -> None:
        pids.append(pid)

    first = python_child("engine", tmp_path, SLEEP, check=note)
    second = python_child("worker", tmp_path, DIE, check=never)
    with pytest.raises(StackError):
        async with supervise(StackSpec(groups=((first,), (second,)), backoff=QUICK), say=ignore):
            pass
    assert [is_running(pid) for pid in pids] == [False]


async def test_a_port_that_another_program_took_is_said_so(tmp_path: Path, port: int) -> None:
    other = python_child(
        *("other", tmp_path, SERVER, port, tmp_path / "starts"),
        check=api_check("127.0.0.1", port),
    )
    late = python_child(
        *("api", tmp_path, SERVER, port, tmp_path / "late"), check=never, ports=(port,)
    )
    async with supervise(StackSpec(groups=((other,),)), say=ignore):
        with pytest.raises(PortTakenError, match=f"Port {port}, which api needs"):
            async with supervise(StackSpec(groups=((late,),), backoff=QUICK), say=ignore):
                pass


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    child = Child("engine", (str(tmp_path / "none"),), {}, tmp_path / "log", check=never)
    with pytest.raises(StackError, match="none: No such file or directory"):
        async with supervise(StackSpec(groups=((child,),), backoff=QUICK), say=ignore):
            pass


async def test_deaths_and_restarts_are_said(tmp_path: Path) -> None:
    said: list[str] = []
    child = python_child("worker", tmp_path, SLEEP)
    async with supervise(StackSpec(groups=((child,),), backoff=QUICK), say=said.append) as stack:
        os.kill(stack.pids["worker"], signal.SIGKILL)
        await until(lambda: "worker is back" in said, "the worker is back")
    assert said == ["worker ended (killed by SIGKILL); restarting in 0.01 s", "worker is back"]


async def test_a_child_that_does_not_want_to_end_is_killed_after_its_grace(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    child = python_child("worker", tmp_path, stubborn, grace_seconds=0.2)
    async with supervise(StackSpec(groups=((child,),)), say=ignore) as stack:
        pid = stack.pids["worker"]
    assert not is_running(pid)


async def test_a_hurry_leaves_no_grace(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    hurry = asyncio.Event()
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    child = python_child("worker", tmp_path, stubborn, grace_seconds=600)
    async with supervise(StackSpec(groups=((child,),)), say=ignore, hurry=hurry):
        hurry.set()
        began = loop.time()
    assert loop.time() - began < 60


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff()
    waits = [0.0]
    for _ in range(8):
        waits.append(backoff.after(waits[-1], ready_seconds=1))
    assert waits[1:] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]


def test_a_minute_of_health_starts_the_waits_over() -> None:
    assert Backoff().after(10.0, ready_seconds=60) == 0.2
