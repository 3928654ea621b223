"""The whole stack against the worst: its supervisor killed, its ports wanted twice, a cluster of somebody else."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.ports import LOOPBACK, claim_port
from engine.server import Engine
from tests.unit.engine.programs import is_running, until

pytestmark = [pytest.mark.engine, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240


@dataclass
class Up:
    """A `trends up` that announced itself."""

    process: asyncio.subprocess.Process
    folder: Path
    announced: Mapping[str, str]

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of its children by name."""
        return json.loads((self.folder / "state/running.json").read_text())["pids"]

    @property
    def said(self) -> str:
        """What it said to people so far."""
        return (self.folder / "said").read_text()


@asynccontextmanager
async def up(folder: Path, **environ: str) -> AsyncGenerator[Up]:
    """Run `trends up` on a state in a folder, away from the published ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    ours = {
        "PYTHONPATH": str(ROOT),
        "TRENDS_STATE": str(folder / "state"),
        "TRENDS_API__PORT": "22400",
        "TRENDS_ENGINE__PORT": "22500",
        "TRENDS_ENGINE__UI_PORT": "22600",
    }
    with (folder / "said").open("a") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "up", "--json"),
            cwd=folder,
            env={**kept, **ours, **environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
        )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await process.stdout.readline()
        assert line, (folder / "said").read_text()
        yield Up(process, folder, json.loads(line))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_a_killed_stack_leaves_nothing_and_starts_again_at_once_on_its_ports(
    engine: Engine, tmp_path: Path
) -> None:
    assert engine.binary is not None
    async with up(tmp_path) as first:
        children = first.pids
        first.process.kill()
        await first.process.wait()
        async with up(tmp_path) as second:
            assert not any(is_running(pid) for pid in children.values())
            assert {**second.announced, "pid": 0} == {**first.announced, "pid": 0}


@dataclass(frozen=True)
class Guest:
    """A stack on a server of somebody else, whose first choice of a port was taken.

    Attributes:
        up: The stack.
        address: The server.
        taken: The port that it had asked for.
    """

    up: Up
    address: str
    taken: int


@pytest.fixture(scope="module")
async def guest(
    engine_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Guest]:
    """Such a stack, running."""
    folder = tmp_path_factory.mktemp("guest")
    claim = claim_port(22_300)
    with socket.create_server((LOOPBACK, claim.port)):
        environ = {"TRENDS_API__PORT": str(claim.port), "TEMPORAL_ADDRESS": engine_server}
        async with up(folder, **environ) as stack:
            yield Guest(stack, engine_server, claim.port)
    claim.release()


def test_a_port_that_another_program_holds_is_passed_over(guest: Guest) -> None:
    assert int(guest.up.announced["api"].rpartition(":")[2]) > guest.taken


def test_a_remote_server_is_named_and_leaves_worker_and_api(guest: Guest) -> None:
    assert f"Temporal at {guest.address}, named by TEMPORAL_ADDRESS" in guest.up.said
    assert sorted(guest.up.pids) == ["api", "worker"]


async def test_each_child_that_is_killed_comes_back(guest: Guest) -> None:
    before = guest.up.pids
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_are_new() -> bool:
        now = guest.up.pids
        return now.keys() == before.keys() and not set(now.values()) & set(before.values())

    await until(all_are_new, "worker and API are back", seconds=PATIENCE_SECONDS)
