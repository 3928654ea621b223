"""Feeds of every format and encoding, one's own and a large collection of odd ones: read, or refused with a reason."""

from pathlib import Path

import pytest

from trends.sources.feeds.parsing import Feed, NotAFeedError, parse_feed

OWN = Path(__file__).parent / "feeds"
# A collection of test feeds that is no part of the project; the folder may be anywhere above it.
COLLECTION = Path(__file__).parents[3] / "shared" / "data" / "feeds"
BUTTER = "버터떡 대란, 편의점마다 품절"
TITLES = {
    "atom03.xml": BUTTER,
    "atom10.xml": BUTTER,
    "cdf.xml": BUTTER,
    "rdf10.xml": BUTTER,
    "rss091-doctype.xml": "Café tables vanish",
    "rss092.xml": BUTTER,
    "rss20-broken.xml": "버터떡 & 대란, <b>품절",
    "rss20-cp949-said-euc-kr.xml": "똠얌꿍 뷁 펲시 대란",
    "rss20-cp949-unsaid.xml": BUTTER,
    "rss20-euc-kr.xml": BUTTER,
    "rss20-latin1.xml": "Le café disparaît",
    "rss20-search.xml": f"{BUTTER} - 한밭일보",
    "rss20-utf16.xml": BUTTER,
    "rss20-utf16le-unmarked.xml": BUTTER,
    "rss20-utf8-mark.xml": BUTTER,
}
REFUSED = {"feed.json": "It is JSON", "page.html": "It is a web page"}


def read(name: str) -> Feed:
    return parse_feed((OWN / name).read_bytes(), url="https://news.example/rss.xml")


def test_every_file_has_its_expectation() -> None:
    assert {file.name for file in OWN.iterdir()} == {*TITLES, *REFUSED}


@pytest.mark.parametrize("name", sorted(TITLES))
def test_title_and_link_are_read(name: str) -> None:
    entry = read(name).entries[0]
    assert entry.title == TITLES[name]
    assert entry.link is not None
    assert entry.link.startswith(("https://news.example/1", "https://search.example/"))


@pytest.mark.parametrize("name", sorted(set(TITLES) - {"rss20-broken.xml"}))
def test_time_is_read(name: str) -> None:
    published = read(name).entries[0].published
    assert published is not None
    assert "2026" in published


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_feed_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(NotAFeedError, match=REFUSED[name]):
        read(name)


def test_page_names_its_feeds() -> None:
    with pytest.raises(NotAFeedError) as raised:
        read("page.html")
    assert raised.value.links == ("https://news.example/rss.xml",)


def test_broken_feed_gives_the_entries_that_it_has() -> None:
    assert [entry.title for entry in read("rss20-broken.xml").entries][1:] == ["둘째 소식"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        *((name, True) for name in ("euc-kr", "cp949", "utf-8", "utf-16", "gb18030", "big5")),
        # Nothing tells gb18030 and big5 from others.
        *((name, False) for name in ("euc-kr", "cp949", "utf-8", "utf-16", "utf-32")),
    ],
)
def test_encoding_is_found(encoding: str, declared: bool) -> None:
    title = "中文新聞" if encoding in {"gb18030", "big5"} else BUTTER
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if declared else ""
    text = f"{head}<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert parse_feed(text.encode(encoding)).entries[0].title == title


def test_collection_of_odd_feeds_is_read_or_refused() -> None:
    if not COLLECTION.is_dir():
        pytest.skip("the collection of test feeds is not here")
    with_entries = empty = 0
    reasons: list[str] = []
    for file in sorted(COLLECTION.rglob("*.xml")):
        try:
            feed = parse_feed(file.read_bytes())
        except NotAFeedError as error:
            reasons.append(str(error))
            continue
        with_entries += bool(feed.entries)
        empty += not feed.entries
    assert with_entries + empty + len(reasons) > 1_800
    assert with_entries >= 1_178
    assert len(reasons) <= 8
    assert all(reasons)
