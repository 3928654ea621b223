"""Runs of `NewsTrendWorkflow` that park: what people decide, what they are told, what the deadline does."""

import asyncio

import pytest
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError

from activities.contracts import Resolution
from tests.workflows.fake_runs import ATTEMPTS, STAGES, decide, parked, start, working
from tests.workflows.stage_fakes import FakeStages, broken
from trends.domain.models import RunStatus

pytestmark = pytest.mark.engine


async def test_a_source_that_may_mend_parks_the_run_and_is_read_again_on_retry(
    temporal: Client,
) -> None:
    stages = FakeStages(failures={"collect:a": [broken() for _ in range(ATTEMPTS["collect:a"])]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, "collect")
        await decide(handle, Resolution.RETRY)
        assert (await handle.result()).status is RunStatus.COMPLETED
    assert stages.calls.count("collect:a") == ATTEMPTS["collect:a"] + 1


@pytest.mark.parametrize("stage", STAGES)
async def test_a_stage_out_of_attempts_parks_and_goes_on_after_retry(
    temporal: Client, stage: str
) -> None:
    stages = FakeStages(failures={stage: [broken() for _ in range(ATTEMPTS[stage])]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, stage)
        assert await decide(handle, Resolution.RETRY, stage) == stage
        assert (await handle.result()).status is RunStatus.COMPLETED
    assert stages.row == [
        (RunStatus.BLOCKED, stage, "source-unavailable"),
        (RunStatus.RUNNING, stage, ""),
        (RunStatus.COMPLETED, "notify", ""),
    ]


@pytest.mark.parametrize("stage", STAGES)
async def test_abort_ends_a_parked_run_with_the_reason_it_parked_for(
    temporal: Client, stage: str
) -> None:
    stages = FakeStages(failures={stage: [broken() for _ in range(ATTEMPTS[stage])]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, stage)
        await decide(handle, Resolution.ABORT)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.row[-1] == (RunStatus.FAILED, stage, "source-unavailable")


async def test_people_are_told_of_every_park_and_of_the_failure(temporal: Client) -> None:
    stages = FakeStages(failures={"analyze": [broken() for _ in range(8)]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: ("run.blocked", "analyze", 1) in stages.told)
        await decide(handle, Resolution.RETRY)
        await stages.until(lambda: ("run.blocked", "analyze", 2) in stages.told)
        await decide(handle, Resolution.ABORT)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.told[-1] == ("run.failed", "analyze", 0)


async def test_that_nobody_can_be_told_changes_nothing_for_the_run(temporal: Client) -> None:
    stages = FakeStages(
        failures={"analyze": [broken() for _ in range(4)]},
        alert_failure=broken("delivery-refused", final=True),
    )
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: bool(stages.told))
        await parked(stages, "analyze")
        await decide(handle, Resolution.RETRY)
        assert (await handle.result()).status is RunStatus.COMPLETED


async def test_channels_that_fail_after_the_decision_do_not_hold_the_run(temporal: Client) -> None:
    stages = FakeStages(
        failures={"analyze": [broken() for _ in range(4)]},
        deaf={"report"},
        alert_failure=broken("delivery-refused", final=True),
        alert_answers=asyncio.Event(),
    )
    async with asyncio.timeout(60), working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: bool(stages.told))
        await decide(handle, Resolution.RETRY)
        await stages.until(lambda: "report" in stages.calls)
        stages.alert_answers.set()
        async for event in handle.fetch_history_events(wait_new_event=True):
            failed = event.activity_task_failed_event_attributes
            if failed.failure.application_failure_info.type == "delivery-refused":
                break
        stages.release.set()
        assert (await handle.result()).status is RunStatus.COMPLETED


async def test_a_report_is_written_without_quotations_when_summarize_is_skipped(
    temporal: Client,
) -> None:
    stages = FakeStages(failures={"summarize": [broken() for _ in range(ATTEMPTS["summarize"])]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, "summarize")
        await decide(handle, Resolution.SKIP)
        assert (await handle.result()).status is RunStatus.COMPLETED
    assert stages.summarized is None


@pytest.mark.parametrize("stage", ["normalize", "analyze", "report"])
async def test_what_the_report_rests_on_cannot_be_skipped(temporal: Client, stage: str) -> None:
    stages = FakeStages(failures={stage: [broken() for _ in range(ATTEMPTS[stage])]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, stage)
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await decide(handle, Resolution.SKIP)
        await decide(handle, Resolution.ABORT)
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "stage-not-skippable"


async def test_a_decision_is_refused_while_nothing_is_parked(temporal: Client) -> None:
    stages = FakeStages(hold={"analyze"})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: "analyze" in stages.calls)
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await decide(handle, Resolution.RETRY)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "run-not-blocked"


async def test_past_the_deadline_topics_are_quoted_without_the_model(temporal: Client) -> None:
    stages = FakeStages(failures={"summarize": [broken() for _ in range(ATTEMPTS["summarize"])]})
    async with working(temporal, stages):
        result = await (await start(temporal, deadline_seconds=0)).result()
    assert result.status is RunStatus.COMPLETED
    assert stages.extractive == [False] * ATTEMPTS["summarize"] + [True]
    assert stages.summarized is not None


async def test_past_the_deadline_summarize_is_left_out_where_quoting_fails_too(
    temporal: Client,
) -> None:
    failures = [broken() for _ in range(2 * ATTEMPTS["summarize"])]
    stages = FakeStages(failures={"summarize": failures})
    async with working(temporal, stages):
        result = await (await start(temporal, deadline_seconds=0)).result()
    assert result.status is RunStatus.COMPLETED
    assert stages.summarized is None


async def test_past_the_deadline_any_other_stage_fails_with_its_reason(temporal: Client) -> None:
    stages = FakeStages(failures={"analyze": [broken() for _ in range(4)]})
    async with working(temporal, stages):
        with pytest.raises(WorkflowFailureError):
            await (await start(temporal, deadline_seconds=0)).result()
    assert stages.row[-1] == (RunStatus.FAILED, "analyze", "source-unavailable")


async def test_a_parked_run_can_be_cancelled(temporal: Client) -> None:
    stages = FakeStages(failures={"analyze": [broken() for _ in range(4)]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, "analyze")
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.row[-1][:2] == (RunStatus.CANCELLED, "analyze")


async def test_a_run_without_time_to_park_fails_with_its_reason(temporal: Client) -> None:
    stages = FakeStages(failures={"analyze": [broken() for _ in range(4)]})
    async with working(temporal, stages):
        handle = await start(temporal, deadline_seconds=0, quiet=True)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.row == [(RunStatus.FAILED, "analyze", "source-unavailable")]
    assert stages.told == []
