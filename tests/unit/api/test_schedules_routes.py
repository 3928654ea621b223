"""Schedules over HTTP: what is read needs no server, what steers it says when there is none."""

from typing import Any

import httpx
import pytest

SCHEDULES = "/v1/schedules"
DAILY: dict[str, Any] = {"name": "daily", "cadence": "1d", "due": "08:30", "sources": ["sample"]}


async def add(http: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await http.post("/v1/monitors", json={**DAILY, **more})


def slug_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["slug"]


async def test_a_schedule_shows_its_next_five_times(http: httpx.AsyncClient) -> None:
    await add(http)
    (item,) = (await http.get(SCHEDULES)).json()["items"]
    assert (item["monitor"], item["state"], item["time_zone"]) == ("daily", "active", "Asia/Seoul")
    # The clock of these tests stands at 18:00 in Seoul.
    assert item["next_fires"] == [f"2026-11-{day}T23:10:00Z" for day in range(20, 25)]
    one = (await http.get(f"{SCHEDULES}/daily")).json()
    assert (one["overlap"], one["catchup"], one["fires"]) == ("buffer_one", "6h", [])


async def test_times_that_the_clock_skips_are_named(http: httpx.AsyncClient) -> None:
    await add(http, cadence="", due="", cron="30 2 * * *", time_zone="Europe/Berlin")
    one = (await http.get(f"{SCHEDULES}/daily")).json()
    assert one["skipped_by_the_clock"] == ["2027-03-28 02:30"]


async def test_what_runs_by_hand_has_no_schedule(http: httpx.AsyncClient) -> None:
    await add(http, cadence="", due="")
    assert (await http.get(SCHEDULES)).json() == {"items": []}
    assert slug_of(await http.get(f"{SCHEDULES}/daily")) == (409, "conflict")
    assert slug_of(await http.post(f"{SCHEDULES}/daily/pause")) == (409, "conflict")
    assert slug_of(await http.get(f"{SCHEDULES}/nobody")) == (404, "monitor-not-found")


@pytest.mark.parametrize("verb", ["trigger", "pause", "resume"])
async def test_without_a_server_it_says_so(http: httpx.AsyncClient, verb: str) -> None:
    await add(http)
    assert slug_of(await http.post(f"{SCHEDULES}/daily/{verb}")) == (503, "engine-unreachable")


async def test_a_pause_holds_where_the_server_is_away(http: httpx.AsyncClient) -> None:
    await add(http)
    await http.post(f"{SCHEDULES}/daily/pause")
    (item,) = (await http.get(SCHEDULES)).json()["items"]
    assert item["state"] == "paused"
    assert len(item["next_fires"]) == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cron": "0 9 * * *"}, "not both"),
        ({"cadence": "", "due": "", "cron": "0 0 31 2 *"}, "never fires"),
        ({"cadence": "", "due": "", "cron": "*/5 * * * *"}, "too often"),
        ({"time_zone": "Asia/Seul"}, "no time zone named"),
        ({"jitter": "5m"}, "contradict each other"),
    ],
)
async def test_a_pace_that_cannot_be_kept_is_refused(
    http: httpx.AsyncClient, change: dict[str, Any], told: str
) -> None:
    answer = await add(http, **change)
    assert slug_of(answer) == (400, "invalid-request")
    assert told in answer.json()["detail"]
    assert (await http.get("/v1/monitors")).json()["items"] == []


@pytest.mark.parametrize("change", [{"overlap": "never"}, {"catchup": "1y"}, {"jitter": "often"}])
async def test_fields_that_do_not_fit_are_named(
    http: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    answer = await add(http, **change)
    assert slug_of(answer) == (422, "validation")
    assert answer.json()["errors"][0]["pointer"] == f"#/{next(iter(change))}"
