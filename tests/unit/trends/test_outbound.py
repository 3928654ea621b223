"""What goes out, where it may go, and when it ends."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

import httpx
import pytest
import trustme

from tests.unit.trends.web_server import (
    LOOPBACK,
    NAME,
    Exchange,
    WebServer,
    make_outbound,
    open_web_server,
    to_loopback,
)
from trends.errors import (
    AddressRefusedError,
    OutboundError,
    OutboundUnavailableError,
    TooLargeError,
)
from trends.outbound import Request, look_up


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    """A server on loopback."""
    async with open_web_server() as server:
        yield server


def get(url: str, **more: object) -> Request:
    return Request("GET", url, **more)  # pyright: ignore[reportArgumentType]  # each test names its own


async def test_answer_comes_back_whole(web: WebServer) -> None:
    web.says("/a", "한국어".encode(), headers={"ETag": '"1"', "X-Two": "b"})
    response = await make_outbound(NAME).fetch(get(web.url("/a")))
    assert (response.status, response.body.decode()) == (200, "한국어")
    assert response.headers["etag"] == '"1"'
    assert (response.url, response.host, response.moved_to) == (web.url("/a"), NAME, None)


async def test_connection_goes_to_the_address_that_was_checked(web: WebServer) -> None:
    # The system knows no such name: only the address looked up here leads to the server.
    asked: list[tuple[str, int]] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return [LOOPBACK]

    web.says("/a")
    await make_outbound(NAME, resolve=resolve).fetch(get(web.url("/a")))
    assert asked == [(NAME, web.port)]
    assert web.asked[0].headers["host"] == f"{NAME}:{web.port}"


async def test_name_beyond_ascii_is_looked_up_as_it_goes_over_the_wire(web: WebServer) -> None:
    asked: list[str] = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return [LOOPBACK]

    web.says("/a")
    outbound = make_outbound("메일.test", resolve=resolve)
    await outbound.fetch(get(web.url("/a", host="메일.test")))
    assert asked == ["xn--h32bq4v.test"]
    assert web.asked[0].headers["host"] == f"xn--h32bq4v.test:{web.port}"


async def test_product_says_its_name(web: WebServer) -> None:
    web.says("/a")
    await make_outbound(NAME).fetch(get(web.url("/a")))
    assert web.asked[0].headers["user-agent"] == "trends-test"


async def test_proxies_of_the_environment_are_not_used(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.says("/a", b"direct")
    assert (await make_outbound(NAME).fetch(get(web.url("/a")))).body == b"direct"


@pytest.mark.parametrize("host", [LOOPBACK, "localhost", "2130706433", "0x7f.1", "[::1]"])
async def test_private_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="private or reserved"):
        await make_outbound(resolve=look_up).fetch(get(f"http://{host}:9/"))


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(AddressRefusedError):
        await make_outbound(resolve=resolve).addresses("two.test", 80)


async def test_refusal_does_not_tell_the_address_inside() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["10.98.76.54"]

    with pytest.raises(AddressRefusedError) as raised:
        await make_outbound(resolve=resolve).fetch(get("http://inside.test/"))
    assert "10.98" not in str(raised.value)


async def test_allowed_port_does_not_open_the_others(web: WebServer) -> None:
    outbound = make_outbound(f"{NAME}:{web.port}")
    web.says("/a", b"in")
    assert (await outbound.fetch(get(web.url("/a")))).body == b"in"
    with pytest.raises(AddressRefusedError):
        await outbound.fetch(get(f"http://{NAME}:{web.port + 1}/"))


@pytest.mark.parametrize(
    "entry", ["FEEDS.test", "feeds.test.", "münchen.test", "[::1]:80", "::1", "10.0.0.1:25"]
)
async def test_allowed_hosts_are_read_in_any_spelling(entry: str) -> None:
    host = {"FEEDS.test": NAME, "feeds.test.": NAME, "münchen.test": "xn--mnchen-3ya.test"}
    name = host.get(entry, "::1" if "::" in entry else "10.0.0.1")
    port = 25 if entry.endswith(":25") else 80
    if entry == "::1":
        entry = "[::1]"
    assert await make_outbound(entry).addresses(name, port)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://feeds.test/",
        "file:///etc/passwd",
        "gopher://feeds.test:70/",
        "//feeds.test/a",
        "feeds.test",
        "",
        "http://",
        "http://user:password@feeds.test/",
        "http://feeds.test:0/",
        "http://feeds.test:70000/",
        "http://feeds.test/\x00",
        "http://[::1",
        f"http://feeds.test/{'a' * 5000}",
    ],
)
async def test_what_is_no_address_for_us_is_refused(url: str) -> None:
    outbound = make_outbound(NAME)
    with pytest.raises(AddressRefusedError):
        outbound.check(url)
    with pytest.raises(AddressRefusedError):
        await outbound.fetch(get(url))


def test_check_refuses_a_literal_inside_and_lets_names_pass() -> None:
    outbound = make_outbound("10.0.0.2")
    outbound.check("https://example.com/feed")
    outbound.check("http://10.0.0.2/feed")
    with pytest.raises(AddressRefusedError):
        outbound.check("http://10.0.0.1/feed")


async def test_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(AddressRefusedError) as raised:
        await make_outbound().fetch(get("http://user:pa55word@feeds.test/"))
    assert "pa55word" not in str(raised.value)


def test_request_does_not_print_its_address_and_headers() -> None:
    request = Request("POST", "https://hooks.test/s3cret", {"x-key": "s3cret"}, b"s3cret")
    assert "s3cret" not in repr(request)


async def test_name_that_cannot_be_looked_up_may_come_back() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with pytest.raises(OutboundUnavailableError, match="cannot be looked up") as raised:
        await make_outbound(resolve=resolve).fetch(get("http://feeds.test/"))
    assert raised.value.retryable
    assert not raised.value.sent


async def test_next_address_is_tried_where_one_takes_no_connection(web: WebServer) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["::1", LOOPBACK]

    web.says("/a", b"second")
    assert (await make_outbound(NAME, resolve=resolve).fetch(get(web.url("/a")))).body == b"second"


async def test_closed_port_is_told_as_unavailable_and_unsent() -> None:
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        with pytest.raises(OutboundUnavailableError, match="takes no connection") as raised:
            await make_outbound(NAME).fetch(get(f"http://{NAME}:{held.getsockname()[1]}/"))
    assert not raised.value.sent


async def test_redirects_are_followed_and_a_permanent_move_is_told(web: WebServer) -> None:
    web.says("/old", status=301, headers={"Location": "/new"})
    web.says("/new", status=302, headers={"Location": web.url("/today")})
    web.says("/today", b"here")
    response = await make_outbound(NAME).fetch(get(web.url("/old")))
    assert (response.body, response.url) == (b"here", web.url("/today"))
    assert response.moved_to == web.url("/new")


async def test_permanent_move_behind_a_passing_one_is_not_told(web: WebServer) -> None:
    web.says("/old", status=302, headers={"Location": "/new"})
    web.says("/new", status=308, headers={"Location": "/today"})
    web.says("/today", b"here")
    assert (await make_outbound(NAME).fetch(get(web.url("/old")))).moved_to is None


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://user:pw@feeds.test/",
        "http://[",
    ],
)
async def test_redirect_is_checked_like_a_first_request(web: WebServer, location: str) -> None:
    web.says("/a", status=302, headers={"Location": location})
    with pytest.raises(AddressRefusedError):
        await make_outbound(NAME).fetch(get(web.url("/a")))


async def test_host_outside_may_not_lead_to_an_allowed_one_inside(web: WebServer) -> None:
    outbound = make_outbound("intern.test")
    with pytest.raises(AddressRefusedError, match="may not lead"):
        # No server of a test is outside.
        outbound._redirected(  # pyright: ignore[reportPrivateUsage]
            httpx.URL("https://outside.test/"), "http://intern.test/admin"
        )
    web.says("/a", status=302, headers={"Location": web.url("/b", host="intern.test")})
    web.says("/b", b"same house")
    both = make_outbound("intern.test", NAME)
    assert (await both.fetch(get(web.url("/a")))).body == b"same house"


async def test_redirects_without_end_end(web: WebServer) -> None:
    web.says("/a", status=302, headers={"Location": "/a"})
    with pytest.raises(OutboundError, match="more than 5 redirects"):
        await make_outbound(NAME).fetch(get(web.url("/a")))
    assert len(web.asked) == 6


async def test_secret_headers_stay_with_the_first_origin(web: WebServer) -> None:
    web.says("/a", status=307, headers={"Location": web.url("/b", host="other.test")})
    web.says("/b")
    headers = {"Authorization": "Bearer abc", "X-Api-Key": "abc", "If-None-Match": '"1"'}
    await make_outbound(NAME, "other.test").fetch(get(web.url("/a"), headers=headers))
    first, second = (set(exchange.headers) for exchange in web.asked)
    assert {"authorization", "x-api-key", "if-none-match"} <= first
    assert second & {"authorization", "x-api-key", "if-none-match"} == {"if-none-match"}


async def test_post_follows_no_redirect(web: WebServer) -> None:
    web.says("/hook", status=302, headers={"Location": "/b"})
    response = await make_outbound(NAME).fetch(Request("POST", web.url("/hook"), body=b"{}"))
    assert (response.status, len(web.asked), web.asked[0].body) == (302, 1, b"{}")


async def test_body_over_the_limit_is_refused(web: WebServer) -> None:
    web.says("/a", b"x" * 2001)
    with pytest.raises(TooLargeError, match="2,000 bytes"):
        await make_outbound(NAME).fetch(get(web.url("/a"), max_bytes=2000))


async def test_beginning_of_a_body_over_the_limit_is_enough_where_asked(web: WebServer) -> None:
    web.says("/a", b"x" * 2001)
    response = await make_outbound(NAME).fetch(get(web.url("/a"), max_bytes=20, whole=False))
    assert response.body == b"x" * 20


async def test_request_cannot_raise_the_limit_of_the_settings(web: WebServer) -> None:
    web.says("/a", b"x" * 2001)
    with pytest.raises(TooLargeError):
        await make_outbound(NAME, max_bytes=2000).fetch(get(web.url("/a"), max_bytes=10**9))


async def test_endless_body_ends_at_the_limit(web: WebServer) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await exchange.send(b"<item>" * 1000)

    web.routes["/a"] = endless
    with pytest.raises(TooLargeError):
        await make_outbound(NAME).fetch(get(web.url("/a")))
    await asyncio.wait_for(web.gone.wait(), 5)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n", b""])
async def test_drip_is_cut_off_wherever_it_drips(web: WebServer, start: bytes) -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.send(start)
        while True:
            await exchange.send(b"a")
            await asyncio.sleep(0.02)

    web.routes["/a"] = drip
    with pytest.raises(OutboundUnavailableError, match=r"after 0\.3 seconds") as raised:
        await make_outbound(NAME).fetch(get(web.url("/a"), timeout_seconds=0.3))
    assert raised.value.sent
    await asyncio.wait_for(web.gone.wait(), 5)


async def test_slow_look_up_is_within_the_time_limit() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    with pytest.raises(OutboundUnavailableError, match="too slow") as raised:
        await make_outbound(resolve=resolve).fetch(get("http://feeds.test/", timeout_seconds=0.05))
    assert not raised.value.sent


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
async def test_broken_answer_is_unavailable(web: WebServer, said: bytes) -> None:
    async def broken(exchange: Exchange) -> None:
        await exchange.send(said)

    web.routes["/a"] = broken
    with pytest.raises(OutboundUnavailableError, match="broke off") as raised:
        await make_outbound(NAME).fetch(get(web.url("/a")))
    assert raised.value.sent


@pytest.mark.parametrize("value", ["a\r\nX-B: b", "한국"])
async def test_header_that_cannot_be_written_is_refused(web: WebServer, value: str) -> None:
    with pytest.raises(OutboundError, match="cannot be written"):
        await make_outbound(NAME).fetch(get(web.url("/a"), headers={"X-A": value}))
    assert web.asked == []


async def test_head_has_no_body(web: WebServer) -> None:
    web.routes["/a"] = lambda exchange: exchange.send(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: br\r\n\r\n"
    )
    response = await make_outbound(NAME).fetch(Request("HEAD", web.url("/a")))
    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, OutboundError),
        (401, OutboundError),
        (408, OutboundUnavailableError),
        (429, OutboundUnavailableError),
        (500, OutboundUnavailableError),
        (599, OutboundUnavailableError),
    ],
)
async def test_status_is_final_or_not(
    web: WebServer, status: int, kind: type[OutboundError]
) -> None:
    web.says("/a", status=status, headers={"Retry-After": "120"})
    response = await make_outbound(NAME).fetch(get(web.url("/a")))
    with pytest.raises(OutboundError, match=str(status)) as raised:
        response.raise_for_status()
    assert type(raised.value) is kind
    assert raised.value.retry_after == timedelta(minutes=2)


async def test_good_status_raises_nothing(web: WebServer) -> None:
    web.says("/a", status=304)
    (await make_outbound(NAME).fetch(get(web.url("/a")))).raise_for_status()


@pytest.fixture
async def secure() -> AsyncGenerator[tuple[WebServer, ssl.SSLContext]]:
    """A server with a certificate for its name, and a context that trusts its authority."""
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(serving)  # pyright: ignore[reportUnknownMemberType]  # half typed
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)  # pyright: ignore[reportUnknownMemberType]  # half typed
    async with open_web_server(serving) as server:
        yield server, trusting


async def test_certificate_is_checked_against_the_name_not_the_address(
    secure: tuple[WebServer, ssl.SSLContext],
) -> None:
    web, trusting = secure
    web.says("/a", b"encrypted")
    outbound = make_outbound(NAME, "other.test", tls=trusting)
    assert (await outbound.fetch(get(web.url("/a")))).body == b"encrypted"
    with pytest.raises(OutboundError, match=r"certificate of other\.test does not hold") as raised:
        await outbound.fetch(get(web.url("/a", host="other.test")))
    assert not raised.value.retryable


async def test_unknown_authority_is_refused(secure: tuple[WebServer, ssl.SSLContext]) -> None:
    with pytest.raises(OutboundError, match="does not hold"):
        await make_outbound(NAME).fetch(get(secure[0].url("/a")))


async def test_secrets_do_not_go_from_https_to_http(
    secure: tuple[WebServer, ssl.SSLContext], web: WebServer
) -> None:
    encrypted, trusting = secure
    encrypted.says("/a", status=302, headers={"Location": web.url("/b")})
    web.says("/b", b"plain")
    outbound = make_outbound(NAME, tls=trusting)
    assert (await outbound.fetch(get(encrypted.url("/a")))).body == b"plain"
    with pytest.raises(AddressRefusedError, match="not encrypted"):
        await outbound.fetch(get(encrypted.url("/a"), headers={"Authorization": "Bearer abc"}))
    assert len(web.asked) == 1


async def test_cancelling_closes_the_connection(web: WebServer) -> None:
    asked = asyncio.Event()

    async def silent(exchange: Exchange) -> None:
        asked.set()
        while True:
            await exchange.send(b"H")
            await asyncio.sleep(0.01)

    web.routes["/a"] = silent
    task = asyncio.create_task(make_outbound(NAME, resolve=to_loopback).fetch(get(web.url("/a"))))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(web.gone.wait(), 5)
