"""Rates of a ledger, the same on every store."""

from datetime import timedelta

import pytest

from tests.unit.trends.limits.ledger_cases import Stand, ask
from trends.errors import LimitError, LimitReachedError
from trends.limits.base import Reservation


async def fill(stand: Stand, count: int, *, tokens: int = 100) -> list[Reservation]:
    return [
        await stand.ledger.reserve(ask(f"fill-{number}", cost=1, tokens=tokens))
        for number in range(count)
    ]


async def wait_of(stand: Stand, name: str = "next", *, tokens: int = 100) -> float:
    with pytest.raises(LimitReachedError) as refused:
        await stand.ledger.reserve(ask(name, cost=1, tokens=tokens))
    assert refused.value.retry_after is not None
    return refused.value.retry_after.total_seconds()


async def test_a_minute_takes_its_calls_and_says_when_the_first_has_left(stand: Stand) -> None:
    stand.limit(requests_per_minute=3)
    await stand.ledger.reserve(ask("fill", cost=1))
    await stand.pass_time(timedelta(seconds=10))
    await fill(stand, 2)
    assert await wait_of(stand) == 50
    await stand.pass_time(timedelta(seconds=49.999999))
    assert await wait_of(stand) == pytest.approx(0.01)
    await stand.pass_time(timedelta(microseconds=1))
    await stand.ledger.reserve(ask("next", cost=1))


async def test_an_hour_takes_its_calls(stand: Stand) -> None:
    stand.limit(requests_per_hour=2)
    await stand.ledger.reserve(ask("one", cost=1))
    await stand.pass_time(timedelta(minutes=20))
    await stand.ledger.reserve(ask("two", cost=1))
    assert await wait_of(stand) == 40 * 60
    await stand.pass_time(timedelta(minutes=40))
    await stand.ledger.reserve(ask("next", cost=1))


async def test_a_minute_takes_its_tokens_and_says_when_enough_have_left(stand: Stand) -> None:
    stand.limit(tokens_per_minute=1000)
    await stand.ledger.reserve(ask("small", cost=1, tokens=100))
    await stand.pass_time(timedelta(seconds=10))
    await stand.ledger.reserve(ask("large", cost=1, tokens=800))
    assert await wait_of(stand, tokens=200) == 50
    assert await wait_of(stand, tokens=201) == 60
    await stand.ledger.reserve(ask("fits", cost=1, tokens=100))


async def test_a_settlement_gives_the_unused_tokens_back(stand: Stand) -> None:
    stand.limit(tokens_per_minute=1000)
    given = await stand.ledger.reserve(ask("large", cost=1, tokens=1000))
    assert await wait_of(stand) == 60
    await stand.ledger.settle(given, tokens=899, cost_micro=1)
    await stand.ledger.reserve(ask("next", cost=1, tokens=101))
    assert await wait_of(stand, "third", tokens=1) == 60


async def test_a_release_gives_calls_and_tokens_back(stand: Stand) -> None:
    stand.limit(requests_per_minute=1, requests_per_hour=1, tokens_per_minute=100, burst_size=9)
    given = await stand.ledger.reserve(ask("one", cost=1))
    await stand.ledger.release(given)
    await stand.ledger.reserve(ask("two", cost=1))


async def test_a_call_whose_lease_ended_stays_in_the_rates(stand: Stand) -> None:
    stand.limit(requests_per_hour=1)
    await stand.ledger.reserve(ask("crashed", cost=1))
    await stand.end_leases()
    assert await wait_of(stand) == 3600 - 91


async def test_a_burst_begins_at_once_and_then_one_by_one(stand: Stand) -> None:
    stand.limit(requests_per_minute=60, burst_size=3)
    await fill(stand, 3)
    assert await wait_of(stand) == 1
    await stand.pass_time(timedelta(seconds=1))
    await stand.ledger.reserve(ask("next", cost=1))
    assert await wait_of(stand, "after") == 1


async def test_calls_under_way_are_so_many_at_most(stand: Stand) -> None:
    stand.limit(concurrency=2)
    first, _ = await fill(stand, 2)
    assert await wait_of(stand) == 2
    await stand.ledger.settle(first, tokens=1, cost_micro=1)
    await stand.ledger.reserve(ask("next", cost=1))


async def test_what_crashed_is_not_under_way_for_ever(stand: Stand) -> None:
    stand.limit(concurrency=1)
    await fill(stand, 1)
    await stand.end_leases()
    await stand.ledger.reserve(ask("next", cost=1))


async def test_a_blocked_provider_is_left_alone_and_the_others_are_not(stand: Stand) -> None:
    stand.jitter = 0.5
    await stand.ledger.block("local", "openai", timedelta(seconds=30))
    await stand.ledger.block("local", "openai", timedelta(seconds=10))
    assert await wait_of(stand) == 30.5
    await stand.ledger.reserve(ask("other", cost=1, provider="anthropic"))
    await stand.pass_time(timedelta(seconds=30))
    await stand.ledger.reserve(ask("next", cost=1))


async def test_a_clock_that_jumps_back_lets_nothing_more_through(stand: Stand) -> None:
    stand.limit(requests_per_minute=2)
    await fill(stand, 2)
    await stand.pass_time(-timedelta(hours=5))
    assert await wait_of(stand) == 60
    await stand.pass_time(timedelta(hours=5, seconds=59))
    assert await wait_of(stand) == 1
    await stand.pass_time(timedelta(seconds=1))
    await stand.ledger.reserve(ask("next", cost=1))


async def test_a_refusal_takes_nothing_from_any_limit(stand: Stand) -> None:
    stand.limit(requests_per_minute=2, day_micro=100)
    await stand.ledger.reserve(ask("one", cost=90))
    for attempt in range(3):
        with pytest.raises(LimitReachedError):
            await stand.ledger.reserve(ask(f"dear-{attempt}", cost=50))
    await stand.ledger.reserve(ask("two", cost=10))
    assert await stand.day() == (100, 0)


async def test_a_call_larger_than_a_minute_is_shrunk_or_refused_for_good(stand: Stand) -> None:
    stand.limit(tokens_per_minute=600)
    given = await stand.ledger.reserve(
        ask("shrinks", cost=100, least=50, tokens=1000, least_tokens=500)
    )
    assert (given.tokens, given.cost_micro) == (600, 60)
    with pytest.raises(LimitError, match="more than a minute") as refused:
        await stand.ledger.reserve(ask("never", tokens=601))
    assert not refused.value.retryable


async def test_lowered_rates_hold_at_once(stand: Stand) -> None:
    await fill(stand, 5)
    stand.limit(requests_per_minute=5)
    assert await wait_of(stand) == 60
    stand.limit(requests_per_minute=6)
    await stand.ledger.reserve(ask("next", cost=1))


async def test_the_same_ask_takes_from_the_rates_once(stand: Stand) -> None:
    stand.limit(requests_per_minute=2, concurrency=2)
    first = await stand.ledger.reserve(ask("one", cost=1))
    for _ in range(3):
        assert await stand.ledger.reserve(ask("one", cost=1)) == first
    await stand.ledger.reserve(ask("two", cost=1))
