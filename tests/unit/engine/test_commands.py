"""Bounded commands: an end in time, and nothing left behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from engine.commands import Outcome, run_bounded
from tests.unit.engine.programs import is_running, until

# Writes the process id of a child of its own, then both live on.
PARENT = "import subprocess, sys; c = subprocess.Popen(['sleep', '60']); open(sys.argv[1], 'w').write(str(c.pid)); c.wait()"


def python(code: str, *words: object) -> list[str]:
    """A command of a few lines."""
    return [sys.executable, "-I", "-S", "-c", code, *(str(word) for word in words)]


async def test_a_command_that_ends_well_is_ok_and_its_output_is_kept() -> None:
    outcome = await run_bounded(python("print('hello')"), environ={}, limit_seconds=20)
    assert outcome == Outcome(0, "hello\n")


async def test_both_streams_are_kept_in_one() -> None:
    code = "import sys; print('a', flush=True); sys.stderr.write('b')"
    outcome = await run_bounded(python(code), environ={}, limit_seconds=20)
    assert outcome.output == "a\nb"


async def test_the_reason_of_a_failure_is_its_last_line() -> None:
    outcome = await run_bounded(
        python("import sys; print('first'); print('why\\n'); sys.exit(3)"),
        environ={},
        limit_seconds=20,
    )
    assert (outcome.ok, outcome.reason) == (False, "why")


async def test_a_silent_failure_gives_its_status() -> None:
    outcome = await run_bounded(python("import sys; sys.exit(3)"), environ={}, limit_seconds=20)
    assert outcome.reason == "it ended with status 3"


async def test_a_command_over_its_limit_is_ended() -> None:
    outcome = await run_bounded(
        python("import time; time.sleep(60)"), environ={}, limit_seconds=0.2
    )
    assert (outcome.status, outcome.reason) == (None, "it took too long")


async def test_what_a_command_started_ends_with_it_at_the_limit(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    await run_bounded(python(PARENT, note), environ=os.environ, limit_seconds=2)
    pid = int(note.read_text())
    await until(lambda: not is_running(pid), "the grandchild has ended")


async def test_a_cancelled_caller_leaves_no_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    running = asyncio.create_task(
        run_bounded(python(PARENT, note), environ=os.environ, limit_seconds=60)
    )
    await until(lambda: note.exists() and note.read_text(), "the grandchild runs")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    pid = int(note.read_text())
    await until(lambda: not is_running(pid), "the grandchild has ended")


async def test_news_comes_while_a_command_works() -> None:
    gone: list[float] = []
    await run_bounded(
        python("import time; time.sleep(60)"),
        environ={},
        limit_seconds=0.3,
        every=(0.05, gone.append),
    )
    assert len(gone) >= 3
    assert gone == sorted(gone)


async def test_a_command_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run_bounded([tmp_path / "none"], environ={}, limit_seconds=1)
