"""Server-sent events on the wire (WHATWG HTML §9.2)."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Send

MEDIA_TYPE = "text/event-stream"
# Of OpenAPI 3.2: what each message of the stream is.
ITEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/Event"},
        },
        "event": {"type": "string"},
        "id": {"type": "string"},
        "retry": {"type": "integer", "minimum": 0},
    },
}


class EventStream(StreamingResponse):
    """A response of server-sent events.

    The framework's own decouples messages from the connection by two tasks and two queues for each viewer, and leaves
    the generator open when a viewer goes away while something is ready for it. Here the viewer's own pace is the
    generator's, and the generator is closed whatever happens.

    Args:
        messages: Encoded messages.
    """

    media_type = MEDIA_TYPE

    def __init__(self, messages: AsyncGenerator[bytes]) -> None:
        # Proxies such as nginx would collect messages before they pass them on.
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(messages, headers=headers)
        self._messages = messages

    async def stream_response(self, send: Send) -> None:
        """Send every message, and close the generator."""
        async with contextlib.aclosing(self._messages):
            await super().stream_response(send)


def message(event: str, data: str, mark: str = "") -> bytes:
    """Encode a message.

    Args:
        event: Its type.
        data: One line of JSON.
        mark: Its id; without one, nobody can ask for what follows it.
    """
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


def comment(text: str, retry_ms: int | None = None) -> bytes:
    """Encode what clients pass over; `retry_ms` tells them when to come back after a break."""
    retry = "" if retry_ms is None else f"retry: {retry_ms}\n"
    return f": {text}\n{retry}\n".encode()
