"""Sources over HTTP: seen, registered, looked at, steered, removed."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.api.fake_doors import NOW, TENANT, FakeDoors, in_process, open_fake_doors
from tests.unit.trends.storage.item_cases import found, plan, seen
from tests.unit.trends.web_server import WebServer, open_web_server
from trends.storage.polls import SourceKey

KEY = SourceKey(TENANT, "rss:hani")
FEED = {"name": "bbc", "url": "https://bbc.example/rss", "title": "BBC"}
RSS = (
    "<rss version='2.0'><channel><title>한겨레</title>"
    "<item><title>두쫀쿠 품절</title><link>https://hani.example/1</link>"
    "<pubDate>Fri, 20 Nov 2026 08:00:00 +0000</pubDate></item></channel></rss>"
)
OPML = """<opml version="2.0"><body><outline text="News">
<outline text="BBC" xmlUrl="https://bbc.example/rss"/>
<outline text="Inside" xmlUrl="http://127.0.0.1/rss"/>
<outline text="Again" xmlUrl="https://bbc.example/rss"/>
</outline></body></opml>"""


@pytest.fixture
async def web() -> AsyncGenerator[WebServer]:
    async with open_web_server() as opened:
        yield opened


@pytest.fixture
async def doors(tmp_path: Path, web: WebServer) -> AsyncGenerator[FakeDoors]:
    """Settings with one feed, which lies on this machine."""
    url = web.url("/feed", "127.0.0.1")
    settings = {
        "TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS": json.dumps([f"127.0.0.1:{web.port}"]),
        "TRENDS_SOURCES__RSS__FEEDS": json.dumps({"hani": {"url": url, "title": "한겨레"}}),
    }
    async with open_fake_doors(tmp_path, **settings) as opened:
        yield opened


@pytest.fixture
async def http(doors: FakeDoors) -> AsyncGenerator[httpx.AsyncClient]:
    async with in_process(doors) as client:
        yield client


async def listed(http: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """All sources by name."""
    answer = await http.get("/v1/sources")
    return {each["source"]: each for each in answer.json()["sources"]}


async def test_every_source_is_listed_with_where_it_is_known_from(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    await http.post("/v1/sources", json=FEED)
    await doors.items.found(SourceKey(TENANT, "search:google-news KR 커피"), plan(), found())
    sources = await listed(http)
    assert {name: each["origin"] for name, each in sources.items()} == {
        "file": "built-in",
        "sample": "built-in",
        "search:google-news": "settings",
        "rss:hani": "settings",
        "rss:bbc": "registered",
        "search:google-news KR 커피": "runs",
    }
    assert [name for name, each in sources.items() if each["polled"]] == ["rss:bbc", "rss:hani"]


async def test_a_source_tells_how_it_is(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    at = NOW - timedelta(hours=2)
    await doors.items.found(KEY, plan(at), found(seen(published_at=at), at=at))
    await doors.items.failed(KEY, plan(NOW), "source-unavailable", "It is down.")
    health = (await listed(http))["rss:hani"]["health"]
    assert health["last_success"] == at.isoformat().replace("+00:00", "Z")
    assert (health["slug"], health["reason"]) == ("source-unavailable", "It is down.")
    assert (health["failures"], health["error_rate"], health["items_last_poll"]) == (1, 0.5, 1)
    assert health["lag_seconds"] // 60 == 120
    assert health["down_since"] is None


async def test_a_source_that_was_never_polled_has_no_health(http: httpx.AsyncClient) -> None:
    assert (await listed(http))["rss:hani"]["health"] is None


async def test_a_feed_is_registered(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/sources", json={**FEED, "cadence_minutes": 5})
    assert answer.status_code == 201
    assert answer.json()["source"] == "rss:bbc"
    assert (await listed(http))["rss:bbc"]["cadence_seconds"] == 300


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({**FEED, "name": "a/b"}, 422, "validation"),
        ({**FEED, "url": "ftp://bbc.example/"}, 422, "validation"),
        ({**FEED, "cadence_minutes": 0}, 422, "validation"),
        ({**FEED, "colour": "red"}, 422, "validation"),
        ({**FEED, "url": "http://10.0.0.1/rss"}, None, "address-refused"),
        ({**FEED, "market": "XX"}, 422, "unknown-name"),
        ({**FEED, "name": "hani"}, 409, "conflict"),
    ],
)
async def test_a_feed_that_cannot_be_is_refused(
    http: httpx.AsyncClient, body: dict[str, object], status: int | None, slug: str
) -> None:
    answer = await http.post("/v1/sources", json=body)
    assert answer.json()["slug"] == slug
    assert answer.status_code == (status or answer.status_code)
    assert [name for name in await listed(http) if name.startswith("rss:")] == ["rss:hani"]


async def test_a_feed_of_the_settings_is_not_registered_again(
    http: httpx.AsyncClient, web: WebServer
) -> None:
    answer = await http.post(
        "/v1/sources", json={"name": "again", "url": web.url("/feed", "127.0.0.1")}
    )
    assert (answer.status_code, answer.json()["slug"]) == (409, "conflict")
    assert "'hani'" in answer.json()["detail"]


async def test_a_list_is_imported_and_what_cannot_be_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        "/v1/sources/import", content=OPML.encode(), headers={"Content-Type": "text/x-opml"}
    )
    assert answer.status_code == 200
    assert answer.json()["added"] == ["rss:bbc"]
    assert answer.json()["refused_count"] == 2
    assert [each["name"] for each in answer.json()["refused"]] == ["Inside", "Again"]
    assert (await listed(http))["rss:bbc"]["folder"] == "News"


async def test_a_list_that_was_imported_before_adds_nothing(http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "text/x-opml"}
    await http.post("/v1/sources/import", content=OPML.encode(), headers=headers)
    answer = await http.post("/v1/sources/import", content=OPML.encode(), headers=headers)
    assert answer.json()["added"] == []
    assert any("registered already" in each["why"] for each in answer.json()["refused"])


async def test_a_list_may_be_longer_than_a_json_body_and_not_without_end(
    http: httpx.AsyncClient,
) -> None:
    headers = {"Content-Type": "text/x-opml"}
    padded = OPML.encode() + b" " * 2_000_000
    answer = await http.post("/v1/sources/import", content=padded, headers=headers)
    assert answer.json()["added"] == ["rss:bbc"]
    endless = b" " * 5_000_001
    answer = await http.post("/v1/sources/import", content=endless, headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")


async def test_what_is_no_list_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        "/v1/sources/import", content=b"<html>", headers={"Content-Type": "text/html"}
    )
    assert (answer.status_code, answer.json()["slug"]) == (422, "source-unreadable")


async def test_an_exported_list_is_read_back(http: httpx.AsyncClient, tmp_path: Path) -> None:
    await http.post("/v1/sources", json={**FEED, "folder": "News"})
    answer = await http.get("/v1/sources/export")
    assert answer.headers["content-type"].startswith("text/x-opml")
    (tmp_path / "other").mkdir()
    async with open_fake_doors(tmp_path / "other") as other, in_process(other) as fresh:
        headers = {"Content-Type": "text/x-opml"}
        done = await fresh.post("/v1/sources/import", content=answer.content, headers=headers)
        assert done.json()["added"] == ["rss:bbc"]
        assert (await listed(fresh))["rss:bbc"]["folder"] == "News"


@pytest.mark.parametrize("name", ["rss:hani", "hani"])
async def test_a_look_shows_what_would_come_and_stores_nothing(
    http: httpx.AsyncClient, web: WebServer, name: str
) -> None:
    web.says("/feed", RSS.encode())
    answer = await http.post(f"/v1/sources/{name}/check")
    assert answer.status_code == 200
    assert (answer.json()["count"], answer.json()["items"][0]["title"]) == (1, "두쫀쿠 품절")
    assert (await http.get("/v1/items")).json()["items"] == []
    assert (await listed(http))["rss:hani"]["health"] is None


async def test_an_address_is_looked_at_before_it_is_registered(
    http: httpx.AsyncClient, web: WebServer
) -> None:
    web.says("/new", RSS.encode())
    name = f"rss:{web.url('/new', '127.0.0.1')}"
    for written in (name, name.replace("/", "%2F").replace(":", "%3A")):
        answer = await http.post(f"/v1/sources/{written}/check")
        assert (answer.status_code, answer.json()["count"]) == (200, 1)


async def test_a_look_at_what_lies_inside_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/sources/rss:http://127.0.0.1:1/feed/check")
    assert answer.json()["slug"] == "address-refused"


async def test_a_look_at_what_is_no_feed_says_so(http: httpx.AsyncClient, web: WebServer) -> None:
    web.says("/feed", b"<html><body>Hello</body></html>", headers={"Content-Type": "text/html"})
    answer = await http.post("/v1/sources/hani/check")
    assert (answer.status_code, answer.json()["slug"]) == (422, "source-unreadable")


async def test_a_feed_is_polled_paused_and_let_go_on(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    assert (await http.post("/v1/sources/hani/poll")).status_code == 202
    paused = await http.post("/v1/sources/rss:hani/pause")
    assert paused.json()["health"]["paused"] is True
    assert (await listed(http))["rss:hani"]["health"]["paused"] is True
    resumed = await http.post("/v1/sources/rss:hani/resume")
    assert resumed.json()["health"]["paused"] is False
    assert doors.pollers.told == [
        ("poll", "rss:hani"),
        ("pause", "rss:hani"),
        ("resume", "rss:hani"),
    ]


@pytest.mark.parametrize("action", ["poll", "pause", "resume"])
async def test_what_is_not_polled_cannot_be_steered(http: httpx.AsyncClient, action: str) -> None:
    answer = await http.post(f"/v1/sources/sample/{action}")
    assert (answer.status_code, answer.json()["slug"]) == (409, "conflict")
    answer = await http.post(f"/v1/sources/nobody/{action}")
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


async def test_a_server_that_is_away_is_told_and_nothing_is_changed(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    doors.pollers.away = True
    answer = await http.post("/v1/sources/hani/pause")
    assert (answer.status_code, answer.json()["slug"]) == (503, "engine-unreachable")
    assert (await listed(http))["rss:hani"]["health"] is None


async def test_a_registered_feed_is_removed_and_its_items_stay(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    await http.post("/v1/sources", json=FEED)
    await doors.items.found(SourceKey(TENANT, "rss:bbc"), plan(), found(seen()))
    assert (await http.delete("/v1/sources/rss:bbc")).status_code == 204
    assert (await listed(http))["rss:bbc"]["origin"] == "runs"
    assert len((await http.get("/v1/items")).json()["items"]) == 1
    assert (await http.delete("/v1/sources/rss:bbc")).status_code == 404


async def test_a_feed_is_removed_also_while_the_server_is_away(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    await http.post("/v1/sources", json=FEED)
    doors.pollers.away = True
    assert (await http.delete("/v1/sources/bbc")).status_code == 204
    assert "rss:bbc" not in await listed(http)


async def test_a_feed_of_the_settings_is_not_removed(http: httpx.AsyncClient) -> None:
    answer = await http.delete("/v1/sources/hani")
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")
