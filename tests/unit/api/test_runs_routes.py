"""Starting, seeing, listing and steering runs over HTTP."""

import httpx
import pytest

from engine.stuck import Stuck
from tests.unit.api.fake_doors import TENANT, FakeDoors

STAGES = ["collect", "normalize", "analyze", "summarize", "report", "notify"]


async def test_start_answers_202_with_the_run_and_where_it_is(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/runs", json={"query": "저속노화", "window": "7d"})
    run = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/runs/{run['id']}" == run["links"]["self"]
    assert answer.headers["Retry-After"] == "1"
    assert (run["status"], run["query"], run["window"]["text"]) == ("starting", "저속노화", "7d")


async def test_what_is_left_out_comes_from_the_settings(http: httpx.AsyncClient) -> None:
    run = (await http.post("/v1/runs", json={})).json()
    told = (run["market"], run["languages"], run["sources"], run["priority"])
    assert told == ("KR", ["en", "ko"], ["sample"], "interactive")


async def test_same_key_and_request_is_answered_with_the_same_run(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await http.post("/v1/runs", json={"query": "a"}, headers=headers)
    again = await http.post("/v1/runs", json={"query": "a"}, headers=headers)
    assert again.status_code == 202
    assert again.json()["id"] == first.json()["id"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_how_long_one_waits_does_not_make_another_request(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    await http.post("/v1/runs", json={"query": "a"}, headers=headers)
    again = await http.post("/v1/runs", json={"query": "a", "wait": 0.01}, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_same_key_with_another_request_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    await http.post("/v1/runs", json={"query": "a"}, headers=headers)
    answer = await http.post("/v1/runs", json={"query": "b"}, headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (422, "idempotency-conflict")


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "\x7f"])
async def test_unusable_idempotency_key_is_refused(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.post("/v1/runs", json={}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")


async def test_run_shows_every_stage_in_order(http: httpx.AsyncClient) -> None:
    run = (await http.post("/v1/runs", json={})).json()
    assert [stage["name"] for stage in run["stages"]] == STAGES
    assert {stage["status"] for stage in run["stages"]} == {"waiting"}


async def test_run_tells_its_window_in_utc(http: httpx.AsyncClient) -> None:
    window = {"start": "2026-11-10T00:00:00+09:00", "end": "2026-11-12T00:00:00+09:00"}
    run = (await http.post("/v1/runs", json={"window": window})).json()
    assert run["window"] == {
        "start": "2026-11-09T15:00:00Z",
        "end": "2026-11-11T15:00:00Z",
        "text": "2d",
    }


async def test_run_links_to_its_history_in_the_temporal_ui(http: httpx.AsyncClient) -> None:
    run = (await http.post("/v1/runs", json={})).json()
    expected = f"http://127.0.0.1:8233/namespaces/default/workflows/run-local-{run['id']}"
    assert run["links"]["temporal_ui"] == expected


async def test_without_a_temporal_ui_there_is_no_link(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    doors.temporal_ui_url = None
    run = (await http.post("/v1/runs", json={})).json()
    assert run["links"]["temporal_ui"] is None


async def test_completed_run_has_its_lines_and_a_link_to_the_report(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    assert run["lines"] == ["one", "two", "three", "four", "five"]
    assert run["links"]["report"] == f"/v1/runs/{run_id}/report"


async def test_wait_on_start_answers_once_the_run_is_parked(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    answer = await http.get(f"/v1/runs/{run_id}", params={"wait": 20})
    assert answer.json()["status"] == "blocked"


async def test_wait_that_runs_out_answers_with_the_run_as_it_is(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/runs", json={"wait": 0.05})
    assert (answer.status_code, answer.json()["status"]) == (202, "starting")


async def test_parked_run_names_stage_and_reason(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["stage"]) == ("blocked", "summarize")
    assert run["reason"] == {"slug": "source-unavailable", "message": "It is down."}
    assert run["stages"][3]["status"] == "blocked"


async def test_run_that_is_not_there_is_a_problem(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/runs/0199aaaa-0000-7000-8000-999999999999")
    assert (answer.status_code, answer.json()["slug"]) == (404, "run-not-found")


async def test_list_gives_the_newest_first_page_by_page(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    made = [await doors.accept(query=f"q{n}") for n in range(5)]
    first = await http.get("/v1/runs", params={"limit": 3})
    assert [run["id"] for run in first.json()["items"]] == made[:1:-1]
    link = first.links["next"]["url"]
    second = await http.get(link)
    assert [run["id"] for run in second.json()["items"]] == made[1::-1]
    assert second.json()["next_cursor"] is None
    assert "Link" not in second.headers


async def test_next_link_keeps_the_filter(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    for _ in range(2):
        await doors.park(await doors.accept())
    await doors.accept()
    first = await http.get("/v1/runs", params={"limit": 1, "status": "blocked", "agent": "news"})
    second = await http.get(first.links["next"]["url"])
    assert [run["status"] for run in second.json()["items"]] == ["blocked"]
    assert second.json()["next_cursor"] is None


async def test_forged_cursor_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/runs", params={"cursor": "bm90IGEgY3Vyc29y"})
    assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")


async def test_cancel_answers_202_with_the_run(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    answer = await http.post(f"/v1/runs/{run_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")


async def test_ended_run_cannot_be_cancelled(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.complete(run_id)
    answer = await http.post(f"/v1/runs/{run_id}/cancel")
    assert (answer.status_code, answer.json()["slug"]) == (409, "run-ended")


@pytest.mark.parametrize(
    ("action", "status"), [("retry", "running"), ("skip", "running"), ("abort", "failed")]
)
async def test_parked_run_is_moved_on(
    http: httpx.AsyncClient, doors: FakeDoors, action: str, status: str
) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    answer = await http.post(f"/v1/runs/{run_id}/{action}")
    assert (answer.status_code, answer.json()["status"]) == (202, status)


async def test_decision_about_another_stage_is_refused(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    answer = await http.post(f"/v1/runs/{run_id}/retry", json={"stage": "notify"})
    assert (answer.status_code, answer.json()["slug"]) == (409, "run-not-blocked")


async def test_stage_that_the_report_rests_on_is_not_skipped(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.park(run_id, at="analyze")
    answer = await http.post(f"/v1/runs/{run_id}/skip")
    assert (answer.status_code, answer.json()["slug"]) == (409, "stage-not-skippable")


async def test_skipped_stage_is_shown_so_once_the_run_is_past_it(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    await http.post(f"/v1/runs/{run_id}/skip")
    await doors.report(run_id)
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    assert run["stages"][3]["status"] == "skipped"


async def test_rerun_is_a_new_run_that_takes_stages_over(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    parent = await doors.accept(query="a")
    await doors.complete(parent)
    answer = await http.post(f"/v1/runs/{parent}/rerun", json={"stage": "summarize"})
    run = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/runs/{run['id']}"
    assert (run["parent_run"], run["start_from"]) == (parent, "summarize")
    statuses = [stage["status"] for stage in run["stages"]]
    assert statuses == ["taken_over"] * 3 + ["waiting"] * 3


async def test_rerun_is_idempotent_by_key(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    parent = await doors.accept()
    answers = [
        await http.post(
            f"/v1/runs/{parent}/rerun", json={"stage": "report"}, headers={"Idempotency-Key": "k"}
        )
        for _ in range(2)
    ]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_rerun_from_a_result_that_is_not_there_is_a_conflict(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    parent = await doors.accept()
    answer = await http.post(f"/v1/runs/{parent}/rerun", json={"stage": "notify"})
    assert (answer.status_code, answer.json()["slug"]) == (409, "conflict")


async def test_stages_that_an_ended_run_did_not_reach_are_shown_so(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
    await http.post(f"/v1/runs/{run_id}/cancel")
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    statuses = [(stage["part"], stage["status"]) for stage in run["stages"]]
    assert statuses == [("sample", "stopped"), *[("", "not_run")] * 5]


async def test_run_that_gets_nowhere_says_why_and_keeps_its_status(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    doors.runs.stuck_for = Stuck(workflow_id=f"run-local-{run_id}", failures=3, why="A bug.")
    run = (await http.get(f"/v1/runs/{run_id}")).json()
    assert (run["status"], run["reason"]["slug"]) == ("starting", "workflow-stuck")
    assert run["reason"]["message"].startswith("The workflow's task has failed 3 times: A bug. It")


async def test_list_of_runs_asks_the_server_for_none(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    await doors.accept()
    doors.runs.stuck_for = Stuck(workflow_id="run-local-x", failures=3)
    (run,) = (await http.get("/v1/runs")).json()["items"]
    assert run["reason"] is None
