"""Lists of feeds, in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.trends.web_server import make_outbound
from trends.errors import SourceUnreadableError, TooLargeError
from trends.sources.feeds.opml import MAX_DEPTH, MAX_FEEDS, OpmlFeed, parse_opml, write_opml


def opml(body: str, head: str = "") -> bytes:
    return f'{head}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def outline(title: str, url: str, more: str = "") -> str:
    return f'<outline text="{title}" xmlUrl="{url}" {more}/>'


def test_feeds_are_read_with_their_folders() -> None:
    body = (
        outline(
            "Echo", "https://e.test/rss", 'type="rss" htmlUrl="https://e.test" language="ko-KR"'
        )
        + f'<outline text="뉴스"><outline text="경제 / 산업">{outline("한밭일보", "https://h.test/rss")}</outline></outline>'
    )
    found = parse_opml(opml(body))
    assert found.feeds == (
        OpmlFeed("echo", "Echo", "https://e.test/rss", "https://e.test/", "ko"),
        OpmlFeed("한밭일보", "한밭일보", "https://h.test/rss", folder="뉴스/경제 \u2215 산업"),
    )
    assert found.refused == ()


@pytest.mark.parametrize(
    ("outlines", "why"),
    [
        (outline("a", "ftp://e.test/rss"), "scheme 'ftp'"),
        (outline("a", "javascript:alert(1)"), "scheme 'javascript'"),
        (outline("a", "http://user:pw@e.test/rss"), "user name or password"),
        (outline("a", "http://10.0.0.1/rss"), "private or reserved"),
        (outline("a", "e.test/rss"), "scheme ''"),
        ('<outline text="a" type="link" url="https://e.test/"/>', "names no feed"),
        ('<outline text="a"/>', "names no feed"),
        ('<outline text="a" xmlUrl=""/>', "names no feed"),
    ],
)
def test_what_gives_no_feed_is_refused_with_its_reason(outlines: str, why: str) -> None:
    good = outline("good", "https://good.test/rss")
    found = parse_opml(opml(outlines + good), check=make_outbound().check)
    assert [feed.name for feed in found.feeds] == ["good"]
    assert [(each.number, each.name) for each in found.refused] == [(1, "a")]
    assert why in found.refused[0].why


def test_refusal_does_not_repeat_a_password() -> None:
    found = parse_opml(opml(outline("a", "http://user:pa55@e.test/rss")))
    assert "pa55" not in found.refused[0].why


def test_address_that_comes_twice_is_taken_once() -> None:
    twice = outline("a", "https://e.test/rss") + outline("b", "http://www.e.test/rss/")
    found = parse_opml(opml(twice))
    assert [feed.name for feed in found.feeds] == ["a"]
    assert found.refused[0].why == "the same address as 'a'"


def test_names_are_told_apart() -> None:
    body = "".join(outline("News!", f"https://e{n}.test/rss") for n in range(3))
    found = parse_opml(opml(body), taken=["NEWS"])
    assert [feed.name for feed in found.feeds] == ["news-2", "news-3", "news-4"]


def test_feed_without_a_title_is_named_after_its_host() -> None:
    assert parse_opml(opml(outline("", "https://e.test/rss"))).feeds[0].name == "e.test"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed:https://e.test/rss", "https://e.test/rss"),
        ("feed://e.test/rss", "http://e.test/rss"),
        (" https://e.test/rss ", "https://e.test/rss"),
    ],
)
def test_addresses_of_browsers_are_understood(written: str, url: str) -> None:
    assert parse_opml(opml(outline("a", written))).feeds[0].url == url


@pytest.mark.parametrize("attribute", ["xmlUrl", "xmlurl", "XMLURL"])
def test_attributes_are_read_in_any_case(attribute: str) -> None:
    assert parse_opml(opml(f'<outline {attribute}="https://e.test/rss"/>')).feeds


@pytest.mark.parametrize("encoding", ["euc-kr", "utf-16", "utf-8-sig"])
def test_any_encoding_of_feeds_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body>{outline("한밭일보", "https://h.test/")}</body></opml>'
    assert parse_opml(text.encode(encoding)).feeds[0].title == "한밭일보"


def test_entities_are_not_expanded() -> None:
    head = '<!DOCTYPE opml [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(SourceUnreadableError):
        parse_opml(opml(outline("&b;&f;", "https://e.test/rss"), head))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "well-formed"),
        (b"<rss/>", "not <opml>"),
        (b"<html><body></html>", "not <opml>"),
        (b"not xml", "well-formed"),
        (opml(outline("a", "https://e.test/?a=1&b=2")), "line 1"),
        (b'<?xml version="1.0"?>\n<!-- a -->\n<opml>\n<body>\n<outline>\n</opml>', "line 6"),
    ],
)
def test_file_that_is_no_list_says_what_is_wrong(data: bytes, why: str) -> None:
    with pytest.raises(SourceUnreadableError, match=why):
        parse_opml(data)


@pytest.mark.parametrize(
    "body",
    [
        "<outline text='a'>" * (MAX_DEPTH + 1),
        "<a>" * 200_000,
        "".join(outline("a", f"https://e.test/{n}") for n in range(MAX_FEEDS + 1)),
        " " * 6_000_000,
    ],
    ids=["folders", "depth", "feeds", "bytes"],
)
def test_list_without_measure_is_refused(body: str) -> None:
    with pytest.raises(TooLargeError):
        parse_opml(opml(body))


TITLES = (
    st.text(min_size=1, max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text) and text.isprintable() and text == text.strip())
)


@given(
    st.lists(
        st.tuples(TITLES, st.lists(st.sampled_from(["뉴스", "Tech & <more>", "a"]), max_size=3)),
        max_size=8,
    )
)
def test_list_that_is_written_reads_back_as_the_same(rows: list[tuple[str, list[str]]]) -> None:
    body = ""
    for number, (title, folders) in enumerate(rows):
        escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        inner = outline(escaped, f"https://e.test/{number}?a=1&amp;b=2")
        for folder in reversed(folders):
            name = folder.replace("&", "&amp;").replace("<", "&lt;")
            inner = f'<outline text="{name}">{inner}</outline>'
        body += inner
    feeds = parse_opml(opml(body)).feeds
    assert len(feeds) == len(rows)
    assert parse_opml(write_opml(feeds)).feeds == feeds


def test_neighbours_share_their_folder() -> None:
    feeds = [
        OpmlFeed("a", "A", "https://a.test/", folder="x/y"),
        OpmlFeed("b", "B", "https://b.test/", folder="x/y"),
        OpmlFeed("c", "C", "https://c.test/", folder="x"),
    ]
    text = write_opml(feeds, "한국").decode()
    assert text.count('<outline text="y">') == 1
    assert "<title>한국</title>" in text
    assert parse_opml(text.encode()).feeds == tuple(feeds)
