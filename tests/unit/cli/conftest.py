"""A live fake API for each test, and `trends` as its users start it."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.entry import run
from tests.unit.cli.fake_api import FakeApi, serve

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str


Trends = Callable[..., Said]
StartTrends = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def api() -> Generator[FakeApi]:
    """An API without runs."""
    fake = FakeApi()
    stop = serve(fake)
    yield fake
    stop()


@pytest.fixture
def trends(api: FakeApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trends:
    """Run `trends` in this process, as in a pipe, against the fake API."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRENDS_API_URL", api.url)

    def call(*words: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = run(words)
        return Said(int(status), out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def start_trends(api: FakeApi, tmp_path: Path) -> Generator[StartTrends]:
    """Start `trends` as a process of its own, against the fake API."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *words: str, environ: Mapping[str, str] | None = None, terminal: int | None = None
    ) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TRENDS_API_URL": api.url,
                **(environ or {}),
            },
            stdout=subprocess.PIPE if terminal is None else terminal,
            stderr=subprocess.PIPE if terminal is None else terminal,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
