"""Feeds that a page names."""

import pytest

from trends.sources.feeds.discovery import feed_links, is_page

URL = "https://e.test/a/"


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://e.test/rss"),
        ("<LINK HREF='atom.xml' TYPE='application/atom+xml' REL='alternate'/>", f"{URL}atom.xml"),
        ("<link rel=alternate type=application/rss+xml href=//f.test/r>", "https://f.test/r"),
        ('<link rel="alternate" type="text/xml" href="?a=1&amp;b=2">', f"{URL}?a=1&b=2"),
    ],
)
def test_links_are_found_however_they_are_written(tag: str, found: str) -> None:
    assert feed_links(f"<html><head>{tag}</head>", URL) == (found,)


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="http://[">',
        '<link rel="stylesheet" type="application/rss+xml" href="/a">',
        '<link rel="alternate" hreflang="ko" href="/ko">',
    ],
)
def test_other_links_are_not(tag: str) -> None:
    assert feed_links(tag, URL) == ()


def test_many_links_are_cut_and_named_once() -> None:
    tag = '<link rel="alternate" type="application/rss+xml" href="/{}">'
    page = "".join(tag.format(number // 2) for number in range(40))
    assert feed_links(page, URL) == tuple(f"https://e.test/{number}" for number in range(5))


@pytest.mark.parametrize("page", ["<!DOCTYPE html>", "<html lang=ko>", "<HEAD>", "<script >"])
def test_page_is_known_by_its_elements(page: str) -> None:
    assert is_page(page)


@pytest.mark.parametrize("text", ["", "<rss version='2.0'>", "<header>", "html"])
def test_other_text_is_no_page(text: str) -> None:
    assert not is_page(text)
