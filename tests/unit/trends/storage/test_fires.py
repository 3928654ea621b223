"""What became of the times at which a monitor was to run."""

from datetime import timedelta

import pytest

from tests.unit.trends.storage.record_cases import NOON, TENANT, Clock
from trends.domain.fires import FireState, fire_key
from trends.storage.database import Database
from trends.storage.fires import FireStore

FIRST, SECOND = NOON - timedelta(days=2), NOON - timedelta(days=1)


@pytest.fixture
def fires(database: Database) -> FireStore:
    return FireStore(database, Clock())


async def test_a_time_is_written_down_once(fires: FireStore) -> None:
    for _ in range(2):
        await fires.fired(TENANT, "daily", FIRST, "run-1")
    (fire,) = await fires.latest(TENANT, "daily")
    assert (fire.state, fire.run_id, fire.scheduled_at, fire.at) == (
        FireState.FIRED,
        "run-1",
        FIRST,
        NOON,
    )


async def test_the_first_run_of_a_time_stands(fires: FireStore) -> None:
    await fires.fired(TENANT, "daily", FIRST, "run-1")
    await fires.fired(TENANT, "daily", FIRST, "run-2")
    assert (await fires.latest(TENANT, "daily"))[0].run_id == "run-1"


async def test_what_was_taken_for_missed_and_ran_after_all_is_fired(fires: FireStore) -> None:
    await fires.passed(TENANT, "daily", (FIRST, SECOND), FireState.MISSED, "down")
    await fires.fired(TENANT, "daily", SECOND, "run-1")
    assert [(fire.state, fire.note) for fire in await fires.latest(TENANT, "daily")] == [
        (FireState.FIRED, ""),
        (FireState.MISSED, "down"),
    ]


async def test_what_has_run_is_never_missed(fires: FireStore) -> None:
    await fires.fired(TENANT, "daily", FIRST, "run-1")
    await fires.passed(TENANT, "daily", (FIRST,), FireState.MISSED, "down")
    assert (await fires.latest(TENANT, "daily"))[0].state is FireState.FIRED


async def test_monitors_and_tenants_have_their_own(fires: FireStore) -> None:
    await fires.fired(TENANT, "daily", FIRST, "run-1")
    await fires.passed(TENANT, "daily", (), FireState.MISSED, "nothing")
    assert await fires.latest("other", "daily") == ()
    assert await fires.since(TENANT, "weekly", FIRST - timedelta(days=1)) == ()


async def test_since_is_after_a_moment_and_oldest_first(fires: FireStore) -> None:
    await fires.passed(TENANT, "daily", (SECOND, NOON), FireState.PAUSED, "")
    await fires.fired(TENANT, "daily", FIRST, "run-1")
    found = await fires.since(TENANT, "daily", FIRST)
    assert [fire.scheduled_at for fire in found] == [SECOND, NOON]


def test_the_key_of_a_time_is_to_the_second() -> None:
    assert fire_key("daily", NOON) == "schedule/daily/2026-01-09T12:00:00Z"
