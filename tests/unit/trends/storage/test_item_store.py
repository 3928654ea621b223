"""The item store: every item once, in order, however often and in whatever shape it comes."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from tests.unit.trends.storage.item_cases import KEY, NOON, QUARTER, found, plan, seen
from trends.domain.models import RawItem, TimeRule, Window
from trends.domain.queries import parse
from trends.errors import InvalidRequestError, StorageError
from trends.storage import items as item_module
from trends.storage.database import Database
from trends.storage.items import ItemFilter, ItemStore, StoredItem
from trends.storage.polls import CHUNK, SourceKey
from trends.storage.sources import SourceStore

FIRST = "https://hani.example/1"
OTHER = SourceKey("local", "rss:bbc")


@pytest.fixture
def store(database: Database) -> ItemStore:
    return ItemStore(database)


async def everything(store: ItemStore, key: SourceKey = KEY, batch: int = 2) -> list[RawItem]:
    """All items of a source around noon."""
    start, end = NOON - timedelta(days=30), NOON + timedelta(days=30)
    return [item async for rows in store.window(key, start, end, batch) for item in rows]


async def only(store: ItemStore) -> StoredItem:
    """The one item there is."""
    (item,) = (await store.page("local", ItemFilter())).items
    return item


async def test_a_repeated_poll_adds_nothing(store: ItemStore) -> None:
    first = await store.found(KEY, plan(), found(seen()))
    again = await store.found(KEY, plan(), found(seen()))
    assert (first, again) == ((1, 0), (0, 0))
    assert len(await everything(store)) == 1


async def test_first_seen_never_moves_and_last_seen_does(store: ItemStore) -> None:
    later = NOON + QUARTER
    await store.found(KEY, plan(), found(seen()))
    await store.found(KEY, plan(later), found(seen(), at=later))
    item = await only(store)
    assert (item.first_seen, item.last_seen) == (NOON, later)


async def test_the_latest_title_wins_and_nothing_else_moves(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(seen()))
    renamed = seen(title="두쫀쿠 또 품절", published_at=NOON, outlet="경향")
    written = await store.found(KEY, plan(), found(renamed))
    item = await only(store)
    assert written == (0, 1)
    assert (item.title, item.outlet) == ("두쫀쿠 또 품절", "한겨레")
    assert item.published_at == NOON - timedelta(hours=1)


async def test_a_feed_that_dates_old_items_anew_does_not_make_them_new(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(seen()))
    redated = seen(published="2026-01-10", published_at=NOON + timedelta(days=1))
    assert (await store.found(KEY, plan(), found(redated))).new == 0
    assert (await only(store)).published_at == NOON - timedelta(hours=1)


async def test_an_item_without_a_time_keeps_the_moment_it_was_first_seen(store: ItemStore) -> None:
    dateless = seen(published=None, published_at=NOON, time_rule=TimeRule.MISSING)
    later = NOON + timedelta(days=3)
    await store.found(KEY, plan(), found(dateless))
    await store.found(KEY, plan(later), found(dateless.model_copy(update={"published_at": later})))
    (item,) = await everything(store)
    assert item.published == NOON.isoformat()


async def test_the_same_id_in_two_sources_and_two_tenants_is_kept_apart(store: ItemStore) -> None:
    for key in (KEY, OTHER, SourceKey("other", KEY.source)):
        assert (await store.found(key, plan(), found(seen()))).new == 1


async def test_a_window_is_read_in_order_of_time_and_id_across_batches(store: ItemStore) -> None:
    moments = [NOON - timedelta(hours=hour) for hour in (3, 1, 1, 1, 2)]
    given = [seen(f"id-{n}", published_at=moment) for n, moment in enumerate(moments)]
    await store.found(KEY, plan(), found(*given))
    ids = [item.item_id for item in await everything(store, batch=2)]
    assert ids == ["id-0", "id-4", "id-1", "id-2", "id-3"]


async def test_a_window_begins_with_its_start_and_ends_before_its_end(store: ItemStore) -> None:
    moments = [NOON - timedelta(hours=hour) for hour in (4, 3, 2, 1)]
    await store.found(
        KEY, plan(), found(*(seen(f"id-{n}", published_at=at) for n, at in enumerate(moments)))
    )
    rows = store.window(KEY, moments[1], moments[3])
    assert [item.item_id async for batch in rows for item in batch] == ["id-1", "id-2"]


async def test_more_items_than_one_statement_takes_are_all_kept(store: ItemStore) -> None:
    many = [seen(f"id-{number:05}") for number in range(2 * CHUNK + 1)]
    assert (await store.found(KEY, plan(), found(*many))).new == len(many)
    assert (await store.found(KEY, plan(), found(*many))).new == 0
    assert len(await everything(store, batch=300)) == len(many)


async def test_an_item_comes_back_as_a_source_would_have_given_it(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(seen(place="feed")))
    (item,) = await everything(store)
    assert item == RawItem(
        source="rss:hani",
        item_id=FIRST,
        title="두쫀쿠 품절",
        summary="편의점마다 줄을 선다.",
        url=FIRST,
        outlet="한겨레",
        published="2026-01-09T11:00:00+00:00",
        language="ko",
        place="feed",
    )


async def test_items_of_a_censored_list_are_marked_until_a_whole_list_shows_them(
    store: ItemStore,
) -> None:
    await store.found(KEY, plan(), found(seen(), censored=True))
    assert [item.censored for item in await everything(store)] == [True]
    await store.found(KEY, plan(), found(seen(), censored=True))
    assert [item.censored for item in await everything(store)] == [True]
    await store.found(KEY, plan(), found(seen()))
    assert [item.censored for item in await everything(store)] == [False]


async def test_a_censored_list_does_not_mark_what_was_known(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(seen()))
    await store.found(KEY, plan(), found(seen(), censored=True))
    assert [item.censored for item in await everything(store)] == [False]


def window(start_hours: float, end_hours: float) -> Window:
    """A span given in hours from noon."""
    return Window(start=NOON + timedelta(hours=start_hours), end=NOON + timedelta(hours=end_hours))


async def observed(store: ItemStore, *, censored: bool = False) -> list[Window]:
    """All spans of the source."""
    start, end = NOON - timedelta(days=30), NOON + timedelta(days=30)
    return list(await store.observed(KEY, start, end, censored=censored))


async def test_spans_that_touch_are_one_and_a_gap_stays(store: ItemStore) -> None:
    for span in (window(-4, -2), window(-2, -1), window(3, 4), window(5, 6)):
        await store.found(KEY, plan(), found(observed=span))
    assert await observed(store) == [window(-4, -1), window(3, 4), window(5, 6)]


async def test_a_span_over_two_others_joins_them(store: ItemStore) -> None:
    for span in (window(-4, -3), window(-2, -1), window(-3.5, -1.5), window(-3.5, -1.5)):
        await store.found(KEY, plan(), found(observed=span))
    assert await observed(store) == [window(-4, -1)]


async def test_spans_of_censored_lists_are_kept_apart(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(observed=window(-4, -2)))
    await store.found(KEY, plan(), found(observed=window(-3, -1), censored=True))
    assert await observed(store) == [window(-4, -2)]
    assert await observed(store, censored=True) == [window(-3, -1)]


async def test_spans_are_cut_to_what_is_asked(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(observed=window(-4, 4)))
    asked = window(-1, 1)
    assert await store.observed(KEY, asked.start, asked.end, censored=False) == (asked,)


async def test_a_failing_write_keeps_nothing_of_the_poll(
    store: ItemStore, database: Database
) -> None:
    # Written last: by then the items are in.
    zoneless = datetime(2026, 1, 1)  # noqa: DTZ001  # what must fail
    with pytest.raises(StorageError):
        await store.found(KEY, plan(), found(seen(), newest_at=zoneless))
    assert await everything(store) == []
    health, state = await SourceStore(database).known(KEY)
    assert (health.last_attempt, state) == (None, None)


async def test_two_polls_of_one_source_at_once_leave_every_item_once(store: ItemStore) -> None:
    polls = [found(*(seen(f"id-{n}") for n in range(k, k + 40))) for k in range(0, 60, 10)]
    await asyncio.gather(*(store.found(KEY, plan(), poll) for poll in polls))
    ids = [item.item_id for item in await everything(store)]
    assert sorted(ids) == sorted({f"id-{n}" for n in range(90)})


async def test_old_items_that_the_feed_no_longer_lists_are_pruned(store: ItemStore) -> None:
    old = NOON - timedelta(days=20)
    listed = seen("listed", published_at=old)
    await store.found(KEY, plan(old), found(seen("gone", published_at=old), listed, at=old))
    await store.found(KEY, plan(), found(listed, seen("new")))
    assert await store.prune(KEY, NOON - timedelta(days=10)) == 1
    assert [item.item_id for item in await everything(store)] == ["listed", "new"]


async def test_pruning_goes_in_small_batches_oldest_first(store: ItemStore) -> None:
    old = NOON - timedelta(days=20)
    many = [seen(f"id-{n:04}", published_at=old + timedelta(seconds=n)) for n in range(CHUNK + 3)]
    await store.found(KEY, plan(old), found(*many, at=old))
    assert await store.prune(KEY, NOON) == CHUNK
    assert [item.item_id for item in await everything(store)] == [
        f"id-{n:04}" for n in range(CHUNK, CHUNK + 3)
    ]
    assert await store.prune(KEY, NOON) == 3


async def test_pruning_forgets_spans_of_that_time(store: ItemStore) -> None:
    await store.found(KEY, plan(), found(observed=window(-9, -8)))
    await store.found(KEY, plan(), found(observed=window(-7, -1)))
    await store.prune(KEY, NOON - timedelta(hours=6))
    assert await observed(store) == [window(-7, -1)]


async def test_items_are_counted_by_how_their_time_was_arrived_at(store: ItemStore) -> None:
    rules = (TimeRule.EXACT, TimeRule.MISSING, TimeRule.EXACT)
    await store.found(
        KEY, plan(), found(*(seen(f"id-{n}", time_rule=rule) for n, rule in enumerate(rules)))
    )
    counts = await store.count(KEY, NOON - timedelta(days=1), NOON)
    assert counts == {TimeRule.EXACT: 2, TimeRule.MISSING: 1}


async def pages(store: ItemStore, wanted: ItemFilter, limit: int) -> list[str]:
    """Ids over all pages."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.page("local", wanted, cursor=cursor, limit=limit)
        ids += [item.item_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return ids


async def five(store: ItemStore) -> None:
    """Five items of two sources; two share a moment."""
    hours = {"a": 5, "b": 3, "c": 3}
    for key, ids in ((KEY, "abc"), (OTHER, "de")):
        await store.found(
            key,
            plan(),
            found(
                *(
                    seen(
                        each,
                        published_at=NOON - timedelta(hours=hours.get(each, 3)),
                        title="녹차 라떼" if each in "ad" else "Matcha latte",
                        language="ko" if each in "ad" else "en",
                    )
                    for each in ids
                )
            ),
        )


async def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition(
    store: ItemStore,
) -> None:
    await five(store)
    whole = await pages(store, ItemFilter(), limit=50)
    assert whole == ["c", "b", "e", "d", "a"]
    for limit in (1, 2, 3, 5):
        assert await pages(store, ItemFilter(), limit=limit) == whole


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (ItemFilter(source="rss:bbc"), ["e", "d"]),
        (ItemFilter(language="ko"), ["d", "a"]),
        (ItemFilter(start=NOON - timedelta(hours=4)), ["c", "b", "e", "d"]),
        (ItemFilter(end=NOON - timedelta(hours=3)), ["a"]),
        (ItemFilter(query=parse("녹차 -matcha")), ["d", "a"]),
        (ItemFilter(query=parse("matcha"), source="rss:hani"), ["c", "b"]),
        (ItemFilter(query=parse("coffee")), []),
    ],
)
async def test_items_are_found_by(store: ItemStore, wanted: ItemFilter, ids: list[str]) -> None:
    await five(store)
    assert await pages(store, wanted, limit=1) == ids


async def test_a_search_that_finds_little_ends_its_page_early_and_goes_on(
    store: ItemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(store)
    monkeypatch.setattr(item_module, "MOST_SCANNED", 2)
    monkeypatch.setattr(item_module, "_CHUNK", 2)
    first = await store.page("local", ItemFilter(query=parse("녹차")))
    assert first.items == ()
    assert first.next_cursor is not None
    assert await pages(store, ItemFilter(query=parse("녹차")), limit=1) == ["d", "a"]


async def test_a_cursor_of_something_else_is_refused(store: ItemStore) -> None:
    with pytest.raises(InvalidRequestError):
        await store.page("local", ItemFilter(), cursor="eyJhdCI6ICJ4In0")


async def test_stats_count_by_source_and_day(store: ItemStore) -> None:
    await five(store)
    late = datetime.fromisoformat("2026-01-09T00:30:00+09:00")
    await store.found(OTHER, plan(), found(seen("night", published_at=late)))
    bbc, hani = await store.stats("local", ItemFilter())
    assert (bbc.source, bbc.items, hani.items) == ("rss:bbc", 3, 3)
    assert bbc.days == {date(2026, 1, 8): 1, date(2026, 1, 9): 2}
    assert (bbc.oldest, bbc.newest) == (late, NOON - timedelta(hours=3))


async def test_stats_take_a_filter(store: ItemStore) -> None:
    await five(store)
    (hani,) = await store.stats("local", ItemFilter(source="rss:hani", language="en"))
    assert hani.items == 2
    assert await store.stats("other", ItemFilter()) == ()
