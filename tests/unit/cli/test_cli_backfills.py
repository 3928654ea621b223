"""`trends monitors backfill` and `trends backfills`, against the real API."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cli.entry import run
from tests.unit.api.fake_doors import TENANT, FakeDoors, LiveApi, open_fake_doors
from tests.unit.cli.conftest import Said
from trends.domain.backfills import BackfillStatus, WindowState

SPAN = ("--from", "2026-02-01", "--to", "2026-02-04")


@dataclass
class Shell:
    """Runs `trends` on a thread of this process, as in a pipe, against the real API."""

    doors: FakeDoors

    async def __call__(self, *words: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        # The API's log would go to the stream that the command believes to be its own.
        with redirect_stdout(out), redirect_stderr(err), capture_logs():
            status = await asyncio.to_thread(run, words)
        return Said(int(status), out.getvalue(), err.getvalue())

    async def end(self, backfill_id: str, *states: WindowState) -> None:
        """Let a backfill end, its windows so."""
        store = self.doors.backfills.store
        for window, state in zip(await store.windows(TENANT, backfill_id), states, strict=True):
            await store.opened(TENANT, backfill_id, window.window_end, "run", released=True)
            await store.settled(TENANT, backfill_id, window.window_end, state, "", "It is down.")
        well = set(states) == {WindowState.DONE}
        status = BackfillStatus.COMPLETED if well else BackfillStatus.FAILED
        await store.finish(TENANT, backfill_id, status, "", "" if well else "It is down.")


@pytest.fixture
async def trends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Shell]:
    """A shell, with a monitor saved."""
    monkeypatch.chdir(tmp_path)
    async with open_fake_doors(tmp_path) as doors:
        api = LiveApi(doors)
        await api.start()
        monkeypatch.setenv("TRENDS_API_URL", api.url)
        shell = Shell(doors)
        assert (await shell("monitors", "add", "coffee", "--source", "sample")).status == 0
        yield shell
        await api.stop()


async def test_a_dry_run_says_what_it_would_do(trends: Shell) -> None:
    said = await trends("monitors", "backfill", "coffee", *SPAN, "--dry-run")
    assert said.status == 0, said.err
    wanted = "3 windows, 1d apart, from 2026-02-01T15:00:00Z to 2026-02-03T15:00:00Z."
    assert wanted in said.err
    assert (await trends("backfills", "list")).out == ""


async def test_a_backfill_is_started_listed_and_shown(trends: Shell) -> None:
    started = await trends("monitors", "backfill", "coffee", *SPAN)
    backfill_id = started.out.strip()
    assert (started.status, f"trends backfills watch {backfill_id}" in started.err) == (0, True)
    listed = (await trends("backfills", "list")).out
    assert listed.startswith(f"{backfill_id}\tcoffee\tstarting\t3\t0\t0\t")
    shown = await trends("backfills", "show", "last")
    assert shown.out.splitlines()[0] == "2026-02-01T15:00:00Z\twaiting\t\t"
    assert "coffee: starting. 0 of 3 done" in shown.err
    found = json.loads((await trends("backfills", "show", backfill_id[-6:], "--json")).out)
    assert found["id"] == backfill_id


async def test_watching_ends_with_the_status_that_the_end_means(trends: Shell) -> None:
    backfill_id = (await trends("monitors", "backfill", "coffee", *SPAN)).out.strip()
    watching = asyncio.create_task(trends("backfills", "watch", backfill_id))
    await trends.end(backfill_id, WindowState.DONE, WindowState.FAILED, WindowState.DONE)
    said = await watching
    assert said.status == 1
    assert "Failed: 2 of 3 done, 1 failed, 1 made without one before them. It is down." in said.err
    assert f"trends backfills retry-failed {backfill_id}" in said.err
    again = await trends("backfills", "retry-failed", "last")
    assert again.status == 0
    assert "Note: 1 later windows keep reports" in again.err
    await trends.end(backfill_id, *3 * [WindowState.DONE])
    assert (await trends("backfills", "watch", backfill_id)).status == 0


async def test_what_cannot_be_is_told_in_a_sentence(trends: Shell) -> None:
    long_ago = await trends(
        "monitors", "backfill", "coffee", "--from", "2017-01-01", "--to", "2026-02-01"
    )
    assert long_ago.status == 2
    assert "a backfill has at most 400" in long_ago.err
    assert "Take a longer step" in long_ago.err
    assert (await trends("monitors", "backfill", "nobody", *SPAN)).status == 3
    assert (await trends("backfills", "show", "last")).status == 3
    assert (await trends("backfills", "show", "abc")).status == 2
    assert (await trends("backfills", "cancel", "0199c1f2")).status == 3
