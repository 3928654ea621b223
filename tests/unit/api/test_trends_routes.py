"""The routes of trends, over real storage."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.api.fake_doors import NOW, FakeDoors, in_process, open_fake_doors
from tests.unit.api.trend_cases import remembered
from tests.unit.trends.domain.memory_cases import found
from tests.unit.trends.reports.test_trend_export import parsed

TRENDS = "/v1/trends"
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(doors: FakeDoors) -> AsyncGenerator[httpx.AsyncClient]:
    async with in_process(doors) as opened:
        yield opened


async def matcha(doors: FakeDoors) -> str:
    memory = await remembered(doors, found("m", "말차", "라테"))
    return memory.topics[0].trend_id


def said(**more: Any) -> dict[str, Any]:
    return {"author": "kim", **more}


async def test_trends_are_listed_and_paged(doors: FakeDoors, client: httpx.AsyncClient) -> None:
    await remembered(doors, *(found(f"t{n}", f"말{n}") for n in range(3)))
    first = await client.get(TRENDS, params={"limit": 2, "text": "말"})
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    second = await client.get(link)
    labels = [one["label"] for page in (first, second) for one in page.json()["items"]]
    assert sorted(labels) == ["말0", "말1", "말2"]
    assert second.json()["next_cursor"] is None


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 1),
        ({"watched": "true"}, 2),
        ({"status": "rising"}, 1),
        ({"hand": "followed"}, 0),
        ({"from": "2027-01-01T00:00:00Z"}, 0),
        ({"to": "2027-01-01T00:00:00Z"}, 1),
        ({"sort": "strength"}, 1),
    ],
    ids=str,
)
async def test_lists_are_filtered(
    doors: FakeDoors, client: httpx.AsyncClient, params: dict[str, str], count: int
) -> None:
    await remembered(doors, found("m", "말차"), found("s", "러닝화", announced=False))
    assert len((await client.get(TRENDS, params=params)).json()["items"]) == count


@pytest.mark.parametrize(
    "params",
    [{"status": "big"}, {"hand": "x"}, {"sort": "x"}, {"limit": "0"}, {"from": "yesterday"}],
    ids=str,
)
async def test_a_filter_that_is_none_is_a_problem(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    answer = await client.get(TRENDS, params=params)
    assert (answer.status_code, answer.json()["slug"]) == (422, "validation")


async def test_trends_come_as_csv(doors: FakeDoors, client: httpx.AsyncClient) -> None:
    await matcha(doors)
    answer = await client.get(TRENDS, headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbftrend_id,label")
    assert "말차" in answer.text


async def test_trends_come_as_a_feed_with_whole_addresses(
    doors: FakeDoors, client: httpx.AsyncClient
) -> None:
    trend_id = await matcha(doors)
    read = parsed((await client.get(TRENDS, params={"format": "rss"})).content)
    assert not read.bozo
    (entry,) = read.entries
    assert entry.link == f"http://127.0.0.1:8000/v1/trends/{trend_id}"
    assert (await client.get(entry.link)).status_code == 200


async def test_a_form_that_there_is_not_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get(TRENDS, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["slug"]) == (406, "not-acceptable")


async def test_a_trend_s_life_is_told(doors: FakeDoors, client: httpx.AsyncClient) -> None:
    trend_id = await matcha(doors)
    await remembered(doors, found("m", "말차", "라테"), day=1)
    life = (await client.get(f"{TRENDS}/{trend_id}")).json()
    assert life["trend"]["windows"] == 2
    assert len(life["appearances"]) == 2
    assert life["days"][-1]["stories"] == 6
    assert life["evidence"][0]["title"]


@pytest.mark.parametrize("trend_id", [NOBODY, "no-such", "..%2f"])
async def test_a_trend_that_is_not_there_is_a_problem(
    client: httpx.AsyncClient, trend_id: str
) -> None:
    answer = await client.get(f"{TRENDS}/{trend_id}")
    assert answer.status_code == 404
    assert answer.json()["slug"] in {"trend-not-found", "not-found"}


async def test_windows_are_compared(doors: FakeDoors, client: httpx.AsyncClient) -> None:
    await remembered(doors, found("m", "말차"))
    memory = await remembered(doors, found("s", "러닝화"), day=1)
    ends = {"a": NOW.isoformat(), "b": (NOW + timedelta(days=1)).isoformat()}
    answer = await client.get(f"{TRENDS}/compare", params={"monitor": memory.monitor, **ends})
    assert [(one["label"], one["change"]) for one in answer.json()["trends"]] == [
        ("러닝화", "new"),
        ("말차", "gone"),
    ]


@pytest.mark.parametrize("verb", ["follow", "mute", "reject"])
async def test_a_trend_is_decided_on_and_the_decision_taken_back(
    doors: FakeDoors, client: httpx.AsyncClient, verb: str
) -> None:
    path = f"{TRENDS}/{await matcha(doors)}"
    decided = await client.post(f"{path}/decisions", json=said(verb=verb, reason="광고"))
    assert decided.status_code == 201
    kind = "followed" if verb == "follow" else "hidden"
    assert decided.json()[kind]["reason"] == "광고"
    made = (await client.get(path)).json()["decisions"][0]["decision"]["decision_id"]
    undone = await client.post(f"{path}/decisions", json=said(verb="undo", decision=made))
    assert undone.json()[kind] is None


async def test_a_renamed_trend_is_listed_by_its_name(
    doors: FakeDoors, client: httpx.AsyncClient
) -> None:
    path = f"{TRENDS}/{await matcha(doors)}"
    await client.post(f"{path}/decisions", json=said(verb="rename", name="초록 열풍"))
    (item,) = (await client.get(TRENDS, params={"text": "열풍"})).json()["items"]
    assert (item["label"], item["found_label"]) == ("초록 열풍", "말차")


async def test_a_part_is_split_off_with_its_terms_folded(
    doors: FakeDoors, client: httpx.AsyncClient
) -> None:
    memory = await remembered(doors, found("m", "Apple", "iPhone", "Pie"))
    path = f"{TRENDS}/{memory.topics[0].trend_id}"
    await client.post(f"{path}/decisions", json=said(verb="split", terms=["PIE"]))
    parts = await remembered(doors, found("a", "Apple", "iPhone"), found("p", "Pie"), day=1)
    ids = [one.trend_id for one in parts.topics]
    assert ids[0] == memory.topics[0].trend_id
    assert ids[1] != ids[0]


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"verb": "mute"}, 422, "validation"),
        ({"verb": "like", "author": "kim"}, 422, "validation"),
        ({"verb": "mute", "author": "kim", "colour": "red"}, 422, "validation"),
        ({"verb": "mute", "author": "k\u0000"}, 422, "validation"),
        ({"verb": "mute", "author": "kim", "until": "2030-01-01"}, 422, "validation"),
        ({"verb": "rename", "author": "kim"}, 400, "invalid-request"),
        ({"verb": "mute", "author": "kim", "name": "x"}, 400, "invalid-request"),
        ({"verb": "merge", "author": "kim"}, 400, "invalid-request"),
        (
            {"verb": "mute", "author": "kim", "until": "2020-01-01T00:00:00Z"},
            400,
            "invalid-request",
        ),
        ({"verb": "merge", "author": "kim", "into": NOBODY}, 404, "trend-not-found"),
        ({"verb": "undo", "author": "kim", "decision": "x"}, 404, "decision-not-found"),
    ],
    ids=str,
)
async def test_a_decision_that_cannot_be_is_a_problem(
    doors: FakeDoors, client: httpx.AsyncClient, body: dict[str, Any], status: int, slug: str
) -> None:
    answer = await client.post(f"{TRENDS}/{await matcha(doors)}/decisions", json=body)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)


async def test_a_decision_against_another_is_a_conflict_that_names_it(
    doors: FakeDoors, client: httpx.AsyncClient
) -> None:
    path = f"{TRENDS}/{await matcha(doors)}/decisions"
    await client.post(path, json=said(verb="mute"))
    answer = await client.post(path, json={"verb": "follow", "author": "lee"})
    assert (answer.status_code, answer.json()["slug"]) == (409, "decision-conflict")
    assert "muted by kim" in answer.json()["detail"]
