"""Backfills in storage, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.trends.storage.monitor_cases import asked
from trends.domain.backfills import BackfillStatus, WindowState
from trends.domain.models import Window
from trends.errors import (
    BackfillNotFoundError,
    ConflictError,
    IdempotencyConflictError,
    InvalidRequestError,
)
from trends.storage.backfills import BackfillStore, NewBackfill
from trends.storage.database import Database
from trends.storage.monitors import MonitorStore
from trends.storage.runs import RunStore

TENANT = "local"
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """Moves on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = START + 30 * DAY

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def store(database: Database) -> BackfillStore:
    """An empty store."""
    return BackfillStore(database, Clock())


def new(number: int = 1, **changes: object) -> NewBackfill:
    """A backfill of three windows."""
    windows = tuple(
        Window(start=START + (place - 7) * DAY, end=START + place * DAY) for place in (1, 2, 3)
    )
    values: dict[str, object] = {
        "tenant": TENANT,
        "backfill_id": f"b-{number}",
        "monitor": f"monitor-{number}",
        "monitor_id": f"question-{number}",
        "plan": {"settings": {"uri": f"sha256/{number}"}},
        "span": Window(start=START, end=START + 3 * DAY),
        "windows": windows,
        "step": "1d",
        "window_text": "7d",
        "parallel": 2,
        "strict": False,
        "requested_at": START + number * DAY,
        "author": "kim",
        "idempotency_key": None,
        "fingerprint": "same",
    }
    return NewBackfill.model_validate({**values, **changes})


async def ended(store: BackfillStore, *states: WindowState) -> None:
    """Insert a backfill whose windows ended so."""
    await store.insert(new())
    for place, state in enumerate(states, 1):
        end = START + place * DAY
        await store.opened(TENANT, "b-1", end, f"run-{place}", released=True)
        await store.settled(TENANT, "b-1", end, state, "", "")
    await store.finish(TENANT, "b-1", BackfillStatus.FAILED, "slug", "Why.")


async def test_an_accepted_backfill_has_all_its_windows_waiting(store: BackfillStore) -> None:
    backfill, replayed = await store.insert(new())
    assert (backfill.status, replayed) == (BackfillStatus.STARTING, False)
    assert backfill.standing.waiting == 3
    assert await store.plan(TENANT, "b-1") == {"settings": {"uri": "sha256/1"}}
    ends = [window.window_end for window in await store.windows(TENANT, "b-1")]
    assert ends == [START + DAY, START + 2 * DAY, START + 3 * DAY]


async def test_the_same_key_finds_the_same_backfill(store: BackfillStore) -> None:
    first, _ = await store.insert(new(idempotency_key="key"))
    again, replayed = await store.insert(new(2, idempotency_key="key"))
    assert (again, replayed) == (first, True)
    assert await store.known(TENANT, "key", "same") == first
    assert await store.known("other", "key", "same") is None
    with pytest.raises(IdempotencyConflictError):
        await store.insert(new(2, idempotency_key="key", fingerprint="another"))


async def test_of_two_at_once_over_one_question_one_is_refused(
    store: BackfillStore, database: Database
) -> None:
    await MonitorStore(database, Clock()).add(TENANT, asked("monitor-1"), "kim")
    both = await asyncio.gather(
        store.insert(new()),
        store.insert(new(backfill_id="b-2")),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["ConflictError", "tuple"]


async def test_a_question_is_free_again_once_its_backfill_has_ended(store: BackfillStore) -> None:
    await store.insert(new())
    with pytest.raises(ConflictError, match="b-1"):
        await store.insert(new(backfill_id="b-2"))
    await store.finish(TENANT, "b-1", BackfillStatus.CANCELLED, "", "")
    await store.insert(new(backfill_id="b-2"))
    with pytest.raises(ConflictError, match="b-2"):
        await store.again(TENANT, "b-1", following=False)


async def test_a_window_goes_from_waiting_to_its_end_and_no_further(store: BackfillStore) -> None:
    await store.insert(new())
    end = START + DAY
    await store.opened(TENANT, "b-1", end, "run-1", released=False)
    await store.released(TENANT, "b-1", end)
    # As a second attempt of the same step would.
    await store.opened(TENANT, "b-1", end, "run-2", released=False)
    running = (await store.windows(TENANT, "b-1"))[0]
    assert (running.state, running.run_id, running.released) == ("running", "run-1", True)
    await store.settled(TENANT, "b-1", end, WindowState.DONE)
    await store.settled(TENANT, "b-1", end, WindowState.FAILED, "late", "Too late.")
    done = (await store.windows(TENANT, "b-1"))[0]
    assert (done.state, done.slug) == (WindowState.DONE, "")
    assert (await store.get(TENANT, "b-1")).standing.done == 1


async def test_the_first_end_stands(store: BackfillStore) -> None:
    await store.insert(new())
    await store.mark(TENANT, "b-1", BackfillStatus.RUNNING)
    await store.finish(TENANT, "b-1", BackfillStatus.CANCELLED, "cancelled", "On request.")
    await store.finish(TENANT, "b-1", BackfillStatus.COMPLETED, "", "")
    await store.mark(TENANT, "b-1", BackfillStatus.RUNNING)
    found = await store.get(TENANT, "b-1")
    assert (found.status, found.slug, found.reason) == ("cancelled", "cancelled", "On request.")
    assert found.started_at is not None
    with pytest.raises(ValueError, match="running is no end"):
        await store.finish(TENANT, "b-1", BackfillStatus.RUNNING, "", "")


async def test_a_further_round_takes_what_is_not_done(store: BackfillStore) -> None:
    await ended(store, WindowState.DONE, WindowState.FAILED, WindowState.DONE)
    again = await store.again(TENANT, "b-1", following=False)
    assert (again.status, again.round, again.reason) == (BackfillStatus.STARTING, 2, "")
    assert again.workflow_id == "backfill-local-b-1-2"
    found = await store.windows(TENANT, "b-1")
    assert [(each.state, each.round, each.run_id) for each in found] == [
        ("done", 1, "run-1"),
        ("waiting", 2, None),
        ("done", 1, "run-3"),
    ]
    with pytest.raises(ConflictError, match="still under way"):
        await store.again(TENANT, "b-1", following=False)


async def test_a_further_round_may_take_what_follows(store: BackfillStore) -> None:
    await ended(store, WindowState.DONE, WindowState.CANCELLED, WindowState.DONE)
    again = await store.again(TENANT, "b-1", following=True)
    assert (again.standing.done, again.standing.waiting) == (1, 2)


async def test_nothing_left_is_said(store: BackfillStore) -> None:
    await ended(store, *(3 * [WindowState.DONE]))
    with pytest.raises(ConflictError, match="Nothing of the backfill is left"):
        await store.again(TENANT, "b-1", following=True)


async def test_pages_go_from_the_newest_to_the_oldest(store: BackfillStore) -> None:
    for number in (1, 2, 3):
        await store.insert(new(number))
    first = await store.page(TENANT, limit=2)
    assert [each.backfill_id for each in first.items] == ["b-3", "b-2"]
    second = await store.page(TENANT, limit=2, cursor=first.next_cursor)
    assert [each.backfill_id for each in second.items] == ["b-1"]
    assert second.next_cursor is None
    one = await store.page(TENANT, monitor="monitor-2")
    assert [each.backfill_id for each in one.items] == ["b-2"]
    assert (await store.page("other")).items == ()
    with pytest.raises(InvalidRequestError):
        await store.page(TENANT, cursor="forged")


async def test_what_has_not_ended_is_found_again(store: BackfillStore) -> None:
    for number in (1, 2):
        await store.insert(new(number))
    await store.finish(TENANT, "b-1", BackfillStatus.COMPLETED, "", "")
    later = START + 60 * DAY
    assert [each.backfill_id for each in await store.unfinished(later)] == ["b-2"]
    assert await store.unfinished(START) == ()


async def test_a_backfill_of_another_tenant_is_not_found(store: BackfillStore) -> None:
    await store.insert(new())
    for call in (store.get("other", "b-1"), store.again("other", "b-1", following=False)):
        with pytest.raises(BackfillNotFoundError):
            await call
    assert await store.windows("other", "b-1") == ()


async def test_the_settings_of_a_backfill_are_kept_before_its_first_run(
    store: BackfillStore, database: Database
) -> None:
    await store.insert(new(plan={"settings": {"uri": "sha256/ab/cd"}}))
    assert await RunStore(database, Clock()).referenced() == {"sha256/ab/cd"}
