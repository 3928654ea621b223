"""Who may ask, how much they may send, and how every refusal is told."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.api.fake_doors import Clock, FakeDoors, FakeRuns, in_process
from trends.storage.rows import RunRow

PROBLEM = "application/problem+json"


def slug_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"/docs/errors#{problem['slug']}"
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, problem["slug"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "@"])
async def test_other_host_is_not_served(http: httpx.AsyncClient, host: str) -> None:
    answer = await http.get("/v1/runs", headers={"Host": host})
    assert slug_of(answer) == (421, "wrong-host")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[::1]"]
)
async def test_names_of_this_machine_are_served(http: httpx.AsyncClient, host: str) -> None:
    assert (await http.get("/v1/runs", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_page_of_another_site_cannot_start_runs(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await http.post("/v1/runs", json={}, headers=headers)
    assert slug_of(answer) == (403, "cross-site")


async def test_own_page_may_start_runs(http: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert (await http.post("/v1/runs", json={}, headers=headers)).status_code == 202


async def test_no_answer_lets_other_origins_read_it(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/runs", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_request_id_goes_through(http: httpx.AsyncClient) -> None:
    answer = await http.get("/livez", headers={"X-Request-ID": "abc-1.2_3"})
    assert answer.headers["X-Request-ID"] == "abc-1.2_3"


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "<script>"])
async def test_request_id_that_cannot_be_is_replaced(http: httpx.AsyncClient, given: str) -> None:
    answer = await http.get("/livez", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] not in {"", given}


async def test_unknown_address_is_a_problem(http: httpx.AsyncClient) -> None:
    assert slug_of(await http.get("/v2/nothing")) == (404, "not-found")


async def test_slash_at_the_end_is_another_address(http: httpx.AsyncClient) -> None:
    assert slug_of(await http.get("/v1/runs/")) == (404, "not-found")


async def test_wrong_method_is_a_problem_that_names_the_right_ones(http: httpx.AsyncClient) -> None:
    answer = await http.delete("/v1/uploads")
    assert slug_of(answer) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "POST"


async def test_wrong_method_names_those_of_every_route_there(http: httpx.AsyncClient) -> None:
    answer = await http.put("/v1/runs")
    assert slug_of(answer) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_body_of_another_type_is_refused(http: httpx.AsyncClient, media_type: str) -> None:
    answer = await http.post("/v1/runs", content=b"{}", headers={"Content-Type": media_type})
    assert slug_of(answer) == (415, "unsupported-media-type")


async def test_packed_body_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await http.post("/v1/runs", content=b"\x1f\x8b", headers=headers)
    assert slug_of(answer) == (415, "unsupported-media-type")


async def test_large_body_is_refused_before_it_is_read(http: httpx.AsyncClient) -> None:
    body = json.dumps({"query": "a" * (1 << 20)}).encode()
    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/runs", content=body, headers=headers)
    assert slug_of(answer) == (413, "too-large")


async def test_large_body_of_unsaid_length_is_refused(http: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"query": "'
        for _ in range(20):
            yield b"a" * (1 << 16)
        yield b'"}'

    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/runs", content=body(), headers=headers)
    assert slug_of(answer) == (413, "too-large")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'query': 1}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"wait": ' + b"9" * 5000 + b"}",
        b"nul",
    ],
    ids=["empty", "cut", "quotes", "not utf-8", "deep", "huge number", "word"],
)
async def test_body_that_is_no_json_is_a_problem(http: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    answer = await http.post("/v1/runs", content=body, headers=headers)
    status, slug = slug_of(answer)
    assert (status, slug) in {(400, "malformed-body"), (422, "validation")}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"quary": "a"}, "#/quary"),
        ({"query": 5}, "#/query"),
        ({"query": "\ud800"}, "#/query"),
        ({"query": "a\x00"}, "#/query"),
        ({"start_from": {"run_id": "\udfff", "stage": "report"}}, "#/start_from"),
        ({"sources": ["file:\ud83d"]}, "#/sources"),
        ({"languages": ["ko", "xx"]}, "#/languages/1"),
        ({"window": 7}, "#/window"),
        ({"window": {"start": "2026-11-01T00:00:00Z"}}, "#/window/end"),
        ({"window": {"start": "x", "end": "2026-11-01T00:00:00Z"}}, "#/window/start"),
        ({"start_from": {"run_id": "a", "stage": "report", "x": 1}}, "#/start_from/x"),
        ({"wait": -1}, "#/wait"),
        ({"wait": "5"}, "#/wait"),
        ({"wait": 10**400}, "#/wait"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
    ],
)
async def test_field_that_does_not_fit_is_pointed_at(
    http: httpx.AsyncClient, body: dict[str, object], pointer: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/runs", content=json.dumps(body), headers=headers)
    assert slug_of(answer) == (422, "validation")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_wait_must_be_a_real_number(http: httpx.AsyncClient, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/runs", content=f'{{"wait": {number}}}', headers=headers)
    assert slug_of(answer) == (422, "validation")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("limit", "0"), ("limit", "201"), ("limit", "9" * 50), ("limit", "x"), ("status", "done")],
)
async def test_parameter_that_does_not_fit_is_named(
    http: httpx.AsyncClient, parameter: str, value: str
) -> None:
    answer = await http.get("/v1/runs", params={parameter: value})
    assert slug_of(answer) == (422, "validation")
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("cursor", ["x", "=", "한", "e30", "W10", "bnVsbA", "A" * 400])
async def test_no_cursor_brings_the_api_down(http: httpx.AsyncClient, cursor: str) -> None:
    answer = await http.get("/v1/runs", params={"cursor": cursor})
    assert slug_of(answer) == (400, "invalid-request")


@pytest.mark.parametrize("run_id", ["%00", "..%2f..", "%ff", "a" * 65, "한", "a%20b", "%E2%80%A8"])
@pytest.mark.parametrize("below", ["", "/report", "/events"])
async def test_no_id_brings_the_api_down(http: httpx.AsyncClient, run_id: str, below: str) -> None:
    answer = await http.get(f"/v1/runs/{run_id}{below}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == PROBLEM


@pytest.mark.parametrize("query", ["\x07", "\x85", "\u2028", "\u202eabc", "(" * 500, '"'])
async def test_no_query_brings_the_api_down(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post("/v1/runs", json={"query": query})
    assert answer.status_code in {202, 422}


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"agent": "newz"}, "unknown-name"),
        ({"market": "KO"}, "unknown-name"),
        ({"market": "../KR"}, "unknown-name"),
        ({"market": "\x07"}, "unknown-name"),
        ({"priority": "urgent"}, "unknown-name"),
        ({"window": "7y"}, "invalid-window"),
        (
            {"window": {"start": "2027-01-01T00:00:00Z", "end": "2027-01-02T00:00:00Z"}},
            "invalid-window",
        ),
        (
            {"window": {"start": "2026-01-01T00:00:00", "end": "2026-01-02T00:00:00"}},
            "invalid-window",
        ),
        ({"query": "a" * 10_001}, "invalid-query"),
    ],
)
async def test_request_that_cannot_be_is_a_problem(
    http: httpx.AsyncClient, body: dict[str, object], slug: str
) -> None:
    assert slug_of(await http.post("/v1/runs", json=body)) == (422, slug)


class BrokenError(Exception):
    """Nothing that anybody expected."""


class BrokenRuns(FakeRuns):
    """A service with a defect."""

    async def cancel(self, tenant: str, run_id: str) -> RunRow:
        """Fail as no one meant it to."""
        message = f"secret inside {tenant} {run_id}"
        raise BrokenError(message)


async def test_defect_is_told_without_its_inside(doors: FakeDoors) -> None:
    doors.runs = BrokenRuns(
        doors.store, doors.artifacts, doors.settings, Clock(), doors.monitors.store
    )
    with capture_logs() as logs:
        async with in_process(doors) as http:
            answer = await http.post("/v1/runs/x/cancel")
    assert slug_of(answer) == (500, "internal")
    assert "secret" not in answer.text
    told = next(log for log in logs if log["event"] == "http.unexpected")
    assert told["request_id"] == answer.json()["request_id"]
    assert isinstance(told["exc_info"], BrokenError)


async def test_answers_are_not_sniffed_or_kept(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/runs")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
