"""Order, pause, cancel, retry and continue-as-new of backfills: real server and storage, the smallest stages."""

import asyncio
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError

from activities import contracts
from engine.backfill_layout import BackfillRequest
from tests.workflows.backfill_fakes import FakeWindows, fake_windows
from tests.workflows.backfill_stand import (
    DAY,
    ENDS,
    FIRST,
    MONITOR,
    REQUEST,
    begin,
    over,
    save_monitor,
    until,
    windows,
)
from tests.workflows.stand import NOW, Stand, stand
from trends.domain.backfills import Backfill, BackfillStatus, WindowState
from trends.domain.models import RunStatus
from trends.domain.monitors import MonitorDraft
from trends.errors import (
    BackfillNotFoundError,
    ConflictError,
    IdempotencyConflictError,
    InvalidRequestError,
    InvalidWindowError,
    MonitorNotFoundError,
)
from workflows import attributes

pytestmark = pytest.mark.engine


@pytest.fixture
async def idle(engine_server: str, tmp_path: Path) -> AsyncGenerator[Stand]:
    """A stand with the monitor and without any worker."""
    async with stand(engine_server, tmp_path) as built:
        await save_monitor(built)
        yield built


@pytest.fixture
async def stages(idle: Stand, temporal: Client) -> AsyncGenerator[FakeWindows]:
    """Workers over the smallest stages."""
    async with fake_windows(idle, temporal) as built:
        yield built


async def states(built: Stand, backfill: Backfill) -> list[str]:
    """Where its windows stand, oldest first."""
    return [window.state.value for window in await windows(built, backfill)]


async def test_windows_are_analyzed_in_order_whatever_is_read_meanwhile(
    idle: Stand, stages: FakeWindows
) -> None:
    first = stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle, parallel=3)
    await stages.until(lambda: len(stages.read) == 3)
    assert stages.analyzed in ([], [ENDS[0]])
    first.set()
    ended = await over(idle, backfill)
    assert ended.status is BackfillStatus.COMPLETED
    assert stages.analyzed == list(ENDS)


async def test_a_run_of_a_backfill_waits_behind_everything_and_tells_nobody(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.fail_at.add(ENDS[1])
    backfill = await over(idle, await begin(idle))
    found = [
        await idle.doors.store.get("local", window.run_id or "")
        for window in await windows(idle, backfill)
    ]
    assert {row.priority for row in found} == {5}
    assert stages.told == []


async def test_a_window_that_fails_does_not_park_and_the_later_ones_go_on(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.fail_at.add(ENDS[1])
    ended = await over(idle, await begin(idle))
    assert ended.status is BackfillStatus.FAILED
    assert ended.slug == "source-unreadable"
    assert ended.reason.startswith("1 of 4 windows have no report.")
    assert await states(idle, ended) == ["done", "failed", "done", "done"]


async def test_only_what_failed_is_done_again_and_what_was_made_without_it_is_said(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.fail_at.add(ENDS[1])
    ended = await over(idle, await begin(idle))
    assert ended.standing.without == 2
    stages.fail_at.clear()
    stages.analyzed.clear()

    again = await idle.doors.backfills.retry_failed("local", ended.backfill_id)
    assert "2 later windows keep reports" in again.warnings[0]
    ended = await over(idle, again.backfill)
    assert (ended.status, ended.round) == (BackfillStatus.COMPLETED, 2)
    assert stages.analyzed == [ENDS[1]]
    assert ended.standing.without == 2


async def test_what_follows_a_failed_window_can_be_made_anew_with_it(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.fail_at.add(ENDS[1])
    ended = await over(idle, await begin(idle))
    stages.fail_at.clear()
    stages.analyzed.clear()
    again = await idle.doors.backfills.retry_failed("local", ended.backfill_id, following=True)
    assert again.warnings == ()
    ended = await over(idle, again.backfill)
    assert stages.analyzed == list(ENDS[1:])
    assert (ended.status, ended.standing.without) == (BackfillStatus.COMPLETED, 0)


async def test_a_strict_backfill_stops_at_a_window_that_fails(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.fail_at.add(ENDS[1])
    ended = await over(idle, await begin(idle, strict=True))
    assert ended.status is BackfillStatus.FAILED
    assert (await states(idle, ended))[:2] == ["done", "failed"]
    assert stages.analyzed == list(ENDS[:2])

    stages.fail_at.clear()
    ended = await over(
        idle, (await idle.doors.backfills.retry_failed("local", ended.backfill_id)).backfill
    )
    assert ended.status is BackfillStatus.COMPLETED
    assert ended.standing.without == 0
    assert stages.analyzed == [*ENDS[:2], *ENDS[1:]]


async def test_nothing_is_done_again_while_it_is_under_way_or_where_all_is_done(
    idle: Stand, stages: FakeWindows
) -> None:
    held = stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle)
    with pytest.raises(ConflictError, match="still under way"):
        await idle.doors.backfills.retry_failed("local", backfill.backfill_id)
    held.set()
    await over(idle, backfill)
    with pytest.raises(ConflictError, match="Nothing of the backfill is left to do"):
        await idle.doors.backfills.retry_failed("local", backfill.backfill_id)


async def test_a_paused_backfill_begins_nothing_until_it_goes_on(
    idle: Stand, stages: FakeWindows
) -> None:
    held = stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle, parallel=1)
    await stages.until(lambda: stages.analyzed == [ENDS[0]])
    await idle.doors.backfills.pause("local", backfill.backfill_id)
    await until(idle, backfill, lambda now: now.status is BackfillStatus.PAUSED)
    held.set()
    paused = await until(idle, backfill, lambda now: now.standing.done == 1)
    assert await states(idle, backfill) == ["done", "waiting", "waiting", "waiting"]
    assert (paused.status, stages.analyzed) == (BackfillStatus.PAUSED, [ENDS[0]])
    await idle.doors.backfills.resume("local", backfill.backfill_id)
    assert (await over(idle, backfill)).status is BackfillStatus.COMPLETED
    assert stages.analyzed == list(ENDS)


async def test_cancel_ends_what_is_under_way_and_keeps_what_is_done(
    idle: Stand, stages: FakeWindows
) -> None:
    stages.wait_at[ENDS[1]] = asyncio.Event()
    backfill = await begin(idle)
    await stages.until(lambda: stages.analyzed == [*ENDS[:2]])
    await idle.doors.backfills.cancel("local", backfill.backfill_id)
    ended = await over(idle, backfill)
    assert (ended.status, ended.reason) == (BackfillStatus.CANCELLED, "Cancelled on request.")
    assert await states(idle, backfill) == ["done", "cancelled", "cancelled", "waiting"]
    for window in (await windows(idle, backfill))[1:3]:
        row = await idle.doors.store.get("local", window.run_id or "")
        assert row.status is RunStatus.CANCELLED
    with pytest.raises(ConflictError, match="has ended: cancelled"):
        await idle.doors.backfills.pause("local", backfill.backfill_id)


async def test_a_paused_backfill_can_be_cancelled(idle: Stand, stages: FakeWindows) -> None:
    stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle)
    await stages.until(lambda: stages.analyzed == [ENDS[0]])
    await idle.doors.backfills.pause("local", backfill.backfill_id)
    await until(idle, backfill, lambda now: now.status is BackfillStatus.PAUSED)
    await idle.doors.backfills.cancel("local", backfill.backfill_id)
    assert (await over(idle, backfill)).status is BackfillStatus.CANCELLED


async def test_history_is_begun_anew_before_it_grows_heavy(
    idle: Stand, stages: FakeWindows, temporal: Client
) -> None:
    # Without the server's start: the one below has a limit that two windows pass.
    backfill = await begin(idle, start=(FIRST - 8 * DAY).isoformat())
    handle = temporal.get_workflow_handle(backfill.workflow_id)
    await handle.terminate()
    await idle.doors.client.get_workflow_handle(backfill.workflow_id).describe()
    await temporal.start_workflow(
        contracts.BACKFILL_WORKFLOW,
        contracts.BackfillInput(
            tenant="local",
            backfill_id=backfill.backfill_id,
            title=MONITOR,
            parallel=2,
            history_limit_bytes=8_000,
            look_seconds=0.2,
        ),
        id=backfill.workflow_id,
        task_queue=contracts.WORKFLOW_QUEUE,
    )
    ended = await over(idle, backfill)
    assert (ended.status, ended.standing.done) == (BackfillStatus.COMPLETED, 12)
    assert stages.analyzed == sorted(stages.analyzed)
    chain = [
        each
        async for each in temporal.list_workflows(f"WorkflowId = '{backfill.workflow_id}'")
        if each.status is WorkflowExecutionStatus.CONTINUED_AS_NEW
    ]
    assert len(chain) >= 2


async def test_a_run_that_somebody_else_started_is_followed_by_its_row(
    idle: Stand, stages: FakeWindows, temporal: Client
) -> None:
    held = stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle)
    await stages.until(lambda: stages.analyzed == [ENDS[0]])
    # The server loses the backfill; its runs go on without it.
    await temporal.get_workflow_handle(backfill.workflow_id).terminate()
    await temporal.start_workflow(
        contracts.BACKFILL_WORKFLOW,
        contracts.BackfillInput(
            tenant="local",
            backfill_id=backfill.backfill_id,
            title=MONITOR,
            parallel=2,
            look_seconds=0.2,
        ),
        id=backfill.workflow_id,
        task_queue=contracts.WORKFLOW_QUEUE,
    )
    held.set()
    ended = await over(idle, backfill)
    assert ended.status is BackfillStatus.COMPLETED
    assert stages.analyzed == list(ENDS)


async def test_a_run_that_is_terminated_at_the_server_is_a_failed_window(
    idle: Stand, stages: FakeWindows, temporal: Client
) -> None:
    stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle)
    await stages.until(lambda: stages.analyzed == [ENDS[0]])
    row = await idle.doors.store.get("local", (await windows(idle, backfill))[0].run_id or "")
    await temporal.get_workflow_handle(row.workflow_id).terminate()
    ended = await over(idle, backfill)
    assert await states(idle, ended) == ["failed", "done", "done", "done"]
    assert ended.slug == "terminated"


async def test_a_backfill_that_the_server_lost_goes_on_where_it_stood(idle: Stand) -> None:
    backfill = await begin(idle)
    await idle.doors.client.get_workflow_handle(backfill.workflow_id).terminate()
    # As after a lost disk: known to storage alone.
    await idle.forget_workflow(backfill.workflow_id)
    assert await idle.doors.backfills.run_once(NOW + timedelta(minutes=5)) == 1
    described = await idle.doors.client.get_workflow_handle(backfill.workflow_id).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_backfill_that_was_terminated_ends_and_leaves_no_run_waiting(
    idle: Stand, stages: FakeWindows, temporal: Client
) -> None:
    stages.wait_at[ENDS[0]] = asyncio.Event()
    backfill = await begin(idle)
    await stages.until(lambda: stages.analyzed == [ENDS[0]])
    await temporal.get_workflow_handle(backfill.workflow_id).terminate()
    await idle.doors.backfills.run_once(NOW + timedelta(minutes=5))
    ended = await over(idle, backfill)
    assert (ended.status, ended.reason) == (BackfillStatus.FAILED, "Ended at the Temporal server.")
    for window in await windows(idle, backfill):
        if window.run_id is not None:
            row = await idle.doors.store.get("local", window.run_id)
            with pytest.raises(WorkflowFailureError):
                await temporal.get_workflow_handle(row.workflow_id).result()


async def test_two_starts_with_one_key_are_one_backfill(idle: Stand, engine_server: str) -> None:
    state = Path(idle.env["TRENDS_STATE"])
    async with stand(engine_server, state) as other:
        both = await asyncio.gather(
            *(
                built.doors.backfills.start("local", MONITOR, REQUEST, "key")
                for built in (idle, other)
            )
        )
    assert len({each.backfill.backfill_id for each in both}) == 1
    assert sorted(each.replayed for each in both) == [False, True]
    request = REQUEST.model_copy(update={"strict": True})
    with pytest.raises(IdempotencyConflictError):
        await idle.doors.backfills.start("local", MONITOR, request, "key")


async def test_two_backfills_of_a_monitor_do_not_go_on_at_once(idle: Stand) -> None:
    backfill = await begin(idle)
    with pytest.raises(ConflictError, match=backfill.backfill_id):
        await begin(idle)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"start": "2016-03-01"}, InvalidRequestError, "a backfill has at most 400"),
        ({"step": "1m"}, InvalidRequestError, "at least 15 minutes"),
        ({"step": "often"}, InvalidRequestError, "'often' cannot be used"),
        ({"end": "2026-03-09"}, InvalidWindowError, "in the future"),
        ({"end": "2026-02-20"}, InvalidWindowError, "ends before it begins"),
        ({"start": "2026-02-24T00:00"}, InvalidWindowError, "has no time zone"),
        ({"start": "yesterday"}, InvalidWindowError, "neither a day nor a time"),
        ({"step": "1w"}, InvalidWindowError, "shorter than one step"),
    ],
)
async def test_a_span_that_cannot_be_starts_nothing(
    idle: Stand, change: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        await begin(idle, **change)
    assert (await idle.doors.backfills.store.page("local")).items == ()


async def test_a_span_of_which_a_feed_has_nothing_is_refused(
    engine_server: str, tmp_path: Path
) -> None:
    feeds = json.dumps({"hani": {"url": "https://example.org/rss.xml"}})
    async with stand(engine_server, tmp_path, TRENDS_SOURCES__RSS__FEEDS=feeds) as built:
        draft = MonitorDraft(name=MONITOR, sources=("rss:hani",), window="7d")
        await built.doors.monitors.add("local", draft, "kim")
        with pytest.raises(InvalidRequestError, match="Nothing is stored of 2026-02-18"):
            await begin(built)
        # A source that is read anew each time has all that it ever had.
        both = MonitorDraft(name="both", sources=("rss:hani", "sample"), window="7d")
        await built.doors.monitors.add("local", both, "kim")
        assert (await built.doors.backfills.lay("local", "both", REQUEST)).warnings == ()


async def test_a_monitor_or_a_backfill_of_another_tenant_is_not_found(idle: Stand) -> None:
    backfill = await begin(idle)
    with pytest.raises(MonitorNotFoundError):
        await idle.doors.backfills.start("other", MONITOR, REQUEST)
    with pytest.raises(BackfillNotFoundError):
        await idle.doors.backfills.cancel("other", backfill.backfill_id)


async def test_reports_that_are_there_are_told_of_and_may_be_left_out(
    idle: Stand, stages: FakeWindows
) -> None:
    await over(idle, await begin(idle))
    last = ENDS[-1].isoformat()
    request = BackfillRequest(start=(FIRST - DAY).isoformat(), end=last)
    laid = await idle.doors.backfills.lay("local", MONITOR, request)
    assert "4 windows have a report already" in laid.warnings[0]
    missing = request.model_copy(update={"missing": True})
    laid = await idle.doors.backfills.lay("local", MONITOR, missing)
    assert [each.end for each in laid.windows] == [FIRST]
    assert laid.warnings == (
        "4 windows after the span have reports: those stay as they are, made without what is found now.",
    )
    stages.analyzed.clear()
    await over(idle, await begin(idle, start=request.start, missing=True))
    assert stages.analyzed == [FIRST]


async def test_a_person_sees_how_far_it_is_in_the_temporal_ui(
    idle: Stand, stages: FakeWindows, temporal: Client
) -> None:
    held = stages.wait_at[ENDS[1]] = asyncio.Event()
    backfill = await begin(idle)
    await until(idle, backfill, lambda now: now.standing.done == 1)
    await stages.until(lambda: stages.analyzed == [*ENDS[:2]])
    handle = temporal.get_workflow_handle(backfill.workflow_id)
    metadata: WorkflowMetadata = await handle.query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    assert "| 4 | 1 | 0 | 0 | 2 | 1 |" in metadata.current_details
    found = (await handle.describe()).typed_search_attributes
    assert (found[attributes.PIPELINE], found[attributes.STATUS]) == ("backfill", "Running")
    held.set()
    await over(idle, backfill)
    window = (await windows(idle, backfill))[0]
    assert window.state is WindowState.DONE
