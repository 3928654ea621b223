"""Whatever is killed, the report is the undisturbed one, byte for byte; nothing is told or remembered twice."""

import json
import signal
from pathlib import Path

import pytest

from tests.workflows.stand import stand
from trends.storage.trends import TrendFilter

pytestmark = [pytest.mark.engine, pytest.mark.slow]

STAGES = ("collect", "normalize", "analyze", "summarize", "report", "notify")


def told(state: Path) -> list[str]:
    """Ids of the messages that the log channel took."""
    lines = (state / "logs" / "notifications.log").read_text().splitlines()
    return [json.loads(line)["id"] for line in lines]


@pytest.mark.parametrize("moment", ["arrived", "begun", "worked", "recorded"])
async def test_a_worker_killed_in_every_stage_leaves_the_same_report(
    engine_server: str, tmp_path: Path, calm_report: dict[str, bytes], moment: str
) -> None:
    async with stand(engine_server, tmp_path) as shaken:
        row = await shaken.start()
        await shaken.workers_that_die([f"{stage}:{moment}" for stage in STAGES])
        report = await shaken.report(await shaken.finished(row))
        page = await shaken.doors.trends.store.page("local", TrendFilter(watched=True), limit=200)
    assert shaken.deaths == [-signal.SIGKILL] * len(STAGES)
    assert report == calm_report
    told_of = json.loads(report["application/json"])
    topics = [*told_of["topics"], *told_of["watching"]]
    assert {trend.trend_id for trend in page.items} == {topic["trend_id"] for topic in topics}
    assert {trend.windows for trend in page.items} == {1}
    assert len(told(tmp_path)) == 1


@pytest.mark.parametrize("moment", ["pending", "sending", "handed-over", "sent"])
async def test_a_message_goes_out_once_wherever_the_sender_dies(
    engine_server: str, tmp_path: Path, moment: str
) -> None:
    async with stand(engine_server, tmp_path) as shaken:
        row = await shaken.start()
        await shaken.workers_that_die([f"outbox:{moment}"])
        await shaken.finished(row)
        (message,) = await shaken.doors.parts.outbox.rows("local", row.run_id)
    assert shaken.deaths == [-signal.SIGKILL]
    assert told(tmp_path) == [message.id]
    assert message.state == "sent"
