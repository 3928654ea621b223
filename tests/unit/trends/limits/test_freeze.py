"""Paid calls stopped by a person, the same on every store."""

from datetime import timedelta

import pytest

from tests.unit.trends.limits.ledger_cases import START, Stand, ask
from trends.errors import FrozenError
from trends.limits.freeze import Freezer


@pytest.fixture
def freezer(stand: Stand) -> Freezer:
    return Freezer(stand.database, read_time=lambda _: stand.now)


async def test_nothing_is_reserved_while_frozen(stand: Stand, freezer: Freezer) -> None:
    await freezer.freeze("local", "mina", "the bill is odd")
    with pytest.raises(FrozenError) as refused:
        await stand.ledger.reserve(ask())
    assert str(refused.value) == (
        "Paid calls are stopped. mina froze them at 2100-03-10 12:00 UTC: the bill is odd."
        " Let them go on with: trends thaw"
    )
    assert await stand.money() == {}


async def test_a_freeze_takes_nothing_from_the_rates(stand: Stand, freezer: Freezer) -> None:
    stand.limit(requests_per_minute=1)
    await freezer.freeze("local", "mina")
    with pytest.raises(FrozenError):
        await stand.ledger.reserve(ask())
    await freezer.thaw("local", "mina")
    await stand.pass_time(timedelta(seconds=1))
    await stand.ledger.reserve(ask())


async def test_a_call_under_way_is_settled_while_frozen(stand: Stand, freezer: Freezer) -> None:
    given = await stand.ledger.reserve(ask())
    await freezer.freeze("local", "mina")
    await stand.ledger.settle(given, tokens=1, cost_micro=60)
    assert await stand.day() == (0, 60)


async def test_a_freeze_is_of_one_tenant(stand: Stand, freezer: Freezer) -> None:
    await freezer.freeze("other", "mina")
    assert await stand.ledger.reserve(ask())


async def test_the_first_freeze_stands_until_it_is_thawed(freezer: Freezer) -> None:
    first = await freezer.freeze("local", "mina", "first")
    assert await freezer.freeze("local", "juno", "second") == first
    assert await freezer.standing("local") == first


async def test_every_freeze_is_kept(stand: Stand, freezer: Freezer) -> None:
    await freezer.freeze("local", "mina", "first")
    await stand.pass_time(timedelta(minutes=5))
    ended = await freezer.thaw("local", "juno")
    second = await freezer.freeze("local", "mina", "second")
    assert ended is not None
    assert (ended.thawed_by, ended.thawed_at) == ("juno", START + timedelta(minutes=5))
    assert await freezer.history("local") == (second, ended)


async def test_a_thaw_without_a_freeze_changes_nothing(freezer: Freezer) -> None:
    assert await freezer.thaw("local", "juno") is None
    assert await freezer.history("local") == ()
