"""The response cache on each database."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tests.unit.trends.storage.record_cases import TENANT, Clock
from trends.settings_calls import CacheSettings
from trends.storage.database import Database
from trends.storage.response_cache import ENTRY_BYTES, MEGABYTE, CacheFigures, CacheKind, CacheStore

MODEL, SOURCE = CacheKind.MODEL, CacheKind.SOURCE
VALUE = "말차 \x00".encode() + b"\xff"
# Four of these fill a megabyte, and a fifth does not fit.
QUARTER = b"x" * (MEGABYTE // 4 - ENTRY_BYTES)


@dataclass
class Kept:
    """A cache whose clock and settings a test changes."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    settings: CacheSettings = field(
        default_factory=lambda: CacheSettings(
            max_size_mb=1, model_ttl_hours=1, source_ttl_seconds=60
        )
    )

    @property
    def store(self) -> CacheStore:
        return CacheStore(self.database, self.clock, lambda: self.settings)

    def set(self, **changes: float) -> None:
        self.settings = self.settings.model_copy(update=changes)

    async def holds(self, *keys: str) -> list[str]:
        """Which of the keys are there; asking is using."""
        return [key for key in keys if await self.store.find(TENANT, MODEL, key) is not None]

    async def figures(self, kind: CacheKind = MODEL, tenant: str = TENANT) -> CacheFigures:
        all_figures = await self.store.figures()
        return next(each for each in all_figures if (each.tenant, each.kind) == (tenant, kind))


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


async def test_bytes_come_back_as_they_went_in(kept: Kept) -> None:
    assert await kept.store.put(TENANT, MODEL, "a", VALUE)
    assert await kept.store.find(TENANT, MODEL, "a") == VALUE


async def test_an_answer_serves_its_tenant_alone(kept: Kept) -> None:
    await kept.store.put(TENANT, MODEL, "a", VALUE)
    assert await kept.store.find("other", MODEL, "a") is None


async def test_what_is_there_stays_as_it_is(kept: Kept) -> None:
    await kept.store.put(TENANT, MODEL, "a", b"first")
    assert not await kept.store.put(TENANT, MODEL, "a", b"second")
    assert await kept.store.find(TENANT, MODEL, "a") == b"first"


@pytest.mark.parametrize(("answering", "seconds"), [(MODEL, 3600), (SOURCE, 60)])
async def test_each_kind_serves_as_long_as_its_setting_says(
    kept: Kept, answering: CacheKind, seconds: int
) -> None:
    await kept.store.put(TENANT, answering, "a", VALUE)
    kept.clock.forward(seconds - 1)
    assert await kept.store.find(TENANT, answering, "a") == VALUE
    kept.clock.forward(1)
    assert await kept.store.find(TENANT, answering, "a") is None


async def test_being_used_does_not_make_it_younger(kept: Kept) -> None:
    await kept.store.put(TENANT, SOURCE, "a", VALUE)
    kept.clock.forward(30)
    assert await kept.store.find(TENANT, SOURCE, "a") == VALUE
    kept.clock.forward(30)
    assert await kept.store.find(TENANT, SOURCE, "a") is None


async def test_a_shorter_time_holds_at_once_for_what_is_there(kept: Kept) -> None:
    await kept.store.put(TENANT, MODEL, "a", VALUE)
    kept.clock.forward(60)
    kept.set(model_ttl_hours=1 / 60)
    assert await kept.store.find(TENANT, MODEL, "a") is None


async def test_a_kind_with_no_time_is_not_kept(kept: Kept) -> None:
    kept.set(model_ttl_hours=0)
    assert not await kept.store.put(TENANT, MODEL, "a", VALUE)
    assert await kept.store.find(TENANT, MODEL, "a") is None
    assert await kept.store.figures() == ()


async def test_what_is_too_old_is_replaced_and_counted(kept: Kept) -> None:
    await kept.store.put(TENANT, SOURCE, "a", b"old")
    kept.clock.forward(60)
    assert await kept.store.put(TENANT, SOURCE, "a", b"new")
    assert await kept.store.find(TENANT, SOURCE, "a") == b"new"
    figures = await kept.figures(SOURCE)
    assert (figures.entries, figures.expirations, figures.evictions) == (1, 1, 0)


async def test_the_least_recently_used_goes_first(kept: Kept) -> None:
    for key in "abcd":
        await kept.store.put(TENANT, MODEL, key, QUARTER)
        kept.clock.forward(1)
    await kept.store.find(TENANT, MODEL, "a")
    await kept.store.put(TENANT, MODEL, "e", QUARTER)
    assert await kept.holds(*"abcde") == ["a", "c", "d", "e"]


async def test_a_larger_one_takes_the_room_of_several(kept: Kept) -> None:
    for key in "abcd":
        await kept.store.put(TENANT, MODEL, key, QUARTER)
        kept.clock.forward(1)
    await kept.store.put(TENANT, MODEL, "e", QUARTER * 2)
    assert await kept.holds(*"abcde") == ["c", "d", "e"]


async def test_room_is_made_over_all_tenants_and_counted_for_the_one_that_lost_it(
    kept: Kept,
) -> None:
    await kept.store.put("other", SOURCE, "o", QUARTER)
    for key in "abcd":
        kept.clock.forward(1)
        await kept.store.put(TENANT, MODEL, key, QUARTER)
    other = await kept.figures(SOURCE, "other")
    assert (other.entries, other.size_bytes, other.evictions) == (0, 0, 1)
    assert (await kept.figures()).evictions == 0


async def test_one_that_is_larger_than_all_there_may_be_is_not_kept(kept: Kept) -> None:
    await kept.store.put(TENANT, MODEL, "a", VALUE)
    assert not await kept.store.put(TENANT, MODEL, "b", b"x" * MEGABYTE)
    assert await kept.holds("a", "b") == ["a"]


async def test_many_small_ones_make_room_for_a_large_one(kept: Kept) -> None:
    for number in range(250):
        await kept.store.put(TENANT, MODEL, f"small-{number}", b"x")
    assert await kept.store.put(TENANT, MODEL, "large", b"x" * (MEGABYTE - ENTRY_BYTES))
    figures = await kept.figures()
    assert (figures.entries, figures.evictions, figures.size_bytes) == (1, 250, MEGABYTE)


async def test_a_smaller_bound_holds_with_the_next_one_kept(kept: Kept) -> None:
    kept.set(max_size_mb=2)
    for key in "abcdefgh":
        await kept.store.put(TENANT, MODEL, key, QUARTER)
        kept.clock.forward(1)
    kept.set(max_size_mb=1)
    await kept.store.put(TENANT, MODEL, "i", QUARTER)
    assert (await kept.figures()).size_bytes == MEGABYTE


async def test_hits_and_misses_are_counted_for_good(kept: Kept) -> None:
    await kept.store.put(TENANT, MODEL, "a", VALUE)
    for key in ("a", "a", "a", "b"):
        await kept.store.find(TENANT, MODEL, key)
    figures = await kept.figures()
    assert (figures.hits, figures.misses, figures.hit_rate) == (3, 1, 0.75)


async def test_writers_at_once_keep_within_the_bound_and_count_right(kept: Kept) -> None:
    keys = [f"k{number % 12}" for number in range(48)]
    done = await asyncio.gather(
        *(kept.store.put(TENANT, MODEL, key, QUARTER) for key in keys),
        *(kept.store.find(TENANT, MODEL, key) for key in keys),
    )
    figures = await kept.figures()
    assert figures.size_bytes == MEGABYTE
    assert figures.entries == 4
    assert figures.hits + figures.misses == len(keys)
    assert done.count(True) == figures.entries + figures.evictions
