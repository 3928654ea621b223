"""Backfills, on real storage, a real server and real stages."""

import json
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.workflows.backfill_stand import (
    ENDS,
    LATER,
    SLOW_SECONDS,
    WINDOWS,
    Reports,
    begin,
    live,
    one_after_another,
    over,
    reports,
    save_monitor,
)
from tests.workflows.stand import Stand, stand
from trends.domain.backfills import BackfillStatus

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="session")
async def at_the_time(engine_server: str, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The reports of the windows, each run when it ended."""
    return await one_after_another(engine_server, tmp_path_factory.mktemp("live"))


@pytest.fixture
async def idle(engine_server: str, tmp_path: Path) -> AsyncGenerator[Stand]:
    """A stand with the monitor and without any worker."""
    async with stand(engine_server, tmp_path) as built:
        await save_monitor(built)
        yield built


def of_span(all_of: Reports) -> Reports:
    """Those of the backfill's own windows."""
    return {end: all_of[end] for end in ENDS}


def test_a_report_tells_of_the_windows_before(at_the_time: Reports) -> None:
    # Without it, reports would be the same in whatever order they were made.
    last = json.loads(at_the_time[ENDS[-1]]["application/json"])
    assert max(topic["seen_windows"] for topic in last["topics"]) == WINDOWS


async def test_reports_are_those_of_runs_at_the_time(idle: Stand, at_the_time: Reports) -> None:
    await idle.worker()
    ended = await over(idle, await begin(idle), SLOW_SECONDS)
    assert (ended.status, ended.reason) == (BackfillStatus.COMPLETED, "")
    assert (ended.standing.done, ended.standing.left_seconds) == (WINDOWS, None)
    assert await reports(idle, ended) == of_span(at_the_time)


async def test_reports_are_the_same_wherever_workers_die(idle: Stand, at_the_time: Reports) -> None:
    backfill = await begin(idle)
    moments = [
        "step:arrived",
        "accept:recorded",
        "analyze:worked",
        "step:arrived",
        "report:recorded",
    ]
    await idle.workers_that_die(moments)
    ended = await over(idle, backfill, SLOW_SECONDS)
    assert idle.deaths == [-signal.SIGKILL] * len(moments)
    assert (ended.status, ended.reason) == (BackfillStatus.COMPLETED, "")
    assert await reports(idle, ended) == of_span(at_the_time)
    # Each window has one run, and nobody but the log heard of it.
    assert len((await idle.doors.store.page("local")).items) == WINDOWS


async def test_a_run_of_today_meanwhile_changes_nothing_and_knows_what_there_was(
    idle: Stand, at_the_time: Reports
) -> None:
    backfill = await begin(idle)
    started = (await idle.doors.runs.start("local", live(LATER), None)).run
    await idle.worker()
    meanwhile = await idle.report(await idle.finished(started))
    ended = await over(idle, backfill, SLOW_SECONDS)
    assert await reports(idle, ended) == of_span(at_the_time)
    # What it said stays said; asked again, it knows of all the windows before it.
    assert await idle.report(await idle.doors.store.get("local", started.run_id)) == meanwhile
    again = (await idle.doors.runs.start("local", live(LATER), None)).run
    assert await idle.report(await idle.finished(again)) == at_the_time[LATER]
