"""Polling feeds on a real server, friendly and hostile."""

import gzip
import ssl
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
import trustme

from tests.unit.trends.web_server import (
    NAME,
    NOW,
    Exchange,
    WebServer,
    make_outbound,
    open_web_server,
)
from trends.domain.models import Language
from trends.errors import (
    AddressRefusedError,
    InvalidRequestError,
    OutboundError,
    SettingsError,
    SourceGoneError,
    SourceUnavailableError,
    SourceUnreadableError,
    TooLargeError,
    UnknownNameError,
)
from trends.sources.base import Polled, PollRequest, PollState, ReadLog
from trends.sources.rss import RssSource


def entry(number: int, hours_ago: float = 1, title: str = "") -> str:
    at = (NOW - timedelta(hours=hours_ago)).isoformat()
    return (
        f"<item><title>{title or f'소식 {number}'}</title><link>https://news.test/{number}</link>"
        f"<pubDate>{at}</pubDate></item>"
    )


def rss(*entries: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Echo</title>{"".join(entries)}</channel></rss>'.encode()


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    """A server with one feed."""
    async with open_web_server() as server:
        server.says("/rss", rss(entry(1), entry(2, 5)))
        yield server


def source(web: WebServer, *allowed: str, path: str = "/rss", **more: Any) -> RssSource:
    options = {"feeds": {"echo": {"url": web.url(path), **more}}}
    return RssSource.from_options(options, make_outbound(NAME, *allowed))


async def poll(
    feed: RssSource,
    state: PollState | None = None,
    log: ReadLog | None = None,
    argument: str = "echo",
) -> Polled:
    request = PollRequest(
        argument=argument, languages=(Language.KO,), market="KR", zone="Asia/Seoul", now=NOW
    )
    return await feed.poll(request, state or PollState(), log or ReadLog())


async def test_list_is_read(web: WebServer) -> None:
    polled = await poll(source(web, language="ko"))
    assert [item.item_id for item in polled.items] == ["https://news.test/1", "https://news.test/2"]
    assert {(item.source, item.outlet, item.language) for item in polled.items} == {
        ("rss", "Echo", "ko")
    }
    assert (polled.not_modified, polled.censored) == (False, False)
    assert polled.covers_from == NOW - timedelta(hours=5)


async def test_any_address_is_read_without_settings(web: WebServer) -> None:
    assert len((await poll(source(web), argument=web.url("/rss"))).items) == 2


async def test_state_survives_json(web: WebServer) -> None:
    state = (await poll(source(web))).state
    assert PollState.model_validate_json(state.model_dump_json()) == state


async def test_validators_are_sent_back_and_304_is_nothing_new(web: WebServer) -> None:
    async def conditional(exchange: Exchange) -> None:
        if exchange.headers.get("if-none-match") == 'W/"7"':
            await exchange.answer(304, headers={"ETag": 'W/"7"'})
        else:
            headers = {"ETag": 'W/"7"', "Last-Modified": "Mon, 02 Mar 2026 07:00:00 GMT"}
            await exchange.answer(200, rss(entry(1)), headers)

    web.routes["/rss"] = conditional
    first = await poll(source(web))
    second = await poll(source(web), first.state)
    assert (second.not_modified, second.items) == (True, ())
    assert second.state == first.state
    assert second.covers_from == first.covers_from is not None
    assert web.asked[1].headers["if-modified-since"] == "Mon, 02 Mar 2026 07:00:00 GMT"


async def test_same_bytes_are_nothing_new_where_the_host_has_no_validators(web: WebServer) -> None:
    first = await poll(source(web))
    assert (await poll(source(web), first.state)).not_modified


@pytest.mark.parametrize("validator", ['"ü"', '"' + "x" * 600 + '"'])
async def test_validator_that_cannot_be_sent_back_is_not_kept(
    web: WebServer, validator: str
) -> None:
    async def odd(exchange: Exchange) -> None:
        body = rss(entry(1))
        head = f"HTTP/1.1 200 OK\r\nETag: {validator}\r\nContent-Length: {len(body)}\r\n\r\n"
        await exchange.send(head.encode() + body)

    web.routes["/rss"] = odd
    assert (await poll(source(web))).state.etag is None


async def test_list_that_overlaps_the_last_one_is_whole(web: WebServer) -> None:
    first = await poll(source(web))
    web.says("/rss", rss(entry(3, 0.1), entry(1)))
    assert not (await poll(source(web), first.state)).censored


async def test_list_with_nothing_of_the_last_one_is_censored(web: WebServer) -> None:
    first = await poll(source(web))
    later = first.state.model_copy(update={"listed_at": NOW - timedelta(hours=1)})
    web.says("/rss", rss(entry(8, 0.1), entry(9, 0.2)))
    assert (await poll(source(web), later)).censored


async def test_feed_that_changed_all_its_links_is_whole_if_it_reaches_back(web: WebServer) -> None:
    first = await poll(source(web))
    later = first.state.model_copy(update={"listed_at": NOW - timedelta(hours=1)})
    web.says("/rss", rss(entry(101, 0.1), entry(102, 5)))
    assert not (await poll(source(web), later)).censored


async def test_empty_list_does_not_hide_what_the_next_one_lost(web: WebServer) -> None:
    log = ReadLog()
    first = await poll(source(web))
    web.says("/rss", rss())
    second = await poll(source(web), first.state, log)
    assert (second.items, second.censored) == ((), False)
    assert second.state.listed == first.state.listed
    assert log.notes == ["Its list is empty."]


async def test_list_that_is_cut_is_censored(web: WebServer) -> None:
    log = ReadLog()
    web.says("/rss", rss(*(entry(number) for number in range(2_003))))
    polled = await poll(source(web), log=log)
    assert (len(polled.items), polled.censored) == (2_000, True)
    assert log.notes == ["Of its list the first 2,000 entries are read."]


async def test_feed_that_moved_is_followed_and_told(web: WebServer) -> None:
    log = ReadLog()
    web.says("/rss", status=301, headers={"Location": "/new"})
    web.says("/new", rss(entry(1)))
    polled = await poll(source(web), log=log)
    assert (len(polled.items), polled.state.moved_to) == (1, web.url("/new"))
    assert log.notes == [f"It has moved to {web.url('/new')} for good: use that address."]


@pytest.mark.parametrize("status", [404, 410, 500])
async def test_feed_is_asked_where_it_moved_once_the_old_address_fails(
    web: WebServer, status: int
) -> None:
    web.says("/rss", status=status)
    web.says("/new", rss(entry(1)))
    polled = await poll(source(web), PollState(moved_to=web.url("/new")))
    assert (len(polled.items), polled.state.moved_to) == (1, web.url("/new"))


async def test_host_that_asks_to_wait_is_not_asked_at_its_other_address(web: WebServer) -> None:
    web.says("/rss", status=429, headers={"Retry-After": "60"})
    web.says("/new", rss(entry(1)))
    with pytest.raises(SourceUnavailableError) as raised:
        await poll(source(web), PollState(moved_to=web.url("/new")))
    assert raised.value.retry_after == timedelta(minutes=1)


async def test_feed_that_is_gone_is_final(web: WebServer) -> None:
    web.says("/rss", status=410)
    with pytest.raises(SourceGoneError, match="gone for good") as raised:
        await poll(source(web))
    assert not raised.value.retryable


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, SourceUnreadableError), (403, SourceUnreadableError), (503, SourceUnavailableError)],
)
async def test_refusal_is_final_or_not(web: WebServer, status: int, error: type[Exception]) -> None:
    web.says("/rss", status=status)
    with pytest.raises(error, match=str(status)):
        await poll(source(web))


async def test_host_that_is_down_may_come_back(web: WebServer) -> None:
    async def nothing(exchange: Exchange) -> None:
        await exchange.send(b"")

    web.routes["/rss"] = nothing
    with pytest.raises(SourceUnavailableError, match="broke off"):
        await poll(source(web))


async def test_page_in_place_of_a_feed_says_where_its_feeds_are(web: WebServer) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    web.says("/rss", b"<html><head>" + link + b"</head></html>")
    with pytest.raises(SourceUnreadableError, match="web page") as raised:
        await poll(source(web))
    assert raised.value.next_step == f"It names these feeds: {web.url('/feed.xml')}"


async def test_feed_without_one_readable_entry_is_refused(web: WebServer) -> None:
    web.says("/rss", rss("<item><link>https://news.test/1</link></item>"))
    with pytest.raises(SourceUnreadableError, match="Not one of the 1 entries"):
        await poll(source(web))


async def test_entries_that_were_left_out_are_told(web: WebServer) -> None:
    log = ReadLog()
    web.says("/rss", rss(entry(1), "<item></item>"))
    assert len((await poll(source(web), log=log)).items) == 1
    assert log.notes == ["1 of its 2 entries were left out; the first: echo:2: no title."]


async def test_redirect_inside_is_refused(web: WebServer) -> None:
    web.says("/rss", status=302, headers={"Location": "http://169.254.169.254/latest"})
    with pytest.raises(AddressRefusedError):
        await poll(source(web))


async def test_endless_feed_is_refused(web: WebServer) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(b'HTTP/1.1 200 OK\r\n\r\n<rss version="2.0"><channel>')
        while True:
            await exchange.send(entry(1).encode() * 100)

    web.routes["/rss"] = endless
    with pytest.raises(TooLargeError):
        await poll(source(web))


async def test_packed_bomb_is_refused(web: WebServer) -> None:
    web.says("/rss", gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLargeError):
        await poll(source(web))


async def test_title_without_end_is_left_out(web: WebServer) -> None:
    web.says("/rss", rss(entry(1), entry(2, title="t" * 900_000)))
    assert [item.title for item in (await poll(source(web))).items] == ["소식 1"]


async def test_script_in_a_link_is_no_link(web: WebServer) -> None:
    web.says("/rss", rss("<item><title>a</title><link>javascript:alert(1)</link></item>"))
    item = (await poll(source(web))).items[0]
    assert (item.url, item.place) == (None, "echo:1")


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("", InvalidRequestError),
        ("eco", UnknownNameError),
        ("ftp://news.test/rss", AddressRefusedError),
        ("http://127.0.0.1/rss", AddressRefusedError),
        ("https://user:pw@news.test/rss", AddressRefusedError),
    ],
)
async def test_what_could_never_be_polled_is_refused_beforehand(
    web: WebServer, argument: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        source(web).check(argument)
    with pytest.raises(error):
        await poll(source(web), argument=argument)


def test_names_and_addresses_of_the_web_pass_the_check(web: WebServer) -> None:
    source(web).check("echo")
    source(web).check("https://news.test/rss.xml")


@pytest.mark.parametrize(
    "feeds",
    [
        {"echo": {}},
        {"echo": {"url": "news.test/rss"}},
        {"echo": {"url": "https://news.test/rss", "colour": "red"}},
        {"a b": {"url": "https://news.test/rss"}},
        {"https://x": {"url": "https://news.test/rss"}},
    ],
)
def test_wrong_settings_are_told(feeds: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"sources\.rss\.feeds"):
        RssSource.from_options({"feeds": feeds}, make_outbound())


async def test_certificate_that_does_not_hold_is_no_unreadable_feed() -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(NAME).configure_cert(serving)  # pyright: ignore[reportUnknownMemberType]  # half typed
    async with open_web_server(serving) as secure:
        with pytest.raises(OutboundError, match="does not hold"):
            await poll(source(secure))
