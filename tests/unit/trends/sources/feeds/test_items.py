"""Items whose ids stay."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from trends.domain.models import RawItem
from trends.sources.base import ReadLog
from trends.sources.feeds.items import MAX_TITLE, Naming, make_items, oldest
from trends.sources.feeds.parsing import Entry, Feed

NAMING = Naming("rss", "echo")
NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def items(
    *entries: Entry, naming: Naming = NAMING, log: ReadLog | None = None
) -> tuple[RawItem, ...]:
    return make_items(Feed("Echo", entries), naming, log or ReadLog())


def one(**fields: str | None) -> RawItem:
    return items(Entry(**{"title": "a", **fields}))[0]


def test_id_is_the_canonical_link_whatever_the_feed_calls_it() -> None:
    first = one(link="https://E.test/1?utm_source=rss", id="guid-1")
    again = one(link="https://e.test/1", id="another", title="a, corrected")
    assert first.item_id == again.item_id == "https://e.test/1"


def test_link_is_kept_as_given() -> None:
    assert one(link="https://E.test/1?utm_source=rss").url == "https://E.test/1?utm_source=rss"


def test_id_is_the_feed_s_own_without_a_link() -> None:
    assert one(id="tag:e.test,2026:1").item_id == "tag:e.test,2026:1"
    assert one(id="https://E.test/2").item_id == "https://e.test/2"


def test_id_of_an_entry_with_neither_stays_with_title_and_time() -> None:
    first, again = one(published="2026-03-02"), one(published="2026-03-02")
    assert first.item_id == again.item_id
    assert first.item_id != one(published="2026-03-03").item_id


def test_link_that_several_entries_share_is_no_id() -> None:
    front = "https://e.test/notices"
    found = items(Entry(title="a", link=front, id="1"), Entry(title="b", link=front, id="2"))
    assert [item.item_id for item in found] == ["1", "2"]


def test_front_page_is_no_id() -> None:
    assert one(link="https://e.test/", id="n1").item_id == "n1"
    assert one(link="https://e.test/", id="https://e.test/").item_id not in {"", "https://e.test/"}


def test_entry_that_comes_twice_is_one_item() -> None:
    log = ReadLog()
    entry = Entry(title="a", link="https://e.test/1")
    assert len(items(entry, entry, log=log)) == 1
    assert log.bad_rows == ["echo:2: the same entry again"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://e.test/", "/x", None]
)
def test_item_without_a_link_of_the_web_is_cited_by_its_place(link: str | None) -> None:
    item = one(link=link)
    assert (item.url, item.place) == (None, "echo:1")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (Entry(), "no title"),
        (Entry(title="x" * (MAX_TITLE + 1)), "a title of more than 2,000 characters"),
    ],
)
def test_entry_that_cannot_be_an_item_is_told(entry: Entry, why: str) -> None:
    log = ReadLog()
    assert items(entry, Entry(title="b"), log=log)[0].title == "b"
    assert log.bad_rows == [f"echo:1: {why}"]


def test_outlet_is_the_entry_s_then_the_settings_then_the_feed_s() -> None:
    assert one(outlet="Courier").outlet == "Courier"
    assert items(Entry(title="a"), naming=Naming("rss", "echo", outlet="Set"))[0].outlet == "Set"
    assert one().outlet == "Echo"


def test_outlet_at_the_end_of_a_title_is_taken_off_where_the_entry_names_it() -> None:
    assert one(title="버터떡 대란 - 한밭일보", outlet="한밭일보").title == "버터떡 대란"
    assert one(title="버터떡 대란 - 한밭일보").title == "버터떡 대란 - 한밭일보"
    assert one(title=" - 한밭일보", outlet="한밭일보").title == " - 한밭일보"


def test_language_of_the_settings_stands_in_for_one_that_is_not_said() -> None:
    naming = Naming("rss", "echo", language="ko")
    found = items(Entry(title="a"), Entry(title="b", language="en"), naming=naming)
    assert [item.language for item in found] == ["ko", "en"]


def test_time_stays_as_written() -> None:
    assert one(published="2026년 3월 2일").published == "2026년 3월 2일"


def test_fields_are_bounded() -> None:
    item = one(summary="s" * 9_000, published="p" * 9_000, id="i" * 9_000, outlet="o" * 9_000)
    assert len(item.summary) == 4_000
    assert item.published is None
    assert len(item.item_id) == 16
    assert item.outlet == "Echo"


def dated(*hours: float) -> tuple[RawItem, ...]:
    return items(
        *(
            Entry(title=f"t{n}", published=(NOW - timedelta(hours=each)).isoformat())
            for n, each in enumerate(hours)
        )
    )


def test_list_reaches_back_to_its_oldest_item() -> None:
    assert oldest(dated(1, 3, 2), now=NOW, zone=ZoneInfo("UTC")) == NOW - timedelta(hours=3)


def test_pinned_item_does_not_stand_for_the_time_before_the_others() -> None:
    reached = oldest(dated(9_000, *range(1, 20)), now=NOW, zone=ZoneInfo("UTC"))
    assert reached is not None
    assert reached > NOW - timedelta(hours=20)


def test_list_without_times_reaches_nowhere() -> None:
    future = (NOW + timedelta(days=3)).isoformat()
    found = items(Entry(title="a"), Entry(title="b", published=future))
    assert oldest(found, now=NOW, zone=ZoneInfo("UTC")) is None
