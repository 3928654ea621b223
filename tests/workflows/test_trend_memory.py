"""Trend memory and decisions, through whole runs."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.requests import StartRun, WindowSpan
from engine.trends import DecisionRequest
from tests.workflows.stand import WINDOW, Stand, stand
from trends.domain.decisions import Verb
from trends.storage.runs import RunRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]

DAY = timedelta(days=1)


@pytest.fixture
async def working(engine_server: str, tmp_path: Path) -> AsyncGenerator[Stand]:
    """A stand with a worker."""
    async with stand(engine_server, tmp_path) as built:
        await built.worker()
        yield built


def window(days: int) -> WindowSpan:
    """The window of the stand, so many days later."""
    return WindowSpan(start=WINDOW.start + days * DAY, end=WINDOW.end + days * DAY)


async def run(working: Stand, days: int) -> RunRow:
    """Run a window to its end."""
    request = StartRun(window=window(days), sources=("sample",))
    return await working.finished((await working.doors.runs.start("local", request, None)).run)


async def rerun(working: Stand, row: RunRow, stage: str) -> dict[str, Any]:
    """The report of a run that is run again from a stage."""
    started = await working.doors.runs.rerun("local", row.run_id, stage, None)
    return await report(working, await working.finished(started.run))


async def report(working: Stand, row: RunRow) -> dict[str, Any]:
    """A run's report as data."""
    made: dict[str, Any] = json.loads((await working.report(row))["application/json"])
    return made


async def test_a_topic_keeps_its_trend_from_one_window_to_the_next(working: Stand) -> None:
    first = await report(working, await run(working, -1))
    second = await report(working, await run(working, 0))
    before = {topic["trend_id"]: topic for topic in (*first["topics"], *first["watching"])}
    stayed = [topic for topic in second["topics"] if topic["trend_id"] in before]
    assert stayed
    assert {topic["seen_windows"] for topic in stayed} == {2}
    assert {topic["since"] for topic in stayed} == {first["window"]["end"]}


async def test_a_decision_is_heeded_from_analyze_on_and_never_before(working: Stand) -> None:
    row = await run(working, 0)
    plain = await report(working, row)
    topic = plain["topics"][0]
    await working.doors.trends.decide(
        "local",
        topic["trend_id"],
        DecisionRequest(verb=Verb.MUTE, author="kim", reason="An advert."),
    )
    # What a run decided by is stored with its analysis: a later stage tells the same again.
    assert await rerun(working, row, "report") == plain

    muted = await rerun(working, row, "analyze")
    assert topic["trend_id"] not in {one["trend_id"] for one in muted["topics"]}
    assert [one["decision"]["author"] for one in muted["hidden"]] == ["kim"]
    assert muted["claim"] == plain["claim"]
    assert muted["volume"] == plain["volume"]
