"""One spelling for each link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.urls import LONGEST, canonical_url, same_page_key

LINKS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "HTTPS", "ftp", "javascript"]),
    st.sampled_from(["News.Example", "한국.kr", "[::1]:80", "u:p@x.kr:443", "a_b.kr.", "[", ":"]),
    st.text(alphabet="/.a%2Ef한 ~\\?&=#", max_size=20).map(lambda path: f"/{path}"),
    st.sampled_from(["", "?utm_source=x", "?b=2&a=1&fbclid=3", "?mod=rss", "?%75tm_x=1&&q"]),
    st.sampled_from(["", "#top", "#/route", "#!x"]),
)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("HTTPS://News.Example/A", "https://news.example/A"),
        ("http://news.example:80", "http://news.example/"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://뉴스.example/말차", "https://xn--vg1b002a.example/%EB%A7%90%EC%B0%A8"),
        ("https://me:secret@news.example/a", "https://news.example/a"),
        ("https://news.example/a/../b/./c", "https://news.example/b/c"),
        ("https://news.example/%7ea%2fb", "https://news.example/~a%2Fb"),
        (" https://news.example/a b ", "https://news.example/a%20b"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("https://news.example/#/article/7", "https://news.example/#/article/7"),
        ("https://news.example/a/", "https://news.example/a/"),
        ("https://m.news.example/amp/a", "https://m.news.example/amp/a"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("http://[::1]:80/a", "http://[::1]/a"),
    ],
)
def test_link_is_spelt_one_way_and_still_opens_the_page(link: str, canonical: str) -> None:
    assert canonical_url(link) == canonical


@pytest.mark.parametrize(
    "query", ["utm_source=x", "UTM_Medium=y", "fbclid=1", "gclid=2", "%75tm_campaign=z", "igshid="]
)
def test_tracking_parameters_go(query: str) -> None:
    assert canonical_url(f"https://news.example/a?id=7&{query}") == "https://news.example/a?id=7"


def test_mod_is_tracking_where_the_publisher_uses_it_so() -> None:
    assert canonical_url("https://www.wsj.com/a?mod=rss") == "https://www.wsj.com/a"


def test_mod_stays_where_it_chooses_the_page() -> None:
    link = "https://news.example/?mod=news&id=7"
    assert canonical_url(link) == link


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "news.example/a",
        "//news.example/a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mailto:a@news.example",
        "https://",
        "https:///a",
        "https://[::1",
        "https://news..example/",
        "https://news.example:99999/",
        "https://" + "a" * 300 + ".example/",
        "https://news.example/" + "a" * LONGEST,
    ],
)
def test_what_is_no_web_link_gives_none(link: str | None) -> None:
    assert canonical_url(link) is None


@given(st.text() | LINKS)
def test_any_text_gives_a_web_link_or_none(text: str) -> None:
    link = canonical_url(text)
    assert link is None or link.startswith(("http://", "https://"))


@given(LINKS)
def test_canonical_link_is_its_own_canonical_link(text: str) -> None:
    link = canonical_url(text)
    assert link is None or canonical_url(link) == link


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("http://news.example/a", "https://news.example/a"),
        ("https://www.news.example/a", "https://news.example/a/"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
    ],
)
def test_links_to_one_page_have_one_key(here: str, there: str) -> None:
    assert same_page_key(here) == same_page_key(there)


def test_links_to_two_pages_have_two_keys() -> None:
    assert same_page_key("https://news.example/a?id=1") != same_page_key(
        "https://news.example/a?id=2"
    )


def test_front_page_has_no_key() -> None:
    assert same_page_key("https://news.example/") == ""
