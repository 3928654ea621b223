"""Events of a run, live, as server-sent events."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.deps import TENANT, RunId, ServedBy
from api.errors import problems
from api.events import Interrupted, Seen
from api.schemas import event_out, progress_out
from trends.errors import InvalidRequestError
from trends.storage.rows import RunEvent, RunRow

router = APIRouter(prefix="/v1/runs", tags=["events"])

RECONNECT_MS = 1000
# Above it no run has events, and a database no integers.
MAX_SEQ = 2**31 - 1

_DESCRIPTION = """The events of the run, from the first or from the one behind `Last-Event-ID`, then those to come.

Each message has an `id` (its `seq`), an `event` (its `type`) and as `data` an `Event`. Messages `progress` tell how far
a stage is; they have no `id`, since nobody can ask for them again. A comment comes every 15 s. The stream ends after the
run's last event; before that, after ten minutes or when the API shuts down, it ends with a message `reconnect`: open it
again with the last id, as browsers do by themselves. Whoever asks behind the last event is answered 204.
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


async def watched(run_id: RunId, after: Place, served: ServedBy) -> RunRow:
    """Find the run before the stream begins: once it has begun, no status can be told."""
    row = await served.doors.store.get(TENANT, run_id)
    if row.status.ended and after and not await served.doors.events.after(TENANT, run_id, after, 1):
        raise StreamOverError
    return row


@router.get(
    "/{run_id}/events",
    operation_id="watch_run",
    summary="Follow a run",
    description=_DESCRIPTION,
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Server-sent events."},
        204: {"description": "Nothing follows."},
        **problems("invalid-request", "run-not-found", "storage-unavailable"),
    },
)
async def watch_run(
    row: Annotated[RunRow, Depends(watched)], after: Place, served: ServedBy
) -> AsyncIterable[ServerSentEvent]:
    """Stream the events of a run."""
    feeds = served.feeds
    seen: AsyncGenerator[Seen]
    if row.status.ended:
        seen = feeds.replay(TENANT, row.run_id, after)
    else:
        seen = feeds.watch(TENANT, row.run_id, after)
    with served.metrics.open_streams.track_inprogress():
        yield ServerSentEvent(comment=f"run {row.run_id}", retry=RECONNECT_MS)
        async with contextlib.aclosing(seen):
            async for each in seen:
                for message in _messages(each, row):
                    yield message


def _messages(seen: Seen, row: RunRow) -> list[ServerSentEvent]:
    if isinstance(seen, RunEvent):
        return [ServerSentEvent(id=str(seen.seq), event=seen.type, data=event_out(seen))]
    if isinstance(seen, Interrupted):
        return [ServerSentEvent(event="reconnect", data={"why": seen.why})]
    told = (progress_out(row.run_id, pending, row.agent) for pending in seen.stages)
    return [ServerSentEvent(event=event.type, data=event) for event in told if event]
