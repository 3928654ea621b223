"""A deploy in the middle of a run: workers whose code is newer than the run's start finish it on its own path."""

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities import contracts
from engine.worker import build_workers, workflow_runner
from tests.workflows.fake_runs import start, working
from tests.workflows.newer_news import NewerNewsTrendWorkflow
from tests.workflows.stage_fakes import FakeStages
from trends.domain.models import RunStatus
from trends.settings import load_settings

pytestmark = pytest.mark.engine

ENDED = (RunStatus.COMPLETED, "notify", "")
SAID_BEFORE = (RunStatus.RUNNING, "notify", "")


async def test_a_run_that_an_older_worker_began_ends_under_a_newer_one(temporal: Client) -> None:
    older, newer = FakeStages(hold={"analyze"}), FakeStages()
    settings = load_settings({"TRENDS_WORKERS__GRACEFUL_SHUTDOWN_SECONDS": "0"})
    async with working(temporal, older, settings):
        begun = await start(temporal)
        await older.until(lambda: "analyze" in older.calls)
    queues = (contracts.IO_QUEUE, contracts.CPU_QUEUE, contracts.LLM_QUEUE)
    workers = build_workers(temporal, queues, newer.by_queue(), settings)
    workflows = Worker(
        temporal,
        task_queue=contracts.WORKFLOW_QUEUE,
        workflows=[NewerNewsTrendWorkflow],
        workflow_runner=workflow_runner(),
    )
    async with workflows, workers[0], workers[1], workers[2]:
        await begun.result()
        assert newer.calls == ["analyze", "summarize", "report", "notify"]
        fresh = await start(temporal)
        await fresh.result()
    # The end of the run that began earlier had not been reached: it may take the new path; what had been recorded stands.
    assert newer.row[-2:] == [SAID_BEFORE, ENDED]
    assert newer.row.count(ENDED) == 2
