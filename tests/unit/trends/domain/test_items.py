"""Items as a poll finds them: cleaned, dated, each id once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from trends.domain.items import LONGEST_KEY_BYTES, first_seen_for, look_at, short_key
from trends.domain.models import RawItem, TimeRule, Window
from trends.domain.text import TITLE_LIMIT

NOW = datetime(2026, 1, 9, 3, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")


def raw(item_id: str = "1", **changes: str | None) -> RawItem:
    """An item as a feed gives it."""
    given = {"source": "rss", "title": "두쫀쿠 품절", "published": "2026-01-09T10:00:00+09:00"}
    return RawItem.model_validate({**given, "item_id": item_id, **changes})


def test_text_is_cleaned_of_markup_and_bounded() -> None:
    (item,) = look_at(
        [raw(title="<b>두쫀쿠</b> &amp; 크림", summary="x" * 10**6)], now=NOW, seen=NOW, zone=SEOUL
    ).items
    assert item.title == "두쫀쿠 & 크림"
    assert len(item.summary) < 10**4
    (item,) = look_at([raw(title="가" * 10**6)], now=NOW, seen=NOW, zone=SEOUL).items
    assert len(item.title) == TITLE_LIMIT


def test_what_no_database_takes_is_left_out() -> None:
    hostile = raw("a\x00b\ud800" + "c" * 10**5, url="https://x.example/\x00", place=" \x00 ")
    (item,) = look_at([hostile], now=NOW, seen=NOW, zone=SEOUL).items
    assert item.item_id.startswith("abccc")
    assert len(item.item_id.encode()) <= LONGEST_KEY_BYTES
    assert (item.url, item.place) == ("https://x.example/", None)


def test_long_keys_are_told_apart_by_their_end() -> None:
    one, other = (f"https://x.example/{'가' * 900}{end}" for end in "12")
    assert short_key(one) != short_key(other)
    assert max(len(short_key(each).encode()) for each in (one, other)) <= LONGEST_KEY_BYTES
    assert short_key("https://x.example/1") == "https://x.example/1"


def test_an_item_without_a_title_is_dropped_and_counted() -> None:
    seen = look_at([raw(title="<img src=x>"), raw("2")], now=NOW, seen=NOW, zone=SEOUL)
    assert [item.item_id for item in seen.items] == ["2"]
    assert seen.dropped["untitled"] == 1


def test_of_one_id_given_twice_the_first_published_stays() -> None:
    later = raw(published="2026-01-09T11:00:00+09:00", title="later")
    for order in ([raw(), later], [later, raw()]):
        seen = look_at(order, now=NOW, seen=NOW, zone=SEOUL)
        assert [item.title for item in seen.items] == ["두쫀쿠 품절"]
        assert seen.dropped["repeated"] == 1


def test_a_time_in_the_future_becomes_the_moment_first_seen() -> None:
    (item,) = look_at([raw(published="2031-01-01")], now=NOW, seen=NOW, zone=SEOUL).items
    assert (item.published_at, item.time_rule) == (NOW, TimeRule.FUTURE)
    assert item.published == "2031-01-01"


def test_a_time_without_a_zone_is_in_the_market_s() -> None:
    (item,) = look_at([raw(published="2026-01-09 09:00")], now=NOW, seen=NOW, zone=SEOUL).items
    assert item.published_at == datetime(2026, 1, 9, tzinfo=UTC)


def test_language_is_judged_and_what_was_declared_is_kept() -> None:
    titles = {
        "ko": "두쫀쿠 품절 대란",
        "en": "The cookie craze goes on in Seoul",
        "other": "これは日本語の見出し",
    }
    seen = look_at(
        [raw(name, title=title, language="en-US") for name, title in titles.items()],
        now=NOW,
        seen=NOW,
        zone=SEOUL,
    )
    assert {item.item_id: item.language for item in seen.items} == {name: name for name in titles}
    assert {item.declared for item in seen.items} == {"en-US"}


def test_the_newest_is_one_with_a_time_of_its_own() -> None:
    dateless = raw("2", published=None)
    assert look_at([dateless], now=NOW, seen=NOW, zone=SEOUL).newest is None
    seen = look_at([dateless, raw()], now=NOW, seen=NOW, zone=SEOUL)
    assert seen.newest == datetime(2026, 1, 9, 1, tzinfo=UTC)


def test_what_a_run_s_own_poll_finds_falls_into_its_window() -> None:
    window = Window(start=NOW - timedelta(days=7), end=NOW)
    seen = first_seen_for(window, NOW + timedelta(seconds=3))
    assert window.start <= seen < window.end
    (item,) = look_at(
        [raw(published=None)], now=NOW + timedelta(seconds=3), seen=seen, zone=SEOUL
    ).items
    assert item.published_at == seen


def test_a_poll_long_after_the_window_does_not_reach_into_it() -> None:
    window = Window(start=NOW - timedelta(days=7), end=NOW)
    late = NOW + timedelta(days=1)
    assert first_seen_for(window, late) == late


def test_an_item_given_to_a_run_keeps_the_time_the_store_settled_on() -> None:
    (item,) = look_at([raw(published="2031-01-01")], now=NOW, seen=NOW, zone=SEOUL).items
    given = item.raw("rss:hani", censored=True)
    assert given.published == NOW.isoformat()
    assert (given.source, given.censored) == ("rss:hani", True)
