"""Monitors in storage: names and questions are taken once, changes are kept, the past stays reachable."""

import asyncio

import pytest

from tests.unit.trends.storage.monitor_cases import asked
from tests.unit.trends.storage.record_cases import Clock
from trends.domain.monitors import Monitor, MonitorState, MonitorVerb
from trends.domain.watchlist import Aliases, Entity
from trends.errors import (
    InvalidRequestError,
    MonitorChangedError,
    MonitorExistsError,
    MonitorNotFoundError,
)
from trends.storage.database import Database
from trends.storage.monitors import Asked, Change, MonitorStore

LOCAL = "local"


@pytest.fixture
def store(database: Database) -> MonitorStore:
    return MonitorStore(database, Clock())


def to(what: Asked) -> Change:
    def change(known: Monitor) -> tuple[MonitorVerb, MonitorState, Asked]:
        return MonitorVerb.EDITED, known.state, what

    return change


def removed(known: Monitor) -> tuple[MonitorVerb, MonitorState, Asked]:
    return MonitorVerb.REMOVED, MonitorState.REMOVED, as_it_is(known)


def paused(known: Monitor) -> tuple[MonitorVerb, MonitorState, Asked]:
    return MonitorVerb.PAUSED, MonitorState.PAUSED, as_it_is(known)


def as_it_is(known: Monitor) -> Asked:
    return Asked(known.spec, known.monitor_id, known.question)


async def test_a_monitor_is_read_as_it_was_added(store: MonitorStore) -> None:
    entity = Entity(name="애플", aliases=Aliases(en=("Apple",)), excluded=("apple pie",))
    given = asked("coffee", title="커피", channels=("slack",), budget_usd=0.5, watchlist=(entity,))
    added = await store.add(LOCAL, given, "kim")
    assert await store.get(LOCAL, "coffee") == added
    assert (added.spec, added.question, added.monitor_id) == given[:1] + given[2:] + given[1:2]
    assert (added.revision, added.state, added.author) == (1, MonitorState.ACTIVE, "kim")


async def test_a_name_is_taken_once_for_each_tenant(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    with pytest.raises(MonitorExistsError, match="'coffee' already"):
        await store.add(LOCAL, asked("coffee", "tea"), "")
    await store.add("other", asked("coffee"), "")


async def test_a_question_is_asked_by_one_monitor_and_the_other_is_named(
    store: MonitorStore,
) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    with pytest.raises(MonitorExistsError, match="'coffee' asks the same question"):
        await store.add(LOCAL, asked("kaffee"), "")
    with pytest.raises(MonitorNotFoundError):
        await store.get(LOCAL, "kaffee")


async def test_of_two_that_add_the_same_at_once_one_wins(store: MonitorStore) -> None:
    answers = await asyncio.gather(
        *(store.add(LOCAL, asked(f"m{n}"), "") for n in range(4)), return_exceptions=True
    )
    assert sum(isinstance(answer, Monitor) for answer in answers) == 1
    assert sum(isinstance(answer, MonitorExistsError) for answer in answers) == 3


async def test_a_changed_question_is_another_id_and_the_past_stays_reachable(
    store: MonitorStore,
) -> None:
    await store.add(LOCAL, asked("drinks", "coffee"), "")
    changed = await store.change(LOCAL, "drinks", to(asked("drinks", "tea")), "lee", 1)
    assert (changed.monitor_id, changed.previous_id) == ("id-of-tea", "id-of-coffee")
    assert await store.ids(LOCAL, "drinks") == ("id-of-coffee", "id-of-tea")
    assert await store.names(LOCAL, ["id-of-coffee"]) == {"id-of-coffee": "drinks"}
    again = await store.change(LOCAL, "drinks", to(asked("drinks", "coffee")), "lee", 2)
    assert (again.monitor_id, again.previous_ids) == ("id-of-coffee", ("id-of-tea",))


async def test_what_does_not_change_the_question_keeps_the_id(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    changed = await store.change(LOCAL, "coffee", to(asked("coffee", channels=("a",))), "", 1)
    assert (changed.monitor_id, changed.previous_ids, changed.revision) == ("id-of-coffee", (), 2)


async def test_a_question_that_was_left_may_be_taken_over(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("first", "coffee"), "")
    await store.change(LOCAL, "first", to(asked("first", "tea")), "", None)
    await store.add(LOCAL, asked("second", "coffee"), "")
    assert await store.names(LOCAL, ["id-of-coffee"]) == {"id-of-coffee": "second"}


async def test_a_change_of_an_older_revision_is_refused_saying_whose_came_first(
    store: MonitorStore,
) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    await store.change(LOCAL, "coffee", to(asked("coffee", title="one")), "kim", 1)
    with pytest.raises(MonitorChangedError, match="kim made revision 2; yours is based on 1"):
        await store.change(LOCAL, "coffee", to(asked("coffee", title="two")), "lee", 1)
    with pytest.raises(InvalidRequestError, match="no revision 9"):
        await store.change(LOCAL, "coffee", to(asked("coffee", title="two")), "lee", 9)
    assert (await store.get(LOCAL, "coffee")).spec.title == "one"


async def test_a_change_that_changes_nothing_makes_no_revision(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    same = await store.change(LOCAL, "coffee", to(asked("coffee")), "", 1)
    assert same.revision == 1


async def test_every_change_is_kept_with_who_and_when(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "kim")
    await store.change(LOCAL, "coffee", to(asked("coffee", title="커피")), "lee", 1)
    await store.change(LOCAL, "coffee", paused, "park", None)
    told = await store.revisions(LOCAL, "coffee")
    assert [(each.revision, each.verb, each.author, each.spec.title) for each in told] == [
        (3, "paused", "park", "커피"),
        (2, "edited", "lee", "커피"),
        (1, "added", "kim", ""),
    ]


async def test_a_removed_monitor_asks_nothing_keeps_its_past_and_comes_back(
    store: MonitorStore,
) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    await store.change(LOCAL, "coffee", removed, "", None)
    assert await store.asking(LOCAL, "id-of-coffee") is None
    assert await store.ids(LOCAL, "coffee") == ("id-of-coffee",)
    assert (await store.page(LOCAL)).items == ()
    assert [one.name for one in (await store.page(LOCAL, removed=True)).items] == ["coffee"]
    with pytest.raises(MonitorNotFoundError):
        await store.change(LOCAL, "coffee", paused, "", None)
    back = await store.add(LOCAL, asked("coffee", "tea"), "")
    assert (back.revision, back.state, back.previous_id) == (3, "active", "id-of-coffee")


async def test_monitors_come_in_all_or_none(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    with pytest.raises(MonitorExistsError):
        await store.put(LOCAL, [asked("new", "tea"), asked("other", "coffee")], "")
    assert [one.name for one in await store.every(LOCAL)] == ["coffee"]


async def test_bringing_in_the_same_again_changes_nothing(store: MonitorStore) -> None:
    given = [asked("coffee"), asked("tea", "tea")]
    first = await store.put(LOCAL, given, "")
    assert await store.put(LOCAL, given, "") == first


async def test_two_monitors_may_swap_their_questions(store: MonitorStore) -> None:
    await store.put(LOCAL, [asked("a", "coffee"), asked("b", "tea")], "")
    await store.put(LOCAL, [asked("a", "tea"), asked("b", "coffee")], "")
    names = await store.names(LOCAL, ["id-of-coffee", "id-of-tea"])
    assert names == {"id-of-coffee": "b", "id-of-tea": "a"}


async def test_the_list_goes_on_where_its_page_ended(store: MonitorStore) -> None:
    await store.put(LOCAL, [asked(f"m{n}", f"q{n}") for n in range(5)], "")
    first = await store.page(LOCAL, limit=3)
    rest = await store.page(LOCAL, limit=3, cursor=first.next_cursor)
    assert [one.name for one in (*first.items, *rest.items)] == [f"m{n}" for n in range(5)]
    assert rest.next_cursor is None


async def test_a_monitor_is_found_by_its_id_too(store: MonitorStore) -> None:
    await store.add(LOCAL, asked("coffee"), "")
    assert await store.ids(LOCAL, "id-of-coffee") == ("id-of-coffee",)
    with pytest.raises(MonitorNotFoundError, match="no monitor 'tea'"):
        await store.ids(LOCAL, "tea")
