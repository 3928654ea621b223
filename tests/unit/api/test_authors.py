"""Who did it: what the credential says where callers are asked, what the caller says where nobody is."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.api.access_cases import bearing, guarded, key_of
from tests.unit.api.fake_doors import TENANT, FakeDoors, in_process, open_fake_doors
from tests.unit.api.trend_cases import remembered
from tests.unit.trends.domain.memory_cases import found

# Of `key_of`, and of whoever says something else.
KEY_S, SAID = "test", "kim"
COFFEE: dict[str, Any] = {"name": "coffee", "query": "커피", "cadence": "1d", "sources": ["sample"]}
YAML = "monitors:\n  coffee:\n    query: 커피\n    title: Other\n    sources: [sample]\n"
JSON, QUERY = {"author": SAID}, f"?author={SAID}"
MADE = "/v1/monitors"
THIS = f"{MADE}/coffee"

# Method, address, JSON or content; each makes a revision of the monitor.
CHANGES = [
    pytest.param("PATCH", THIS, {**JSON, "title": "Coffee"}, id="edit"),
    pytest.param("POST", f"{THIS}/pause", JSON, id="pause"),
    pytest.param("POST", "/v1/schedules/coffee/pause", JSON, id="pause of the schedule"),
    pytest.param("DELETE", f"{THIS}{QUERY}", None, id="remove"),
    pytest.param("POST", f"{MADE}/import{QUERY}", YAML, id="import"),
    pytest.param("PUT", f"{THIS}/watchlist{QUERY}", "name,alias_ko\nmatcha,말차\n", id="watchlist"),
]


@pytest.fixture(params=["off", "required"])
async def api(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncGenerator[tuple[FakeDoors, httpx.AsyncClient, str]]:
    """An API, and whom it is to name."""
    if request.param == "required":
        async with guarded(tmp_path) as (doors, client):
            client.headers.update(bearing(await key_of(doors, tenant=TENANT)))
            yield doors, client, KEY_S
    else:
        async with open_fake_doors(tmp_path) as doors, in_process(doors) as client:
            yield doors, client, SAID


async def authors(client: httpx.AsyncClient) -> list[str]:
    """Who changed the monitor, the last one first."""
    kept = (await client.get(f"{THIS}/revisions")).json()["items"]
    return [each["author"] for each in kept]


async def test_whoever_adds_a_monitor_is_named(
    api: tuple[FakeDoors, httpx.AsyncClient, str],
) -> None:
    _, client, who = api
    answer = await client.post(MADE, json={**COFFEE, **JSON})
    assert answer.status_code == 201
    assert await authors(client) == [who]


@pytest.mark.parametrize(("method", "address", "body"), CHANGES)
async def test_whoever_changes_a_monitor_is_named(
    api: tuple[FakeDoors, httpx.AsyncClient, str],
    method: str,
    address: str,
    body: dict[str, Any] | str | None,
) -> None:
    _, client, who = api
    await client.post(MADE, json={**COFFEE, **JSON})
    given = isinstance(body, dict)
    content = json.dumps(body) if isinstance(body, dict) else body
    headers = {"If-Match": '"1"', "Content-Type": "application/json" if given else "text/csv"}
    # The schedule's own server is away in these tests; the pause is kept all the same.
    answer = await client.request(method, address, headers=headers, content=content)
    assert answer.status_code in {200, 503}, answer.text
    assert await authors(client) == [who, who]


async def test_whoever_lets_a_monitor_go_on_is_named(
    api: tuple[FakeDoors, httpx.AsyncClient, str],
) -> None:
    _, client, who = api
    await client.post(MADE, json={**COFFEE, **JSON})
    for address in (
        f"{THIS}/pause",
        f"{THIS}/resume",
        f"{THIS}/pause",
        "/v1/schedules/coffee/resume",
    ):
        await client.post(address, json=JSON)
    assert await authors(client) == [who] * 5


async def test_whoever_decides_about_a_trend_is_named(
    api: tuple[FakeDoors, httpx.AsyncClient, str],
) -> None:
    doors, client, who = api
    await remembered(doors, found("말차", "말차"))
    trend = (await client.get("/v1/trends")).json()["items"][0]["trend_id"]
    answer = await client.post(f"/v1/trends/{trend}/decisions", json={"verb": "follow", **JSON})
    assert answer.status_code == 201, answer.text
    life = (await client.get(f"/v1/trends/{trend}")).json()
    assert [each["decision"]["author"] for each in life["decisions"]] == [who]
