"""Searching news by a run's query."""

from collections.abc import AsyncGenerator
from urllib.parse import unquote

import pytest

from tests.unit.trends.web_server import NAME, NOW, WebServer, make_outbound, open_web_server
from trends.domain.models import Language
from trends.errors import InvalidQueryError, InvalidRequestError, SettingsError, UnknownNameError
from trends.sources.base import PollRequest, PollState, ReadLog
from trends.sources.search import SearchSource, market_templates, search_words

FEED = (
    '<rss version="2.0"><channel><title>"버터떡" - Search</title><item><title>버터떡 대란 - 한밭일보</title>'
    "<link>https://search.test/articles/1</link><pubDate>Mon, 02 Mar 2026 07:00:00 GMT</pubDate>"
    '<source url="https://news.test">한밭일보</source></item></channel></rss>'
).encode()
REQUEST = PollRequest(
    argument="news",
    query="버터떡 -광고",
    languages=(Language.KO,),
    market="KR",
    zone="Asia/Seoul",
    now=NOW,
)


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    """A server with one search."""
    async with open_web_server() as server:
        server.says("/search", FEED)
        yield server


def source(web: WebServer) -> SearchSource:
    templates = {
        "KR": {"news": web.url("/search?q={query}&hl=ko")},
        "US": {"other": web.url("/{query}")},
    }
    return SearchSource.from_options({"templates": templates}, make_outbound(NAME))


async def test_query_goes_into_the_template_of_the_market(web: WebServer) -> None:
    polled = await source(web).poll(REQUEST, PollState(), ReadLog())
    assert unquote(web.asked[0].target) == "/search?q=버터떡 -광고&hl=ko"
    assert [(item.title, item.outlet) for item in polled.items] == [("버터떡 대란", "한밭일보")]


async def test_search_is_censored_and_covers_nothing(web: WebServer) -> None:
    first = await source(web).poll(REQUEST, PollState(), ReadLog())
    again = await source(web).poll(REQUEST, first.state, ReadLog())
    assert again.not_modified
    for polled in (first, again):
        assert (polled.censored, polled.covers_from) == (True, None)


async def test_query_cannot_leave_its_place(web: WebServer) -> None:
    odd = REQUEST.model_copy(update={"query": '"a&b=c#d /../?e%"'})
    await source(web).poll(odd, PollState(), ReadLog())
    assert web.asked[0].target == "/search?q=%22a%26b%3Dc%23d%20%2F..%2F%3Fe%25%22&hl=ko"


async def test_search_of_another_market_is_unknown(web: WebServer) -> None:
    with pytest.raises(UnknownNameError):
        await source(web).poll(
            REQUEST.model_copy(update={"argument": "other"}), PollState(), ReadLog()
        )


def test_search_that_no_market_has_is_refused_beforehand(web: WebServer) -> None:
    source(web).check("other")
    with pytest.raises(UnknownNameError, match="Did you mean 'news'"):
        source(web).check("nevs")
    with pytest.raises(InvalidRequestError, match="which search"):
        source(web).check("")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("전기차 배터리", "전기차 배터리"),
        ('"slow aging"', '"slow aging"'),
        ("matcha OR 말차", "matcha OR 말차"),
        ("coffee -ad", "coffee -ad"),
        ('(tea OR 차) -"green tea"', '(tea OR 차) -"green tea"'),
        ('커피 OR (tea -"green tea")', '커피 OR (tea -"green tea")'),
        ("coffee -(milk sugar)", "coffee"),
        ("(a OR -b) c", "c"),
    ],
)
def test_query_is_written_as_searches_read_it(query: str, words: str) -> None:
    assert search_words(query) == words


@pytest.mark.parametrize("query", ["", "  ", "-a", '-a -"b c"', "a OR -b"])
def test_query_that_wants_nothing_cannot_be_searched_for(query: str) -> None:
    with pytest.raises(InvalidRequestError, match="nothing to search for"):
        search_words(query)


def test_query_that_cannot_be_read_is_told() -> None:
    with pytest.raises(InvalidQueryError):
        search_words('"open')


def test_every_market_has_a_search_and_it_is_public() -> None:
    templates = market_templates()
    assert {"KR", "US", "JP"} <= set(templates)
    search = SearchSource.from_options({"templates": templates}, make_outbound())
    for names in templates.values():
        assert "google-news" in names
    search.check("google-news")


@pytest.mark.parametrize(
    "template", ["https://e.test/", "ftp://e.test/{query}", "https://e.test/{query}/{x}"]
)
def test_wrong_template_is_told(template: str) -> None:
    with pytest.raises(SettingsError, match="templates"):
        SearchSource.from_options({"templates": {"KR": {"a": template}}}, make_outbound())
