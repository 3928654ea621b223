"""Who asks, and what a route needs of them.

A route names what its caller needs, and gets who it is:

    async def list_things(who: ReadsRuns, served: ServedBy) -> Things:
        return await served.doors.things.page(who.tenant, ...)

`ReadsRuns` and the others stand in `api/deps.py`, one for each scope; `Known` takes anybody who is known. Where the
caller is of no interest, the decorator says it: `dependencies=[needs(Scope.RUNS_READ)]`. Everything a route reads or
writes is `who.tenant`'s; what belongs to another is not found (404), never forbidden. A write needs no code for the
audit log: `api/edge.py` writes the row, with the header `Location` of the answer as the target where there is one.

What everybody may see stands in `OPEN`; a name that ends in `/` opens all below it. Every other address is refused
before its body is read. A test goes through all routes and fails where one is neither.

A WebSocket passes no edge. It asks `served.guard.of_headers(headers, address, writes=True)` for whoever comes with a
header or a cookie (`writes` wants the page to be our own), or `served.guard.admit(credential, address)` with what its
first message brings.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from api.errors import problems
from api.throttle import Failures
from trends.domain.access import OPEN_TENANT, Principal, PrincipalKind, Scope, everybody
from trends.errors import ForbiddenError, NotAuthenticatedError
from trends.settings_sections import AuthSettings
from trends.telemetry import get_logger

LOGIN = "/login"
LOGOUT = "/logout"
METRICS = "/metrics"
OPEN = frozenset(
    # A link under /s/ is its own credential.
    {"/livez", "/readyz", "/docs", "/docs/errors", "/openapi.json", LOGIN, LOGOUT, "/s/"},
)
COOKIE = "trends_session"
# Tokens of identity providers reach a few kilobytes; what is longer is none.
LONGEST_CREDENTIAL = 16_384

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_log = get_logger(__name__)


class Credential(NamedTuple):
    """What somebody shows.

    Attributes:
        text: A key or a token; with `session` what a browser's cookie holds.
        session: Whether it is a browser's.
    """

    text: str
    session: bool = False


class Access(Protocol):
    """Knows credentials; `engine.access.AccessService` is the real one."""

    async def identify(self, credential: str) -> Principal:
        """Tell whose key or token this is.

        Raises:
            NotAuthenticatedError: Nobody's, or not any more.
        """
        ...

    async def resume(self, session: str) -> Principal:
        """Tell whose browser this is.

        Raises:
            NotAuthenticatedError: Nobody's, or not any more.
        """
        ...


class Guard:
    """Finds out who asks.

    Args:
        settings: Whether anybody is asked.
        access: Knows credentials.
        failures: Slows down whoever guesses.
    """

    def __init__(self, settings: AuthSettings, access: Access, failures: Failures) -> None:
        self.required = settings.mode == "required"
        self._access = access
        self._failures = failures

    async def admit(self, credential: str, address: str, *, session: bool = False) -> Principal:
        """Tell whose credential this is.

        Args:
            credential: A key or a token; with `session` what a browser's cookie holds.
            address: Where it came from.
            session: Whether it is a browser's.

        Raises:
            NotAuthenticatedError: It does not hold.
            TooManyFailuresError: Too many from this address did not.
        """
        if not self.required:
            return everybody()
        if len(credential) > LONGEST_CREDENTIAL:
            raise _unknown()
        counted = self._failures.begin(address, credential)
        try:
            found = await self._know(Credential(credential, session))
        except NotAuthenticatedError as error:
            self._failures.forget(credential)
            _log.warning("auth.refused", address=address, slug=error.slug, reason=error.what)
            raise
        except Exception:
            if counted:
                self._failures.give_back(address)
            raise
        if counted:
            self._failures.held(address, credential)
        return found

    async def still_holds(self, credential: Credential) -> bool:
        """Whether one that was admitted would be again. It is nobody's attempt, and counts for none.

        Raises:
            StorageError: The database failed.
            OutboundUnavailableError: A token, and its provider's keys cannot be had.
        """
        if not self.required:
            return True
        try:
            await self._know(credential)
        except NotAuthenticatedError:
            self._failures.forget(credential.text)
            return False
        return True

    async def of_headers(self, headers: Headers, address: str, *, writes: bool) -> Principal:
        """Tell who sent these headers.

        Args:
            headers: Of the request.
            address: Where it came from.
            writes: Whether it may change something; a browser's must then come from a page of ours.

        Raises:
            NotAuthenticatedError: They name nobody, or one that is not known.
            TooManyFailuresError: Too many from this address were not known.
            ForbiddenError: Another site's page sent them.
        """
        if not self.required:
            return everybody()
        shown = credential_of(headers)
        if shown is None:
            raise NotAuthenticatedError(
                "This takes a key or a token.",
                why="None was sent.",
                next_step="Send Authorization: Bearer KEY; for `trends`, set TRENDS_API_KEY.",
            )
        if shown.session and writes and not _own_page(headers):
            # A browser adds the cookie to whatever any page makes it send.
            raise ForbiddenError(
                "A signed-in browser may change things from our own pages only.",
                next_step="Programs send Authorization: Bearer KEY instead of the cookie.",
            )
        return await self.admit(shown.text, address, session=shown.session)

    async def of_request(self, scope: Mapping[str, Any], headers: Headers) -> Principal | None:
        """Tell who sends a request, before anything else of it is read; None where everybody may.

        Raises:
            NotAuthenticatedError: It is not known who.
            TooManyFailuresError: Too many from its address were not known.
            ForbiddenError: Another site's page sent it.
        """
        path = scope["path"]
        if is_open(path):
            return None
        address = address_of(scope)
        if path == METRICS and _on_this_machine(address, headers):
            return Principal(
                tenant=OPEN_TENANT,
                subject="loopback",
                scopes=frozenset({Scope.METRICS_READ}),
                kind=PrincipalKind.OPEN,
            )
        writes = scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        return await self.of_headers(headers, address, writes=writes)

    async def _know(self, credential: Credential) -> Principal:
        if credential.session:
            return await self._access.resume(credential.text)
        return await self._access.identify(credential.text)


def is_open(path: str) -> bool:
    """Whether everybody may see what is there."""
    return path in OPEN or any(each.endswith("/") and path.startswith(each) for each in OPEN)


def address_of(scope: Mapping[str, Any]) -> str:
    """Where a connection comes from; behind a proxy that is trusted, what it says."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def wants_page(headers: Headers) -> bool:
    """Whether a browser shows what is answered to a person: such a one is led to the page for signing in."""
    navigates = headers.get("sec-fetch-mode", "navigate") == "navigate"
    return navigates and "text/html" in headers.get("accept", "") and "authorization" not in headers


def credential_of(headers: Headers) -> Credential | None:
    """Read what these headers show: a key or a token before a browser's session; None where neither is there.

    Raises:
        NotAuthenticatedError: A header Authorization that cannot be read.
    """
    given = headers.getlist("authorization")
    if given:
        return Credential(_bearer(given))
    session = session_of(headers)
    return None if session is None else Credential(session, session=True)


def session_of(headers: Headers) -> str | None:
    """Read the session's cookie."""
    for header in headers.getlist("cookie"):
        found = cookie_parser(header).get(COOKIE)
        if found:
            return found
    return None


def _bearer(given: list[str]) -> str:
    scheme, _, credential = given[0].strip().partition(" ")
    credential = credential.strip()
    if len(given) > 1 or scheme.lower() != "bearer" or not credential or " " in credential:
        raise NotAuthenticatedError(
            "The header Authorization cannot be read.",
            why="It is not one Bearer with one key or token behind it.",
            next_step="Send Authorization: Bearer KEY.",
        )
    return credential


def _own_page(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _on_this_machine(address: str, headers: Headers) -> bool:
    """Whether a program of this machine asks, and not a proxy on it for somebody else."""
    try:
        inside = ip_address(address).is_loopback
    except ValueError:
        return False
    return inside and not any(name in headers for name in _FORWARDED)


def no_longer_holds() -> NotAuthenticatedError:
    """Make the refusal of one that held when its request began."""
    return NotAuthenticatedError(
        "The key or token does not hold any more.",
        why="It was revoked or has expired while this waited.",
        next_step="Ask again with one that holds.",
    )


def _unknown() -> NotAuthenticatedError:
    return NotAuthenticatedError("The key or token does not hold.")


_by_bearer = HTTPBearer(
    scheme_name="bearer",
    auto_error=False,
    description="An API key (`trk_…`), or a token of the identity provider that the settings name.",
)
_by_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    auto_error=False,
    description="Of a browser that signed in at `/login`.",
)


async def principal(
    request: Request,
    asked: SecurityScopes,
    # For the OpenAPI document; the edge has read them.
    bearer: Annotated[object, Security(_by_bearer)] = None,
    session: Annotated[object, Security(_by_cookie)] = None,
) -> Principal:
    """Give the caller, who has all scopes that are asked for.

    Raises:
        ForbiddenError: It lacks one.
    """
    del bearer, session
    found: Principal = request.state.principal
    found.require(asked.scopes)
    return found


def needs(*scopes: Scope) -> Any:
    """Declare what a route needs whose function does not care who asks."""
    return Security(principal, scopes=list(scopes))


_REFUSALS = problems(
    "not-authenticated",
    "token-refused",
    "forbidden",
    "too-many-failures",
    "storage-unavailable",
    "outbound-unavailable",
)


def declare_refusals(document: dict[str, Any]) -> None:
    """Write into an OpenAPI document what every operation answers that takes a credential."""
    for item in document["paths"].values():
        for operation in item.values():
            if "security" not in operation:
                continue
            said = operation["responses"]
            for status, refusal in _REFUSALS.items():
                before = said.get(str(status))
                words = refusal["description"]
                if before is not None:
                    kept = [each for each in words.split("; ") if each not in before["description"]]
                    words = "; ".join([before["description"], *kept])
                said[str(status)] = {**refusal, "description": words}
            operation["responses"] = dict(sorted(said.items()))
