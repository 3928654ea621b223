"""The gateway: a call's way through log, cache, ledger and model, and what is booked for it."""

import asyncio
import threading
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.unit.trends.llm.gateway_cases import (
    BOUND,
    FIRST,
    MESSAGES,
    SECOND,
    USAGE,
    FlatPrices,
    SpokenModel,
    Stand,
    Verdict,
    answer,
    failing,
    purpose,
)
from trends.domain.calls import Usage
from trends.errors import (
    ModelAnswerError,
    ModelUnavailableError,
    PriceUnknownError,
    SecretError,
    SettingsError,
    StorageUnavailableError,
)
from trends.limits.base import Reservation
from trends.llm.base import Answered, ChatModel, Message, ModelAnswer, ModelRequest
from trends.llm.candidates import RolePlan
from trends.storage.database import Database

WORST = BOUND + 4 * 500
AWAY = StorageUnavailableError("The database is away.")


@pytest.fixture
def stand(database: Database, tmp_path: Path) -> Stand:
    return Stand(database, tmp_path)


async def test_an_answer_is_asked_for_and_booked_as_it_was_counted(stand: Stand) -> None:
    told = await stand.call()
    assert (told.answer, told.origin, told.model) == ({"text": "openai"}, "asked", str(FIRST))
    (row,) = stand.ledger.rows()
    assert (row.tokens, row.cost_micro) == (BOUND + 500, WORST)
    assert (row.state, row.booked_tokens, row.booked_micro) == ("settled", 60, 120)
    assert told.cost_micro == 120


async def test_the_model_gets_what_the_plan_says(stand: Stand) -> None:
    await stand.call()
    (request,) = stand.models["openai"].asked
    assert request == ModelRequest(
        provider="openai",
        model="gpt-4.1-mini",
        messages=MESSAGES,
        answer=Verdict,
        max_output_tokens=500,
        temperature=0.7,
        timeout_seconds=60,
    )


async def test_the_longest_answer_is_shrunk_to_what_was_granted(
    database: Database, tmp_path: Path
) -> None:
    stand = Stand(database, tmp_path, most_tokens=BOUND + 300)
    await stand.call()
    assert stand.models["openai"].asked[0].max_output_tokens == 300


async def test_the_same_call_again_is_answered_from_the_log_for_nothing(stand: Stand) -> None:
    first = await stand.call()
    again = await stand.call()
    assert (again.answer, again.origin, again.cost_micro) == (first.answer, "log", 0)
    assert stand.asked == ["openai"]


@pytest.mark.parametrize("change", [{"round": 1}, {"part": "topic-2"}, {"node": "revise"}])
async def test_another_step_with_the_same_words_is_another_call(
    stand: Stand, change: dict[str, object]
) -> None:
    await stand.call()
    assert (await stand.call(purpose(**change))).origin == "asked"


async def test_other_words_another_form_or_another_plan_is_another_call(stand: Stand) -> None:
    class Longer(BaseModel):
        text: str
        reason: str = ""

    await stand.call()
    assert (await stand.call(messages=(Message("user", "?"),))).origin == "asked"
    assert (await stand.gateway().call(purpose(), MESSAGES, Longer)).origin == "asked"
    for plan in (RolePlan((FIRST, SECOND), 0.6, 500, 60), RolePlan((FIRST,), 0.7, 500, 60)):
        stand.plan = plan
        assert (await stand.call()).origin == "asked"


async def test_how_a_run_was_begun_does_not_make_another_call(stand: Stand) -> None:
    await stand.call()
    assert (await stand.call(purpose(scheduled=True, monitor="m-1"))).origin == "log"


async def test_asked_twice_at_once_it_is_asked_once(stand: Stand) -> None:
    gateway = stand.gateway()
    told = await asyncio.gather(*(gateway.call(purpose(), MESSAGES, Verdict) for _ in range(5)))
    assert sorted(each.origin for each in told) == ["asked", *["log"] * 4]
    assert stand.asked == ["openai"]


async def test_where_nothing_is_left_to_chance_another_run_is_answered_from_the_cache(
    stand: Stand,
) -> None:
    stand.plan = RolePlan((FIRST,), 0, 500, 60)
    first = await stand.call()
    other = await stand.call(purpose(part="of another run"))
    assert (other.answer, other.origin, other.cost_micro) == (first.answer, "cache", 0)
    assert stand.asked == ["openai"]
    stand.clock.forward(25 * 3600)
    assert (await stand.call(purpose(part="of another run"))).origin == "log"
    assert (await stand.call(purpose(part="of a late run"))).origin == "asked"


async def test_what_is_written_freely_is_asked_for_each_run(stand: Stand) -> None:
    await stand.call()
    assert (await stand.call(purpose(part="of another run"))).origin == "asked"
    assert await stand.cache.figures() == ()


async def test_a_caller_may_choose_the_cache_or_refuse_it(stand: Stand) -> None:
    await stand.call(cacheable=True)
    assert (await stand.call(purpose(part="2"), cacheable=True)).origin == "cache"
    assert (await stand.call(purpose(part="3"), cacheable=False)).origin == "asked"


async def test_another_tenant_is_not_answered_from_the_cache(stand: Stand) -> None:
    await stand.call(cacheable=True)
    assert (await stand.call(purpose(tenant="other"), cacheable=True)).origin == "asked"


async def test_a_cached_answer_that_cannot_be_read_is_asked_for(
    stand: Stand, database: Database
) -> None:
    from trends.storage.cache_tables import cached_responses

    await stand.call(cacheable=True)
    spoilt = cached_responses.update().values(value=b"{")
    await database.write(lambda connection: connection.execute(spoilt).rowcount)
    assert (await stand.call(purpose(part="2"), cacheable=True)).origin == "asked"


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(None, id="none"),
        pytest.param(Usage(input_tokens=0, output_tokens=0), id="zero"),
        pytest.param(Usage(input_tokens=40, output_tokens=0), id="an answer without tokens"),
        pytest.param(
            Usage(input_tokens=40, output_tokens=20, cached_tokens=41), id="more kept than sent"
        ),
        pytest.param(
            Usage(input_tokens=40, output_tokens=20, reasoning_tokens=21), id="more thought"
        ),
    ],
)
async def test_usage_that_cannot_be_is_booked_as_it_was_reserved(
    stand: Stand, usage: Usage | None
) -> None:
    stand.says(FIRST, answer(usage=usage))
    await stand.call()
    (row,) = stand.ledger.rows()
    assert (row.state, row.booked_tokens, row.booked_micro) == ("settled", BOUND + 500, WORST)


async def test_less_than_a_token_for_32_bytes_is_not_believed(stand: Stand) -> None:
    long = (Message("user", "가" * 3200),)
    stand.says(FIRST, answer(usage=Usage(input_tokens=299, output_tokens=20)))
    await stand.call(messages=long)
    stand.says(FIRST, answer(usage=Usage(input_tokens=300, output_tokens=20)))
    await stand.call(purpose(part="2"), messages=long)
    assert [row.booked_micro for row in stand.ledger.rows()] == [WORST, 380]


async def test_more_than_was_reserved_is_booked(stand: Stand) -> None:
    stand.says(FIRST, answer(usage=Usage(input_tokens=9_000, output_tokens=9_000)))
    await stand.call()
    (row,) = stand.ledger.rows()
    assert (row.booked_tokens, row.booked_micro) == (18_000, 45_000)


async def test_a_number_beyond_measure_is_booked_as_the_most_that_can_be_stored(
    stand: Stand,
) -> None:
    stand.says(FIRST, answer(usage=Usage(input_tokens=10**30, output_tokens=1)))
    assert (await stand.call()).cost_micro == 10**15


async def test_a_model_without_a_price_is_not_asked(stand: Stand) -> None:
    stand.prices.unknown.add(FIRST.model)
    with pytest.raises(PriceUnknownError):
        await stand.call()
    assert stand.asked == []
    assert stand.ledger.rows() == []


async def test_a_role_without_a_model_asks_nobody(stand: Stand) -> None:
    stand.plan = None
    with pytest.raises(SettingsError, match="analyst"):
        await stand.call()
    assert stand.asked == []


@pytest.mark.parametrize("text", ["\ud800", float("nan")])
async def test_an_answer_that_cannot_be_stored_is_paid_for_and_no_answer(
    stand: Stand, text: object
) -> None:
    stand.says(FIRST, ModelAnswer({"text": text}, USAGE, "req-1", "m"))
    with pytest.raises(ModelAnswerError):
        await stand.call()
    assert [row.state for row in stand.ledger.rows()] == ["settled"]
    assert stand.asked == ["openai"]


async def test_a_reservation_is_renewed_and_the_heart_beats_while_a_model_is_asked(
    stand: Stand,
) -> None:
    renewed = asyncio.Event()

    async def slow(request: ModelRequest) -> ModelAnswer:
        del request
        await renewed.wait()
        return answer()

    async def pause(seconds: float) -> None:
        if len(stand.ledger.renewed) == 2:
            renewed.set()
        stand.pauses.append(seconds)
        await asyncio.sleep(0)

    stand.models["openai"] = SpokenModel(slow)
    await stand.gateway(pause=pause).call(purpose(), MESSAGES, Verdict)
    (row,) = stand.ledger.rows()
    assert set(stand.ledger.renewed) == {row.id}
    assert stand.beats >= 20


async def test_nothing_is_renewed_once_it_is_settled(stand: Stand) -> None:
    await stand.call()
    beats = stand.beats
    for _ in range(50):
        await asyncio.sleep(0)
    assert stand.beats == beats


async def test_cancelled_while_the_model_is_at_work_the_lease_is_left_to_be_charged(
    stand: Stand,
) -> None:
    asked = asyncio.Event()

    async def slow(request: ModelRequest) -> ModelAnswer:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError(request)

    stand.models["openai"] = SpokenModel(slow)
    task = asyncio.create_task(stand.call())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [row.state for row in stand.ledger.rows()] == ["open"]
    stand.says(FIRST, answer("again"))
    assert (await stand.call()).origin == "asked"
    assert [row.state for row in stand.ledger.rows()] == ["open", "settled"]


async def test_cancelled_once_the_answer_is_there_it_is_logged_and_settled_first(
    stand: Stand,
) -> None:
    came, go_on = asyncio.Event(), asyncio.Event()

    async def held() -> None:
        came.set()
        await go_on.wait()

    stand.calls.answering = held
    task = asyncio.create_task(stand.call())
    await came.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [row.state for row in stand.ledger.rows()] == ["settled"]
    assert (await stand.call()).origin == "log"
    assert stand.asked == ["openai"]


async def test_a_model_that_ignores_its_timeout_is_ended_and_left_to_be_charged(
    stand: Stand,
) -> None:
    async def never(request: ModelRequest) -> ModelAnswer:
        del request
        await asyncio.Event().wait()
        raise AssertionError

    stand.plan = RolePlan((FIRST,), 0.7, 500, -4.99)
    stand.models["openai"] = SpokenModel(never)
    with pytest.raises(ModelUnavailableError) as caught:
        await stand.call()
    assert caught.value.billed is None
    assert [row.state for row in stand.ledger.rows()] == ["open"]


async def test_an_answer_outlives_a_database_that_is_away_for_a_moment(stand: Stand) -> None:
    stand.calls.answering = failing(3, AWAY)
    assert (await stand.call()).answer == {"text": "openai"}
    assert stand.asked == ["openai"]


async def test_an_answer_that_is_logged_and_not_settled_is_settled_by_the_next_call(
    stand: Stand,
) -> None:
    settle = stand.ledger.settle

    async def gone(reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        del reservation, tokens, cost_micro
        raise AWAY

    stand.ledger.settle = gone
    with pytest.raises(StorageUnavailableError):
        await stand.call()
    stand.ledger.settle = settle
    assert [row.state for row in stand.ledger.rows()] == ["open"]
    assert (await stand.call()).origin == "log"
    assert [(row.state, row.booked_micro) for row in stand.ledger.rows()] == [("settled", 120)]
    assert stand.asked == ["openai"]


async def test_a_process_that_comes_too_late_gives_back_what_it_reserved(stand: Stand) -> None:
    async def overtaken() -> None:
        stand.calls.beginning = failing(0, AWAY)
        # The other one cannot use the first model, and so has a reservation of its own.
        stand.no_key = {"openai": SecretError("No key.")}
        await stand.call()
        stand.no_key = {}

    stand.calls.beginning = overtaken
    told = await stand.call()
    assert (told.origin, told.answer) == ("log", {"text": "anthropic"})
    assert [(row.provider, row.state) for row in stand.ledger.rows()] == [
        ("openai", "released"),
        ("anthropic", "settled"),
    ]
    assert stand.asked == ["anthropic"]


async def test_two_processes_under_one_reservation_do_not_both_leave(stand: Stand) -> None:
    async def overtaken() -> None:
        stand.calls.beginning = failing(0, AWAY)
        await stand.call()

    stand.calls.beginning = overtaken
    assert (await stand.call()).origin == "log"
    assert stand.asked == ["openai"]
    assert [row.state for row in stand.ledger.rows()] == ["settled"]


async def test_a_reservation_under_which_another_process_left_is_not_given_back(
    stand: Stand,
) -> None:
    go_on = asyncio.Event()
    others: list[asyncio.Task[Answered]] = []

    async def slow(request: ModelRequest) -> ModelAnswer:
        if not asked.is_set():
            asked.set()
            await go_on.wait()
        return answer(request.model)

    async def overtaken() -> None:
        stand.calls.beginning = failing(0, AWAY)
        others.append(asyncio.create_task(stand.call()))
        await asked.wait()

    asked = asyncio.Event()
    stand.models["openai"] = SpokenModel(slow)
    stand.calls.beginning = overtaken
    await stand.call()
    assert [row.state for row in stand.ledger.rows()] == ["open", "settled"]
    go_on.set()
    await others[0]
    assert [row.state for row in stand.ledger.rows()] == ["settled", "settled"]


async def test_a_retry_before_anything_left_has_the_same_reservation(stand: Stand) -> None:
    stand.calls.beginning = failing(1, AWAY)
    with pytest.raises(StorageUnavailableError):
        await stand.call()
    await stand.call()
    assert [row.state for row in stand.ledger.rows()] == ["settled"]


async def test_what_may_block_is_asked_on_a_thread(stand: Stand) -> None:
    threads: set[int] = set()

    class Watched(FlatPrices):
        def worst_micro(
            self, provider: str, model: str, input_tokens: int, output_tokens: int
        ) -> int:
            threads.add(threading.get_ident())
            return super().worst_micro(provider, model, input_tokens, output_tokens)

    def chat_model(provider: str) -> ChatModel:
        threads.add(threading.get_ident())
        return stand.models[provider]

    await stand.gateway(prices=Watched(), chat_model=chat_model).call(purpose(), MESSAGES, Verdict)
    assert threads
    assert threading.get_ident() not in threads


async def test_a_lease_that_cannot_be_renewed_does_not_end_the_call(stand: Stand) -> None:
    tried = asyncio.Event()

    async def gone(reservation: Reservation) -> Reservation:
        tried.set()
        raise AWAY from LookupError(reservation.id)

    async def slow(request: ModelRequest) -> ModelAnswer:
        del request
        await tried.wait()
        return answer("in spite of it")

    stand.ledger.renew = gone
    stand.models["openai"] = SpokenModel(slow)
    assert (await stand.call()).answer == {"text": "in spite of it"}


async def test_a_cache_that_is_away_is_passed_over(stand: Stand, database: Database) -> None:
    from trends.storage.cache_tables import cached_responses

    await database.write(cached_responses.drop)
    assert (await stand.call(cacheable=True)).answer == {"text": "openai"}
    assert [row.state for row in stand.ledger.rows()] == ["settled"]
