"""A supervisor of three tiny children, as a process of its own that tests can kill.

`python stack_program.py FOLDER PORT`: writes the children's process ids to FOLDER/pids once all are ready.
The child `stubborn` ignores SIGTERM, and `parent` has a child of its own.
"""

import asyncio
import json
import sys
from pathlib import Path

from engine.child import Child
from engine.http_check import api_check
from engine.signals import run_until_signal
from engine.state import State, hold_state, write_whole
from engine.supervisor import Backoff, StackSpec, supervise
from tests.unit.engine.programs import SERVER, python_child

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PARENT = (
    "import pathlib, subprocess, sys\n"
    "child = subprocess.Popen(['sleep', '600'])\n"
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
    "child.wait()\n"
)


def children(folder: Path, port: int) -> tuple[tuple[Child, ...], ...]:
    """A server that answers HTTP, a parent, and one that does not want to end."""
    server = python_child(
        *("server", folder, SERVER, port, folder / "starts"),
        check=api_check("127.0.0.1", port),
        ports=(port,),
    )
    parent = python_child("parent", folder, PARENT, folder / "grandchild")
    stubborn = python_child("stubborn", folder, STUBBORN, grace_seconds=0.5)
    return ((server,), (parent, stubborn))


async def main(folder: Path, port: int) -> None:
    """Run until a signal comes."""

    async def work(hurry: asyncio.Event) -> None:
        async with hold_state(State(folder / "state"), say=print) as held:
            spec = StackSpec(
                groups=children(folder, port),
                lock_fd=held.lock_fd,
                backoff=Backoff(first_seconds=0.05),
                pids_changed=lambda pids: write_whole(folder / "pids", json.dumps(dict(pids))),
            )
            async with supervise(spec, say=print, hurry=hurry):
                write_whole(folder / "ready", "")
                await asyncio.Event().wait()

    await run_until_signal(work)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
