"""What is kept for whom when the money of a day is nearly spent."""

import pytest

from tests.unit.trends.limits.ledger_cases import Stand, ask
from trends.errors import BudgetSpentError, LimitReachedError


async def spend(stand: Stand, name: str, cost: int, monitor: str | None = None) -> None:
    call = ask(name, cost=cost, monitor=monitor, scheduled=monitor is not None)
    given = await stand.ledger.reserve(call)
    await stand.ledger.settle(given, tokens=1, cost_micro=cost)


async def test_the_last_fifth_of_a_day_is_kept_for_scheduled_runs(stand: Stand) -> None:
    await spend(stand, "monitor", 100_000, "m")
    await spend(stand, "by hand", 700_000)
    with pytest.raises(BudgetSpentError) as refused:
        await stand.ledger.reserve(ask("by hand again", cost=1))
    assert str(refused.value) == (
        "What is left for openai on 2100-03-10 is kept for others. The last $0.20 of $1.00 are for scheduled runs."
        " Wait, or raise limits.cost_per_day_usd. The next day begins 2100-03-11 00:00 (Asia/Seoul)."
    )
    await spend(stand, "scheduled", 200_000, "m")


async def test_a_run_by_hand_is_shrunk_to_what_is_not_kept(stand: Stand) -> None:
    await spend(stand, "monitor", 750_000, "m")
    given = await stand.ledger.reserve(ask("hand", cost=100_000, least=10, least_tokens=1))
    assert given.cost_micro <= 50_000
    assert given.tokens > 1


async def test_without_any_monitor_a_run_by_hand_may_use_the_whole_day(stand: Stand) -> None:
    await spend(stand, "by hand", 900_000)
    await spend(stand, "by hand again", 100_000)


async def test_one_monitor_alone_may_use_the_whole_day(stand: Stand) -> None:
    await spend(stand, "first", 900_000, "m")
    await spend(stand, "second", 100_000, "m")


async def test_no_monitor_takes_more_than_its_share_of_a_scarce_day(stand: Stand) -> None:
    await spend(stand, "other", 400_000, "n")
    await spend(stand, "mine", 400_000, "m")
    await spend(stand, "mine, of the rest", 100_000, "m")
    with pytest.raises(BudgetSpentError, match="each of 2 monitors has"):
        await stand.ledger.reserve(ask("more", cost=1, monitor="m", scheduled=True))
    await spend(stand, "other, of the rest", 100_000, "n")


async def test_a_share_that_a_call_under_way_holds_is_waited_for(stand: Stand) -> None:
    await spend(stand, "other", 400_000, "n")
    await spend(stand, "mine", 400_000, "m")
    held = await stand.ledger.reserve(ask("held", cost=100_000, monitor="m", scheduled=True))
    with pytest.raises(LimitReachedError):
        await stand.ledger.reserve(ask("more", cost=1, monitor="m", scheduled=True))
    await stand.ledger.settle(held, tokens=1, cost_micro=10)
    await stand.ledger.reserve(ask("more", cost=1, monitor="m", scheduled=True))


async def test_a_monitor_of_another_provider_does_not_count(stand: Stand) -> None:
    call = ask("elsewhere", cost=1, monitor="m", scheduled=True, provider="anthropic")
    await stand.ledger.reserve(call)
    await spend(stand, "by hand", 1_000_000)
