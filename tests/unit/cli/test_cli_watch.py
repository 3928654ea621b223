"""Watching: live, across broken connections, through a park, and left by Ctrl-C."""

import json
import os
import pty
import signal
import subprocess

from cli.exits import Exit
from tests.unit.cli.conftest import StartTrends, Trends
from tests.unit.cli.fake_api import WHY, FakeApi, event, whole_story

RUN = "0199bbbb-0000-7000-8000-000000000001"


def test_a_line_for_each_change_with_seconds_and_figures(api: FakeApi, trends: Trends) -> None:
    api.add(RUN)
    lines = trends("runs", "watch", RUN).out.splitlines()
    assert lines[:2] == [
        "collect sample  running",
        "collect sample  completed  1.00 s  5,400 items",
    ]
    assert lines[-1] == "completed"


def test_json_gives_every_event_once_and_in_order(api: FakeApi, trends: Trends) -> None:
    api.add(RUN)
    told = [json.loads(line) for line in trends("runs", "watch", RUN, "--json").out.splitlines()]
    assert [each["seq"] for each in told] == list(range(1, 15))


def test_a_dropped_connection_is_taken_up_where_it_broke(api: FakeApi, trends: Trends) -> None:
    api.add(RUN)
    api.cut_after = [3, 2]
    told = [json.loads(line) for line in trends("runs", "watch", RUN, "--json").out.splitlines()]
    assert [each["seq"] for each in told] == list(range(1, 15))
    streams = api.asked("GET", f"/v1/runs/{RUN}/events")
    assert [seen.headers.get("Last-Event-ID") for seen in streams] == [None, "3", "5"]


def test_the_status_is_that_of_the_run(api: FakeApi, trends: Trends) -> None:
    api.add(RUN, status="cancelled")
    assert trends("runs", "watch", RUN).status == Exit.CANCELLED


def test_a_retried_attempt_is_told_with_its_reason(api: FakeApi, trends: Trends) -> None:
    run = api.add(RUN)
    run.story[2:2] = [
        event(3, "stage.failed", "collect", "sample", reason="No answer.", retrying=True),
        event(4, "stage.started", "collect", "sample", attempt=2),
    ]
    for seq, each in enumerate(run.story, start=1):
        each["seq"] = seq
    out = trends("runs", "watch", RUN).out
    assert "collect sample  retrying  No answer.\ncollect sample  running  attempt 2\n" in out


def test_watching_stays_through_a_park_and_says_how_to_decide(
    api: FakeApi, start_trends: StartTrends
) -> None:
    run = api.add(RUN, status="running")
    watching = start_trends("runs", "watch", RUN)
    api.await_watcher()
    api.tell(run, event(4, "run.blocked", "collect", reason=WHY), status="blocked")
    assert watching.stderr is not None
    assert watching.stderr.readline() == f"Parked at collect: {WHY}\n"
    assert f"trends runs skip {RUN}" in watching.stderr.readline()
    rest = [event(5, "run.resumed", "collect"), event(6, "run.completed", "notify")]
    api.tell(run, *rest, status="completed")
    out, _ = watching.communicate(timeout=60)
    assert out.splitlines()[-3:] == [f"parked at collect: {WHY}", "goes on at collect", "completed"]
    assert watching.returncode == Exit.OK


def test_a_park_of_the_past_does_not_end_the_waiting(api: FakeApi, trends: Trends) -> None:
    run = api.add(RUN)
    run.story[3:3] = [
        event(4, "run.blocked", "normalize", reason=WHY),
        event(5, "run.resumed", "normalize"),
    ]
    for seq, each in enumerate(run.story, start=1):
        each["seq"] = seq
    assert trends("runs", "rerun", RUN, "--from", "report").status == Exit.OK
    assert trends("runs", "watch", RUN).out.splitlines()[-1] == "completed"


def test_ctrl_c_leaves_the_run_alone_and_says_how_to_come_back(
    api: FakeApi, start_trends: StartTrends
) -> None:
    api.add(RUN, status="running")
    watching = start_trends("runs", "watch", RUN)
    assert watching.stdout is not None
    watching.stdout.readline()  # it is following
    watching.send_signal(signal.SIGINT)
    _, err = watching.communicate(timeout=60)
    assert watching.returncode == Exit.INTERRUPTED
    assert err.strip() == f"Still running. Come back: trends runs watch {RUN}"
    assert not api.asked("POST", f"/v1/runs/{RUN}/cancel")


def test_ctrl_c_while_a_new_run_is_followed_leaves_it_running(
    api: FakeApi, start_trends: StartTrends
) -> None:
    api.hold_new_runs = True
    following = start_trends("run")
    api.await_watcher()
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=60)
    assert following.returncode == Exit.INTERRUPTED
    assert f"trends runs watch {api.runs[0].id}" in err


def test_ctrl_c_in_wait_leaves_the_run_alone(api: FakeApi, start_trends: StartTrends) -> None:
    api.add(RUN, status="running")
    waiting = start_trends("runs", "wait", RUN)
    api.await_request("GET", f"/v1/runs/{RUN}", query={"wait"})
    waiting.send_signal(signal.SIGINT)
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == Exit.INTERRUPTED
    assert f"trends runs watch {RUN}" in err


def test_a_reader_who_leaves_ends_the_watching_quietly(
    api: FakeApi, start_trends: StartTrends
) -> None:
    run = api.add(RUN, status="running")
    watching = start_trends("runs", "watch", RUN)
    assert watching.stdout is not None
    watching.stdout.readline()
    watching.stdout.close()
    watching.stdout = None
    api.tell(run, *whole_story()[3:], status="completed")
    _, err = watching.communicate(timeout=60)
    assert (watching.returncode, err) == (141, "")


def test_a_terminal_gets_a_table_that_ends_with_every_stage_done(
    api: FakeApi, start_trends: StartTrends
) -> None:
    api.add(RUN, query="두바이 쿠키")
    shown = _on_a_terminal(start_trends, "runs", "watch", RUN)
    assert shown.count("✓") >= 6
    assert "두바이 쿠키" in shown


def test_no_color_keeps_colour_out_of_a_terminal(api: FakeApi, start_trends: StartTrends) -> None:
    api.add(RUN)
    assert "\x1b[32m" in _on_a_terminal(start_trends, "runs", "list")
    assert "\x1b[32m" not in _on_a_terminal(start_trends, "runs", "list", NO_COLOR="1")


def _on_a_terminal(start: StartTrends, *words: str, **environ: str) -> str:
    """Run a command whose streams are a pseudo-terminal; gives what the terminal was sent."""
    leader, follower = pty.openpty()
    environ = {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40", **environ}
    process: subprocess.Popen[str] = start(*words, environ=environ, terminal=follower)
    os.close(follower)
    sent = b""
    while chunk := _read(leader):
        sent += chunk
    os.close(leader)
    assert process.wait(timeout=60) == Exit.OK
    return sent.decode()


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65_536)
    except OSError:  # Linux reports the end of a terminal so
        return b""
