"""Figures of a whole installation, read from the ledger."""

from datetime import timedelta

import pytest

from tests.unit.trends.limits.ledger_cases import Stand, ask
from trends.limits.figures import LedgerFigures, read_figures
from trends.limits.freeze import Freezer


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


async def figures(stand: Stand, tenant: str | None = None, *in_use: str) -> LedgerFigures:
    return await read_figures(
        stand.database,
        lambda _: stand.quotas,
        [("local", provider) for provider in in_use],
        known=lambda name: name != "gone",
        tenant=tenant,
        read_time=lambda _: stand.now,
    )


async def spend(stand: Stand, name: str, cost: int, **of: str) -> None:
    given = await stand.ledger.reserve(ask(name, cost, **of))  # pyright: ignore[reportArgumentType]  # by name
    await stand.ledger.settle(given, tokens=7, cost_micro=cost)


async def test_money_is_that_of_the_day_and_calls_are_all_that_ever_were(stand: Stand) -> None:
    await spend(stand, "1", 100)
    await stand.pass_time(timedelta(days=1))
    await spend(stand, "2", 300)
    await stand.ledger.reserve(ask("3", 50))
    (found,) = (await figures(stand)).providers
    assert (found.tenant, found.provider, found.cap_micro) == ("local", "openai", 1_000_000)
    assert (found.spent_micro, found.held_micro, found.calls) == (300, 50, 2)


async def test_tenants_are_told_apart(stand: Stand) -> None:
    await spend(stand, "1", 100)
    await spend(stand, "2", 200, tenant="acme")
    every = (await figures(stand)).providers
    assert [(each.tenant, each.spent_micro) for each in every] == [("acme", 200), ("local", 100)]
    (own,) = (await figures(stand, "acme")).providers
    assert (own.tenant, own.spent_micro) == ("acme", 200)


async def test_provider_in_use_is_told_before_its_first_call(stand: Stand) -> None:
    (found,) = (await figures(stand, None, "anthropic")).providers
    assert (found.provider, found.spent_micro, found.calls) == ("anthropic", 0, 0)
    assert found.cap_micro == 1_000_000


async def test_provider_that_settings_no_longer_know_keeps_its_calls(stand: Stand) -> None:
    await spend(stand, "1", 100, provider="gone")
    (found,) = (await figures(stand)).providers
    assert (found.calls, found.cap_micro) == (1, 0)


async def test_frozen_are_those_that_nobody_has_thawed(stand: Stand) -> None:
    freezer = Freezer(stand.database, lambda _: stand.now)
    await freezer.freeze("local", "kim")
    await freezer.freeze("acme", "kim")
    await freezer.thaw("local", "kim")
    assert (await figures(stand)).frozen == {"acme"}
    assert (await figures(stand, "local")).frozen == frozenset()
