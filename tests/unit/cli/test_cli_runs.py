"""`trends runs list|show|wait|report` and how a run is named."""

import json
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import LINES, REPORTS, FakeApi

FIRST = "0199aaaa-1111-7000-8000-00000000abcd"
SECOND = "0199aaaa-1111-7000-8000-00000000ef01"


def test_list_in_a_pipe_gives_one_tab_separated_line_a_run(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, query="두바이 쿠키")
    said = trends("runs", "list")
    assert said.out.split("\t") == [
        FIRST, "completed", "notify", "2026-11-20T09:00:00Z", "7d", "두바이 쿠키\n",
    ]  # fmt: skip


def test_list_as_json_gives_one_object_a_line(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    api.add(SECOND)
    said = trends("runs", "list", "--json")
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == [SECOND, FIRST]


def test_list_stops_at_its_limit_across_pages(api: FakeApi, trends: Trends) -> None:
    for number in range(5):
        api.add(f"0199aaaa-1111-7000-8000-{number:012d}")
    assert len(trends("runs", "list", "--limit", "3").out.splitlines()) == 3


def test_list_all_goes_through_every_page(api: FakeApi, trends: Trends) -> None:
    for number in range(5):
        api.add(f"0199aaaa-1111-7000-8000-{number:012d}")
    assert len(trends("runs", "list", "--all").out.splitlines()) == 5


def test_list_asks_for_one_status(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, status="failed")
    api.add(SECOND)
    assert trends("runs", "list", "--status", "failed").out.startswith(FIRST)


def test_an_empty_list_is_no_error(trends: Trends) -> None:
    said = trends("runs", "list")
    assert (said.status, said.out) == (Exit.OK, "")


def test_a_tab_or_a_line_break_in_a_query_does_not_break_the_row(
    api: FakeApi, trends: Trends
) -> None:
    api.add(FIRST, query="a\tb\nc\x1b[31m")
    assert trends("runs", "list").out.count("\t") == 5
    assert "\x1b" not in trends("runs", "list").out


@pytest.mark.parametrize("reference", [FIRST, FIRST[:-2], "abcd", "0000abcd", "last"])
def test_a_run_is_found_by(reference: str, api: FakeApi, trends: Trends) -> None:
    api.add(SECOND)
    api.add(FIRST)
    said = trends("runs", "show", reference, "--json")
    assert json.loads(said.out)["id"] == FIRST


def test_a_part_that_fits_two_runs_is_refused_and_both_are_named(
    api: FakeApi, trends: Trends
) -> None:
    api.add(FIRST)
    api.add(SECOND)
    said = trends("runs", "show", "0199")
    assert said.status == Exit.USAGE
    assert FIRST in said.err
    assert SECOND in said.err


def test_a_part_that_fits_no_run_is_not_found(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    assert trends("runs", "show", "ffff").status == Exit.NOT_FOUND


def test_an_unknown_id_is_not_found(trends: Trends) -> None:
    said = trends("runs", "show", FIRST)
    assert said.status == Exit.NOT_FOUND
    assert said.err == f"There is no run '{FIRST}'.\n"


def test_too_short_a_part_is_refused(trends: Trends) -> None:
    assert trends("runs", "show", "019").status == Exit.USAGE


def test_last_without_runs_is_not_found(trends: Trends) -> None:
    assert trends("runs", "show", "last").status == Exit.NOT_FOUND


def test_show_tells_status_stages_and_lines(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, query="쿠키")
    out = trends("runs", "show", FIRST).out
    assert "status\tcompleted\n" in out
    assert "collect\tsample\tcompleted\t1\t1.000\t\n" in out
    assert LINES[1] in out


def test_show_of_a_failed_run_tells_why_and_is_no_error(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, status="failed")
    said = trends("runs", "show", FIRST)
    assert said.status == Exit.OK
    assert "reason\tThe sample does not answer.\n" in said.out


@pytest.mark.parametrize(
    ("status", "exit_"),
    [
        ("completed", Exit.OK),
        ("failed", Exit.FAILED),
        ("timed_out", Exit.FAILED),
        ("terminated", Exit.FAILED),
        ("lost", Exit.FAILED),
        ("cancelled", Exit.CANCELLED),
        ("blocked", Exit.UNFINISHED),
    ],
)
def test_wait_leaves_with_what_the_status_means(
    status: str, exit_: Exit, api: FakeApi, trends: Trends
) -> None:
    api.add(FIRST, status=status)
    assert trends("runs", "wait", FIRST).status == exit_


def test_wait_prints_the_five_lines_of_a_completed_run(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    assert trends("runs", "wait", FIRST).out.splitlines() == list(LINES)


def test_wait_that_runs_out_says_that_the_run_goes_on(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, status="running")
    said = trends("runs", "wait", FIRST, "--timeout", "0.1", "--json")
    assert said.status == Exit.UNFINISHED
    assert json.loads(said.out)["status"] == "running"
    assert f"trends runs watch {FIRST}" in said.err


def test_wait_on_a_parked_run_says_how_to_decide(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, status="blocked")
    said = trends("runs", "wait", FIRST)
    assert f"trends runs retry {FIRST}" in said.err
    assert "The sample does not answer." in said.err


def test_report_prints_markdown(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    assert trends("runs", "report", FIRST).out == REPORTS["text/markdown"]


def test_report_as_json_is_the_report_and_nothing_else(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    assert trends("runs", "report", FIRST, "--json").out == REPORTS["application/json"]


def test_report_to_a_file_takes_its_form_from_the_ending(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    api.add(FIRST)
    said = trends("runs", "report", FIRST, "-o", "out.html")
    assert (tmp_path / "out.html").read_text() == REPORTS["text/html"]
    assert (said.status, said.out) == (Exit.OK, "")


def test_report_into_a_folder_that_is_not_there_names_it(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST)
    said = trends("runs", "report", FIRST, "-o", "nowhere/out.md")
    assert said.status == Exit.FAILED
    assert "nowhere" in said.err


def test_a_report_that_is_not_ready_is_not_found(api: FakeApi, trends: Trends) -> None:
    api.add(FIRST, status="running")
    assert trends("runs", "report", FIRST).status == Exit.NOT_FOUND


def test_report_opens_its_html_in_the_browser(
    api: FakeApi, trends: Trends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    api.add(FIRST)
    assert trends("runs", "report", FIRST, "--open").status == Exit.OK
    opened = (tmp_path / "opened").read_text()
    assert opened == f"{api.url}/v1/runs/{FIRST}/report?format=html"
