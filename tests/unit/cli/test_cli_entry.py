"""The way in and the way out: statuses, words for errors, help, and what is loaded for it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.exits import MEANINGS, Exit, exit_of_problem, exit_of_run, exit_of_slug
from cli.output import open_output
from cli.problems import explain
from cli.reference import reference
from tests.unit.cli.conftest import ROOT, StartTrends, Trends
from tests.unit.cli.fake_api import FakeApi
from trends.domain.models import RunStatus
from trends.errors import EngineNotFoundError, StackError, TrendsError

HEAVY = ("httpx", "rich", "trends_client", "engine", "temporalio", "sqlalchemy")


def _all_errors(kind: type[TrendsError] = TrendsError) -> Iterator[type[TrendsError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _all_errors(below)


@pytest.mark.parametrize("slug", sorted({kind.slug for kind in _all_errors()}))
def test_every_slug_has_a_reading_of_its_own(slug: str) -> None:
    # Without one, the HTTP status would decide: 418 is nobody's.
    as_if_unknown = exit_of_problem("of-another-kind", 418)
    with_teapot, with_server = exit_of_problem(slug, 418), exit_of_problem(slug, 500)
    assert with_teapot == with_server == exit_of_slug(slug)
    assert as_if_unknown != exit_of_problem("of-another-kind", 500)


@pytest.mark.parametrize("status", list(RunStatus))
def test_only_a_completed_run_leaves_with_0(status: RunStatus) -> None:
    assert (exit_of_run(status.value) == 0) == (status is RunStatus.COMPLETED)


@pytest.mark.parametrize(
    ("http_status", "exit_"),
    [
        (401, Exit.AUTH),
        (403, Exit.AUTH),
        (404, Exit.NOT_FOUND),
        (409, Exit.USAGE),
        (413, Exit.LIMIT),
        (422, Exit.USAGE),
        (429, Exit.LIMIT),
        (500, Exit.UNREACHABLE),
        (503, Exit.UNREACHABLE),
    ],
)
def test_a_problem_of_an_unknown_slug_is_read_by_its_http_status(
    http_status: int, exit_: Exit
) -> None:
    assert exit_of_problem("of-a-newer-api", http_status) == exit_


def test_help_tells_every_exit_status(trends: Trends) -> None:
    text = trends("--help").out
    assert all(f"{exit_.value:>5}  {meaning}" in text for exit_, meaning in MEANINGS.items())


def test_the_reference_in_the_docs_is_what_the_commands_say() -> None:
    page = (ROOT / "docs/reference/cli.md").read_text()
    assert page == reference(), "python -m cli.reference > docs/reference/cli.md"


def _loaded(*words: str) -> set[str]:
    """Top-level modules that a command line leaves loaded."""
    code = "import sys; from cli.entry import run; run(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy() -> None:
    assert not _loaded("--help") & {*HEAVY, "asyncio", "pydantic"}


@pytest.mark.parametrize("words", [("runs", "list"), ("run",), ("up",), ("demo",)])
def test_a_commands_help_loads_nothing_that_it_runs_on(words: tuple[str, ...]) -> None:
    # Typer itself reads arguments with pydantic.
    assert not _loaded(*words, "--help") & set(HEAVY)


def test_a_command_that_asks_the_api_does_not_load_the_command_of_its_http_client(
    start_trends: StartTrends,
) -> None:
    done = start_trends("runs", "list", environ={"PYTHONPROFILEIMPORTTIME": "1"})
    _, said = done.communicate(timeout=60)
    assert done.returncode == Exit.OK
    loaded = {line.rpartition("|")[2].strip() for line in said.splitlines()}
    assert "httpx" in loaded
    assert not {"pygments", "click", "rich"} & loaded


@pytest.mark.parametrize(
    "words",
    [
        ("rnu",),
        ("run", "--no-such-option"),
        ("runs", "wait", "last", "--timeout", "soon"),
        ("runs", "rerun", "last"),
        ("runs", "show"),
        ("runs", "report", "last", "--format", "pdf"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(words: tuple[str, ...], trends: Trends) -> None:
    said = trends(*words)
    assert (said.status, said.out) == (Exit.USAGE, "")
    assert said.err


def test_a_mistyped_command_gets_the_near_one(trends: Trends) -> None:
    assert "Did you mean 'doctor'" in trends("docter").err


def test_an_api_that_is_not_there_is_named_with_what_to_try(trends: Trends) -> None:
    with socket.socket() as unbound:
        unbound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unbound.getsockname()[1]}"
        said = trends("runs", "cancel", "last", "--api-url", url)
    assert said.status == Exit.UNREACHABLE
    assert said.err.splitlines() == [
        f"Cannot reach the API at {url} (connection refused).",
        "Is it up? Try: trends up",
    ]


def test_the_api_is_found_where_up_wrote_it(
    api: FakeApi, trends: Trends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRENDS_API_URL")
    monkeypatch.setenv("TRENDS_STATE", str(tmp_path))
    (tmp_path / "running.json").write_text(f'{{"urls": {{"api": "{api.url}"}}}}')
    assert trends("runs", "list").status == Exit.OK
    assert api.seen


def test_an_error_is_said_without_a_traceback(api: FakeApi, trends: Trends) -> None:
    api.problems["GET /v1/runs"] = ("storage-unavailable", 507, "The disk is full. Free some.")
    said = trends("runs", "list")
    assert (said.status, said.err) == (Exit.UNREACHABLE, "The disk is full. Free some.\n")


def test_debug_adds_the_traceback(api: FakeApi, trends: Trends) -> None:
    api.problems["GET /v1/runs"] = ("storage-unavailable", 507, "The disk is full. Free some.")
    assert "Traceback" in trends("runs", "list", "--debug").err


def test_our_errors_are_three_lines() -> None:
    error = EngineNotFoundError("No server.", why="No network.", next_step="Install Go.")
    assert explain(error).lines == ("No server.", "No network.", "Install Go.")


def test_the_end_of_a_log_keeps_its_lines() -> None:
    error = StackError("It does not start.", why="Its log ends:\none\ntwo\n", next_step="Look.")
    assert explain(error).lines[1:4] == ("Its log ends:", "one", "two")


def test_what_nobody_foresaw_asks_for_a_report() -> None:
    problem = explain(RuntimeError("boom"))
    assert problem.exit == Exit.FAILED
    assert "RuntimeError: boom" in problem.lines[0]
    assert "--debug" in problem.lines[-1]


def test_a_full_disk_under_stdout_is_a_failure(api: FakeApi) -> None:
    api.add("0199bbbb-0000-7000-8000-000000000001")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "runs", "list", "--api-url", api.url],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == Exit.FAILED
    assert "No space left on device" in done.stderr


def test_a_locale_without_korean_gets_escapes_and_no_error(
    api: FakeApi, start_trends: StartTrends
) -> None:
    api.add("0199bbbb-0000-7000-8000-000000000001", query="쿠키")
    listing = start_trends("runs", "list", environ={"PYTHONIOENCODING": "ascii"})
    out, _ = listing.communicate(timeout=60)
    assert (listing.returncode, out.split("\t")[-1]) == (0, "\\ucfe0\\ud0a4\n")


def test_no_color_is_an_option_and_a_variable() -> None:
    told = {"as_json": False, "quiet": False}
    assert open_output(**told, no_color=False, environ={}).color
    assert open_output(**told, no_color=False, environ={"NO_COLOR": ""}).color
    assert not open_output(**told, no_color=False, environ={"NO_COLOR": "1"}).color
    assert not open_output(**told, no_color=True, environ={}).color


def test_completion_is_typers_own(start_trends: StartTrends) -> None:
    completing = start_trends(
        environ={
            "_TRENDS_COMPLETE": "complete_bash",
            "COMP_WORDS": "trends runs wa",
            "COMP_CWORD": "2",
        }
    )
    out, _ = completing.communicate(timeout=60)
    assert out.split() == ["watch", "wait"]
