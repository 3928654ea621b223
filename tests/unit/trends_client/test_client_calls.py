"""What the client sends, how often, and what it makes of the answers."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from trends_client import (
    ApiError,
    AsyncTrendsClient,
    CannotReachError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OverLimitError,
    RefusedError,
    ServerError,
    TrendsClient,
    WaitTimeoutError,
)
from trends_client.address import DEFAULT_URL, find_base_url

RUN: dict[str, Any] = {
    "id": "r1",
    "status": "running",
    "stage": "collect",
    "agent": "news",
    "query": "",
    "window": {"start": "2026-11-13T00:00:00Z", "end": "2026-11-20T00:00:00Z", "text": "7d"},
    "market": "KR",
    "languages": ["ko", "en"],
    "sources": ["sample"],
    "priority": "interactive",
    "report_language": "en",
    "requested_at": "2026-11-20T00:00:00Z",
    "links": {"self": "/v1/runs/r1", "events": "/v1/runs/r1/events"},
}
Answer = httpx.Response | httpx.TransportError


class Script(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests in the order it was told, and remembers them."""

    def __init__(self, *answers: Answer) -> None:
        self._answers: Iterator[Answer] = iter(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        return self.handle_request(request)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.pauses.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        """Move on."""
        self.sleep(seconds)


def run(**changes: object) -> httpx.Response:
    return httpx.Response(200, json={**RUN, **changes})


def problem(status: int, slug: str = "x", **headers: str) -> httpx.Response:
    body = {"slug": slug, "title": "T", "status": status, "detail": "D", "request_id": "q"}
    return httpx.Response(status, json=body, headers=headers)


def client(script: Script, time: Time | None = None, **options: Any) -> TrendsClient:
    clock = time or Time()
    return TrendsClient(
        "http://127.0.0.1:1", transport=script, sleep=clock.sleep, clock=clock, **options
    )


def refused() -> httpx.ConnectError:
    return httpx.ConnectError("[Errno 111] Connection refused")


def test_submit_leaves_out_what_was_not_said() -> None:
    script = Script(run())
    client(script).submit("저속노화")
    assert json.loads(script.requests[0].content) == {"query": "저속노화"}


def test_submit_sends_a_window_by_its_two_ends() -> None:
    script = Script(run())
    ends = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC))
    client(script).submit(window=ends)
    sent = json.loads(script.requests[0].content)["window"]
    assert sent == {"start": "2026-11-01T00:00:00+00:00", "end": "2026-11-08T00:00:00+00:00"}


def test_submit_makes_a_key_and_keeps_it_over_tries() -> None:
    script = Script(httpx.ReadError("reset"), run())
    client(script).submit()
    keys = [request.headers["Idempotency-Key"] for request in script.requests]
    assert keys[0] == keys[1] != ""


def test_two_submits_have_two_keys() -> None:
    script = Script(run(), run())
    with client(script) as trends:
        trends.submit()
        trends.submit()
    keys = {request.headers["Idempotency-Key"] for request in script.requests}
    assert len(keys) == 2


def test_replay_is_told() -> None:
    answer = httpx.Response(202, json=RUN, headers={"Idempotency-Replayed": "true"})
    assert client(Script(answer)).submit().replayed


def test_read_is_tried_again_while_the_api_restarts() -> None:
    time = Time()
    script = Script(refused(), refused(), httpx.ReadError("reset"), run())
    assert client(script, time).get("r1").id == "r1"
    assert time.pauses == [0.1, 0.2, 0.4]


def test_tries_have_an_end_that_says_what_to_do() -> None:
    time = Time()
    script = Script(*(refused() for _ in range(99)))
    with pytest.raises(CannotReachError, match=r"connection refused.*trends up"):
        client(script, time).get("r1")
    assert time.now <= 5.0


def test_without_patience_one_try_is_all() -> None:
    script = Script(refused(), run())
    with pytest.raises(CannotReachError):
        client(script, patience=0).get("r1")
    assert len(script.requests) == 1


def test_cancel_that_may_have_arrived_is_not_sent_twice() -> None:
    script = Script(httpx.ReadError("reset"), run())
    with pytest.raises(CannotReachError):
        client(script).cancel("r1")
    assert len(script.requests) == 1


def test_cancel_that_never_left_is_sent_again() -> None:
    script = Script(refused(), run(status="cancelled"))
    assert client(script).cancel("r1").ended


def test_busy_api_is_asked_again_when_it_says() -> None:
    time = Time()
    script = Script(problem(503, **{"Retry-After": "2"}), run())
    client(script, time).get("r1")
    assert time.pauses == [2.0]


def test_defect_of_the_api_is_not_asked_again() -> None:
    script = Script(problem(500), run())
    with pytest.raises(ServerError):
        client(script).get("r1")
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (403, RefusedError),
        (404, NotFoundError),
        (409, ConflictError),
        (413, InvalidRequestError),
        (421, RefusedError),
        (422, InvalidRequestError),
        (429, OverLimitError),
        (500, ServerError),
        (507, ServerError),
    ],
)
def test_problem_becomes_the_error_of_its_status(status: int, kind: type[ApiError]) -> None:
    with pytest.raises(ApiError) as raised:
        client(Script(problem(status, "some-slug"))).get("r1")
    assert type(raised.value) is kind
    assert (raised.value.slug, raised.value.status) == ("some-slug", status)
    assert (str(raised.value), raised.value.request_id) == ("D", "q")


@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"", b"[]", b"{}"])
def test_answer_of_something_else_is_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(ServerError, match="not this API"):
        client(Script(httpx.Response(200, content=body))).get("r1")


def test_problem_of_something_else_is_an_error_that_says_so() -> None:
    with pytest.raises(NotFoundError, match="not in the API's own form"):
        client(Script(httpx.Response(404, content=b"<html>"))).get("r1")


def test_status_that_a_newer_api_knows_is_an_end() -> None:
    assert client(Script(run(status="archived", colour="blue"))).get("r1").ended


def test_wait_gives_the_ended_run() -> None:
    script = Script(run(), run(), run(status="completed"))
    assert client(script).wait("r1").completed


def test_wait_ends_when_the_run_is_parked() -> None:
    assert client(Script(run(), run(status="blocked"))).wait("r1").parked


def test_wait_that_is_over_tells_how_the_run_stands() -> None:
    script = Script(*(run() for _ in range(99)))
    with pytest.raises(WaitTimeoutError) as raised:
        client(script).wait("r1", timeout=1)
    assert raised.value.run.status == "running"
    assert "goes on" in str(raised.value)


def test_wait_bears_an_api_that_is_away_longer_than_patience() -> None:
    time = Time()
    script = Script(*(refused() for _ in range(12)), run(status="completed"))
    assert client(script, time).wait("r1", timeout=60).completed
    assert time.now > 5.0


def test_list_goes_through_the_pages() -> None:
    pages = (
        httpx.Response(200, json={"items": [RUN, RUN], "next_cursor": "c"}),
        httpx.Response(200, json={"items": [RUN], "next_cursor": None}),
    )
    script = Script(*pages)
    assert len(list(client(script).list(status="running"))) == 3
    assert script.requests[1].url.params["cursor"] == "c"
    assert script.requests[1].url.params["status"] == "running"


def test_list_asks_for_no_more_than_wanted() -> None:
    script = Script(httpx.Response(200, json={"items": [RUN, RUN], "next_cursor": "c"}))
    assert len(list(client(script).list(limit=2))) == 2
    assert script.requests[0].url.params["limit"] == "2"


def test_id_cannot_lead_to_another_path() -> None:
    script = Script(run())
    client(script).get("../../metrics?x=1#y")
    assert script.requests[0].url.raw_path == b"/v1/runs/..%2F..%2Fmetrics%3Fx%3D1%23y"


STEERING: list[tuple[Callable[[TrendsClient], object], str]] = [
    (lambda c: c.retry("r1"), "/v1/runs/r1/retry"),
    (lambda c: c.skip("r1", "notify"), "/v1/runs/r1/skip"),
    (lambda c: c.abort("r1"), "/v1/runs/r1/abort"),
    (lambda c: c.rerun("r1", "report"), "/v1/runs/r1/rerun"),
]


@pytest.mark.parametrize(("act", "path"), STEERING)
def test_steering_goes_to_its_own_address(act: Callable[[TrendsClient], object], path: str) -> None:
    script = Script(run())
    act(client(script))
    assert script.requests[0].url.path == path


def test_channels_are_listed() -> None:
    items = [{"name": "team", "type": "slack", "trouble": "No url."}]
    script = Script(httpx.Response(200, json={"items": items}))
    (channel,) = client(script).channels()
    assert (channel.name, channel.type, channel.trouble) == ("team", "slack", "No url.")


def test_a_test_of_a_channel_is_never_sent_twice() -> None:
    problem = {"slug": "delivery-unavailable", "status": 503, "title": "x", "detail": "x"}
    script = Script(httpx.Response(503, json=problem))
    with pytest.raises(ServerError):
        client(script).test_channel("a/b")
    assert [request.url.raw_path for request in script.requests] == [b"/v1/channels/a%2Fb/test"]


def test_upload_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "기사.jsonl"
    file.write_bytes(b"x" * 10)
    answer = httpx.Response(201, json={"source": "file:uploads/a", "bytes": 10, "sha256": "a"})
    script = Script(answer)
    assert client(script).upload(file).source == "file:uploads/a"
    assert script.requests[0].url.params["name"] == "기사.jsonl"
    assert script.requests[0].headers["Content-Length"] == "10"


def test_report_is_given_as_it_was_written() -> None:
    text = "# 보고서\r\n\u2028"
    script = Script(httpx.Response(200, content=text.encode()))
    assert client(script).report("r1", format="html") == text
    assert script.requests[0].headers["Accept"] == "text/html"


async def test_async_client_behaves_the_same() -> None:
    time = Time()
    script = Script(refused(), run(), run(status="completed"))
    async with AsyncTrendsClient(
        "http://127.0.0.1:1", transport=script, sleep=time.sleep_async, clock=time
    ) as trends:
        assert (await trends.submit()).id == "r1"
        assert (await trends.wait("r1")).completed
    assert time.pauses == [0.1]


def test_address_is_what_was_given() -> None:
    assert find_base_url("http://x:1/", {"TRENDS_API_URL": "http://y"}) == "http://x:1"


def test_address_comes_from_the_environment() -> None:
    assert find_base_url(None, {"TRENDS_API_URL": "http://y/"}) == "http://y"


def test_address_comes_from_the_running_stack(tmp_path: Path) -> None:
    running = {"pid": 1, "urls": {"api": "http://127.0.0.1:8001"}, "pids": {}}
    (tmp_path / "running.json").write_text(json.dumps(running))
    assert find_base_url(None, {"TRENDS_STATE": str(tmp_path)}) == "http://127.0.0.1:8001"


@pytest.mark.parametrize("content", ["", "[]", '{"urls": []}', '{"urls": {"api": 1}}'])
def test_unreadable_state_gives_the_usual_address(tmp_path: Path, content: str) -> None:
    (tmp_path / "running.json").write_text(content)
    assert find_base_url(None, {"TRENDS_STATE": str(tmp_path)}) == DEFAULT_URL


@pytest.mark.parametrize("url", ["ftp://x", "not a url", "http://[::1", "http://"])
def test_address_that_is_none_is_an_error_that_names_it(url: str) -> None:
    with pytest.raises(CannotReachError), TrendsClient(url) as trends:
        trends.get("r1")
