"""The run record: what is written, what is refused, what a repetition changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.trends.storage.record_cases import (
    NOON,
    TENANT,
    Clock,
    new_run,
    reference,
    report_result,
)
from trends.domain.models import RunStatus, Window
from trends.errors import (
    IdempotencyConflictError,
    InvalidRequestError,
    RunNotFoundError,
    UnknownNameError,
)
from trends.storage.database import Database
from trends.storage.events import EventStore
from trends.storage.rows import StageRow
from trends.storage.runs import RunStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> RunStore:
    return RunStore(database, clock)


@pytest.fixture
def events(database: Database) -> EventStore:
    return EventStore(database)


async def told(events: EventStore, run_id: str = "run-1") -> list[str]:
    return [event.type for event in await events.after(TENANT, run_id, 0)]


async def only_stage(store: RunStore) -> StageRow:
    (row,) = await store.stages(TENANT, "run-1")
    return row


async def complete(store: RunStore, stage: str, attempt: int = 1, **result: Any) -> bool:
    return await store.stage_completed(
        TENANT, "run-1", stage, "", attempt, result, (), {"items": 3}
    )


class TestInsert:
    async def test_row_reads_back_as_it_was_asked_for(self, store: RunStore) -> None:
        new = new_run()

        row, replayed = await store.insert(new)

        assert not replayed
        assert row == await store.get(TENANT, "run-1")
        kept = set(type(new).model_fields) & set(type(row).model_fields)
        assert {name: getattr(row, name) for name in kept} == {
            name: getattr(new, name) for name in kept
        }

    async def test_question_is_laid_out_in_columns(self, store: RunStore) -> None:
        row, _ = await store.insert(new_run())

        assert (row.query, row.window_text, row.market, row.sources) == (
            "비건 간식",
            "7d",
            "KR",
            ("sample",),
        )
        assert (row.window_start, row.window_end) == (NOON - timedelta(days=7), NOON)

    async def test_run_begins_as_starting_with_one_event(
        self, store: RunStore, events: EventStore
    ) -> None:
        row, _ = await store.insert(new_run())

        assert row.status is RunStatus.STARTING
        assert await told(events) == ["run.accepted"]

    async def test_same_key_and_request_answers_the_first_run(self, store: RunStore) -> None:
        first, _ = await store.insert(new_run("run-1", idempotency_key="k", fingerprint="f"))

        row, replayed = await store.insert(new_run("run-2", idempotency_key="k", fingerprint="f"))

        assert (row, replayed) == (first, True)
        with pytest.raises(RunNotFoundError):
            await store.get(TENANT, "run-2")

    async def test_same_key_for_another_request_is_refused(self, store: RunStore) -> None:
        await store.insert(new_run("run-1", idempotency_key="k", fingerprint="f"))

        with pytest.raises(IdempotencyConflictError, match="run-1"):
            await store.insert(new_run("run-2", idempotency_key="k", fingerprint="other"))

    async def test_tenants_do_not_share_keys(self, store: RunStore) -> None:
        await store.insert(new_run("run-1", idempotency_key="k"))

        _, replayed = await store.insert(new_run("run-1", tenant="other", idempotency_key="k"))

        assert not replayed

    async def test_runs_without_a_key_do_not_meet(self, store: RunStore) -> None:
        await store.insert(new_run("run-1"))

        _, replayed = await store.insert(new_run("run-2"))

        assert not replayed

    async def test_references_in_brief_and_input_are_kept_from_garbage(
        self, store: RunStore
    ) -> None:
        given = {"given": {"collected": [{"items": reference("b").model_dump(mode="json")}]}}

        await store.insert(new_run(input=given, artifacts=(reference("c"),)))

        assert await store.referenced() == {reference(digit).uri for digit in "abc"}

    async def test_report_taken_over_from_a_parent_is_in_the_row(self, store: RunStore) -> None:
        row, _ = await store.insert(new_run(report=report_result()))

        assert row.lines == ("하나", "둘")

    async def test_unknown_run_is_named(self, store: RunStore) -> None:
        with pytest.raises(RunNotFoundError, match="no-such"):
            await store.get(TENANT, "no-such")


class TestStages:
    async def test_first_stage_makes_the_run_running(self, store: RunStore, clock: Clock) -> None:
        await store.insert(new_run())
        clock.forward(5)

        await store.stage_started(TENANT, "run-1", "collect", "sample", 1)

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.stage, row.started_at) == (RunStatus.RUNNING, "collect", clock.now)

    async def test_completed_stage_keeps_result_and_seconds(
        self, store: RunStore, clock: Clock
    ) -> None:
        await store.insert(new_run())
        await store.stage_started(TENANT, "run-1", "analyze", "", 1)
        clock.forward(2.5)

        await complete(store, "analyze", topics=4)

        row = await only_stage(store)
        assert (row.status, row.result, row.seconds) == ("completed", {"topics": 4}, 2.5)

    async def test_completed_stage_tells_its_figures(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())

        await complete(store, "analyze")

        last = (await events.after(TENANT, "run-1", 0))[-1]
        assert (last.type, last.stage, last.attempt, last.data) == (
            "stage.completed",
            "analyze",
            1,
            {"items": 3},
        )

    async def test_artifacts_of_a_stage_are_kept_from_garbage(self, store: RunStore) -> None:
        await store.insert(new_run())
        ref = reference("d")

        await store.stage_completed(TENANT, "run-1", "collect", "sample", 1, {}, (ref, ref), {})

        assert ref.uri in await store.referenced()

    async def test_report_stage_puts_the_report_into_the_run_row(self, store: RunStore) -> None:
        await store.insert(new_run())

        await complete(store, "report", **report_result())

        row = await store.get(TENANT, "run-1")
        assert (row.report, row.lines) == (report_result(), ("하나", "둘"))

    async def test_parts_of_a_stage_stand_side_by_side(self, store: RunStore) -> None:
        await store.insert(new_run())

        await store.stage_started(TENANT, "run-1", "collect", "sample", 1)
        await store.stage_started(TENANT, "run-1", "collect", "file:a.csv", 1)

        rows = await store.stages(TENANT, "run-1")
        assert [row.part for row in rows] == ["file:a.csv", "sample"]

    async def test_failed_attempt_says_why_until_one_completes(self, store: RunStore) -> None:
        await store.insert(new_run())
        await store.stage_started(TENANT, "run-1", "report", "", 1)
        await store.stage_failed(
            TENANT, "run-1", "report", "", 1, "storage-unavailable", "No room.", retrying=True
        )
        failed = await only_stage(store)
        await store.stage_started(TENANT, "run-1", "report", "", 2)
        again = await only_stage(store)
        await complete(store, "report", 2)
        done = await only_stage(store)

        assert (failed.status, failed.reason) == ("retrying", "No room.")
        assert (again.status, again.attempt, again.reason) == ("running", 2, "No room.")
        assert (done.status, done.slug, done.reason) == ("completed", "", "")

    @pytest.mark.parametrize(("retrying", "status"), [(True, "retrying"), (False, "failed")])
    async def test_failure_says_whether_another_attempt_follows(
        self, store: RunStore, events: EventStore, retrying: bool, status: str
    ) -> None:
        await store.insert(new_run())

        await store.stage_failed(TENANT, "run-1", "report", "", 1, "slug", "Why.", retrying)

        assert (await only_stage(store)).status == status
        last = (await events.after(TENANT, "run-1", 0))[-1]
        assert last.data == {"slug": "slug", "reason": "Why.", "retrying": retrying}

    async def test_repetition_changes_nothing(
        self, store: RunStore, events: EventStore, clock: Clock
    ) -> None:
        await store.insert(new_run())
        assert await store.stage_started(TENANT, "run-1", "analyze", "", 1)
        assert await complete(store, "analyze", topics=1)
        before = (await store.get(TENANT, "run-1"), await only_stage(store))
        clock.forward(60)

        assert not await store.stage_started(TENANT, "run-1", "analyze", "", 1)
        assert not await complete(store, "analyze", topics=2)
        assert not await store.stage_failed(TENANT, "run-1", "analyze", "", 1, "x", "y", True)

        assert (await store.get(TENANT, "run-1"), await only_stage(store)) == before
        assert await told(events) == ["run.accepted", "stage.started", "stage.completed"]

    async def test_older_attempt_does_not_overwrite_a_newer_one(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())
        await store.stage_started(TENANT, "run-1", "analyze", "", 1)
        await store.stage_started(TENANT, "run-1", "analyze", "", 2)

        assert not await complete(store, "analyze", 1, topics=1)

        assert (await only_stage(store)).status == "running"
        assert await told(events) == ["run.accepted", "stage.started", "stage.started"]

    async def test_attempts_count_anew_after_a_parked_run_goes_on(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())
        for attempt in (1, 2):
            await store.stage_started(TENANT, "run-1", "report", "", attempt)
            await store.stage_failed(TENANT, "run-1", "report", "", attempt, "x", "y", attempt < 2)
        await store.mark(TENANT, "run-1", RunStatus.BLOCKED, "report", "x", "y")
        await store.mark(TENANT, "run-1", RunStatus.RUNNING, "report", "", "")

        assert await store.stage_started(TENANT, "run-1", "report", "", 1)
        assert await complete(store, "report", 1)

        assert (await only_stage(store)).status == "completed"
        assert (await told(events))[-2:] == ["stage.started", "stage.completed"]

    async def test_stage_of_an_unknown_run_is_refused(self, store: RunStore) -> None:
        with pytest.raises(RunNotFoundError):
            await store.stage_started(TENANT, "run-1", "collect", "", 1)


class TestMark:
    async def test_parked_run_says_why(self, store: RunStore, events: EventStore) -> None:
        await store.insert(new_run())

        await store.mark(TENANT, "run-1", RunStatus.BLOCKED, "report", "slug", "Why.")

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.stage, row.slug, row.reason) == (
            RunStatus.BLOCKED,
            "report",
            "slug",
            "Why.",
        )
        assert await told(events) == ["run.accepted", "run.blocked"]

    async def test_going_on_clears_the_reason(self, store: RunStore, events: EventStore) -> None:
        await store.insert(new_run())
        await store.mark(TENANT, "run-1", RunStatus.BLOCKED, "report", "slug", "Why.")

        await store.mark(TENANT, "run-1", RunStatus.RUNNING, "report", "", "")

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.slug, row.reason, row.resumes) == (RunStatus.RUNNING, "", "", 1)
        assert (await told(events))[-1] == "run.resumed"

    async def test_each_parking_is_told_once(self, store: RunStore, events: EventStore) -> None:
        await store.insert(new_run())
        for _ in range(2):
            for _ in range(2):
                await store.mark(TENANT, "run-1", RunStatus.BLOCKED, "report", "slug", "Why.")
            for _ in range(2):
                await store.mark(TENANT, "run-1", RunStatus.RUNNING, "report", "", "")

        assert await told(events) == ["run.accepted", *(["run.blocked", "run.resumed"] * 2)]

    async def test_run_is_paused_before_its_first_stage_and_goes_on(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())

        assert await store.mark(TENANT, "run-1", RunStatus.PAUSED, "collect", "", "")
        # As a second attempt of the same projection would.
        assert not await store.mark(TENANT, "run-1", RunStatus.PAUSED, "collect", "", "")

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.stage, row.status.ended) == (RunStatus.PAUSED, "collect", False)
        assert row.started_at is not None
        assert await store.unfinished(row.updated_at + timedelta(seconds=1), 10) == (row,)
        assert await store.mark(TENANT, "run-1", RunStatus.RUNNING, "collect", "", "")
        assert (await store.get(TENANT, "run-1")).resumes == 1
        assert await told(events) == ["run.accepted", "run.paused", "run.resumed"]

    async def test_run_that_never_parked_cannot_go_on(self, store: RunStore) -> None:
        await store.insert(new_run())

        assert not await store.mark(TENANT, "run-1", RunStatus.RUNNING, "collect", "", "")

        assert (await store.get(TENANT, "run-1")).status is RunStatus.STARTING

    async def test_ended_run_cannot_be_parked(self, store: RunStore) -> None:
        await store.insert(new_run())
        await store.finish(TENANT, "run-1", RunStatus.FAILED, "report", "x", "y")

        assert not await store.mark(TENANT, "run-1", RunStatus.BLOCKED, "report", "x", "y")

        assert (await store.get(TENANT, "run-1")).status is RunStatus.FAILED


ENDS = [status for status in RunStatus if status.ended]


class TestFinish:
    @pytest.mark.parametrize("status", ENDS)
    async def test_end_is_the_last_event(
        self, store: RunStore, events: EventStore, clock: Clock, status: RunStatus
    ) -> None:
        await store.insert(new_run())
        clock.forward(9)

        await store.finish(TENANT, "run-1", status, "report", "slug", "Why.")

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.stage, row.reason, row.ended_at) == (
            status,
            "report",
            "Why.",
            clock.now,
        )
        assert (await told(events))[-1] == f"run.{status.value}"

    @pytest.mark.parametrize("status", [end for end in ENDS if end is not RunStatus.LOST])
    async def test_first_end_stands(
        self, store: RunStore, events: EventStore, status: RunStatus
    ) -> None:
        await store.insert(new_run())
        await store.finish(TENANT, "run-1", status, "notify", "", "")

        for other in ENDS:
            assert not await store.finish(TENANT, "run-1", other, "collect", "x", "y")

        assert (await store.get(TENANT, "run-1")).status is status
        assert await told(events) == ["run.accepted", f"run.{status.value}"]

    async def test_lost_run_may_yet_end_well(self, store: RunStore, events: EventStore) -> None:
        await store.insert(new_run())
        await store.finish(TENANT, "run-1", RunStatus.LOST, "report", "lost", "Gone.")

        assert await store.finish(TENANT, "run-1", RunStatus.COMPLETED, "notify", "", "")

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.slug, row.reason) == (RunStatus.COMPLETED, "", "")
        assert (await told(events))[-1] == "run.completed"

    async def test_stage_that_was_under_way_stops_with_its_run(self, store: RunStore) -> None:
        await store.insert(new_run())
        await store.stage_started(TENANT, "run-1", "collect", "sample", 1)

        await store.finish(TENANT, "run-1", RunStatus.CANCELLED, "", "cancelled", "On request.")

        assert (await only_stage(store)).status == "stopped"
        assert (await store.get(TENANT, "run-1")).stage == "collect"

    async def test_ended_run_is_never_brought_back(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())
        await store.finish(TENANT, "run-1", RunStatus.CANCELLED, "collect", "", "")

        assert not await store.stage_started(TENANT, "run-1", "collect", "", 1)
        assert not await complete(store, "collect")

        assert (await store.get(TENANT, "run-1")).status is RunStatus.CANCELLED
        assert await store.stages(TENANT, "run-1") == ()
        assert (await told(events))[-1] == "run.cancelled"

    async def test_lost_run_that_goes_on_is_recorded_without_events(
        self, store: RunStore, events: EventStore
    ) -> None:
        await store.insert(new_run())
        await store.finish(TENANT, "run-1", RunStatus.LOST, "report", "lost", "Gone.")

        assert await complete(store, "report", **report_result())

        row = await store.get(TENANT, "run-1")
        assert (row.status, row.lines) == (RunStatus.LOST, ("하나", "둘"))
        assert (await told(events))[-1] == "run.lost"

    async def test_running_is_no_end(self, store: RunStore) -> None:
        await store.insert(new_run())

        with pytest.raises(ValueError, match="running is no end"):
            await store.finish(TENANT, "run-1", RunStatus.RUNNING, "", "", "")


class TestLists:
    async def test_pages_hold_every_run_once_newest_first(self, store: RunStore) -> None:
        # Two at each moment: the id decides between them.
        asked = [(f"run-{n}", NOON + timedelta(seconds=n // 2)) for n in range(7)]
        for run_id, at in asked:
            await store.insert(new_run(run_id, requested_at=at))

        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await store.page(TENANT, cursor=cursor, limit=3)
            seen += [row.run_id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break

        assert seen == [run_id for run_id, _ in reversed(asked)]

    async def test_last_full_page_has_no_cursor(self, store: RunStore) -> None:
        await store.insert(new_run())

        assert (await store.page(TENANT, limit=1)).next_cursor is None

    async def test_list_holds_the_tenant_s_own_runs_only(self, store: RunStore) -> None:
        await store.insert(new_run("mine"))
        await store.insert(new_run("theirs", tenant="other"))

        assert [row.run_id for row in (await store.page(TENANT)).items] == ["mine"]

    @pytest.mark.parametrize(
        ("status", "agent", "found"),
        [
            ("failed", None, ["run-2"]),
            (None, "video", ["run-3"]),
            ("failed", "video", []),
            (None, None, ["run-3", "run-2", "run-1"]),
        ],
    )
    async def test_list_is_filtered(
        self, store: RunStore, status: str | None, agent: str | None, found: list[str]
    ) -> None:
        await store.insert(new_run("run-1"))
        await store.insert(new_run("run-2"))
        await store.insert(new_run("run-3", agent="video"))
        await store.finish(TENANT, "run-2", RunStatus.FAILED, "collect", "x", "y")

        page = await store.page(TENANT, status=status, agent=agent)

        assert [row.run_id for row in page.items] == found

    async def test_unknown_status_names_the_near_one(self, store: RunStore) -> None:
        with pytest.raises(UnknownNameError, match="Did you mean 'failed'"):
            await store.page(TENANT, status="fail")

    @pytest.mark.parametrize(
        "cursor", ["", "x", "한글", "e30", "bnVsbA", "eyJhdCI6ICJub3ciLCAiaWQiOiAiYSJ9"]
    )
    async def test_forged_cursor_is_refused(self, store: RunStore, cursor: str) -> None:
        with pytest.raises(InvalidRequestError, match="cursor"):
            await store.page(TENANT, cursor=cursor)

    async def test_unfinished_runs_of_all_tenants_longest_first(
        self, store: RunStore, clock: Clock
    ) -> None:
        for run_id, tenant in (("run-1", "b"), ("run-2", "a"), ("run-3", "b")):
            await store.insert(new_run(run_id, tenant=tenant))
            clock.forward(1)
        await store.finish("b", "run-3", RunStatus.COMPLETED, "notify", "", "")

        rows = await store.unfinished(clock.now, 10)

        assert [row.run_id for row in rows] == ["run-1", "run-2"]

    async def test_unfinished_leaves_out_what_changed_since(
        self, store: RunStore, clock: Clock
    ) -> None:
        await store.insert(new_run())

        assert await store.unfinished(clock.now, 10) == ()

    async def test_unfinished_goes_on_after_a_row(self, store: RunStore, clock: Clock) -> None:
        for n in range(3):
            await store.insert(new_run(f"run-{n}"))
        clock.forward(1)

        (first,) = await store.unfinished(clock.now, 1)
        rest = await store.unfinished(clock.now, 10, after=first)

        assert [row.run_id for row in (first, *rest)] == ["run-0", "run-1", "run-2"]


class TestEarlierReports:
    @pytest.fixture
    def reported(self, store: RunStore) -> Callable[..., Any]:
        async def insert(run_id: str, days_ago: float, *, report: bool = True, **more: Any) -> None:
            end = NOON - timedelta(days=days_ago)
            window = Window(start=end - timedelta(days=7), end=end)
            await store.insert(new_run(run_id, window=window, **more))
            if report:
                await store.stage_completed(
                    TENANT, run_id, "report", "", 1, report_result(), (), {}
                )
                await store.finish(TENANT, run_id, RunStatus.COMPLETED, "notify", "", "")

        return insert

    async def test_run_before_is_the_last_completed_one(
        self, store: RunStore, reported: Callable[..., Any]
    ) -> None:
        await reported("old", 5)
        await reported("last", 1)
        await reported("unfinished", 0.5, report=False)
        await reported("other", 0.5, question_hash="q2")
        await reported("same", 0)

        row = await store.latest_report(TENANT, "q1", NOON)

        assert row is not None
        assert row.run_id == "last"

    async def test_first_run_has_none_before(self, store: RunStore) -> None:
        assert await store.latest_report(TENANT, "q1", NOON) is None

    async def test_report_of_last_week_is_found_by_its_window_s_end(
        self, store: RunStore, reported: Callable[..., Any]
    ) -> None:
        for days_ago in (1, 6.4, 7.1, 8):
            await reported(f"{days_ago} days", days_ago)
        week_ago = NOON - timedelta(days=7)
        half = timedelta(hours=12)

        row = await store.report_at(TENANT, "q1", (week_ago - half, week_ago + half))

        assert row is not None
        assert row.run_id == "7.1 days"
