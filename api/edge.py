"""What every request passes first: its id, who may ask, how much it may send; and what is counted of it.

Plain ASGI, since a wrapper that reads answers would hold event streams back.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import partial
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import LOGIN, LOGOUT, address_of, wants_page
from api.deps import Served
from api.errors import problem_for, problem_response
from api.limits import SAFE_METHODS
from api.throttle import network_of
from engine.noted import DONE, FAILED, REFUSED, Noted
from trends.domain.access import Principal, PrincipalKind
from trends.errors import NotAuthenticatedError
from trends.telemetry import get_logger

MAX_JSON_BYTES = 1 << 20
# The one address whose body is a file; it counts for itself.
UPLOADS = "/v1/uploads"
# Those whose body is a document as it is, of any type, and longer than a JSON body may be.
DOCUMENT_BYTES = 5_000_000
DOCUMENTS = frozenset({"/v1/sources/import", "/v1/monitors/import"})
# Those that a page of ours sends.
FORMS = frozenset({LOGIN, LOGOUT})
FORM = "application/x-www-form-urlencoded"
WATCHLIST = re.compile(r"/v1/monitors/[^/]+/watchlist")
# Behind it stands the credential itself.
LINKS = "/s/"
KNOWN_METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
# For the figures only: who asked was gone before the answer began.
CLIENT_LEFT = 499

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_WRONG_HOST = (
    "Requests for the host '{}' are not served here. This protects from pages that point their own name at this "
    "machine. Names that are served stand in the setting api.allowed_hosts."
)

_log = get_logger(__name__)


class Edge:
    """Wraps the application.

    Args:
        app: What is behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket" and await _refused_upgrade(scope, receive, send):
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, partial(_record, scope))
        try:
            refusal = _refusal(scope, headers)
            if refusal is None:
                await self._serve(scope, receive, answer, headers)
            else:
                slug, detail = refusal
                response = problem_response(
                    slug, detail, instance=told_path(scope["path"]), request_id=request_id
                )
                await response(scope, receive, answer)
        except ClientDisconnect:
            pass  # nobody is left to be told
        except NotAuthenticatedError as error:
            response: Response = problem_for(
                error, instance=told_path(scope["path"]), request_id=request_id
            )
            if scope["method"] in SAFE_METHODS and wants_page(headers):
                response = RedirectResponse(_sign_in_at(scope), 303)
            await response(scope, receive, answer)
        except Exception as error:
            if answer.status is not None:
                _log.exception("http.broke_off", request_id=request_id)
                raise
            response = problem_for(error, instance=told_path(scope["path"]), request_id=request_id)
            await response(scope, receive, answer)
        finally:
            _count(scope, answer.status, time.perf_counter() - began)

    async def _serve(
        self, scope: Scope, receive: Receive, answer: "_Answer", headers: Headers
    ) -> None:
        """Find out who asks, count the request, and let the application answer it."""
        path, served = scope["path"], _served(scope)
        scope["state"]["principal"] = await served.guard.of_request(scope, headers)
        standing = served.limits.take(scope["method"], path, _caller(scope))
        if standing is not None:
            answer.more = standing.headers()
            if not standing.allowed:
                raise standing.refusal()
        limited = receive if path == UPLOADS else _Limited(receive, _longest(path))
        if scope["method"] == "HEAD":
            await self._head(scope, limited, answer)
        elif scope["method"] not in SAFE_METHODS and (who := scope["state"]["principal"]):
            with _noting(scope, who) as noted:
                scope["state"]["noted"] = noted
                await self._app(scope, limited, answer)
        else:
            await self._app(scope, limited, answer)

    async def _head(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        """Answer as to GET, without the body. The framework would say that there is no such method."""
        inner = {**scope, "method": "GET"}
        scope["state"]["head"] = True
        beginning = _Beginning(receive, answer)
        try:
            await self._app(inner, beginning.receive, beginning.send)
        finally:
            scope["route"] = inner.get("route")


class _Beginning:
    """Lets the beginning of an answer through; who writes on is told that nobody listens, or a stream had no end."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._sent = asyncio.Event()

    async def receive(self) -> Message:
        """Give the request, then, once its answer has begun, that the caller is gone."""
        if self._sent.is_set():
            return {"type": "http.disconnect"}
        coming = asyncio.ensure_future(self._receive())
        sent = asyncio.ensure_future(self._sent.wait())
        try:
            await asyncio.wait({coming, sent}, return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else {"type": "http.disconnect"}
        finally:
            coming.cancel()
            sent.cancel()

    async def send(self, message: Message) -> None:
        """Pass the head of the answer on, and an empty body."""
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self._sent.set()


class _Answer:
    """Adds our headers to an answer, and remembers its status."""

    def __init__(
        self, send: Send, request_id: str, record: Callable[[int, Headers], Awaitable[None]]
    ) -> None:
        self._send = send
        self._request_id = request_id
        self._record = record
        self.status: int | None = None
        self.more: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            # Before the answer: whoever has been told that it is done finds it in the log.
            await self._record(message["status"], headers)
            headers["X-Request-ID"] = self._request_id
            headers.update(self.more)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


class _Limited:
    """Lets no more than so many bytes of a body through."""

    def __init__(self, receive: Receive, longest: int) -> None:
        self._receive = receive
        self._longest = longest
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._longest:
            raise HTTPException(413, _too_large(self._longest))
        return message


def _sign_in_at(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{LOGIN}?{urlencode({'next': scope['path'] + (f'?{query}' if query else '')})}"


async def _record(scope: Scope, status: int, headers: Headers) -> None:
    """Write into the audit log what came of what somebody asked for."""
    who, route = scope["state"].get("principal"), scope.get("route")
    if scope["method"] in SAFE_METHODS or who is None or route is None:
        return
    made = headers.get("location") if status < HTTPStatus.MULTIPLE_CHOICES else None
    outcome = DONE
    if status >= HTTPStatus.BAD_REQUEST:
        outcome = REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else FAILED
    access, noted = _served(scope).doors.access, scope["state"].get("noted")
    if noted is not None:
        await access.record(noted, outcome, status, made)
        return
    # Who signs in is known only now.
    with _noting(scope, who) as late:
        await access.record(late, outcome, status, made)


def _noting(scope: Scope, who: Principal) -> AbstractContextManager[Noted]:
    def described() -> tuple[str, str]:
        route = scope["route"]
        return getattr(route, "operation_id", None) or route.name, scope["path"]

    return _served(scope).doors.access.noting(
        who, described, scope["state"]["request_id"], address_of(scope)
    )


def _caller(scope: Scope) -> str:
    """Name who is limited: whoever it showed to be, else the address it comes from."""
    principal: Principal | None = scope["state"]["principal"]
    if principal is None or principal.kind is PrincipalKind.OPEN:
        return f"address {network_of(address_of(scope))}"
    return f"{principal.tenant} {principal.subject}"


def told_path(path: str) -> str:
    """The path as it may be kept: a link to a report is a credential, and is cut short."""
    return f"{path[: len(LINKS) + 4]}…" if path.startswith(LINKS) else path


def _takes_document(path: str) -> bool:
    return path in DOCUMENTS or WATCHLIST.fullmatch(path) is not None


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _refusal(scope: Scope, headers: Headers) -> tuple[str, str] | None:
    """Say, before anything is read, why a request is not served; None when it is."""
    hosts = headers.getlist("host")
    host = _host_name(hosts[0]) if len(hosts) == 1 else ""
    allowed = _served(scope).doors.settings.api.allowed_hosts
    if host not in {_host_name(each) for each in allowed}:
        return "wrong-host", _WRONG_HOST.format(host[:80])
    if scope["method"] not in SAFE_METHODS and (site := _other_site(headers, hosts[0])):
        return (
            "cross-site",
            f"The request comes from a page of {site[:80]}. Send it from elsewhere.",
        )
    return _body_refusal(scope, headers)


async def _refused_upgrade(scope: Scope, receive: Receive, send: Send) -> bool:
    """Refuse a WebSocket of another site's page: browsers let any page open one anywhere, cookies included."""
    headers = Headers(scope=scope)
    refusal = _refusal({**scope, "method": "CONNECT"}, headers)
    if refusal is not None:
        slug, detail = refusal
        response = problem_response(
            slug, detail, instance=told_path(scope["path"]), request_id=_request_id(headers)
        )
        await response(scope, receive, send)
    return refusal is not None


def _body_refusal(scope: Scope, headers: Headers) -> tuple[str, str] | None:
    if headers.get("content-encoding", "identity") != "identity":
        return "unsupported-media-type", "Bodies are not unpacked here; send it as it is."
    size = headers.get("content-length", "")
    has_body = "transfer-encoding" in headers or size not in {"", "0"}
    if scope["path"] == UPLOADS or not has_body:
        return None
    longest = _longest(scope["path"])
    if size.isdecimal() and int(size) > longest:
        return "too-large", _too_large(longest)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    path = scope["path"]
    is_json = media_type == "application/json" or _takes_document(path)
    is_form = path in FORMS and media_type == FORM
    if scope["method"] not in SAFE_METHODS and not (is_json or is_form):
        return (
            "unsupported-media-type",
            f"The body is said to be '{media_type[:80]}'. Send JSON, with Content-Type: application/json.",
        )
    return None


def _other_site(headers: Headers, host: str) -> str:
    """Name the site whose page sends this, when it is not our own; empty otherwise."""
    if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return headers.get("origin", "another site")
    origin = headers.get("origin")
    if origin is None or urlsplit(origin).netloc.lower() == host.lower():
        return ""
    return origin


def _host_name(host: str) -> str:
    """Take the port away: `localhost:8000` is `localhost`, `[::1]:8000` is `[::1]`."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdecimal() and not name.endswith(":") else host.strip().lower()


def _longest(path: str) -> int:
    return DOCUMENT_BYTES if _takes_document(path) else MAX_JSON_BYTES


def _too_large(longest: int) -> str:
    return f"The body has more than {longest:,} bytes. Files go to POST {UPLOADS}."


def _served(scope: Scope) -> Served:
    return cast("Served", cast("FastAPI", scope["app"]).state.served)


def _count(scope: Scope, status: int | None, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
    _served(scope).metrics.answered(method, route, status or CLIENT_LEFT, seconds)
    # Probes and scrapes come without end.
    tell = _log.debug if scope["path"] in PROBES else _log.info
    tell(
        "http.answered",
        method=scope["method"],
        path=told_path(scope["path"]),
        status=status,
        seconds=round(seconds, 4),
        request_id=scope["state"]["request_id"],
    )
