"""The whole round over HTTP, with a real Temporal server, worker and API."""

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
from trends_client import NotFoundError, TrendsClient

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240
STAGES = ["collect", "normalize", "analyze", "summarize", "report", "notify"]


@pytest.fixture(scope="module")
def trends(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Generator[TrendsClient]:
    """A client of a running `trends up` over a small sample."""
    del engine  # found, or built, before anything waits for it
    env = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    env |= {
        "PYTHONPATH": str(ROOT),
        "TRENDS_STATE": str(tmp_path_factory.mktemp("state")),
        "TRENDS_API__PORT": "22100",
        "TRENDS_ENGINE__PORT": "22200",
        "TRENDS_ENGINE__UI_PORT": "22300",
        "TRENDS_SOURCES__SAMPLE__PER_DAY": "8",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--json"], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
        assert ready, "the stack did not come up"
        with TrendsClient(json.loads(process.stdout.readline())["api"]) as client:
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def completed(trends: TrendsClient) -> str:
    """Id of a run that completed."""
    run = trends.wait(trends.submit(sources=["sample"]).id, timeout=PATIENCE_SECONDS)
    assert run.completed, run.reason
    return run.id


def test_every_stage_is_told_in_order_and_once(trends: TrendsClient, completed: str) -> None:
    events = [event for event in trends.events(completed) if event.seq is not None]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    told = [event.stage for event in events if event.type == "stage.completed"]
    assert told == STAGES
    assert events[-1].type == "run.completed"


def test_run_shows_what_each_stage_took(trends: TrendsClient, completed: str) -> None:
    run = trends.get(completed)
    assert [stage.name for stage in run.stages] == STAGES
    assert all(stage.status == "completed" and stage.seconds is not None for stage in run.stages)
    assert len(run.lines) == 5


def test_report_comes_in_three_forms_that_say_the_data_is_made_up(
    trends: TrendsClient, completed: str
) -> None:
    assert "made up" in trends.report(completed, "markdown").lower()
    assert json.loads(trends.report(completed, "json"))
    assert trends.report(completed, "html").startswith("<!doctype html>")


def test_rerun_from_the_report_writes_the_same_report(trends: TrendsClient, completed: str) -> None:
    run = trends.wait(trends.rerun(completed, "report").id, timeout=PATIENCE_SECONDS)
    assert [stage.status for stage in run.stages[:4]] == ["taken_over"] * 4
    assert trends.report(run.id, "json") == trends.report(completed, "json")


def test_uploaded_file_is_what_the_run_reads(trends: TrendsClient, tmp_path: Path) -> None:
    file = tmp_path / "headlines.jsonl"
    title = {"title": "저속노화 식단이 뜬다", "url": "https://a.example/1", "outlet": "a"}
    file.write_text(json.dumps(title), encoding="utf-8")
    stored = trends.upload(file)
    run = trends.submit(sources=[stored.source])
    assert trends.wait(run.id, timeout=PATIENCE_SECONDS).completed
    assert stored.source in trends.report(run.id)


def test_cancel_ends_the_run_and_the_stream(trends: TrendsClient) -> None:
    run = trends.submit("cancelled", sources=["sample"])
    last = ""
    for event in trends.events(run.id):
        last = event.type
        if event.type == "stage.started" and event.stage == "collect":
            trends.cancel(run.id)
    assert last == "run.cancelled"
    with pytest.raises(NotFoundError, match="cancelled"):
        trends.report(run.id)
