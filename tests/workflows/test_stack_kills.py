"""Under a real `trends up`, the worker, the API and the Temporal server are killed in the middle of a run."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from engine.server import Engine
from tests.workflows.stand import KEY, ROOT, WINDOW
from trends_client import TrendsClient

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PATIENCE_SECONDS = 240


@pytest.fixture
def state(engine: Engine, tmp_path: Path) -> Generator[Path]:
    """The state folder of a running `trends up` over the small sample."""
    del engine  # found, or built, before anything waits for it
    folder = tmp_path / "state"
    env = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    env |= {
        "PYTHONPATH": str(ROOT),
        "TRENDS_STATE": str(folder),
        "TRENDS_API__PORT": "21700",
        "TRENDS_ENGINE__PORT": "21800",
        "TRENDS_ENGINE__UI_PORT": "21900",
        "TRENDS_WORKERS__HEARTBEAT_TIMEOUT_SECONDS": "3",
        "TRENDS_SOURCES__SAMPLE__PER_DAY": "15",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--json"], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
        assert ready, "the stack did not come up"
        json.loads(process.stdout.readline())
        yield folder
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.mark.parametrize("victim", ["worker", "api", "engine"])
def test_the_report_is_the_same_whichever_process_is_killed(
    state: Path, calm_report: dict[str, bytes], victim: str
) -> None:
    running = json.loads((state / "running.json").read_text())
    with TrendsClient(running["urls"]["api"]) as client:
        window = (WINDOW.start, WINDOW.end)
        run = client.submit(window=window, sources=["sample"], idempotency_key=KEY)
        for event in client.events(run.id):
            if (event.type, event.stage, event.attempt) == ("stage.started", "normalize", 1):
                os.kill(running["pids"][victim], signal.SIGKILL)
        ended = client.wait(run.id, timeout=PATIENCE_SECONDS)
        again = client.submit(window=window, sources=["sample"], idempotency_key=KEY)
        forms = {
            "application/json": client.report(run.id, "json"),
            "text/markdown": client.report(run.id, "markdown"),
            "text/html": client.report(run.id, "html"),
        }
    assert ended.status == "completed"
    assert again.id == run.id
    assert {kind: text.encode() for kind, text in forms.items()} == calm_report
