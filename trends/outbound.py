"""The one way out: requests to hosts that somebody else names, such as feeds and webhooks.

A host's name is looked up here, every address it has must be public, and the connection goes to an address that was
checked, so that a second look-up cannot lead elsewhere. Certificate and `Host` stay the name's. Each redirect is
checked like a first request.

It is asynchronous because only so does one timer end everything: the look-up, the handshake, headers that come byte by
byte. A blocking client has a timer for each read, which a slow host winds up again with every byte. On a thread without
a loop, `asyncio.run(outbound.fetch(...))` does.

Proxies and logins that the environment names are not used: an address would be looked up anew behind a proxy.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from http import HTTPStatus

import httpx

from trends.domain.addresses import is_public
from trends.errors import (
    AddressRefusedError,
    OutboundError,
    OutboundUnavailableError,
    TooLargeError,
)
from trends.inflate import DamagedError, Inflater, OverLimitError, UnknownEncodingError
from trends.outbound_hosts import AllowedHosts, is_literal, origin_of, port_of, read_url
from trends.outbound_messages import Request, Response, read_retry_after
from trends.settings_sections import OutboundSettings

__all__ = ["Outbound", "Request", "Resolve", "Response", "look_up"]

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks up a host name and port: its addresses, best first. Raises OSError."""

MAX_REDIRECTS = 5
_ADDRESSES_TRIED = 3
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = _PERMANENT | {
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
}
_FOLLOWING = frozenset({"GET", "HEAD"})
# Only these follow a redirect to another origin; any other header may be a secret that is the first host's alone.
_CARRIED = frozenset(
    {"accept", "accept-language", "if-modified-since", "if-none-match", "user-agent"}
)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a host.

    Raises:
        OSError: It has none, or nobody can say.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass
class _Passage:
    """What is known of a request under way.

    Attributes:
        host: Host that it is with now, for messages.
        sent: Whether it may have reached one.
    """

    host: str
    sent: bool = False

    async def trace(self, event: str, _: object) -> None:
        """Take note, as httpcore tells of each step."""
        if event.endswith("send_request_headers.started"):
            self.sent = True


class Outbound:
    """Sends requests within the limits of the settings. Keeps nothing between them: safe to share.

    Args:
        settings: Limits, and hosts inside that may be reached.
        clock: Tells how far away the date of a `Retry-After` is.
        resolve: Looks up names.
        tls: Decides which certificates hold; the usual authorities by default.
    """

    def __init__(
        self,
        settings: OutboundSettings,
        *,
        clock: Callable[[], datetime],
        resolve: Resolve = look_up,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolve = resolve
        self._given_tls = tls
        self._inside = AllowedHosts(settings.allow_private_hosts)

    def check(self, url: str) -> None:
        """Refuse an address that could never be reached, without looking anything up.

        Raises:
            AddressRefusedError: Not http or https, with a user name, not readable, or a private address as such.
        """
        parsed = read_url(url)
        inside = is_literal(parsed.host) and not is_public(parsed.host)
        if inside and not self._inside.holds(parsed.host, port_of(parsed)):
            raise _refused_inside(parsed.host)

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Look up a host for a connection of the caller's own, such as SMTP, to one of the addresses returned.

        Raises:
            AddressRefusedError: One of its addresses is not public, and the settings do not allow the host.
            OutboundUnavailableError: The name cannot be looked up.
        """
        try:
            found = tuple(await self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise _unknown_host(host, f"{error}.") from error
        if not found:
            raise _unknown_host(host, "It has no address.")
        inside = any(not is_public(address) for address in found)
        if inside and not self._inside.holds(host, port):
            raise _refused_inside(host)
        return found

    async def fetch(self, request: Request) -> Response:
        """Send a request and read the whole answer, whatever its status.

        Raises:
            AddressRefusedError: The address, or one that it redirects to, is not allowed.
            OutboundUnavailableError: No connection, too slow, or broken off; `sent` says whether it may have arrived.
            OutboundError: No valid certificate, too many redirects, or an encoding that cannot be read.
            TooLargeError: The answer is larger than the limit.
        """
        url = read_url(request.url)
        passage = _Passage(url.host)
        longest = self._settings.total_timeout_seconds
        seconds = min(request.timeout_seconds or longest, longest)
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(request, url, passage)
        except TimeoutError as error:
            raise OutboundUnavailableError(
                f"{passage.host} is too slow.",
                why=f"The request had not ended after {seconds:g} seconds.",
                sent=passage.sent,
            ) from error

    async def _follow(self, request: Request, url: httpx.URL, passage: _Passage) -> Response:
        moved_to: str | None = None
        permanent = True
        headers = {name.lower(): value for name, value in request.headers.items()}
        for _ in range(MAX_REDIRECTS + 1):
            passage.host = url.host
            response = await self._exchange(request, url, headers, passage)
            location = response.headers.get("location")
            leads_on = request.method in _FOLLOWING and response.status in _REDIRECTS
            if not leads_on or not location:
                return replace(response, moved_to=moved_to)
            target = self._redirected(url, location)
            headers = _carried(headers, url, target)
            permanent = permanent and response.status in _PERMANENT
            url = target
            moved_to = str(url) if permanent else moved_to
        raise OutboundError(
            f"{url.host} is the end of more than {MAX_REDIRECTS} redirects.",
            next_step="Use the address where they end, if they do.",
            sent=True,
        )

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = read_url(str(url.join(location)))
        except httpx.InvalidURL as error:
            raise AddressRefusedError(f"{url.host} redirects to what is no address.") from error
        # Else any page of the internet could point us at what was allowed for another purpose.
        inside = self._inside.holds(target.host, port_of(target))
        if inside and not self._inside.holds(url.host, port_of(url)):
            raise AddressRefusedError(
                f"{url.host} redirects to {target.host}.",
                why="A host outside may not lead to one of outbound.allow_private_hosts.",
            )
        return target

    async def _exchange(
        self, request: Request, url: httpx.URL, headers: Mapping[str, str], passage: _Passage
    ) -> Response:
        """Try the addresses of a host in turn until one takes a connection."""
        refusal: httpx.HTTPError | None = None
        name = url.raw_host.decode("ascii")
        for address in (await self.addresses(name, port_of(url)))[:_ADDRESSES_TRIED]:
            outgoing = self._outgoing(address, request, url, headers, passage)
            try:
                return await self._exchange_once(outgoing, request, url)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                _refuse_certificate(url.host, error)
                refusal = error
            except httpx.LocalProtocolError as error:
                raise OutboundError(
                    f"The request to {url.host} cannot be written.", why=_reason(error)
                ) from error
            except httpx.HTTPError as error:
                raise OutboundUnavailableError(
                    f"{url.host} broke off.", why=_reason(error), sent=passage.sent
                ) from error
        raise OutboundUnavailableError(
            f"{url.host} takes no connection.", why=_reason(refusal), sent=passage.sent
        ) from refusal

    def _outgoing(
        self,
        address: str,
        request: Request,
        url: httpx.URL,
        headers: Mapping[str, str],
        passage: _Passage,
    ) -> httpx.Request:
        try:
            return httpx.Request(
                request.method,
                url.copy_with(host=address),
                headers={
                    "user-agent": self._settings.user_agent,
                    **headers,
                    "host": url.netloc.decode("ascii"),
                    # Those that we unpack within a limit; `br` and `zstd` have no such way.
                    "accept-encoding": "gzip, deflate",
                    "connection": "close",
                },
                content=request.body,
                extensions={
                    "timeout": {"connect": self._settings.connect_timeout_seconds},
                    "sni_hostname": url.raw_host.decode("ascii"),
                    "trace": passage.trace,
                },
            )
        except UnicodeEncodeError as error:
            raise OutboundError(
                f"The request to {url.host} cannot be written.",
                why="A header has characters beyond ASCII.",
            ) from error

    async def _exchange_once(
        self, outgoing: httpx.Request, request: Request, url: httpx.URL
    ) -> Response:
        # Not a client: that would follow cookies, proxies and logins of its own.
        async with httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport:
            incoming = await transport.handle_async_request(outgoing)
            try:
                body = await self._body(incoming, request, url.host)
            finally:
                await incoming.aclose()
        received = {name.lower(): value for name, value in incoming.headers.items()}
        return Response(
            status=incoming.status_code,
            headers=received,
            body=body,
            url=str(url),
            host=url.host,
            retry_after=read_retry_after(received.get("retry-after"), self._clock()),
        )

    async def _body(self, incoming: httpx.Response, request: Request, host: str) -> bytes:
        longest = self._settings.max_bytes
        limit = min(request.max_bytes or longest, longest)
        if request.method == "HEAD":
            return b""
        inflater = Inflater(incoming.headers.get("content-encoding", ""), limit)
        try:
            async for block in incoming.aiter_raw():
                inflater.feed(block)
            return inflater.finish()
        except OverLimitError as error:
            if not request.whole:
                return inflater.beginning()
            raise TooLargeError(
                f"The answer of {host} is larger than {limit:,} bytes.",
                next_step="The most that is read is outbound.max_bytes.",
            ) from error
        except UnknownEncodingError as error:
            raise OutboundError(
                f"{host} answers in an encoding that was not asked for.", why=f"{error}.", sent=True
            ) from error
        except DamagedError as error:
            raise OutboundUnavailableError(
                f"The answer of {host} is damaged.", why=f"{error}.", sent=True
            ) from error

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Reading the authorities takes time: once, and only where something is fetched.
        return self._given_tls or httpx.create_ssl_context()


def _carried(headers: Mapping[str, str], url: httpx.URL, target: httpx.URL) -> Mapping[str, str]:
    """Keep the headers that may go where a redirect leads."""
    if origin_of(url) == origin_of(target):
        return headers
    kept = {name: value for name, value in headers.items() if name in _CARRIED}
    if len(kept) < len(headers) and (url.scheme, target.scheme) == ("https", "http"):
        raise AddressRefusedError(
            f"{url.host} redirects to an address that is not encrypted.",
            why="The request has headers that may be secret.",
        )
    return kept


def _unknown_host(host: str, why: str) -> OutboundUnavailableError:
    return OutboundUnavailableError(
        f"The address of {host[:255]} cannot be looked up.",
        why=why,
        next_step="Check its name and this machine's network.",
    )


def _refused_inside(host: str) -> AddressRefusedError:
    # Without the address: an answer must not tell who asks what lies inside.
    return AddressRefusedError(
        f"{host} is not fetched.",
        why="It leads to a private or reserved address.",
        next_step="If it is meant, the server's settings name it in outbound.allow_private_hosts.",
    )


def _refuse_certificate(host: str, error: BaseException) -> None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise OutboundError(
                f"The certificate of {host} does not hold.",
                why=f"{cause.verify_message or cause.reason}.",
                next_step="Check the address, or tell its owner.",
            ) from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: httpx.HTTPError | None) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time."
    return f"{str(error).rstrip('.') or type(error).__name__}."
