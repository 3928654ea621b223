"""Money of a ledger, the same on every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.trends.limits.ledger_cases import Stand, ask
from trends.errors import BudgetSpentError, LimitError, LimitReachedError


async def test_what_is_reserved_is_held_and_what_is_settled_is_spent(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask(cost=700, run="r", monitor="m", scheduled=True))
    assert set((await stand.money()).values()) == {(700, 0)}
    await stand.ledger.settle(given, tokens=10, cost_micro=321)
    assert await stand.money() == {
        ("day", "openai", "2100-03-10"): (0, 321),
        ("month", "m", "2100-03"): (0, 321),
        ("run", "r", ""): (0, 321),
        ("share", "openai/m", "2100-03-10"): (0, 321),
    }


async def test_a_second_settlement_books_nothing(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask())
    await stand.ledger.settle(given, tokens=10, cost_micro=30)
    await stand.ledger.settle(given, tokens=99, cost_micro=99)
    assert await stand.day() == (0, 30)


async def test_a_release_gives_the_money_back_for_good(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask(cost=1_000_000))
    await stand.ledger.release(given)
    await stand.ledger.settle(given, tokens=10, cost_micro=30)
    assert await stand.day() == (0, 0)
    assert (await stand.ledger.reserve(ask("b", cost=1_000_000))).cost_micro == 1_000_000


async def test_the_same_ask_is_given_the_same_reservation(stand: Stand) -> None:
    first = await stand.ledger.reserve(ask())
    await stand.pass_time(timedelta(seconds=5))
    assert await stand.ledger.reserve(ask()) == first
    assert await stand.day() == (100, 0)


async def test_the_same_ask_many_times_at_once_is_one_reservation(stand: Stand) -> None:
    given = await asyncio.gather(*(stand.ledger.reserve(ask()) for _ in range(8)))
    assert len(set(given)) == 1
    assert await stand.day() == (100, 0)


async def test_a_name_that_was_charged_is_not_reserved_again(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask())
    await stand.ledger.settle(given, tokens=10, cost_micro=30)
    with pytest.raises(LimitError, match="has ended"):
        await stand.ledger.reserve(ask())
    assert await stand.day() == (0, 30)


async def test_a_name_that_was_released_may_begin_anew(stand: Stand) -> None:
    await stand.ledger.release(await stand.ledger.reserve(ask()))
    await stand.ledger.reserve(ask(cost=50))
    assert await stand.day() == (50, 0)


async def test_an_ask_is_shrunk_to_what_is_left(stand: Stand) -> None:
    await stand.ledger.reserve(ask("first", cost=999_925))
    given = await stand.ledger.reserve(ask(cost=100, least=50, tokens=1000, least_tokens=500))
    assert (given.tokens, given.cost_micro) == (750, 75)
    assert await stand.day() == (1_000_000, 0)


async def test_money_that_others_hold_is_waited_for(stand: Stand) -> None:
    held = await stand.ledger.reserve(ask("first", cost=999_950))
    with pytest.raises(LimitReachedError) as refused:
        await stand.ledger.reserve(ask())
    assert refused.value.retry_after == timedelta(seconds=2)
    await stand.ledger.settle(held, tokens=1, cost_micro=10)
    assert (await stand.ledger.reserve(ask())).cost_micro == 100


async def test_the_wait_for_held_money_ends_with_the_first_lease(stand: Stand) -> None:
    await stand.ledger.reserve(ask("first", cost=999_950))
    await stand.pass_time(timedelta(seconds=89))
    with pytest.raises(LimitReachedError) as refused:
        await stand.ledger.reserve(ask())
    assert refused.value.retry_after == timedelta(seconds=1)


async def test_a_spent_day_names_itself_its_limit_and_the_next(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask("first", cost=999_950))
    await stand.ledger.settle(given, tokens=1, cost_micro=999_950)
    with pytest.raises(BudgetSpentError) as refused:
        await stand.ledger.reserve(ask())
    assert str(refused.value) == (
        "The money for openai on 2100-03-10 is spent. $0.99995 of $1.00 (limits.cost_per_day_usd), and the call needs"
        " $0.0001. The next begins 2100-03-11 00:00 (Asia/Seoul); or raise the limit."
    )
    # It is 21:00 in Seoul.
    assert refused.value.retry_after == timedelta(hours=3)


@pytest.mark.parametrize(
    ("limit", "named"), [("run_micro", "of the run r"), ("month_micro", "of the monitor m in 2100")]
)
async def test_a_run_and_a_month_have_their_own_end(stand: Stand, limit: str, named: str) -> None:
    stand.limit(**{limit: 150})
    one = await stand.ledger.reserve(ask("1", run="r", monitor="m"))
    await stand.ledger.settle(one, tokens=1, cost_micro=100)
    with pytest.raises(BudgetSpentError, match=named):
        await stand.ledger.reserve(ask("2", run="r", monitor="m"))
    assert (await stand.ledger.reserve(ask("3", run="s", monitor="n"))).cost_micro == 100


async def test_a_refused_call_takes_from_no_window(stand: Stand) -> None:
    stand.limit(run_micro=50)
    with pytest.raises(BudgetSpentError):
        await stand.ledger.reserve(ask(run="r", monitor="m", scheduled=True))
    assert await stand.money() == {}
    assert await stand.states() == []


async def test_providers_have_days_of_their_own(stand: Stand) -> None:
    await stand.ledger.reserve(ask("1", cost=1_000_000))
    assert await stand.ledger.reserve(ask("2", cost=1_000_000, provider="anthropic"))


async def test_tenants_know_nothing_of_each_other(stand: Stand) -> None:
    await stand.ledger.reserve(ask(cost=1_000_000))
    assert (await stand.ledger.reserve(ask(cost=1_000_000, tenant="other"))).tenant == "other"


async def test_what_a_crash_left_is_charged_in_full(stand: Stand) -> None:
    await stand.ledger.reserve(ask("crashed", cost=999_950))
    await stand.end_leases()
    with pytest.raises(BudgetSpentError):
        await stand.ledger.reserve(ask())
    assert await stand.day() == (0, 999_950)
    assert await stand.states() == ["expired"]


async def test_a_settlement_after_the_lease_corrects_the_charge(stand: Stand) -> None:
    late = await stand.ledger.reserve(ask("late", cost=900))
    await stand.end_leases()
    await stand.ledger.reserve(ask())
    await stand.ledger.settle(late, tokens=5, cost_micro=40)
    await stand.ledger.settle(late, tokens=5, cost_micro=40)
    assert await stand.day() == (100, 40)


async def test_a_release_after_the_lease_gives_the_charge_back(stand: Stand) -> None:
    late = await stand.ledger.reserve(ask("late", cost=900))
    await stand.end_leases()
    await stand.ledger.reserve(ask())
    await stand.ledger.release(late)
    assert await stand.day() == (100, 0)


async def test_a_renewed_reservation_outlives_its_first_lease(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask())
    await stand.pass_time(timedelta(seconds=80))
    renewed = await stand.ledger.renew(given)
    assert renewed.expires_at == given.expires_at + timedelta(seconds=80)
    await stand.pass_time(timedelta(seconds=80))
    await stand.ledger.reserve(ask("b"))
    assert await stand.day() == (200, 0)


async def test_a_renewal_does_not_bring_an_ended_reservation_back(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask())
    await stand.ledger.settle(given, tokens=1, cost_micro=7)
    assert (await stand.ledger.renew(given)).expires_at == given.expires_at
    assert await stand.day() == (0, 7)


async def test_more_than_was_held_is_booked_all_the_same(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask(cost=999_999))
    await stand.ledger.settle(given, tokens=1, cost_micro=1_000_500)
    assert await stand.day() == (0, 1_000_500)
    with pytest.raises(BudgetSpentError):
        await stand.ledger.reserve(ask("b", cost=1))


async def test_a_limit_that_is_lowered_below_what_was_spent_holds_at_once(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask(cost=500))
    await stand.ledger.settle(given, tokens=1, cost_micro=500)
    stand.limit(day_micro=400)
    with pytest.raises(BudgetSpentError, match=r"\$0.0005 of \$0.0004"):
        await stand.ledger.reserve(ask("b", cost=1))
    stand.limit(day_micro=501)
    assert (await stand.ledger.reserve(ask("b", cost=1))).cost_micro == 1


async def test_a_new_day_is_a_new_window_and_old_ones_settle_where_they_began(
    stand: Stand,
) -> None:
    old = await stand.ledger.reserve(ask("old", cost=1_000_000))
    await stand.pass_time(timedelta(hours=3))
    await stand.ledger.reserve(ask("new", cost=600))
    await stand.ledger.settle(old, tokens=1, cost_micro=11)
    assert await stand.day(name="2100-03-10") == (0, 11)
    assert await stand.day(name="2100-03-11") == (600, 0)


async def test_a_warning_and_an_end_are_each_noted_once(stand: Stand) -> None:
    for number, cost in enumerate((790_000, 10_000, 150_000, 50_000)):
        given = await stand.ledger.reserve(ask(str(number), cost=cost))
        await stand.ledger.settle(given, tokens=1, cost_micro=cost)
        if number == 0:
            assert await stand.crossings() == []
        if number == 1:
            assert await stand.crossings() == [("day", "openai", "warning")]
    with pytest.raises(BudgetSpentError):
        await stand.ledger.reserve(ask("more"))
    assert await stand.crossings() == [("day", "openai", "full"), ("day", "openai", "warning")]


async def test_a_settlement_of_nothing_that_was_reserved_is_refused(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask(tenant="other"))
    stranger = replace(given, tenant="local")
    with pytest.raises(LimitError, match="no reservation"):
        await stand.ledger.settle(stranger, tokens=1, cost_micro=1)
