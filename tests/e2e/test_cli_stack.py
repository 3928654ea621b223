"""`trends up` and `trends demo` as people start them: a real server, worker and API, and nothing left afterwards."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.exits import Exit
from engine.server import Engine

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"
    ),
]

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240
Start = Callable[..., "subprocess.Popen[str]"]


def environ_of(folder: Path) -> dict[str, str]:
    """Environment of a stack of the test's own: its state and temporary files lie in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
        "TRENDS_STATE": str(folder / "state"),
        "TRENDS_API__PORT": "21400",
        "TRENDS_ENGINE__PORT": "21500",
        "TRENDS_ENGINE__UI_PORT": "21600",
    }


def await_none_left(folder: Path) -> None:
    """Wait until no process is left that was started for `folder`.

    Raises:
        AssertionError: One is.
    """
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            descriptor = os.pidfd_open(int(entry.name))
            started_by = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it is gone, or somebody else's
        if str(folder).encode() in started_by:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            assert poll.poll(10_000), f"left running: {started_by!r}"
        os.close(descriptor)


@dataclass(frozen=True)
class Stack:
    """A running `trends up`."""

    folder: Path
    announced: Mapping[str, str]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start `trends` beside it."""
        return start(self.folder, *words)

    def trends(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run `trends` beside it."""
        process = self.start(*words)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return subprocess.CompletedProcess(words, process.returncode, out, err)


def start(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start `trends` in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        cwd=folder,
        env=environ_of(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@pytest.fixture(scope="module")
def stack(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    """One stack for this file; its end is a test of its own kind."""
    assert engine.binary is not None
    folder = tmp_path_factory.mktemp("up")
    up = start(folder, "up", "--json")
    assert up.stdout is not None
    line = up.stdout.readline()
    if not line:
        pytest.fail(f"trends up: {up.communicate()[1]}")
    yield Stack(folder, json.loads(line))
    up.send_signal(signal.SIGTERM)
    _, err = up.communicate(timeout=PATIENCE_SECONDS)
    assert up.returncode == Exit.OK, err
    await_none_left(folder)


def test_a_run_over_the_sample_prints_its_five_lines(stack: Stack) -> None:
    done = stack.trends("run", "--window", "7d")
    assert done.returncode == Exit.OK, done.stderr
    assert len(done.stdout.splitlines()) == 5
    assert "MADE-UP" in done.stdout


def test_a_file_from_here_is_uploaded_and_read(stack: Stack) -> None:
    lines = [json.dumps({"title": f"쿠키 열풍 {n}", "published": "2026-01-01"}) for n in range(3)]
    (stack.folder / "mine.jsonl").write_text("\n".join(lines))
    done = stack.trends("run", "--source", "./mine.jsonl", "--json")
    assert done.returncode == Exit.OK, done.stderr
    assert json.loads(done.stdout)["sources"][0].startswith("file:uploads/")


def test_a_rerun_takes_the_earlier_stages_over(stack: Stack) -> None:
    stack.trends("run", "--quiet")
    done = stack.trends("runs", "rerun", "last", "--from", "report", "--json")
    assert done.returncode == Exit.OK, done.stderr
    again = json.loads(done.stdout)
    assert again["start_from"] == "report"
    assert [stage["name"] for stage in again["stages"] if stage["status"] == "completed"] == [
        "report",
        "notify",
    ]


def test_the_report_is_the_same_in_every_telling(stack: Stack) -> None:
    stack.trends("run", "--quiet")
    first, second = (stack.trends("runs", "report", "last", "-f", "json") for _ in range(2))
    assert json.loads(first.stdout)["made_up"] is True
    assert first.stdout == second.stdout


def test_a_cancelled_run_leaves_with_its_own_status(stack: Stack) -> None:
    run_id = stack.trends("run", "--detach").stdout.strip()
    assert stack.trends("runs", "cancel", run_id).returncode == Exit.OK
    assert stack.trends("runs", "wait", run_id).returncode == Exit.CANCELLED


def test_following_a_run_outlives_a_killed_api(stack: Stack) -> None:
    following = stack.start("run")
    assert following.stderr is not None
    while "running" not in following.stderr.readline():
        assert following.poll() is None
    running = json.loads((stack.folder / "state/running.json").read_text())
    os.kill(running["pids"]["api"], signal.SIGKILL)
    out, err = following.communicate(timeout=PATIENCE_SECONDS)
    assert following.returncode == Exit.OK, err
    assert len(out.splitlines()) == 5


def test_a_second_up_on_the_same_state_names_the_holder(stack: Stack) -> None:
    second = stack.trends("up")
    assert second.returncode == Exit.USAGE
    assert stack.announced["api"] in second.stderr
    assert str(stack.announced["pid"]) in second.stderr


def test_doctor_is_content_beside_a_running_stack(stack: Stack) -> None:
    done = stack.trends("doctor", "--json")
    assert done.returncode == Exit.OK
    assert json.loads(done.stdout)["verdict"] == "ok"


def test_migrate_finds_a_running_stacks_database_up_to_date(stack: Stack) -> None:
    done = stack.trends("migrate", "--check", "--json")
    assert (done.returncode, json.loads(done.stdout)["current"]) == (Exit.OK, True)


def test_a_demo_succeeds_keeps_its_report_and_leaves_nothing_running(
    engine: Engine, tmp_path: Path
) -> None:
    assert engine.binary is not None
    demo = start(tmp_path, "demo", "--language", "ko", "--json")
    out, err = demo.communicate(timeout=PATIENCE_SECONDS)
    assert demo.returncode == Exit.OK, err
    said = json.loads(out)
    assert said["run"]["status"] == "completed"
    report = json.loads(Path(said["files"]["report.json"]).read_text())
    assert report["report_language"] == "ko"
    await_none_left(tmp_path)
    assert not list(tmp_path.rglob("trends.db"))


@pytest.mark.slow
def test_two_demos_at_once_both_succeed(engine: Engine, tmp_path: Path) -> None:
    assert engine.binary is not None
    demos = [start(tmp_path, "demo") for _ in range(2)]
    told = [demo.communicate(timeout=PATIENCE_SECONDS) for demo in demos]
    assert [demo.returncode for demo in demos] == [Exit.OK, Exit.OK], told
    assert all("What each stage took" in out for out, _ in told)
    await_none_left(tmp_path)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_demo_that_is_interrupted_cleans_up(
    number: signal.Signals, status: int, engine: Engine, tmp_path: Path
) -> None:
    assert engine.binary is not None
    demo = start(tmp_path, "demo")
    assert demo.stderr is not None
    while "Everything answers" not in demo.stderr.readline():
        assert demo.poll() is None
    demo.send_signal(number)
    demo.communicate(timeout=PATIENCE_SECONDS)
    assert demo.returncode == status
    await_none_left(tmp_path)
    assert not list(tmp_path.rglob("trends.db"))
