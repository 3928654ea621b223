"""Entries as feeds write them."""

import pytest

from trends.sources.feeds.parsing import Entry, NotAFeedError, parse_feed


def rss(inner: str, head: str = "") -> bytes:
    return f'{head}<rss version="2.0"><channel><title>Echo</title>{inner}</channel></rss>'.encode()


def entry(inner: str) -> Entry:
    return parse_feed(rss(f"<item>{inner}</item>")).entries[0]


def test_title_in_angle_brackets_is_kept() -> None:
    assert entry("<title><![CDATA[<기생충> 다시 흥행]]></title>").title == "<기생충> 다시 흥행"


def test_outlet_is_the_source_that_an_entry_names() -> None:
    assert entry('<title>a</title><source url="https://e.test">Echo</source>').outlet == "Echo"
    assert entry("<title>a</title>").outlet is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<pubDate>Mon, 02 Mar 2026 09:00:00 +0900</pubDate>", "Mon, 02 Mar 2026 09:00:00 +0900"),
        ("<pubDate>2026-03-02</pubDate>", "2026-03-02"),
        ("<dc:date>2026-03-02T09:00:00+09:00</dc:date>", "2026-03-02T09:00:00+09:00"),
        ("<pubDate>2026년 3월 2일</pubDate>", "2026년 3월 2일"),
        ("<pubDate>tomorrow</pubDate>", "tomorrow"),
        ("", None),
    ],
)
def test_time_is_passed_on_as_written(written: str, read: str | None) -> None:
    assert entry(f"<title>a</title>{written}").published == read


def test_link_is_made_absolute_with_the_address_of_the_feed() -> None:
    data = rss("<item><title>a</title><link>/news/1</link></item>")
    assert parse_feed(data, url="https://e.test/rss.xml").entries[0].link == "https://e.test/news/1"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,hi"])
def test_link_that_is_no_address_of_the_web_stays_text(link: str) -> None:
    # Whether it is usable is judged where items are made.
    assert entry(f"<title>a</title><link>{link}</link>").link in {link, None}


def test_language_is_the_entry_s_or_the_feed_s() -> None:
    feed = parse_feed(rss("<language>ko-KR</language><item><title>a</title></item>"))
    assert feed.entries[0].language == "ko"


def test_entities_of_a_document_type_are_not_expanded() -> None:
    head = '<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    title = parse_feed(rss("<item><title>x&b;&f;y</title></item>", head)).entries[0].title
    assert title == "x&b;&f;y"


def test_only_as_many_entries_as_are_wanted_are_returned() -> None:
    feed = parse_feed(rss("<item><title>a</title></item>" * 5), max_entries=3)
    assert (len(feed.entries), feed.left_out) == (3, 2)


def test_feed_without_entries_is_a_feed() -> None:
    assert parse_feed(rss("")).entries == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"items": []}', "JSON"),
        (b"<html><body>404</body></html>", "web page"),
        (b"just text", "no RSS"),
        (b"<a/>", "no RSS"),
        (bytes(range(256)), "no RSS"),
    ],
)
def test_what_is_no_feed_says_what_it_is(data: bytes, why: str) -> None:
    with pytest.raises(NotAFeedError, match=why):
        parse_feed(data)
