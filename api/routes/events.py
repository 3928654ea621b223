"""Events of a run, live, as server-sent events."""

import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.auth import Credential
from api.deps import ReadsRuns, RunId, Served, ServedBy, Shown
from api.errors import problems
from api.event_stream import ITEM_SCHEMA, MEDIA_TYPE, EventStream, comment, message
from api.events import LAPSED, MAX_SEQ, Interrupted, Progress, Quiet, Seen, Stalled
from api.schemas import event_out, progress_out, stalled_out
from trends.errors import InvalidRequestError
from trends.storage.rows import RunEvent, RunRow

router = APIRouter(prefix="/v1/runs", tags=["events"])

RECONNECT_MS = 1000

_DESCRIPTION = """The events of the run, from the first or from the one behind `Last-Event-ID`, then those to come.

Each message has an `id` (its `seq`), an `event` (its `type`) and as `data` an `Event`. Messages `progress` tell how far
a stage is; they have no `id`, since nobody can ask for them again. A comment comes every 15 s. The stream ends after the
run's last event; before that, after ten minutes, when the API shuts down, or soon after the key, token or session that
opened it holds no more, it ends with a message `reconnect` that says why: open it again with the last id, as browsers do
by themselves. Whoever asks behind the last event is answered 204.
"""


class StreamOverError(Exception):
    """Nothing follows what the viewer has seen. A browser comes back until it is told so by 204."""


async def nothing_follows(request: Request, error: Exception) -> Response:
    """Answer a viewer who has seen everything."""
    del request, error
    return Response(status_code=204)


async def place(
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="`seq` of the last event that was seen."),
    ] = None,
    after: Annotated[
        str | None, Query(description="The same, where headers cannot be set.")
    ] = None,
) -> int:
    """Read behind which event to begin."""
    given = last_event_id if last_event_id is not None else after
    if given is None or given == "":
        return 0
    if not (given.isascii() and given.isdecimal()) or len(given) > len(str(MAX_SEQ)):
        raise InvalidRequestError(
            "The id of the last event cannot be read.",
            why=f"It is '{given[:40]}'; ids of events are whole numbers from 1.",
            next_step="Leave it out to begin with the first event.",
        )
    return min(int(given), MAX_SEQ)


Place = Annotated[int, Depends(place)]


async def watched(who: ReadsRuns, run_id: RunId, after: Place, served: ServedBy) -> RunRow:
    """Find the run before the stream begins: once it has begun, no status can be told."""
    row = await served.doors.store.get(who.tenant, run_id)
    if (
        row.status.ended
        and after
        and not await served.doors.events.after(who.tenant, run_id, after, 1)
    ):
        raise StreamOverError
    served.feeds.admit(row.tenant)
    return row


@router.get(
    "/{run_id}/events",
    operation_id="watch_run",
    summary="Follow a run",
    description=_DESCRIPTION,
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "Server-sent events.",
            "content": {MEDIA_TYPE: {"itemSchema": ITEM_SCHEMA}},
        },
        204: {"description": "Nothing follows."},
        **problems("invalid-request", "run-not-found", "too-many-streams", "storage-unavailable"),
    },
)
async def watch_run(
    row: Annotated[RunRow, Depends(watched)], after: Place, served: ServedBy, shown: Shown
) -> EventStream:
    """Stream the events of a run."""
    return EventStream(_stream(row, after, served, shown))


async def _stream(
    row: RunRow, after: int, served: Served, shown: Credential | None
) -> AsyncGenerator[bytes]:
    feeds = served.feeds
    with (
        served.metrics.open_sse.track_inprogress(),
        feeds.stream(row.tenant),
        served.standings.stream(shown) as lapsed,
    ):
        yield comment(f"run {row.run_id}", RECONNECT_MS)
        async with contextlib.aclosing(feeds.follow(row, after, lapsed)) as seen:
            async for each in seen:
                # A slow viewer has much before it that it may not have any more.
                if lapsed.is_set():
                    yield _reconnect(LAPSED)
                    return
                for told in _messages(each, row):
                    yield told


def _messages(seen: Seen, row: RunRow) -> list[bytes]:
    match seen:
        case RunEvent():
            return [message(seen.type, event_out(seen).model_dump_json(), str(seen.seq))]
        case Interrupted():
            return [_reconnect(seen.why)]
        case Quiet():
            return [comment("still here")]
        case Stalled():
            event = stalled_out(row.run_id, seen.why)
            return [message(event.type, event.model_dump_json())]
        case Progress():
            told = (progress_out(row.run_id, pending, row.agent) for pending in seen.stages)
            return [message(event.type, event.model_dump_json()) for event in told if event]


def _reconnect(why: str) -> bytes:
    return message("reconnect", json.dumps({"why": why}))
