"""`trends schedules`, against the real API; there is no server, which steering says."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cli.entry import run
from tests.unit.api.fake_doors import LiveApi, open_fake_doors
from tests.unit.cli.conftest import Said

Call = Callable[..., Awaitable[Said]]


@pytest.fixture
async def trends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Call]:
    """Run `trends` on a thread of this process, as in a pipe, against the real API."""
    monkeypatch.chdir(tmp_path)
    async with open_fake_doors(tmp_path) as doors:
        api = LiveApi(doors)
        await api.start()
        monkeypatch.setenv("TRENDS_API_URL", api.url)

        async def call(*words: str) -> Said:
            out, err = io.StringIO(), io.StringIO()
            # The API's log would go to the stream that the command believes to be its own.
            with redirect_stdout(out), redirect_stderr(err), capture_logs():
                status = await asyncio.to_thread(run, words)
            return Said(int(status), out.getvalue(), err.getvalue())

        yield call
        await api.stop()


async def test_schedules_are_listed_shown_and_looked_ahead(trends: Call) -> None:
    added = await trends("monitors", "add", "coffee", "--cadence", "1d", "--due", "08:30")
    assert added.status == 0
    listed = (await trends("schedules", "list")).out
    assert listed == "coffee\tactive\t1d\tAsia/Seoul\t08:30\t2026-11-20T23:10:00Z\t\n"
    shown = (await trends("schedules", "show", "coffee")).out
    assert "overlap\tbuffer_one\n" in shown
    assert "catch-up\t6h\n" in shown
    ahead = (await trends("schedules", "next", "coffee")).out.splitlines()
    assert ahead[:2] == ["2026-11-20T23:10:00Z", "2026-11-21T23:10:00Z"]
    assert len(ahead) == 5
    as_json = json.loads((await trends("schedules", "next", "coffee", "--json")).out)
    assert len(as_json["next_fires"]) == 5


async def test_a_monitor_takes_a_cron_expression_and_gives_it_back(trends: Call) -> None:
    words = ("--cron", "30 9 * * 1-5", "--time-zone", "America/New_York", "--overlap", "skip")
    assert (await trends("monitors", "add", "coffee", *words, "--jitter", "5m")).status == 0
    shown = (await trends("monitors", "show", "coffee")).out
    assert "cron\t30 9 * * 1-5\n" in shown
    assert "overlap\tskip\n" in shown
    changed = await trends("monitors", "edit", "coffee", "--cron", "", "--jitter", "")
    assert changed.status == 0
    refused = await trends("schedules", "show", "coffee")
    assert refused.status != 0
    assert "runs by hand alone" in refused.err


@pytest.mark.parametrize("verb", ["trigger", "pause", "resume"])
async def test_without_a_server_steering_says_so(trends: Call, verb: str) -> None:
    await trends("monitors", "add", "coffee", "--cadence", "1d")
    said = await trends("schedules", verb, "coffee")
    assert said.status != 0
    assert "The Temporal server does not answer" in said.err


async def test_a_cron_expression_that_never_fires_is_refused(trends: Call) -> None:
    said = await trends("monitors", "add", "coffee", "--cron", "0 0 31 2 *")
    assert said.status == 2
    assert "never fires" in said.err
