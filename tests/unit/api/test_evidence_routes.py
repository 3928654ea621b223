"""Evidence: what a report and a trend rest on, story by story."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from activities.contracts import ReportResult
from tests.unit.api.fake_doors import LINES, TENANT, FakeDoors
from tests.unit.api.trend_cases import remembered
from tests.unit.trends.domain.memory_cases import found, told
from trends.domain.models import RunStatus


def story(number: int, source: str = "rss:hani") -> dict[str, Any]:
    return {
        "story_id": f"{source}:{number}",
        "title": f"제목 {number}",
        "url": f"https://example.org/{number}",
        "place": None,
        "outlet": "한겨레",
        "published_at": f"2026-11-{number + 1:02}T00:00:00Z",
        "outlets": 2,
        "items": 3,
    }


def topic(name: str, *numbers: int) -> dict[str, Any]:
    return {
        "topic_id": name,
        "label": f"label of {name}",
        "trend_id": f"trend of {name}",
        "evidence": [story(number) for number in numbers],
        "quotes": [{"text": f"“{number}”", "story_id": f"rss:hani:{number}"} for number in numbers],
        "of_a_later_release": True,
    }


REPORT = {
    "topics": [topic("a", 1, 2), topic("b", 3)],
    "watching": [topic("c", 4)],
    "other_news": [topic("d", 5)],
    "watch": [{"name": "brand", "title": "Brand", "evidence": [story(1, "sample")]}],
    "sources": [
        {"source": "rss", "ok": True, "items": 1},
        {"source": "rss:hani", "ok": True, "items": 9},
        {
            "source": "sample",
            "ok": False,
            "items": 0,
            "slug": "source-unavailable",
            "reason": "Down.",
        },
    ],
}


async def reported(doors: FakeDoors, report: Mapping[str, Any] | bytes) -> str:
    run_id = await doors.accept()
    data = report if isinstance(report, bytes) else json.dumps(report).encode()
    ref = await doors.artifacts.put(data, "application/json")
    result = ReportResult(json_report=ref, markdown=ref, html=ref, lines=LINES, announced=1)
    await doors.store.stage_started(TENANT, run_id, "report", "", 1)
    await doors.store.stage_completed(
        TENANT, run_id, "report", "", 1, result.model_dump(mode="json"), (), {}
    )
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "notify", "", "")
    return run_id


async def test_evidence_is_every_story_of_every_topic_in_the_reports_order(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    run_id = await reported(doors, REPORT)
    page = (await http.get(f"/v1/runs/{run_id}/evidence")).json()
    assert [(each["claimed"], each["topic_id"], each["story"]["id"]) for each in page["items"]] == [
        ("announced", "a", "rss:hani:1"),
        ("announced", "a", "rss:hani:2"),
        ("announced", "b", "rss:hani:3"),
        ("other_news", "d", "rss:hani:5"),
        ("watching", "c", "rss:hani:4"),
        ("watchlist", "brand", "sample:1"),
    ]
    assert (page["total"], page["next_cursor"]) == (6, None)
    first = page["items"][0]
    assert (first["rank"], first["source"], first["quotes"]) == (1, "rss:hani", ["“1”"])
    assert page["items"][-1]["source"] == "sample"


async def test_evidence_says_how_each_source_did(doors: FakeDoors, http: httpx.AsyncClient) -> None:
    run_id = await reported(doors, REPORT)
    sources = (await http.get(f"/v1/runs/{run_id}/evidence")).json()["sources"]
    assert [(each["source"], each["ok"], each["slug"]) for each in sources] == [
        ("rss", True, None),
        ("rss:hani", True, None),
        ("sample", False, "source-unavailable"),
    ]


@pytest.mark.parametrize("name", ["c", "label of c", "trend of c"])
async def test_evidence_of_one_topic(doors: FakeDoors, http: httpx.AsyncClient, name: str) -> None:
    run_id = await reported(doors, REPORT)
    page = (await http.get(f"/v1/runs/{run_id}/evidence", params={"topic": name})).json()
    assert [each["story"]["id"] for each in page["items"]] == ["rss:hani:4"]


async def test_evidence_comes_in_pages(doors: FakeDoors, http: httpx.AsyncClient) -> None:
    run_id = await reported(doors, REPORT)
    whole = (await http.get(f"/v1/runs/{run_id}/evidence")).json()["items"]
    path, shown = f"/v1/runs/{run_id}/evidence?limit=4", []
    while path:
        answer = await http.get(path)
        shown += answer.json()["items"]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert shown == whole


async def test_cursor_of_another_list_is_refused(doors: FakeDoors, http: httpx.AsyncClient) -> None:
    run_id = await reported(doors, REPORT)
    page = (await http.get(f"/v1/runs/{run_id}/evidence", params={"limit": 1})).json()
    other = await reported(doors, {**REPORT, "topics": []})
    for cursor in (page["next_cursor"], "x", "e30"):
        answer = await http.get(f"/v1/runs/{other}/evidence", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")


async def test_run_without_a_report_has_no_evidence(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    run_id = await doors.accept()
    answer = await http.get(f"/v1/runs/{run_id}/evidence")
    assert (answer.status_code, answer.json()["slug"]) == (404, "report-not-ready")


async def test_report_that_is_none_is_told_as_such(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    run_id = await reported(doors, b'{"topics": 5}')
    answer = await http.get(f"/v1/runs/{run_id}/evidence")
    assert (answer.status_code, answer.json()["slug"]) == (500, "artifact-corrupt")


async def test_evidence_of_a_trend_is_that_of_all_its_windows(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    old, both, new = (told(f"s:{name}", "말차 라테 기사") for name in ("old", "both", "new"))
    first = await remembered(doors, found("m", "말차", "라테", pieces=(old, both)))
    await remembered(doors, found("n", "말차", "라테", pieces=(both, new)), day=1)
    path = f"/v1/trends/{first.topics[0].trend_id}/evidence"
    page = (await http.get(path)).json()
    assert {each["story"]["id"]: each["topic_id"] for each in page["items"]} == {
        "s:old": "m",
        "s:both": "n",
        "s:new": "n",
    }
    pages = [await http.get(path, params={"limit": 2})]
    pages.append(await http.get(pages[0].headers["Link"].partition(">")[0].removeprefix("<")))
    assert [one for each in pages for one in each.json()["items"]] == page["items"]
    only = (await http.get(path, params={"topic": "m"})).json()["items"]
    assert {each["story"]["id"] for each in only} == {"s:old", "s:both"}


async def test_evidence_of_an_unknown_trend_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/trends/00000000-0000-0000-0000-000000000000/evidence")
    assert (answer.status_code, answer.json()["slug"]) == (404, "trend-not-found")
