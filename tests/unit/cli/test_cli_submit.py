"""`trends run`: what is asked of the API, what is uploaded, and how it ends."""

import json
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import LINES, FakeApi, event


def asked(api: FakeApi) -> dict[str, object]:
    """Body of the one start request."""
    (start,) = api.asked("POST", "/v1/runs")
    return start.json


def test_a_bare_run_leaves_everything_to_the_settings(api: FakeApi, trends: Trends) -> None:
    trends("run")
    assert asked(api) == {"query": ""}


def test_every_option_reaches_the_api(api: FakeApi, trends: Trends) -> None:
    trends(
        "run", "AI 트렌드", "--agent", "news", "--window", "28d", "--market", "US",
        "--language", "ko", "--language", "en", "--source", "sample", "--source", "file:a.csv",
        "--priority", "backfill", "--report-language", "ko",
    )  # fmt: skip
    assert asked(api) == {
        "query": "AI 트렌드",
        "agent": "news",
        "window": "28d",
        "market": "US",
        "languages": ["ko", "en"],
        "sources": ["sample", "file:a.csv"],
        "priority": "backfill",
        "report_language": "ko",
    }


def test_the_idempotency_key_goes_into_its_header(api: FakeApi, trends: Trends) -> None:
    trends("run", "--idempotency-key", "monday")
    assert api.asked("POST", "/v1/runs")[0].headers["Idempotency-Key"] == "monday"


def test_a_query_may_begin_with_a_minus(api: FakeApi, trends: Trends) -> None:
    trends("run", "--", "-politics")
    assert asked(api)["query"] == "-politics"


def test_a_completed_run_prints_its_five_lines_and_where_the_report_is(
    api: FakeApi, trends: Trends
) -> None:
    said = trends("run")
    assert (said.status, said.out.splitlines()) == (Exit.OK, list(LINES))
    assert f"trends runs report {api.runs[0].id}" in said.err


def test_stage_changes_are_words_and_not_data(trends: Trends) -> None:
    assert "collect sample  completed  1.00 s  5,400 items" in trends("run").err


def test_quiet_leaves_the_data_alone(trends: Trends) -> None:
    said = trends("run", "--quiet")
    assert (said.out.splitlines(), said.err) == (list(LINES), "")


def test_json_gives_the_run_as_one_object(trends: Trends) -> None:
    out = trends("run", "--json").out
    assert out.count("\n") == 1
    assert json.loads(out)["status"] == "completed"


def test_detach_prints_the_id_and_does_not_follow(api: FakeApi, trends: Trends) -> None:
    said = trends("run", "--detach")
    run_id = api.runs[0].id
    assert (said.status, said.out) == (Exit.OK, f"{run_id}\n")
    assert not api.asked("GET", f"/v1/runs/{run_id}/events")


def test_detach_as_json_gives_the_run(trends: Trends) -> None:
    assert set(json.loads(trends("run", "-d", "--json").out)) >= {"id", "status", "stages"}


def test_wait_leaves_a_run_that_takes_longer_running(api: FakeApi, trends: Trends) -> None:
    api.hold_new_runs = True
    said = trends("run", "--wait", "0.2")
    assert said.status == Exit.UNFINISHED
    assert "trends runs watch" in said.err


def test_detach_and_wait_exclude_each_other(api: FakeApi, trends: Trends) -> None:
    assert trends("run", "--detach", "--wait", "3").status == Exit.USAGE
    assert not api.seen


def test_a_failed_run_says_where_why_and_how_to_go_on(api: FakeApi, trends: Trends) -> None:
    api.end_of_new_runs = "failed"
    said = trends("run")
    assert said.status == Exit.FAILED
    assert "The sample does not answer." in said.err
    assert f"trends runs rerun {api.runs[0].id} --from collect" in said.err
    assert said.out == ""


def test_a_run_that_parks_is_left_with_a_status_of_its_own(api: FakeApi, trends: Trends) -> None:
    api.end_of_new_runs = "blocked"
    said = trends("run")
    assert said.status == Exit.UNFINISHED
    assert f"trends runs retry {api.runs[0].id}" in said.err


def test_a_file_here_is_uploaded_and_named_as_the_api_says(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    (tmp_path / "my.jsonl").write_text('{"title": "쿠키"}\n')
    trends("run", "--source", "./my.jsonl")
    (upload,) = api.asked("POST", "/v1/uploads")
    assert upload.body.decode() == '{"title": "쿠키"}\n'
    assert asked(api)["sources"] == ["file:uploads/my.jsonl"]


def test_a_folder_is_uploaded_file_by_file_without_hidden_ones(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    (tmp_path / "news").mkdir()
    for name in ("b.csv", "a.csv", ".hidden"):
        (tmp_path / "news" / name).write_text("title\n")
    trends("run", "--source", "./news")
    assert asked(api)["sources"] == ["file:uploads/a.csv", "file:uploads/b.csv"]


def test_a_folder_of_too_many_files_is_refused_before_anything_is_sent(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    for number in range(17):
        (tmp_path / f"{number}.csv").write_text("title\n")
    assert trends("run", "--source", ".").status == Exit.USAGE
    assert not api.seen


@pytest.mark.parametrize("path", ["./nothing.jsonl", "/dev/null", "~nobody-of-this-name/x"])
def test_a_path_that_cannot_be_read_is_refused(path: str, api: FakeApi, trends: Trends) -> None:
    assert trends("run", "--source", path).status == Exit.USAGE
    assert not api.seen


def test_a_bare_name_is_a_source_even_if_a_folder_has_that_name(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    (tmp_path / "sample").mkdir()
    trends("run", "--source", "sample")
    assert asked(api)["sources"] == ["sample"]


def test_bytes_that_are_no_text_are_refused(api: FakeApi, trends: Trends) -> None:
    assert trends("run", "\udcff").status == Exit.USAGE
    assert not api.seen


def test_the_apis_refusal_names_the_field(api: FakeApi, trends: Trends) -> None:
    api.problems["POST /v1/runs"] = ("invalid-window", 422, "The window 7x cannot be read.")
    said = trends("run", "--window", "7x")
    assert (said.status, said.err) == (Exit.USAGE, "The window 7x cannot be read.\n")


def test_a_rerun_names_its_stage_and_follows_the_new_run(api: FakeApi, trends: Trends) -> None:
    run = api.add("0199bbbb-0000-7000-8000-000000000001")
    said = trends("runs", "rerun", "last", "--from", "analyze")
    assert api.asked("POST", f"/v1/runs/{run.id}/rerun")[0].json == {"stage": "analyze"}
    assert said.out.splitlines() == list(LINES)


@pytest.mark.parametrize("act", ["cancel", "retry", "skip", "abort"])
def test_steering_reaches_the_run(act: str, api: FakeApi, trends: Trends) -> None:
    run = api.add("0199bbbb-0000-7000-8000-000000000001", status="blocked")
    said = trends("runs", act, "0001", "--json")
    assert len(api.asked("POST", f"/v1/runs/{run.id}/{act}")) == 1
    assert json.loads(said.out)["id"] == run.id


@pytest.mark.parametrize("act", ["retry", "skip", "abort"])
def test_a_decision_can_name_its_stage(act: str, api: FakeApi, trends: Trends) -> None:
    run = api.add("0199bbbb-0000-7000-8000-000000000001", status="blocked")
    trends("runs", act, run.id, "--stage", "summarize")
    assert api.asked("POST", f"/v1/runs/{run.id}/{act}")[0].json == {"stage": "summarize"}


def test_a_decision_on_a_run_that_is_not_parked_is_refused(api: FakeApi, trends: Trends) -> None:
    run = api.add("0199bbbb-0000-7000-8000-000000000001")
    problem = ("run-not-blocked", 409, "The run is not parked.")
    api.problems[f"POST /v1/runs/{run.id}/retry"] = problem
    assert trends("runs", "retry", run.id).status == Exit.USAGE


def test_events_of_a_newer_api_do_no_harm(api: FakeApi, trends: Trends) -> None:
    run = api.add("0199bbbb-0000-7000-8000-000000000001")
    run.story.insert(1, event(2, "weather.changed") | {"seq": None})
    assert trends("runs", "watch", run.id).status == Exit.OK
