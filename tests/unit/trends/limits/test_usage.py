"""What people read of the ledger."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.trends.limits.ledger_cases import START, Stand, ask
from trends.errors import (
    InvalidRequestError,
    LimitReachedError,
    PriceUnknownError,
    UnknownNameError,
)
from trends.limits.estimates import Plan, PlannerCall, estimate
from trends.limits.prices import Prices
from trends.limits.public import ProviderLimits
from trends.limits.quotas import micro, quotas_of, usd
from trends.limits.usage import By, UsageReader
from trends.limits.windows import Kind
from trends.settings import load_settings


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def reader(stand: Stand) -> UsageReader:
    return UsageReader(stand.database, lambda _: stand.quotas, read_time=lambda _: stand.now)


async def spend(stand: Stand, name: str, cost: int, run: str, monitor: str = "m") -> None:
    given = await stand.ledger.reserve(ask(name, cost=cost, run=run, monitor=monitor))
    await stand.ledger.settle(given, tokens=7, cost_micro=cost)


async def test_spending_is_summed_by_what_was_asked_for(stand: Stand, reader: UsageReader) -> None:
    await spend(stand, "1", 100, "r1")
    await spend(stand, "2", 300, "r2")
    await stand.ledger.reserve(ask("3", cost=50, run="r2"))
    await stand.ledger.release(await stand.ledger.reserve(ask("4", cost=50, run="r3")))
    days = {"first_day": "2100-03-10", "last_day": "2100-03-10"}
    by_run = await reader.spending("local", By.RUN, **days)
    assert [(row.name, row.spent_micro, row.held_micro, row.calls) for row in by_run] == [
        ("r2", 300, 50, 2),
        ("r1", 100, 0, 1),
    ]
    by_monitor = await reader.spending("local", By.MONITOR, **days)
    assert [(row.name, row.spent_micro) for row in by_monitor] == [("m", 400), ("", 0)]
    assert (
        await reader.spending("local", By.DAY, first_day="2100-03-11", last_day="2100-04-01") == ()
    )


async def test_a_window_says_what_is_left_and_when_it_is_used_up(
    stand: Stand, reader: UsageReader
) -> None:
    # 21 hours into Seoul's day: 700,000 spent are 33,333 an hour, and 300,000 last nine hours more than the day has.
    await spend(stand, "1", 700_000, "r")
    await stand.ledger.reserve(ask("2", cost=100_000))
    (day, month) = await reader.windows("local", ("openai",))
    assert (day.kind, day.spent_micro, day.held_micro, day.left_micro) == (
        Kind.DAY,
        700_000,
        100_000,
        200_000,
    )
    assert (day.per_hour_micro, day.used_up_at) == (33_333, None)
    assert day.ends_at == START + timedelta(hours=3)
    assert (month.scope, month.spent_micro) == ("m", 700_000)
    await spend(stand, "3", 190_000, "r")
    (day, _) = await reader.windows("local", ("openai",))
    assert day.used_up_at is not None
    assert timedelta(hours=2.5) < day.used_up_at - START < timedelta(hours=2.7)


async def test_an_unused_window_is_empty_and_has_its_limit(reader: UsageReader) -> None:
    (day,) = await reader.windows("local", ("openai",))
    assert (day.spent_micro, day.cap_micro, day.left_micro) == (0, 1_000_000, 1_000_000)
    run = await reader.run("local", "r", "openai")
    assert (run.cap_micro, run.ends_at) == (1_000_000, None)


async def test_rates_say_what_is_taken_and_who_is_left_alone(
    stand: Stand, reader: UsageReader
) -> None:
    await spend(stand, "1", 1, "r")
    await stand.ledger.reserve(ask("2", cost=1))
    await stand.ledger.block("local", "openai", timedelta(seconds=9))
    (used,) = await reader.rates("local", ("openai",))
    assert (used.minute_calls, used.minute_tokens, used.hour_calls, used.open_calls) == (
        2,
        107,
        2,
        1,
    )
    assert used.blocked_until == START + timedelta(seconds=9)


async def test_people_are_told_of_a_crossing_once(stand: Stand, reader: UsageReader) -> None:
    await spend(stand, "1", 800_000, "r")
    untold = await reader.untold()
    assert {(found.kind, found.level.value) for found in untold} == {
        (Kind.DAY, "warning"),
        (Kind.RUN, "warning"),
        (Kind.MONTH, "warning"),
    }
    assert [await reader.told(untold[0], START) for _ in range(2)] == [True, False]
    assert untold[0] not in await reader.untold()
    assert len(await reader.crossings("local")) == 3
    assert await reader.crossings("other") == ()


def planner(*, cached: bool) -> PlannerCall:
    return PlannerCall(
        provider="openai", model="gpt-4.1-mini", max_output_tokens=2000, cached=cached
    )


async def test_an_estimate_without_a_past_is_of_prices(stand: Stand) -> None:
    prices = Prices(load_settings(environ={}).llm)
    plan = Plan(
        provider="openai", model="gpt-4.1-mini", topics=10, rounds=2, max_output_tokens=2000
    )
    found = await estimate(stand.database, prices, plan, tenant="local", monitor="m")
    # 1500 × 0.4 + 300 × 1.6 = 1080 for each call; at most 1500 × 0.4 + 2000 × 1.6 = 3800, three times.
    assert (found.low_micro, found.likely_micro, found.high_micro) == (10_800, 21_600, 114_000)
    assert found.past_runs == 0


async def test_an_estimate_with_a_past_is_what_the_monitors_runs_cost(stand: Stand) -> None:
    for number, cost in enumerate((9_000, 200_000, 12_000)):
        await spend(stand, f"{number}", cost, f"r{number}")
    await spend(stand, "other", 1, "other", monitor="n")
    await stand.ledger.reserve(ask("under way", cost=1, run="open", monitor="m"))
    prices = Prices(load_settings(environ={}).llm)
    plan = Plan(
        provider="openai", model="gpt-4.1-mini", topics=10, rounds=2, max_output_tokens=2000, runs=2
    )
    found = await estimate(stand.database, prices, plan, tenant="local", monitor="m")
    assert (found.low_micro, found.likely_micro, found.high_micro) == (18_000, 24_000, 400_000)
    assert found.past_runs == 3


def planned(*, topics: int, rounds: int, cached: bool, runs: int = 1) -> Plan:
    """A run that plans before it writes."""
    return Plan(
        provider="openai",
        model="gpt-4.1-mini",
        topics=topics,
        rounds=rounds,
        max_output_tokens=2000,
        runs=runs,
        planner=planner(cached=cached),
    )


async def range_of(stand: Stand, plan: Plan, monitor: str | None = None) -> tuple[int, int, int]:
    """What it is estimated to cost: low, likely, high."""
    prices = Prices(load_settings(environ={}).llm)
    found = await estimate(stand.database, prices, plan, tenant="local", monitor=monitor)
    return found.low_micro, found.likely_micro, found.high_micro


@pytest.mark.parametrize(
    ("cached", "figures"),
    [
        # 400 × 0.4 + 150 × 1.6 = 400 for planning, at most 400 × 0.4 + 2000 × 1.6 = 3360.
        (False, (3 * (1080 + 400), 3 * (2160 + 400), 3 * (11_400 + 3360))),
        (True, (3 * 1080 + 400, 3 * 2160 + 400, 3 * (11_400 + 3360))),
    ],
)
async def test_an_estimate_has_the_call_that_plans(
    stand: Stand, cached: bool, figures: tuple[int, int, int]
) -> None:
    plan = planned(topics=1, rounds=2, runs=3, cached=cached)
    assert await range_of(stand, plan) == figures


async def test_what_earlier_runs_cost_has_their_planning_in_it(stand: Stand) -> None:
    for number, cost in enumerate((900, 1_200, 5_000)):
        await spend(stand, f"{number}", cost, f"r{number}")
    plan = planned(topics=1, rounds=0, cached=True)
    assert await range_of(stand, plan, monitor="m") == (900, 1_200, 3800 + 3360)


async def test_a_run_that_only_plans_costs_that(stand: Stand) -> None:
    plan = planned(topics=0, rounds=0, cached=True)
    assert await range_of(stand, plan) == (400, 400, 3360)


async def test_an_estimate_of_a_model_without_a_price_is_refused(stand: Stand) -> None:
    plan = Plan(provider="openai", model="nope", topics=1, rounds=0, max_output_tokens=1)
    prices = Prices(load_settings(environ={}).llm)
    with pytest.raises(PriceUnknownError):
        await estimate(stand.database, prices, plan, tenant="local")


async def test_the_published_verbs_hold_a_stated_limit(stand: Stand, reader: UsageReader) -> None:
    limits = ProviderLimits(stand.database, time_zone="Asia/Seoul")
    limits.register_provider("openai", cost_per_day_usd=1.0)
    call = await limits.check("openai", tokens=100, cost_usd=1.0)
    # Registering again forgets nothing.
    limits.register_provider("openai", cost_per_day_usd=1.0)
    with pytest.raises(LimitReachedError):
        await limits.check("openai", tokens=1, cost_usd=0.000001)
    await limits.record(call, tokens=80, cost_usd=0.25)
    await limits.cancel(await limits.check("openai", tokens=1, cost_usd=0.75))
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Seoul")).date()
    days = {
        "first_day": (today - timedelta(days=1)).isoformat(),
        "last_day": (today + timedelta(days=1)).isoformat(),
    }
    (spent,) = await reader.spending("local", By.PROVIDER, **days)
    assert (spent.spent_micro, spent.calls, spent.tokens) == (250_000, 1, 80)


async def test_the_published_verbs_refuse_what_cannot_be_held(stand: Stand) -> None:
    limits = ProviderLimits(stand.database)
    limits.register_provider("openai", requests_per_minute=5)
    with pytest.raises(UnknownNameError, match="Did you mean 'openai'"):
        await limits.check("opnai", tokens=1, cost_usd=0)
    for bad in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InvalidRequestError):
            limits.register_provider("openai", cost_per_day_usd=bad)
    for bad in (-0.01, float("nan"), float("inf")):
        with pytest.raises(InvalidRequestError):
            await limits.check("openai", tokens=1, cost_usd=bad)


async def test_amounts_below_zero_are_refused(stand: Stand) -> None:
    given = await stand.ledger.reserve(ask())
    for tokens, cost in ((-1, 1), (1, -1)):
        with pytest.raises(InvalidRequestError):
            await stand.ledger.settle(given, tokens=tokens, cost_micro=cost)
    with pytest.raises(InvalidRequestError):
        await stand.ledger.reserve(ask("b", cost=10, least=11))
    assert await stand.day() == (100, 0)


def test_quotas_are_the_providers_own_where_it_has_some() -> None:
    settings = load_settings(environ={})
    openai = settings.llm.providers.openai
    own = openai.limits.model_copy(update={"requests_per_minute": 100, "cost_per_day_usd": 0.3})
    providers = settings.llm.providers.model_copy(
        update={"openai": openai.model_copy(update={"limits": own})}
    )
    llm = settings.llm.model_copy(update={"providers": providers})
    settings = settings.model_copy(update={"llm": llm})
    found = quotas_of(settings, "openai", "Asia/Seoul")
    assert (found.requests_per_minute, found.requests_per_hour, found.day_micro) == (
        98,
        2940,
        300_000,
    )
    assert found.zone == ZoneInfo("Asia/Seoul")
    assert quotas_of(settings, "google", "Asia/Seoul").requests_per_minute == 58
    with pytest.raises(UnknownNameError, match="Did you mean 'openai'"):
        quotas_of(settings, "opnai", "Asia/Seoul")


def test_headroom_leaves_at_least_one_call() -> None:
    settings = load_settings(environ={})
    limits = settings.limits.model_copy(update={"requests_per_minute": 1, "headroom": 0.9})
    found = quotas_of(settings.model_copy(update={"limits": limits}), "openai", "UTC")
    assert found.requests_per_minute == 1


def test_amounts_are_shown_to_the_micro_dollar() -> None:
    assert [usd(amount) for amount in (0, 1, 1_500_000, 1_234_567_890)] == [
        "$0.00",
        "$0.000001",
        "$1.50",
        "$1,234.56789",
    ]
    assert micro(0.1 + 0.2) == 300_000
