"""`trends api`, `trends worker`, `trends namespace`: each becomes its process, or says why it cannot."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.unit.cli.conftest import ROOT

Outcome = subprocess.CompletedProcess[str]
Call = Callable[..., Outcome]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """Run `trends` as a process, with nothing of anybody's in its environment."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TEMPORAL_", "TRENDS_"))
    }

    def run(*words: str, **environ: str) -> Outcome:
        ours = {
            "PYTHONPATH": str(ROOT),
            "TRENDS_STATE": str(tmp_path),
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }
        return subprocess.run(
            [sys.executable, "-P", "-m", "cli", *words],
            env={**kept, **ours, **environ},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_a_queue_that_does_not_exist_is_named_with_those_that_do(call: Call) -> None:
    done = call("worker", "--queues", "trends,trends-oi")
    assert done.returncode == Exit.USAGE
    assert "trends-oi" in done.stderr
    assert "trends-io" in done.stderr


def test_a_worker_refuses_a_database_that_was_not_migrated(call: Call) -> None:
    done = call("worker")
    assert done.returncode == Exit.USAGE
    assert "trends migrate" in done.stderr


def test_an_api_refuses_a_database_that_was_not_migrated(call: Call) -> None:
    done = call("api")
    assert done.returncode == Exit.FAILED
    assert "trends migrate" in done.stderr


def test_an_api_with_wrong_settings_says_which(call: Call) -> None:
    done = call("api", TRENDS_API__PORT="none")
    assert done.returncode == Exit.FAILED
    assert "TRENDS_API__PORT" in done.stderr


@pytest.mark.parametrize("words", [("namespace", "--wait", "0"), ("worker", "--check")])
def test_a_server_that_is_away_is_named(call: Call, words: tuple[str, ...]) -> None:
    done = call(*words, TEMPORAL_ADDRESS="127.0.0.1:1")
    assert done.returncode == Exit.UNREACHABLE
    assert "Cannot reach the Temporal server at 127.0.0.1:1" in done.stderr
