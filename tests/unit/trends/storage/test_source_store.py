"""Sources: feeds that are registered, and how what is polled stands."""

from datetime import timedelta

import pytest

from tests.unit.trends.storage.item_cases import KEY, NOON, QUARTER, found, plan, seen
from tests.unit.trends.storage.record_cases import Clock, new_run
from trends.domain.health import RECENT_POLLS
from trends.domain.models import RunStatus, Window
from trends.errors import ConflictError, NotFoundError
from trends.storage.database import Database
from trends.storage.items import ItemFilter, ItemStore
from trends.storage.runs import RunStore
from trends.storage.sources import Registered, SourceStore

HANI = Registered(
    tenant="local", name="hani", url="https://hani.example/rss", title="한겨레", added_at=NOON
)


@pytest.fixture
def sources(database: Database) -> SourceStore:
    return SourceStore(database)


@pytest.fixture
def store(database: Database) -> ItemStore:
    return ItemStore(database)


async def test_a_registered_feed_is_read_as_it_was_given(sources: SourceStore) -> None:
    feed = HANI.model_copy(update={"folder": "뉴스/종합", "cadence_minutes": 5, "language": "ko"})
    await sources.add(feed)
    assert await sources.registered("local") == (feed,)
    assert await sources.registered("other") == ()


async def test_an_address_is_registered_once(sources: SourceStore) -> None:
    await sources.add(HANI)
    with pytest.raises(ConflictError, match="as 'hani'"):
        await sources.add(HANI.model_copy(update={"name": "again"}))


async def test_a_name_is_taken_once(sources: SourceStore) -> None:
    await sources.add(HANI)
    with pytest.raises(ConflictError, match="taken"):
        await sources.add(HANI.model_copy(update={"url": "https://other.example/rss"}))


async def test_another_tenant_may_take_the_same_name(sources: SourceStore) -> None:
    await sources.add(HANI)
    await sources.add(HANI.model_copy(update={"tenant": "other"}))
    assert [feed.tenant for feed in await sources.everyone()] == ["local", "other"]


async def test_a_removed_feed_leaves_its_items(sources: SourceStore, store: ItemStore) -> None:
    await sources.add(HANI)
    await store.found(KEY, plan(), found(seen()))
    assert await sources.remove("local", "hani") == HANI
    assert await sources.registered("local") == ()
    assert len(await store.stats("local", ItemFilter())) == 1


async def test_what_is_not_registered_cannot_be_removed(sources: SourceStore) -> None:
    with pytest.raises(NotFoundError):
        await sources.remove("local", "hani")


async def test_a_source_that_was_never_polled_has_nothing_to_tell(sources: SourceStore) -> None:
    health, state = await sources.known(KEY)
    assert (health.last_attempt, health.error_rate, state) == (None, None, None)
    assert await sources.healths() == ()


async def test_an_answered_poll_shows_in_the_health(sources: SourceStore, store: ItemStore) -> None:
    await store.found(KEY, plan(), found(seen(), seen("id-2"), moved_to="https://new.example"))
    health, state = await sources.known(KEY)
    assert state == {"etag": "one"}
    assert (health.last_success, health.next_poll) == (NOON, NOON + QUARTER)
    assert (health.last_items, health.last_new, health.error_rate) == (2, 2, 0.0)
    assert (health.moved_to, health.newest_at) == ("https://new.example", NOON - timedelta(hours=1))


async def test_failures_add_up_and_keep_what_the_connector_remembers(
    sources: SourceStore, store: ItemStore
) -> None:
    await store.found(KEY, plan(), found(seen()))
    for number in (1, 2):
        at = NOON + number * QUARTER
        await store.failed(KEY, plan(at), "source-unavailable", "It is down.")
    health, state = await sources.known(KEY)
    assert (health.failures, health.slug, health.reason) == (2, "source-unavailable", "It is down.")
    assert (health.first_attempt, health.last_success) == (NOON, NOON)
    assert (health.last_attempt, health.last_items) == (NOON + 2 * QUARTER, 1)
    assert health.error_rate == pytest.approx(2 / 3)
    assert state == {"etag": "one"}


async def test_an_answer_clears_the_failure(sources: SourceStore, store: ItemStore) -> None:
    await store.failed(KEY, plan(), "source-unavailable", "It is down.")
    await store.found(KEY, plan(), found(seen()))
    health, _ = await sources.known(KEY)
    assert (health.failures, health.slug, health.reason) == (0, "", "")


async def test_a_list_that_did_not_change_keeps_its_count(
    sources: SourceStore, store: ItemStore
) -> None:
    await store.found(KEY, plan(), found(seen()))
    await store.found(KEY, plan(NOON + QUARTER), found(unchanged=True))
    health, _ = await sources.known(KEY)
    assert (health.last_items, health.last_new, health.newest_at) == (
        1,
        0,
        NOON - timedelta(hours=1),
    )


async def test_the_error_rate_is_of_the_last_polls(sources: SourceStore, store: ItemStore) -> None:
    for _ in range(3):
        await store.failed(KEY, plan(), "source-unavailable", "")
    for _ in range(RECENT_POLLS):
        await store.found(KEY, plan(), found())
    assert (await sources.known(KEY))[0].error_rate == 0


async def test_a_pause_stays_through_polls(sources: SourceStore, store: ItemStore) -> None:
    assert (await sources.set_paused(KEY, paused=True)).paused
    await store.found(KEY, plan(), found(seen()))
    assert [health.paused for health in await sources.healths("local")] == [True]
    await sources.set_paused(KEY, paused=False)
    assert [health.paused for health in await sources.healths()] == [False]


async def test_runs_that_have_not_ended_say_from_when_they_need_items(
    sources: SourceStore, database: Database
) -> None:
    runs = RunStore(database, Clock())
    month = timedelta(days=30)
    assert await sources.needed_since("local", month) is None
    earlier = Window(start=NOON - timedelta(days=20), end=NOON - timedelta(days=13))
    await runs.insert(new_run("run-1"))
    await runs.insert(new_run("run-2", window=earlier))
    assert await sources.needed_since("local", month) == earlier.end - month
    assert await sources.needed_since("other", month) is None
    await runs.finish("local", "run-2", RunStatus.FAILED, "", "", "")
    assert await sources.needed_since("local", month) == NOON - month
