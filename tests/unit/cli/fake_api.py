"""The smallest API that speaks the real wire format: JSON, problems, pages, server-sent events, uploads."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

STAGES = ("collect", "normalize", "analyze", "summarize", "report", "notify")
T0 = "2026-11-20T09:00:0"
WHY = "The sample does not answer."
ENDS = {"completed", "failed", "cancelled", "terminated", "timed_out", "lost"}
LINES = (
    "News trends (KR)",
    "Rising: 두바이 쫀득 쿠키 ×4.1",
    "First run.",
    "Watching: 2",
    "All read.",
)
REPORTS = {
    "text/markdown": "# News trends\n\n- 두바이 쫀득 쿠키\n",
    "text/html": "<!doctype html><title>News trends</title>\n",
    "application/json": '{"lines":[],"title":"News trends"}\n',
}


def event(seq: int, kind: str, stage: str = "", part: str = "", **data: Any) -> dict[str, Any]:
    """An event as the API tells it; `attempt` goes in with the data."""
    return {
        "seq": seq,
        "at": f"2026-11-20T09:00:{seq:02d}Z",
        "type": kind,
        "stage": stage or None,
        "part": part or None,
        "attempt": data.pop("attempt", 1) if stage else None,
        "data": data,
    }


def whole_story(end: str = "completed") -> list[dict[str, Any]]:
    """Events of a run that goes through every stage."""
    story = [event(1, "run.accepted")]
    for stage in STAGES:
        part = "sample" if stage == "collect" else ""
        story.append(event(len(story) + 1, "stage.started", stage, part))
        story.append(event(len(story) + 1, "stage.completed", stage, part, items=5400))
    story.append(event(len(story) + 1, f"run.{end}", "notify"))
    return story


@dataclass
class FakeRun:
    """One run.

    Attributes:
        fields: Its representation; `status` follows the events that were told.
        story: Its events so far.
        hold_at: Streams stay open behind this many events until `FakeApi.tell` or `release`.
    """

    fields: dict[str, Any]
    story: list[dict[str, Any]]
    hold_at: int | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.fields["id"])


@dataclass
class Seen:
    """One request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class FakeApi:
    """The API and everything it was asked.

    Attributes:
        url: Where it listens.
        runs: Newest first.
        seen: Requests in order.
        problems: `METHOD path` to (slug, status, detail), answered instead.
        told: `METHOD path` to what is answered there: JSON, bytes, or a list of such, one for each request.
        cut_after: A stream's connection is dropped after so many events, once for each entry.
        page_size: Runs on a page at most.
        end_of_new_runs: What becomes of a run that is started: a final status, or `blocked`.
        hold_new_runs: A run that is started stays at its first stage.
        channels: By name: type and trouble.
        channel_test: What becomes of a test: state and remark.
    """

    url: str = ""
    runs: list[FakeRun] = field(default_factory=list[FakeRun])
    seen: list[Seen] = field(default_factory=list[Seen])
    problems: dict[str, tuple[str, int, str]] = field(
        default_factory=dict[str, tuple[str, int, str]]
    )
    told: dict[str, Any] = field(default_factory=dict[str, Any])
    cut_after: list[int] = field(default_factory=list[int])
    page_size: int = 2
    end_of_new_runs: str = "completed"
    hold_new_runs: bool = False
    channels: dict[str, dict[str, str | None]] = field(
        default_factory=lambda: {"log": {"type": "log", "trouble": None}}
    )
    channel_test: dict[str, str | None] = field(
        default_factory=lambda: {"state": "sent", "remark": None}
    )
    changed: threading.Condition = field(default_factory=threading.Condition)
    watchers: int = 0
    closing: bool = False

    def add(self, run_id: str, *, status: str = "completed", **fields: Any) -> FakeRun:
        """Put a run in front of the others; its story fits its status."""
        run = FakeRun(fields=run_fields(run_id, status, **fields), story=[])
        if status in ENDS:
            run.story = whole_story(status)
        else:
            run.story = whole_story()[:3]
            if status == "blocked":
                run.story.append(event(4, "run.blocked", "collect", reason=WHY))
            run.hold_at = len(run.story)
        self.runs.insert(0, run)
        return run

    def tell(self, run: FakeRun, *events: dict[str, Any], status: str) -> None:
        """Let something happen in a run."""
        with self.changed:
            run.story.extend(events)
            run.fields = run_fields(run.id, status, **_kept(run.fields))
            run.hold_at = None if status in ENDS else len(run.story)
            self.changed.notify_all()

    def await_watcher(self, count: int = 1) -> None:
        """Wait until so many streams are open."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.watchers >= count, timeout=60)

    def await_request(self, method: str, path: str, query: set[str]) -> None:
        """Wait until a request of this kind came in."""
        with self.changed:
            came = self.changed.wait_for(
                lambda: any(query <= set(seen.query) for seen in self.asked(method, path)),
                timeout=20,
            )
        assert came

    def asked(self, method: str, path: str) -> list[Seen]:
        """Requests of this method and path."""
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]


def _kept(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in ("query", "sources", "parent_run", "start_from")}


def run_fields(run_id: str, status: str, **fields: Any) -> dict[str, Any]:
    """A run as the API represents it."""
    done = status == "completed"
    stages = [
        {"name": name, "part": "sample" if name == "collect" else "", "status": "completed", "attempt": 1,
         "started_at": f"{T0}1Z", "ended_at": f"{T0}2Z", "seconds": 1.0, "reason": None}
        for name in STAGES
    ]  # fmt: skip
    return {
        "id": run_id,
        "status": status,
        "stage": "notify" if done else "collect",
        "agent": "news",
        "query": "",
        "window": {"start": f"{T0}0Z", "end": f"{T0}0Z", "text": "7d"},
        "market": "KR",
        "languages": ["ko", "en"],
        "sources": ["sample"],
        "priority": "interactive",
        "report_language": "en",
        "requested_at": f"{T0}0Z",
        "started_at": f"{T0}1Z",
        "ended_at": f"{T0}9Z" if status in ENDS else None,
        "parent_run": None,
        "start_from": None,
        "reason": {"slug": "source-unavailable", "message": WHY}
        if status in {"failed", "blocked"}
        else None,
        "lines": list(LINES) if done else [],
        "stages": stages,
        "links": {
            "self": f"/v1/runs/{run_id}",
            "events": f"/v1/runs/{run_id}/events",
            "report": f"/v1/runs/{run_id}/report" if done else None,
            "temporal_ui": None,
        },
        **fields,
    }


def serve(api: FakeApi) -> Callable[[], None]:
    """Start serving on a free port of loopback; answers with what stops it."""

    class Handler(_Handler):
        owner: ClassVar[FakeApi] = api

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def stop() -> None:
        with api.changed:
            api.closing = True
            api.changed.notify_all()
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


class _Handler(BaseHTTPRequestHandler):
    owner: ClassVar[FakeApi]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the signature that is overridden
        """Keep quiet."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("GET")

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer("DELETE")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer("POST")

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._asked = Seen(method, parts.path, query, dict(self.headers.items()), body)
        with self.owner.changed:
            self.owner.seen.append(self._asked)
            self.owner.changed.notify_all()
        if problem := self.owner.problems.get(f"{method} {parts.path}"):
            self._problem(*problem)
            return
        if (told := self.owner.told.get(f"{method} {unquote(parts.path)}")) is not None:
            self._tell_back(told)
            return
        way = parts.path.removeprefix("/v1/").split("/")
        if way == ["uploads"]:
            self._json(
                {"source": f"file:uploads/{query['name']}", "bytes": len(body), "sha256": "00"}, 201
            )
        elif way[0] == "channels":
            self._channels(way[1:])
        elif way == ["runs"]:
            self._start() if method == "POST" else self._page(query)
        else:
            self._of_run(method, way[1], way[2] if len(way) > 2 else "")

    def _channels(self, way: list[str]) -> None:
        if not way:
            items = [{"name": name, **state} for name, state in self.owner.channels.items()]
            self._json({"items": items})
        elif way[0] in self.owner.channels:
            self._json({"channel": way[0], **self.owner.channel_test})
        else:
            self._problem("unknown-name", 422, f"Unknown channel '{way[0]}'.")

    def _tell_back(self, told: Any) -> None:
        if isinstance(told, list):
            pages = cast("list[Any]", told)
            told = pages.pop(0)
        if isinstance(told, bytes):
            self._bytes(told, "text/x-opml")
        else:
            self._json(told)

    def _of_run(self, method: str, run_id: str, action: str) -> None:
        run = next((run for run in self.owner.runs if run.id == run_id), None)
        if run is None:
            self._problem("run-not-found", 404, f"There is no run '{run_id}'.")
        elif method == "GET":
            {"": self._one, "events": self._events, "report": self._report}[action](run)
        elif action == "rerun":
            again = self.owner.add("0199ffff-0000-7000-8000-000000000001")
            again.fields |= {"parent_run": run.id, "start_from": self._asked.json["stage"]}
            self._json(again.fields, 202)
        else:
            self._json(run.fields, 202)

    def _start(self) -> None:
        asked = self._asked.json
        status = "running" if self.owner.hold_new_runs else self.owner.end_of_new_runs
        run = self.owner.add(f"0199aaaa-0000-7000-8000-{len(self.owner.runs):012d}", status=status)
        run.fields |= {"query": asked["query"]}
        self._json(run.fields, 202)

    def _one(self, run: FakeRun) -> None:
        seconds = float(self._asked.query.get("wait", 0))
        if seconds:
            with self.owner.changed:
                self.owner.changed.wait_for(
                    lambda: run.fields["status"] != "running" or self.owner.closing, seconds
                )
        self._json(run.fields)

    def _page(self, query: Mapping[str, str]) -> None:
        rows = [run.fields for run in self.owner.runs]
        if status := query.get("status"):
            rows = [row for row in rows if row["status"] == status]
        size = min(int(query.get("limit", 50)), self.owner.page_size)
        begin = int(query.get("cursor", 0))
        more = begin + size < len(rows)
        no_stages: list[object] = []
        items = [{**row, "stages": no_stages} for row in rows[begin : begin + size]]
        self._json({"items": items, "next_cursor": str(begin + size) if more else None})

    def _report(self, run: FakeRun) -> None:
        if run.fields["status"] != "completed":
            self._problem("report-not-ready", 404, f"The run {run.id} has no report yet.")
            return
        accepted = self._asked.headers["Accept"]
        self._bytes(REPORTS[accepted].encode(), accepted)

    def _events(self, run: FakeRun) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        told = int(self._asked.headers.get("Last-Event-ID", 0))
        cut = self.owner.cut_after.pop(0) if self.owner.cut_after else None
        with self.owner.changed:
            self.owner.watchers += 1
            self.owner.changed.notify_all()
        self._tell(run, told, cut)

    def _tell(self, run: FakeRun, told: int, cut: int | None) -> None:
        sent = 0
        while True:
            fresh = run.story[told:]
            for each in fresh:
                if sent == cut:
                    return
                told, sent = told + 1, sent + 1
                envelope = {"run_id": run.id, **each}
                mark = "" if each["seq"] is None else f"id: {each['seq']}\n"
                text = f"event: {each['type']}\n{mark}data: {json.dumps(envelope)}\n\n"
                self.wfile.write(text.encode())
            self.wfile.flush()
            with self.owner.changed:
                if told < len(run.story):
                    continue
                if run.hold_at is None or self.owner.closing:
                    return
                # A write to a viewer who left is how the server notices.
                self.owner.changed.wait(timeout=0.2)
            self.wfile.write(b": ping\n\n")

    def _problem(self, slug: str, status: int, detail: str) -> None:
        problem = {"type": f"/docs/errors#{slug}", "slug": slug, "title": slug, "status": status,
                   "detail": detail, "instance": self.path, "request_id": "r1"}  # fmt: skip
        self._bytes(json.dumps(problem).encode(), "application/problem+json", status)

    def _json(self, value: object, status: int = 200) -> None:
        self._bytes(json.dumps(value).encode(), "application/json", status)

    def _bytes(self, content: bytes, media_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
