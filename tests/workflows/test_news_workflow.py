"""Order, retries, pausing and cancelling of `NewsTrendWorkflow`, on a real server with the smallest stages."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import (
    Client,
    WorkflowFailureError,
)
from temporalio.exceptions import ApplicationError, CancelledError

from activities import contracts
from activities.contracts import Given, Resolution
from tests.workflows.fake_runs import STAGES, Handle, decide, parked, start, working
from tests.workflows.stage_fakes import REF, FakeStages, broken
from trends.domain.models import RunStatus, SourceOutcome
from workflows import attributes

pytestmark = pytest.mark.engine


async def test_stages_run_in_the_order_of_the_table(temporal: Client) -> None:
    stages = FakeStages()
    async with working(temporal, stages):
        result = await (await start(temporal)).result()
    assert stages.calls == ["collect:a", *STAGES]
    assert result.status is RunStatus.COMPLETED
    assert stages.row == [(RunStatus.COMPLETED, "notify", "")]


async def test_a_source_that_fails_for_good_is_named_and_the_others_go_on(temporal: Client) -> None:
    stages = FakeStages(failures={"collect:b": [broken("source-unreadable", final=True)]})
    async with working(temporal, stages):
        await (await start(temporal, "a", "b")).result()
    outcomes = {part.outcome.source: part.outcome for part in stages.collected}
    assert outcomes["a"].ok
    assert (outcomes["b"].ok, outcomes["b"].slug) == (False, "source-unreadable")
    assert outcomes["b"].reason == "source-unreadable happened."


async def test_the_run_fails_with_every_reason_when_all_sources_fail_for_good(
    temporal: Client,
) -> None:
    failures = {f"collect:{name}": [broken("source-unreadable", final=True)] for name in "ab"}
    stages = FakeStages(failures=failures)
    async with working(temporal, stages):
        with pytest.raises(WorkflowFailureError) as caught:
            await (await start(temporal, "a", "b")).result()
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "all-sources-failed"
    assert "a: source-unreadable happened.; b: source-unreadable happened." in cause.message
    assert stages.row == [(RunStatus.FAILED, "collect", "all-sources-failed")]


@pytest.mark.parametrize("stage", ["collect:a", *STAGES])
async def test_cancel_reaches_the_stage_and_waits_for_its_cleaning_up(
    temporal: Client, stage: str
) -> None:
    stages = FakeStages(hold={stage})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: stage in stages.calls)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()
    assert isinstance(caught.value.cause, CancelledError)
    assert stages.cleaned == [stage]
    assert stages.row == [(RunStatus.CANCELLED, stage.partition(":")[0], "cancelled")]


@pytest.mark.parametrize("stage", ["collect:a", *STAGES])
async def test_a_stage_that_ends_before_it_hears_of_the_cancel_is_the_last(
    temporal: Client, stage: str
) -> None:
    stages = FakeStages(deaf={stage})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: stage in stages.calls)
        await handle.cancel()
        await _told_of_the_cancel(handle)
        stages.release.set()
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()
    assert isinstance(caught.value.cause, CancelledError)
    assert stages.calls[-1] == stage
    assert stages.row == [(RunStatus.CANCELLED, stage.partition(":")[0], "cancelled")]


async def test_a_cancel_that_comes_after_the_last_stage_changes_nothing(temporal: Client) -> None:
    stages = FakeStages(deaf={"finish"})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: "finish" in stages.calls)
        await handle.cancel()
        await _taken(handle)
        stages.release.set()
        result = await handle.result()
    assert result.status is RunStatus.COMPLETED
    assert stages.row == [(RunStatus.COMPLETED, "notify", "")]


async def _taken(handle: Handle) -> None:
    """Await the workflow task that brought the cancel to the workflow."""
    await _seen(
        handle,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    )


async def _told_of_the_cancel(handle: Handle) -> None:
    """Await the workflow's own word to its stage, which shows that it took the cancel."""
    await _seen(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)


async def _seen(handle: Handle, *types: EventType.ValueType) -> None:
    """Await events of these types, in this order, in the history."""
    wanted = list(types)
    async with asyncio.timeout(20):
        while True:
            async for event in handle.fetch_history_events(wait_new_event=True):
                if event.event_type == wanted[0]:
                    wanted.pop(0)
                    if not wanted:
                        return


async def test_a_rerun_executes_only_the_stages_from_its_start_on(temporal: Client) -> None:
    stages = FakeStages()
    outcome = SourceOutcome(source="a", ok=True, items=1)
    given = Given(
        collected=(contracts.CollectResult(outcome=outcome, items=REF),),
        normalized=contracts.NormalizeResult(stories=REF, counts=stages.counts),
        analyzed=contracts.AnalyzeResult(analysis=REF, topics=1, announced=1),
    )
    async with working(temporal, stages):
        await (await start(temporal, start_from="summarize", given=given)).result()
    assert stages.calls == ["summarize", "report", "notify"]


async def test_a_person_sees_the_stages_in_the_temporal_ui(temporal: Client) -> None:
    stages = FakeStages(failures={"analyze": [broken() for _ in range(4)]})
    async with working(temporal, stages):
        handle = await start(temporal)
        await parked(stages, "analyze")
        metadata: WorkflowMetadata = await handle.query(
            "__temporal_workflow_metadata", result_type=WorkflowMetadata
        )
        described = await handle.describe()
        await decide(handle, Resolution.ABORT)
    assert "‖ | analyze | blocked | source-unavailable happened." in metadata.current_details
    found = described.typed_search_attributes
    assert (found[attributes.STATUS], found[attributes.STAGE]) == ("Blocked", "analyze")


async def paused(stages: FakeStages, stage: str) -> None:
    """Await the projection that says the run is paused."""
    await stages.until(lambda: (RunStatus.PAUSED, stage) in [row[:2] for row in stages.row])


async def test_a_paused_run_ends_its_stage_and_begins_no_other(temporal: Client) -> None:
    stages = FakeStages(deaf={"normalize"})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: "normalize" in stages.calls)
        await handle.signal(contracts.PAUSE_SIGNAL)
        await handle.signal(contracts.PAUSE_SIGNAL)
        stages.release.set()
        await paused(stages, "analyze")
        described = await handle.describe()
        metadata: WorkflowMetadata = await handle.query(
            "__temporal_workflow_metadata", result_type=WorkflowMetadata
        )
        assert stages.calls == ["collect:a", "normalize"]
        await handle.signal(contracts.RESUME_SIGNAL)
        await handle.result()
    found = described.typed_search_attributes
    assert (found[attributes.STATUS], found[attributes.STAGE]) == ("Paused", "analyze")
    assert "‖ | analyze | paused |" in metadata.current_details
    assert [row[0] for row in stages.row] == [
        RunStatus.PAUSED,
        RunStatus.RUNNING,
        RunStatus.COMPLETED,
    ]
    assert stages.calls == ["collect:a", *STAGES]


async def test_a_run_that_is_resumed_before_it_stands_still_goes_on(temporal: Client) -> None:
    stages = FakeStages(deaf={"normalize"})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: "normalize" in stages.calls)
        await handle.signal(contracts.PAUSE_SIGNAL)
        await handle.signal(contracts.RESUME_SIGNAL)
        stages.release.set()
        await handle.result()
    assert [row[0] for row in stages.row] == [RunStatus.COMPLETED]


async def test_a_paused_run_can_be_cancelled(temporal: Client) -> None:
    stages = FakeStages(deaf={"collect:a"})
    async with working(temporal, stages):
        handle = await start(temporal)
        await stages.until(lambda: "collect:a" in stages.calls)
        await handle.signal(contracts.PAUSE_SIGNAL)
        stages.release.set()
        await paused(stages, "normalize")
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert stages.row[-1][:2] == (RunStatus.CANCELLED, "normalize")


async def test_the_deadline_does_not_run_while_a_run_is_paused(temporal: Client) -> None:
    # Paused for longer than the deadline, it still parks: the time it stood still does not count.
    stages = FakeStages(deaf={"collect:a"}, failures={"normalize": [broken() for _ in range(4)]})
    async with working(temporal, stages):
        handle = await start(temporal, deadline_seconds=5)
        await stages.until(lambda: "collect:a" in stages.calls)
        await handle.signal(contracts.PAUSE_SIGNAL)
        stages.release.set()
        await paused(stages, "normalize")
        await asyncio.sleep(6)  # the span is what is under test
        await handle.signal(contracts.RESUME_SIGNAL)
        await parked(stages, "normalize")
        await handle.cancel()


async def test_a_run_waits_at_its_gate_and_goes_on_with_the_brief_it_is_given(
    temporal: Client,
) -> None:
    stages = FakeStages()
    other = REF.model_copy(update={"uri": "sha256/ef/01"})
    async with working(temporal, stages):
        handle = await start(temporal, gate_before="analyze")
        await stages.until(lambda: "normalize" in stages.calls)
        await _seen(handle, *2 * [EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED])
        assert stages.calls == ["collect:a", "normalize"]
        run = contracts.RunRef(tenant="local", run_id="r", brief=other)
        await handle.signal(contracts.RELEASE_SIGNAL, run)
        await handle.result()
    assert stages.calls == ["collect:a", *STAGES]
    assert stages.briefs == {"normalize": REF, "analyze": other, "report": other}


async def test_a_run_that_is_to_plan_plans_before_it_collects_and_hands_the_plan_on(
    temporal: Client,
) -> None:
    stages = FakeStages()
    async with working(temporal, stages):
        await (await start(temporal, plan=True)).result()
    assert stages.calls == ["plan", "collect:a", *STAGES]
    assert stages.plan_given == REF
    assert stages.planned == contracts.PlanResult(plan=REF)


@pytest.mark.parametrize(
    "failures", [[broken("model", final=True)], [broken("model-busy") for _ in range(4)]]
)
async def test_a_plan_that_fails_parks_nothing_and_the_report_hears_why(
    temporal: Client, failures: list[ApplicationError]
) -> None:
    slug = failures[0].type or ""
    stages = FakeStages(failures={"plan": list(failures)})
    async with working(temporal, stages):
        result = await (await start(temporal, plan=True)).result()
    assert result.status is RunStatus.COMPLETED
    assert stages.plan_given is None
    assert stages.planned == contracts.PlanResult(slug=slug)
    assert stages.told == []


async def test_a_plan_of_another_run_is_taken_over(temporal: Client) -> None:
    stages = FakeStages()
    given = Given(planned=contracts.PlanResult(plan=REF))
    async with working(temporal, stages):
        await (await start(temporal, plan=True, given=given)).result()
    assert "plan" not in stages.calls
    assert stages.plan_given == REF


async def test_a_run_that_begins_later_does_not_plan(temporal: Client) -> None:
    stages = FakeStages()
    given = Given(collected=())
    async with working(temporal, stages):
        await (await start(temporal, plan=True, start_from="normalize", given=given)).result()
    assert "plan" not in stages.calls
