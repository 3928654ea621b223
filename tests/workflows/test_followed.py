"""A topic that an analyst follows is told at once when a run announces it anew, once for each window."""

from pathlib import Path

import pytest

from activities.contracts import ReportResult
from engine.requests import StartRun
from engine.trends import DecisionRequest
from tests.workflows.stand import WINDOW, Stand, stand
from trends.domain.decisions import Verb
from trends.domain.memory import Standing
from trends.domain.report import Report
from trends.storage.runs import RunRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]


async def run(built: Stand) -> RunRow:
    """Run the stand's window to its end."""
    request = StartRun(window=WINDOW, sources=("sample",))
    return await built.finished((await built.doors.runs.start("local", request, None)).run)


async def told(built: Stand, row: RunRow) -> list[str]:
    """What was said of a run beside its report."""
    rows = await built.doors.parts.outbox.rows("local", row.run_id)
    return [each.subject for each in rows if not each.subject.endswith("/report")]


async def test_a_followed_topic_that_rises_is_told_once(engine_server: str, tmp_path: Path) -> None:
    async with stand(engine_server, tmp_path) as built:
        await built.worker()
        first = await run(built)
        result = ReportResult.model_validate(first.report)
        report = Report.model_validate_json(await built.doors.artifacts.get(result.json_report))
        topic = next(each for each in report.topics if each.standing is Standing.NEW)
        assert topic.trend_id is not None
        assert await told(built, first) == []

        follow = DecisionRequest(verb=Verb.FOLLOW, author="kim")
        await built.doors.trends.decide("local", topic.trend_id, follow)
        second = await run(built)
        assert await told(built, second) == [f"trend/{topic.trend_id}/rising/2026-03-01T00:00:00Z"]
        assert await told(built, await run(built)) == []
