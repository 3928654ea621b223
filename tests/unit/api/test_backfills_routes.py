"""Backfills over HTTP."""

from typing import Any

import httpx
import pytest

from tests.unit.api.fake_doors import TENANT, FakeDoors
from trends.domain.backfills import BackfillStatus, WindowState

SPAN = {"from": "2026-02-01", "to": "2026-02-04"}


@pytest.fixture
async def start(http: httpx.AsyncClient) -> str:
    """Where backfills of a saved monitor are started."""
    answer = await http.post("/v1/monitors", json={"name": "coffee", "sources": ["sample"]})
    assert answer.status_code == 201, answer.text
    return "/v1/monitors/coffee/backfills"


async def begun(http: httpx.AsyncClient, start: str, **more: Any) -> dict[str, Any]:
    answer = await http.post(start, json={**SPAN, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


def slug_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["slug"]


async def test_an_accepted_backfill_says_where_it_is_and_what_it_will_do(
    http: httpx.AsyncClient, start: str
) -> None:
    answer = await http.post(start, json=SPAN, headers={"Idempotency-Key": "k"})
    made = answer.json()
    assert (answer.status_code, made["status"]) == (202, "starting")
    assert answer.headers["Location"] == f"/v1/backfills/{made['id']}"
    assert (made["step"], made["parallel"], made["strict"]) == ("1d", 2, False)
    # Midnight in Seoul, the market's.
    assert [each["window_end"] for each in made["windows"]] == [
        "2026-02-01T15:00:00Z",
        "2026-02-02T15:00:00Z",
        "2026-02-03T15:00:00Z",
    ]
    assert {each["state"] for each in made["windows"]} == {"waiting"}
    again = await http.post(start, json=SPAN, headers={"Idempotency-Key": "k"})
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (made["id"], "true")
    assert (await http.get(answer.headers["Location"])).json()["progress"]["waiting"] == 3


async def test_a_dry_run_starts_nothing(http: httpx.AsyncClient, start: str) -> None:
    answer = await http.post(start, json={**SPAN, "dry_run": True})
    assert (answer.status_code, answer.json()["windows"]) == (200, 3)
    assert (await http.get("/v1/backfills")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"from": "2014-01-01"}, (422, "invalid-window")),
        ({"from": "2017-01-01"}, (400, "invalid-request")),
        ({"to": "2999-01-01"}, (422, "invalid-window")),
        ({"step": "1m"}, (400, "invalid-request")),
        ({"from": "soon"}, (422, "invalid-window")),
        ({"parallel": 6}, (422, "validation")),
        ({"parallell": 1}, (422, "validation")),
        ({"from": ""}, (422, "validation")),
    ],
)
async def test_what_cannot_be_is_refused(
    http: httpx.AsyncClient, start: str, change: dict[str, Any], told: tuple[int, str]
) -> None:
    assert slug_of(await http.post(start, json={**SPAN, **change})) == told
    assert (await http.get("/v1/backfills")).json()["items"] == []


async def test_a_monitor_that_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/monitors/nobody/backfills", json=SPAN)
    assert slug_of(answer) == (404, "monitor-not-found")


async def test_one_question_has_one_backfill_at_a_time(http: httpx.AsyncClient, start: str) -> None:
    await begun(http, start)
    assert slug_of(await http.post(start, json=SPAN)) == (409, "conflict")


async def test_pages_lead_on(http: httpx.AsyncClient, doors: FakeDoors, start: str) -> None:
    ids: list[str] = []
    for _ in range(3):
        made = await begun(http, start)
        ids.append(made["id"])
        await doors.backfills.store.finish(
            TENANT, made["id"], BackfillStatus.CANCELLED, "cancelled", "Cancelled."
        )
    first = await http.get("/v1/backfills", params={"limit": 2, "monitor": "coffee"})
    second = await http.get(first.headers["Link"].split(">")[0][1:])
    found = [each["id"] for each in (*first.json()["items"], *second.json()["items"])]
    assert found == ids[::-1]
    assert second.json()["next_cursor"] is None
    forged = await http.get("/v1/backfills", params={"cursor": "x"})
    assert slug_of(forged) == (400, "invalid-request")


async def test_what_failed_is_done_again_and_what_is_not_is_told(
    http: httpx.AsyncClient, doors: FakeDoors, start: str
) -> None:
    made = await begun(http, start)
    store = doors.backfills.store
    states = (WindowState.FAILED, WindowState.DONE, WindowState.DONE)
    for window, state in zip(await store.windows(TENANT, made["id"]), states, strict=True):
        await store.opened(TENANT, made["id"], window.window_end, "run", released=True)
        await store.settled(TENANT, made["id"], window.window_end, state, "source", "It is down.")
    await store.finish(TENANT, made["id"], BackfillStatus.FAILED, "source", "It is down.")
    shown = (await http.get(f"/v1/backfills/{made['id']}")).json()
    assert shown["reason"] == {"slug": "source", "message": "It is down."}
    assert (shown["progress"]["failed"], shown["progress"]["without"]) == (1, 2)
    answer = await http.post(f"/v1/backfills/{made['id']}/retry-failed")
    assert answer.status_code == 202
    assert (answer.json()["round"], answer.json()["progress"]["waiting"]) == (2, 1)
    assert "2 later windows keep reports" in answer.json()["warnings"][0]


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry-failed"])
async def test_a_backfill_that_is_not_there_is_not_found(
    http: httpx.AsyncClient, action: str
) -> None:
    answer = await http.post(f"/v1/backfills/nothing/{action}")
    assert slug_of(answer) == (404, "backfill-not-found")


@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
async def test_what_has_ended_is_not_steered(
    http: httpx.AsyncClient, doors: FakeDoors, start: str, action: str
) -> None:
    made = await begun(http, start)
    await doors.backfills.store.finish(TENANT, made["id"], BackfillStatus.COMPLETED, "", "")
    answer = await http.post(f"/v1/backfills/{made['id']}/{action}")
    assert slug_of(answer) == (409, "conflict")


async def test_a_run_is_paused_and_goes_on(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept(query="kimchi")
    await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
    paused = await http.post(f"/v1/runs/{run_id}/pause")
    assert (paused.status_code, paused.json()["status"]) == (202, "paused")
    listed = await http.get("/v1/runs", params={"status": "paused"})
    assert [run["id"] for run in listed.json()["items"]] == [run_id]
    assert (await http.post(f"/v1/runs/{run_id}/resume")).json()["status"] == "running"
    types = [event.type for event in await doors.events.after(TENANT, run_id, 0)]
    assert types == ["run.accepted", "stage.started", "run.paused", "run.resumed"]
