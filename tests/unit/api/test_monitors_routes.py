"""Monitors and markets over HTTP."""

from typing import Any

import httpx
import pytest

from tests.unit.api.fake_doors import FakeDoors

MONITORS = "/v1/monitors"
COFFEE: dict[str, Any] = {
    "name": "coffee",
    "query": "coffee OR 커피",
    "watchlist": [{"name": "Nike", "group": "shoes", "aliases": {"ko": ["나이키"]}}],
    "author": "kim",
}


async def added(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.post(MONITORS, json={**COFFEE, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def slug_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["slug"]


async def test_an_added_monitor_says_where_it_is_and_is_read_as_it_was_given(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post(MONITORS, json=COFFEE)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/monitors/coffee")
    assert answer.headers["ETag"] == '"1"'
    monitor = (await http.get("/v1/monitors/coffee")).json()
    assert (monitor["market"], monitor["author"], monitor["watched"]) == ("KR", "kim", 1)
    assert monitor["watchlist"][0]["aliases"]["ko"] == ["나이키"]
    assert monitor | {"warnings": answer.json()["warnings"]} == answer.json()


async def test_a_query_that_matches_nothing_is_warned_of(http: httpx.AsyncClient) -> None:
    assert "matches nothing" in (await added(http, query="qqqqzzz"))["warnings"][0]


async def test_fields_that_do_not_fit_are_named(http: httpx.AsyncClient) -> None:
    wrong = {"name": "B b", "cadence": "soon", "watchlist": [{"name": "!"}], "colour": 1}
    answer = await http.post(MONITORS, json=wrong)
    assert slug_of(answer) == (422, "validation")
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"#/name", "#/cadence", "#/watchlist/0/name", "#/colour"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"market": "KO"}, (422, "unknown-name")),
        ({"query": "(a"}, (422, "invalid-query")),
        ({"due": "08:00"}, (400, "invalid-request")),
        ({"watchlist": [{"name": "a"}, {"name": "A"}]}, (422, "invalid-watchlist")),
    ],
)
async def test_what_cannot_be_is_refused(
    http: httpx.AsyncClient, change: dict[str, Any], told: tuple[int, str]
) -> None:
    assert slug_of(await http.post(MONITORS, json={**COFFEE, **change})) == told
    assert (await http.get(MONITORS)).json()["items"] == []


async def test_a_taken_name_and_a_taken_question_are_conflicts(http: httpx.AsyncClient) -> None:
    await added(http)
    assert slug_of(await http.post(MONITORS, json=COFFEE)) == (409, "monitor-exists")
    twin = {**COFFEE, "name": "twin"}
    assert slug_of(await http.post(MONITORS, json=twin)) == (409, "monitor-exists")


async def test_a_change_needs_the_revision_that_it_is_based_on(http: httpx.AsyncClient) -> None:
    await added(http)
    bare = await http.patch("/v1/monitors/coffee", json={"title": "a"})
    assert slug_of(bare) == (400, "invalid-request")
    first = await http.patch(
        "/v1/monitors/coffee", json={"title": "a"}, headers={"If-Match": '"1"'}
    )
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = await http.patch(
        "/v1/monitors/coffee", json={"title": "b"}, headers={"If-Match": '"1"'}
    )
    assert slug_of(second) == (412, "monitor-changed")
    anyhow = await http.patch("/v1/monitors/coffee", json={"title": "b"}, headers={"If-Match": "*"})
    assert anyhow.json()["title"] == "b"


async def test_a_changed_question_keeps_the_way_to_its_past(http: httpx.AsyncClient) -> None:
    before = await added(http)
    answer = await http.patch(
        "/v1/monitors/coffee", json={"window": "1d"}, headers={"If-Match": "*"}
    )
    assert answer.json()["id"] != before["id"]
    assert answer.json()["previous_ids"] == [before["id"]]


async def test_pause_resume_and_removal_are_kept_with_who(http: httpx.AsyncClient) -> None:
    await added(http)
    paused = await http.post("/v1/monitors/coffee/pause", json={"author": "lee"})
    assert paused.json()["state"] == "paused"
    await http.post("/v1/monitors/coffee/resume")
    removed = await http.delete("/v1/monitors/coffee", params={"author": "park"})
    assert removed.json()["state"] == "removed"
    assert (await http.get(MONITORS)).json()["items"] == []
    assert len((await http.get(MONITORS, params={"removed": True})).json()["items"]) == 1
    told = (await http.get("/v1/monitors/coffee/revisions")).json()["items"]
    assert [(each["verb"], each["author"]) for each in told] == [
        ("removed", "park"),
        ("resumed", ""),
        ("paused", "lee"),
        ("added", "kim"),
    ]
    again = await http.post("/v1/monitors/coffee/pause")
    assert slug_of(again) == (404, "monitor-not-found")


async def test_runs_know_their_monitor_however_they_were_started(
    http: httpx.AsyncClient,
) -> None:
    monitor = await added(http)
    named = await http.post("/v1/monitors/coffee/run")
    by_field = await http.post("/v1/runs", json={"monitor": "coffee"})
    by_hand = await http.post("/v1/runs", json={"query": "커피 OR coffee"})
    other = (await http.post("/v1/runs", json={"query": "tea"})).json()
    assert (named.status_code, named.headers["Retry-After"]) == (202, "1")
    for answer in (named, by_field, by_hand):
        assert (answer.json()["monitor"], answer.json()["monitor_id"]) == ("coffee", monitor["id"])
    assert other["monitor"] is None
    for key in ("coffee", monitor["id"]):
        listed = (await http.get("/v1/runs", params={"monitor": key, "limit": 2})).json()
        assert [run["monitor"] for run in listed["items"]] == ["coffee", "coffee"]
        assert listed["next_cursor"] is not None


async def test_runs_of_a_changed_question_stay_its_own(http: httpx.AsyncClient) -> None:
    await added(http)
    await http.post("/v1/monitors/coffee/run")
    await http.patch("/v1/monitors/coffee", json={"window": "1d"}, headers={"If-Match": "*"})
    await http.post("/v1/monitors/coffee/run")
    listed = (await http.get("/v1/runs", params={"monitor": "coffee"})).json()["items"]
    assert [(run["window"]["text"], run["monitor"]) for run in listed] == [
        ("1d", "coffee"),
        ("7d", "coffee"),
    ]


async def test_runs_of_no_monitor_of_that_name_are_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/runs", params={"monitor": "tea"})
    assert slug_of(answer) == (404, "monitor-not-found")
    started = await http.post("/v1/runs", json={"monitor": "tea"})
    assert slug_of(started) == (404, "monitor-not-found")


async def test_yaml_goes_out_and_comes_in_the_same(http: httpx.AsyncClient) -> None:
    await added(http)
    text = (await http.get("/v1/monitors/export")).text
    assert "나이키" in text
    answer = await http.post("/v1/monitors/import", content=text.encode())
    assert [each["revision"] for each in answer.json()["items"]] == [1]
    wrong = await http.post(
        "/v1/monitors/import",
        content=text.replace("query:", "qurey:").encode(),
        params={"origin": "mine.yaml"},
    )
    assert slug_of(wrong) == (400, "invalid-request")
    assert "mine.yaml:3" in wrong.json()["detail"]
    assert "'query'" in wrong.json()["detail"]


async def test_a_watchlist_goes_out_and_comes_in_as_csv(http: httpx.AsyncClient) -> None:
    await added(http)
    out = await http.get("/v1/monitors/coffee/watchlist")
    assert out.headers["content-type"].startswith("text/csv")
    replaced = await http.put(
        "/v1/monitors/coffee/watchlist",
        content=out.content + "애플,,,,애플,,\r\n".encode(),
        headers={"If-Match": out.headers["ETag"]},
    )
    assert [entity["name"] for entity in replaced.json()["watchlist"]] == ["Nike", "애플"]
    bad = await http.put(
        "/v1/monitors/coffee/watchlist", content=b"name\n!\n", headers={"If-Match": "*"}
    )
    assert slug_of(bad) == (422, "invalid-watchlist")


async def test_a_watchlist_is_counted_back(http: httpx.AsyncClient) -> None:
    watch = [{"name": "the", "aliases": {"en": ["the"], "ko": ["올해"]}}]
    await added(http, query="", watchlist=watch)
    back = (await http.get("/v1/monitors/coffee/watch", params={"back": "60d"})).json()
    assert [entity["name"] for entity in back["entities"]] == ["the"]
    assert len(back["entities"][0]["series"]) >= 60
    wrong = await http.get("/v1/monitors/coffee/watch", params={"back": "soon"})
    assert slug_of(wrong) == (422, "invalid-window")


async def test_the_list_is_paged_by_name(http: httpx.AsyncClient) -> None:
    for name in ("c", "a", "b"):
        await added(http, name=name, query=name * 3)
    first = await http.get(MONITORS, params={"limit": 2})
    rest = await http.get(first.links["next"]["url"])
    names = [each["name"] for each in (*first.json()["items"], *rest.json()["items"])]
    assert names == ["a", "b", "c"]


async def test_markets_are_told_with_their_holidays(http: httpx.AsyncClient) -> None:
    markets = (await http.get("/v1/markets")).json()["items"]
    assert [market["name"] for market in markets] == ["JP", "KR", "US"]
    korea = (await http.get("/v1/markets/KR")).json()
    assert korea["weekend"] == ["saturday", "sunday"]
    chuseok = [each["day"] for each in korea["holidays"] if each["name"]["ko"] == "추석"]
    assert "2026-09-25" in chuseok
    assert slug_of(await http.get("/v1/markets/KO")) == (422, "unknown-name")


async def test_documents_over_the_limit_are_refused(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    answer = await http.post("/v1/monitors/import", content=b"a" * (2 << 20))
    assert slug_of(answer) == (413, "too-large")
    assert await doors.monitors.store.every("local") == ()
