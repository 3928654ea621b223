"""The call log on each database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.unit.trends.storage.record_cases import NOON, TENANT, Clock, new_run
from trends.domain.calls import LoggedCall, Purpose, Role, Usage
from trends.errors import StorageError
from trends.storage.calls import Attempt, AttemptState, CallKey, CallStore, RunCalls, Start
from trends.storage.database import Database
from trends.storage.runs import RunStore
from trends.storage.tables import runs

KEY = CallKey(TENANT, "a" * 64)
PURPOSE = Purpose(tenant=TENANT, role=Role.ANALYST, run_id="run-1", node="draft", part="topic-1")
ANSWER = LoggedCall(
    answer={"문장": ["말차가 는다", None, 1.5]},
    usage=Usage(input_tokens=10, output_tokens=5, cached_tokens=2),
    cost_micro=2**40,
    model="openai:gpt-4.1-mini",
    served_as="gpt-4.1-mini-2025-04-14",
    request_id="req-1",
)


def attempt(number: int = 1, **changes: Any) -> Attempt:
    made = Attempt(
        tenant=TENANT,
        number=number,
        ask_id=f"ask-{number}",
        provider="openai",
        model="gpt-4.1-mini",
        held_tokens=2_000,
        held_micro=900,
        expires_at=NOON + timedelta(minutes=1),
    )
    return made.model_copy(update=changes)


def brought(number: int = 1) -> Attempt:
    """The attempt with what is to be booked for it."""
    return attempt(number, booked_tokens=15, booked_micro=7)


@pytest.fixture
async def calls(database: Database) -> CallStore:
    await RunStore(database, Clock()).insert(new_run())
    return CallStore(database, Clock())


async def test_an_unknown_call_has_no_attempts(calls: CallStore) -> None:
    assert await calls.find(KEY) == (None, 0, ())


async def test_an_answer_is_read_as_it_was_given(calls: CallStore) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    assert await calls.answered(KEY, PURPOSE, ANSWER, brought()) == ANSWER
    assert (await calls.find(KEY)).call == ANSWER


async def test_an_answer_is_its_tenants_alone(calls: CallStore) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    await calls.answered(KEY, PURPOSE, ANSWER, brought())
    assert await calls.find(CallKey("other", KEY.digest)) == (None, 0, ())


async def test_an_answer_that_is_not_settled_is_known_with_its_reservation(
    calls: CallStore,
) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    await calls.answered(KEY, PURPOSE, ANSWER, brought())
    assert (await calls.find(KEY)).unsettled == (brought(),)
    await calls.settled(KEY, 1)
    assert (await calls.find(KEY)).unsettled == ()


async def test_one_in_flight_counts_as_an_attempt_and_the_next_one_repeats_it(
    calls: CallStore,
) -> None:
    assert await calls.begin(KEY, PURPOSE, attempt(1)) is Start.LEAVES
    assert (await calls.find(KEY)).attempts == 1
    assert await calls.begin(KEY, PURPOSE, attempt(2)) is Start.LEAVES
    assert (await calls.figures(TENANT, "run-1")).repeated == 1


@pytest.mark.parametrize(
    ("state", "repeated"), [(AttemptState.UNKNOWN, 1), (AttemptState.FAILED, 0)]
)
async def test_an_attempt_after_a_failure_repeats_it_only_where_nobody_can_tell(
    calls: CallStore, state: AttemptState, repeated: int
) -> None:
    await calls.begin(KEY, PURPOSE, attempt(1))
    await calls.failed(KEY, 1, state, slug="model-unavailable", request_id="")
    await calls.begin(KEY, PURPOSE, attempt(2))
    figures = await calls.figures(TENANT, "run-1")
    assert (figures.asked, figures.failed, figures.repeated) == (2, 1, repeated)


async def test_of_processes_with_one_number_a_single_one_leaves(calls: CallStore) -> None:
    starts = await asyncio.gather(*(calls.begin(KEY, PURPOSE, attempt()) for _ in range(6)))
    assert sorted(starts) == [Start.LEAVES, *[Start.SHARED] * 5]


async def test_a_number_taken_under_another_reservation_is_too_late(calls: CallStore) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    other = attempt(ask_id="ask-of-another-model")
    assert await calls.begin(KEY, PURPOSE, other) is Start.LATE


async def test_a_call_that_was_answered_meanwhile_does_not_leave(calls: CallStore) -> None:
    await calls.begin(KEY, PURPOSE, attempt(1))
    await calls.answered(KEY, PURPOSE, ANSWER, brought(1))
    assert await calls.begin(KEY, PURPOSE, attempt(2)) is Start.LATE
    assert (await calls.figures(TENANT, "run-1")).asked == 1


async def test_of_two_answers_the_first_stands_and_both_are_to_be_booked(
    calls: CallStore,
) -> None:
    await calls.begin(KEY, PURPOSE, attempt(1))
    await calls.begin(KEY, PURPOSE, attempt(2))
    other = ANSWER.model_copy(update={"answer": {"문장": []}, "request_id": "req-2"})
    assert await calls.answered(KEY, PURPOSE, ANSWER, brought(2)) == ANSWER
    assert await calls.answered(KEY, PURPOSE, other, brought(1)) == ANSWER
    assert (await calls.find(KEY)).unsettled == (brought(1), brought(2))
    assert (await calls.figures(TENANT, "run-1")).cost_micro == 14


async def test_of_two_answers_at_once_one_stands_for_both(calls: CallStore) -> None:
    answers = [ANSWER.model_copy(update={"request_id": f"req-{each}"}) for each in range(4)]
    for number in range(1, 5):
        await calls.begin(KEY, PURPOSE, attempt(number))
    stood = await asyncio.gather(
        *(
            calls.answered(KEY, PURPOSE, each, brought(number))
            for number, each in enumerate(answers, 1)
        )
    )
    assert len({each.request_id for each in stood}) == 1


async def test_an_answer_may_be_written_again(calls: CallStore) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    for _ in range(2):
        assert await calls.answered(KEY, PURPOSE, ANSWER, brought()) == ANSWER
    assert (await calls.figures(TENANT, "run-1")).cost_micro == 7


async def test_a_run_counts_what_was_asked_repeated_known_and_from_the_cache(
    calls: CallStore,
) -> None:
    cached = CallKey(TENANT, "b" * 64)
    free = ANSWER.model_copy(update={"cost_micro": 0, "origin": "cache"})
    await calls.begin(KEY, PURPOSE, attempt(1))
    await calls.begin(KEY, PURPOSE, attempt(2))
    await calls.answered(KEY, PURPOSE, ANSWER, brought(2))
    await calls.answered(cached, PURPOSE, free, None)
    for key in (KEY, KEY, cached):
        await calls.find(key)
    assert await calls.figures(TENANT, "run-1") == RunCalls(
        asked=2, repeated=1, failed=0, from_log=3, from_cache=1, cost_micro=7
    )
    assert (await calls.figures(TENANT, "run-2")).asked == 0


async def test_a_call_without_a_run_is_logged(calls: CallStore) -> None:
    purpose = PURPOSE.model_copy(update={"run_id": None})
    await calls.begin(KEY, purpose, attempt())
    await calls.answered(KEY, purpose, ANSWER, brought())
    assert (await calls.find(KEY)).call == ANSWER


async def test_a_call_for_an_unknown_run_is_refused_before_it_leaves(calls: CallStore) -> None:
    with pytest.raises(StorageError):
        await calls.begin(KEY, PURPOSE.model_copy(update={"run_id": "run-9"}), attempt())


async def test_the_log_of_a_run_goes_with_the_run(calls: CallStore, database: Database) -> None:
    await calls.begin(KEY, PURPOSE, attempt())
    await calls.answered(KEY, PURPOSE, ANSWER, brought())
    await database.write(lambda connection: connection.execute(sa.delete(runs)).rowcount)
    assert await calls.find(KEY) == (None, 0, ())
