"""What happened on the wire during one ask, whichever client library opened the connection.

Client libraries lose status, headers or body on their way to the caller, each in another place, and none of them says
whether a request left this machine. Hooks in their HTTP clients write it down instead: whether money may have been
spent is read from here alone.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

Hook = Callable[[Any], Awaitable[None]]


@dataclass
class Wire:
    """One ask, as its connection saw it.

    Attributes:
        requests: How many were made.
        sent: Whether one may have reached the provider.
        status: Of the last answer; None where none came.
        headers: Of the last answer, in lower case.
        body: Of the last answer, where it came whole.
        whole: Whether the last byte of an answer came.
    """

    requests: int = 0
    sent: bool = False
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    whole: bool = False

    async def trace(self, event: str, _: object) -> None:
        """Take note, as httpcore tells of each step."""
        if event.endswith("send_request_headers.started"):
            self.sent = True


# Of the ask that the running task belongs to: one HTTP client serves many at once.
WIRE: ContextVar[Wire | None] = ContextVar("trends_llm_wire", default=None)


def client_options(client: Any, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Arguments of an `AsyncClient` of httpx or httpx2 whose asks can be followed.

    A connection serves one call. A kept one may be gone when the next call is sent, and nobody could tell whether that
    one was charged for; nor does a kept one survive the loop it was opened on.

    Redirects are not followed: they would carry the key to another host.

    Args:
        client: The library, `httpx` or `httpx2`.
        without: Headers that are never sent, such as one that a client library takes from the environment by itself.
    """

    async def before(request: Any) -> None:
        for name in without:
            request.headers.pop(name, None)
        wire = WIRE.get()
        if wire is not None:
            wire.requests += 1
            request.extensions["trace"] = wire.trace

    async def after(response: Any) -> None:
        wire = WIRE.get()
        if wire is None:
            return
        wire.status = response.status_code
        wire.headers = {name.lower(): value for name, value in response.headers.items()}
        # Whole before a client library looks at it: what it cannot read is then told apart from what broke off.
        wire.body = await response.aread()
        wire.whole = True

    return {
        "event_hooks": {"request": [before], "response": [after]},
        "limits": client.Limits(max_connections=None, max_keepalive_connections=0),
        "follow_redirects": False,
    }
