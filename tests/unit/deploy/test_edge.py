"""The edge, by a real nginx with the shipped template: TLS, headers, streams, bodies, and its own words."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.deploy.edge import NGINX, Edge, running_edge

if NGINX is None and os.environ.get("CI") != "true":
    pytest.skip("needs nginx: apt-get install nginx-light", allow_module_level=True)


@dataclass
class Answer:
    """What the edge answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncGenerator[Edge]:
    """The edge, running."""
    async with running_edge(tmp_path) as running:
        yield running


async def read(reader: asyncio.StreamReader) -> Answer:
    """Read an answer that says how long it is."""
    status = int((await reader.readline()).split()[1])
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(status, headers, body)


async def ask(
    edge: Edge, path: str, *headers: str, method: str = "GET", body: bytes = b""
) -> Answer:
    """Ask once, through TLS."""
    reader, writer = await edge.open()
    lines = [f"{method} {path} HTTP/1.1", f"Host: trends.example:{edge.https}", "Connection: close"]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*lines, *headers, "", ""]).encode() + body)
    try:
        return await read(reader)
    finally:
        writer.close()


async def test_plain_http_is_sent_to_tls(edge: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.http)
    writer.write(b"GET /v1/runs?limit=3 HTTP/1.1\r\nHost: trends.example\r\n\r\n")
    answer = await read(reader)
    writer.close()
    assert answer.status == 308
    assert answer.headers["location"] == f"https://trends.example:{edge.https}/v1/runs?limit=3"


async def test_browsers_are_told_to_come_by_tls_alone(edge: Edge) -> None:
    answer = await ask(edge, "/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["server"] == "nginx"


async def test_the_api_hears_who_calls_and_how_from_the_edge_alone(edge: Edge) -> None:
    lies = ("X-Forwarded-For: 10.9.9.9", "X-Forwarded-Proto: http", "Forwarded: for=10.9.9.9")
    await ask(edge, "/v1/runs", *lies)
    headers = edge.api.received[-1].headers
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == headers["x-forwarded-host"] == f"trends.example:{edge.https}"
    assert "forwarded" not in headers


async def test_a_request_keeps_its_id(edge: Edge) -> None:
    await ask(edge, "/", "X-Request-ID: mine-1")
    assert edge.api.received[-1].headers["x-request-id"] == "mine-1"


@pytest.mark.parametrize("given", ["", "x" * 65, 'a"b', "a b"])
async def test_a_request_without_a_fit_id_is_given_one(edge: Edge, given: str) -> None:
    await ask(edge, "/", f"X-Request-ID: {given}")
    found = edge.api.received[-1].headers["x-request-id"]
    assert len(found) == 32
    assert int(found, 16) >= 0


async def test_an_event_leaves_before_the_next_one_exists(edge: Edge) -> None:
    reader, writer = await edge.open()
    writer.write(b"GET /v1/runs/x/events HTTP/1.1\r\nHost: trends.example\r\n\r\n")
    async with asyncio.timeout(10):
        await reader.readuntil(b"id: 1\n")
    edge.api.more.set()
    async with asyncio.timeout(10):
        await reader.readuntil(b"id: 2\n")
    writer.close()


async def test_a_web_socket_goes_through(edge: Edge) -> None:
    reader, writer = await edge.open()
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    writer.write(f"GET /v1/live HTTP/1.1\r\nHost: trends.example\r\n{upgrade}\r\nping".encode())
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        echo = await reader.readexactly(4)
    writer.close()
    assert head.startswith(b"HTTP/1.1 101")
    assert echo == b"ping"


async def test_a_body_beyond_the_cap_is_refused_as_the_api_does(edge: Edge) -> None:
    answer = await ask(edge, "/v1/monitors", method="POST", body=b"x" * (6 * 1024**2 + 1))
    problem = json.loads(answer.body)
    assert (answer.status, problem["slug"], problem["status"]) == (413, "too-large", 413)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["instance"] == "/v1/monitors"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert edge.api.received == []


async def test_a_file_may_be_longer_than_a_body(edge: Edge) -> None:
    body = b"x" * (7 * 1024**2)
    answer = await ask(edge, "/v1/uploads", method="POST", body=body)
    assert answer.status == 200
    assert edge.api.received[-1].body == body


async def test_one_api_process_is_enough(edge: Edge) -> None:
    edge.servers[0].close()
    statuses = [(await ask(edge, "/v1/runs")).status for _ in range(6)]
    assert statuses == [200] * 6


async def test_without_any_api_process_the_answer_says_so(edge: Edge) -> None:
    for server in edge.servers:
        server.close()
    answer = await ask(edge, '/v1/runs/a"b?x=1')
    problem = json.loads(answer.body)
    assert (answer.status, problem["slug"]) == (503, "not-ready")
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert problem["instance"] == "/v1/runs/a"


async def test_figures_are_not_for_everybody(edge: Edge) -> None:
    assert (await ask(edge, "/metrics")).status == 404
    assert edge.api.received == []


async def test_a_shared_link_and_a_query_stay_out_of_the_log(edge: Edge) -> None:
    await ask(edge, "/s/a-secret-token?also=secret")
    async with asyncio.timeout(10):
        while '"path"' not in edge.log:
            await asyncio.sleep(0.02)
    line = json.loads(next(line for line in edge.log.splitlines() if line.startswith("{")))
    assert (line["path"], line["status"]) == ("/s/-", 200)
    assert "secret" not in edge.log


async def test_the_newest_tls_is_spoken(edge: Edge) -> None:
    _, writer = await edge.open()
    assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
    writer.close()
