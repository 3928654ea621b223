"""Runs that meet a database that is away: they wait for it by themselves, within their deadline."""

import pytest
from temporalio.client import Client, WorkflowFailureError

from activities.contracts import Resolution
from tests.workflows.fake_runs import ATTEMPTS, decide, parked, start, working
from tests.workflows.stage_fakes import FakeStages, broken
from trends.domain.models import RunStatus

pytestmark = pytest.mark.engine

AWAY = "storage-unavailable"


def away_for(stage: str, rounds: int = 1) -> FakeStages:
    """Stages of which one meets no database in all of its attempts, so many times over."""
    return FakeStages(failures={stage: [broken(AWAY) for _ in range(ATTEMPTS[stage] * rounds)]})


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["collect:a", "analyze"])
async def test_a_database_that_comes_back_lets_the_run_go_on_without_a_person(
    temporal: Client, stage: str
) -> None:
    stages = away_for(stage)
    async with working(temporal, stages):
        assert (await (await start(temporal)).result()).status is RunStatus.COMPLETED
    assert stages.calls.count(stage) == ATTEMPTS[stage] + 1
    assert stages.row == [(RunStatus.COMPLETED, "notify", "")]
    assert stages.told == []


async def test_a_run_does_not_wait_past_its_deadline(temporal: Client) -> None:
    stages = away_for("analyze")
    async with working(temporal, stages):
        handle = await start(temporal, deadline_seconds=12)
        await parked(stages, "analyze")
        await decide(handle, Resolution.RETRY)
        assert (await handle.result()).status is RunStatus.COMPLETED
    assert (RunStatus.BLOCKED, "analyze", AWAY) in stages.row


async def test_a_run_that_waits_for_the_database_hears_a_cancel(temporal: Client) -> None:
    stages = away_for("analyze")
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: stages.calls.count("analyze") == ATTEMPTS["analyze"])
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.row[-1][0] is RunStatus.CANCELLED
