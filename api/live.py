"""Several runs over one WebSocket: what may be asked, what is told, and how it ends.

The reader takes one message after the other; each run that is followed has a task, which keeps nothing but its place in
the run. A viewer who takes nothing therefore holds one message for each run, and after a while loses the connection.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from enum import IntEnum
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.auth import LONGEST_CREDENTIAL, Credential
from api.deps import Served
from api.errors import KINDS
from api.events import (
    LAPSED,
    LIVED_LONG,
    MAX_SEQ,
    SHUTTING_DOWN,
    Interrupted,
    Progress,
    Seen,
    Stalled,
)
from api.schemas import Event, event_out, progress_out, stalled_out
from trends.errors import (
    InvalidRequestError,
    NotAuthenticatedError,
    TooManyStreamsError,
    TrendsError,
)
from trends.storage.rows import RunEvent, RunRow
from trends.telemetry import get_logger

MAX_RUNS = 100
# Far above what a person clicks in ten minutes; each message may read the database.
MAX_MESSAGES = 1000
# Room for the longest token; a connection that sends more is closed with 1009.
MAX_MESSAGE_BYTES = LONGEST_CREDENTIAL + 1024
# What a close frame holds beside its code.
_MAX_REASON_BYTES = 123
_NOBODY = ""

_log = get_logger(__name__)


class Code(IntEnum):
    """What a WebSocket is closed with. Clients rely on them: numbers never change their meaning."""

    LIVED_LONG = 1001
    BROKEN = 1011
    SHUTTING_DOWN = 1012
    LATER = 1013
    BAD_MESSAGE = 4400
    NOT_AUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    TOO_SLOW = 4408
    TOO_MANY = 4429


_BY_STATUS = {
    401: Code.NOT_AUTHENTICATED,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    429: Code.TOO_MANY,
    503: Code.LATER,
}
_FIRST_OF_SERVER = 500


class Message(BaseModel):
    """Base of what comes in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Auth(Message):
    """Who asks; the first message, and the only one of its kind."""

    op: Literal["auth"]
    token: str = ""


class Subscribe(Message):
    """Follow a run from behind `after`; again for the same run, it begins there anew."""

    op: Literal["subscribe"]
    run_id: str = Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")
    after: int = Field(default=0, ge=0, le=MAX_SEQ)


class Unsubscribe(Message):
    """Follow a run no longer."""

    op: Literal["unsubscribe"]
    run_id: str = Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")


_MESSAGES: TypeAdapter[Auth | Subscribe | Unsubscribe] = TypeAdapter(
    Annotated[Auth | Subscribe | Unsubscribe, Field(discriminator="op")]
)


class Admitted(NamedTuple):
    """Who follows.

    Attributes:
        tenant: Whose runs it may follow.
        shown: What it showed, by which the connection stands and falls; None where nobody is asked.
    """

    tenant: str
    shown: Credential | None


class EndError(Exception):
    """The connection ends, and this is what is said.

    Args:
        code: What it is closed with.
        slug: Stable short name of why.
        detail: The same in a sentence.
    """

    def __init__(self, code: Code, slug: str, detail: str) -> None:
        self.code = code
        self.slug = slug
        self.detail = detail
        super().__init__(detail)

    @property
    def word(self) -> dict[str, Any]:
        """The last message: browsers show scripts little of a close frame."""
        if self.code in {Code.LIVED_LONG, Code.SHUTTING_DOWN}:
            return {"op": "reconnect", "why": self.detail}
        return {"op": "error", "code": self.code, "slug": self.slug, "detail": self.detail}

    @property
    def reason(self) -> str:
        """As much of the detail as a close frame holds."""
        return self.detail.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")


def ending(error: TrendsError) -> EndError:
    """Read one of our errors as the end of a connection."""
    kind = KINDS.get(error.slug, KINDS["internal"])
    other = Code.BAD_MESSAGE if kind.status < _FIRST_OF_SERVER else Code.BROKEN
    return EndError(_BY_STATUS.get(kind.status, other), error.slug, str(error))


class LiveSession:
    """One WebSocket, from its opening to its end.

    Args:
        socket: The connection, not accepted yet.
        served: What to serve from.
        authenticate: Tells whose a token is; raises what is told when it is nobody's.
    """

    def __init__(
        self, socket: WebSocket, served: Served, authenticate: Callable[[str], Awaitable[Admitted]]
    ) -> None:
        self._socket = socket
        self._served = served
        self._feeds = served.feeds
        self._pace = served.feeds.pace
        self._authenticate = authenticate
        self._followed: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Serve until either side has had enough."""
        await self._socket.accept()
        # Counted until the last word is out: a process that leaves waits for what is counted.
        with self._served.metrics.open_websockets.track_inprogress(), ExitStack() as counted:
            end: EndError | None = None
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._end_in_time())
                    await self._converse(tasks, counted)
            except* EndError as ends:
                end = next(_leaves(ends))
            except* WebSocketDisconnect:
                pass  # the other side left; nobody is there to be told
            except* Exception as errors:  # noqa: BLE001  # told, logged, and kept from breaking off without a word
                _log.exception("live.broke_off", exc_info=errors)
                end = EndError(Code.BROKEN, "internal", "The API made a mistake; connect again.")
            if end is not None:
                await self._close(end)

    async def _end_in_time(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.lifetime):
                await self._feeds.until_stopped()
                raise EndError(Code.SHUTTING_DOWN, "", SHUTTING_DOWN)
        raise EndError(Code.LIVED_LONG, "", LIVED_LONG)

    async def _converse(self, tasks: asyncio.TaskGroup, counted: ExitStack) -> None:
        try:
            tenant, shown = await self._greet(counted)
            lapsed = counted.enter_context(self._served.standings.stream(shown))
            tasks.create_task(_end_on(lapsed))
            await self._tell({"op": "ready", "max_runs": MAX_RUNS})
            for _ in range(MAX_MESSAGES):
                await self._obey(await self._receive(), tenant, tasks)
        except TrendsError as error:
            raise ending(error) from error
        raise EndError(
            Code.TOO_MANY, "too-many-streams", f"More than {MAX_MESSAGES} messages came; reconnect."
        )

    async def _greet(self, counted: ExitStack) -> Admitted:
        """Await who it is; until then the connection counts for nobody, of whom there may be only so many."""
        self._feeds.admit(_NOBODY)
        with self._feeds.stream(_NOBODY):
            try:
                async with asyncio.timeout(self._pace.greeting):
                    first = await self._receive()
            except TimeoutError:
                raise EndError(
                    Code.NOT_AUTHENTICATED,
                    NotAuthenticatedError.slug,
                    f"Nothing came in {self._pace.greeting:g} s. "
                    'Send {"op": "auth", "token": …} first.',
                ) from None
            if not isinstance(first, Auth):
                raise EndError(
                    Code.NOT_AUTHENTICATED,
                    NotAuthenticatedError.slug,
                    f'\'{first.op}\' came first. Send {{"op": "auth", "token": …}} before it.',
                )
            admitted = await self._authenticate(first.token)
            self._feeds.admit(admitted.tenant)
            counted.enter_context(self._feeds.stream(admitted.tenant))
        return admitted

    async def _obey(
        self, asked: Auth | Subscribe | Unsubscribe, tenant: str, tasks: asyncio.TaskGroup
    ) -> None:
        if isinstance(asked, Auth):
            raise InvalidRequestError(
                "'auth' came twice.", next_step="Open another connection for another token."
            )
        known = self._followed.pop(asked.run_id, None)
        if known is not None:
            known.cancel()
        if isinstance(asked, Unsubscribe):
            await self._tell({"op": "unsubscribed", "run_id": asked.run_id})
            return
        if len(self._followed) >= MAX_RUNS:
            raise TooManyStreamsError(
                f"{MAX_RUNS} runs are followed.",
                why="One connection does not take more.",
                next_step="Unsubscribe from some, or open another connection.",
            )
        row = await self._served.doors.store.get(tenant, asked.run_id)
        await self._tell({"op": "subscribed", "run_id": row.run_id, "after": asked.after})
        self._followed[row.run_id] = tasks.create_task(self._follow(row, asked.after))

    async def _follow(self, row: RunRow, after: int) -> None:
        try:
            async with contextlib.aclosing(self._feeds.follow(row, after)) as seen:
                async for each in seen:
                    if isinstance(each, Interrupted):
                        return  # the connection itself ends likewise, with a word
                    for event in _events(each, row):
                        await self._send(event.model_dump_json())
        except TrendsError as error:
            raise ending(error) from error
        # Also for one who had seen the last event before, and would wait for another.
        await self._tell({"op": "ended", "run_id": row.run_id})
        del self._followed[row.run_id]

    async def _receive(self) -> Auth | Subscribe | Unsubscribe:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])
        text = message.get("text")
        if text is None:
            raise InvalidRequestError("A message is not text.", next_step="Send JSON as text.")
        try:
            return _MESSAGES.validate_json(text)
        except ValidationError as error:
            raise _unreadable(error) from error

    async def _tell(self, word: dict[str, Any]) -> None:
        await self._send(json.dumps(word, ensure_ascii=False))

    async def _send(self, text: str) -> None:
        """Send, which waits while the viewer's buffers are full."""
        try:
            async with asyncio.timeout(self._pace.patience):
                await self._socket.send_text(text)
        except TimeoutError:
            raise EndError(
                Code.TOO_SLOW,
                "too-slow",
                f"Nothing was taken for {self._pace.patience:g} s. Connect again, with the last seq of each run.",
            ) from None

    async def _close(self, end: EndError) -> None:
        self._served.metrics.closed(end.code)
        _log.info("live.closed", code=int(end.code), slug=end.slug, reason=end.detail)
        # Who does not even take this is given up by the server.
        with contextlib.suppress(EndError, TimeoutError, WebSocketDisconnect):
            await self._tell(end.word)
            async with asyncio.timeout(self._pace.patience):
                await self._socket.close(end.code, end.reason)


async def _end_on(lapsed: asyncio.Event) -> None:
    await lapsed.wait()
    raise EndError(Code.NOT_AUTHENTICATED, NotAuthenticatedError.slug, f"Closed: {LAPSED}.")


def _events(seen: Seen, row: RunRow) -> list[Event]:
    if isinstance(seen, RunEvent):
        return [event_out(seen)]
    if isinstance(seen, Stalled):
        return [stalled_out(row.run_id, seen.why)]
    if not isinstance(seen, Progress):
        return []
    told = (progress_out(row.run_id, pending, row.agent) for pending in seen.stages)
    return [event for event in told if event]


def _unreadable(error: ValidationError) -> InvalidRequestError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return InvalidRequestError(
        "A message cannot be read.",
        why=f"{place}: {first['msg']}." if place else f"{first['msg']}.",
        next_step='Send {"op": "subscribe", "run_id": …, "after": 0}, or see docs/reference/live.md.',
    )


def _leaves(group: BaseExceptionGroup[EndError]) -> Iterator[EndError]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _leaves(each)
        else:
            yield each
