"""Server-sent events, read from bytes (WHATWG HTML §9.2.6), and the state of one who follows a run by them."""

from dataclasses import dataclass

from trends_client.models import Event


@dataclass(frozen=True)
class Message:
    """One dispatched message."""

    event: str
    data: str
    id: str | None


class Decoder:
    """Turn chunks of bytes, cut anywhere, into messages. Lines end in LF, CR LF or CR and in nothing else."""

    def __init__(self) -> None:
        self._rest = b""
        self._after_cr = False
        self._data: list[str] = []
        self._event = ""
        self._id: str | None = None

    def feed(self, chunk: bytes) -> list[Message]:
        """Take a chunk; give the messages it completes."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk.endswith(b"\r"):
            self._after_cr = True
        text = (self._rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = text.split(b"\n")
        messages = (self._line(line.decode("utf-8", "replace")) for line in lines)
        return [message for message in messages if message is not None]

    def _line(self, line: str) -> Message | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        return None

    def _dispatch(self) -> Message | None:
        data, event, self._data, self._event = self._data, self._event, [], ""
        mark, self._id = self._id, None
        if not data:
            return None
        return Message(event=event or "message", data="\n".join(data), id=mark)


class Follower:
    """Where one stands in a run's events, over any number of connections.

    Attributes:
        done: The last event of the run has been seen.
        heard: Something new came over the connection that is open now.
    """

    def __init__(self, after: int | None) -> None:
        self._last = after or 0
        self._decoder = Decoder()
        self.done = False
        self.heard = False

    def connect(self) -> dict[str, str]:
        """Begin a connection; gives the headers that make it go on where the last one broke."""
        self._decoder = Decoder()
        self.heard = False
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        return {**headers, "Last-Event-ID": str(self._last)} if self._last else headers

    def read(self, chunk: bytes) -> list[Event]:
        """Take a chunk; give the events that are new."""
        fresh: list[Event] = []
        for message in self._decoder.feed(chunk):
            if message.event == "reconnect":
                continue  # the stream ends next, and is taken up again
            event = Event.model_validate_json(message.data)
            if event.seq is not None:
                if event.seq <= self._last:
                    continue
                self._last = event.seq
            self.heard = True
            fresh.append(event)
            self.done = self.done or event.final
        return fresh
