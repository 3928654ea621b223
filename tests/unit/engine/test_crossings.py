"""Words about budgets: each crossing is told once, to those who are to hear of it, whatever is killed in between."""

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine.doors import Doors
from trends.domain.calls import Purpose, Role
from trends.domain.monitors import Monitor, MonitorDraft
from trends.limits.base import Ask
from trends.limits.ledger import SqlLedger
from trends.limits.quotas import Quotas
from trends.notify.base import Message, NoticeKind
from trends.storage.tables import outbox as outbox_rows

LOCAL = "local"


def quotas(**limits: int) -> Quotas:
    wide = {"day_micro": 10_000, "run_micro": 10_000, "month_micro": 10_000, **limits}
    return Quotas(
        requests_per_minute=100,
        requests_per_hour=100,
        tokens_per_minute=100_000,
        burst_size=100,
        concurrency=100,
        warn_at=0.8,
        zone=ZoneInfo("Asia/Seoul"),
        **wide,
    )


async def spend(doors: Doors, cost: int, limits: Quotas, monitor: str | None = None) -> None:
    ledger = SqlLedger(doors.parts.database, lambda _: limits)
    purpose = Purpose(tenant=LOCAL, role=Role.ANALYST, monitor=monitor, node="draft")
    name = f"call-{cost}-{monitor}"
    held = await ledger.reserve(
        Ask(
            id=name,
            purpose=purpose,
            provider="openai",
            model="m",
            tokens=10,
            cost_micro=cost,
            least_tokens=10,
            least_cost_micro=cost,
        )
    )
    await ledger.settle(held, tokens=10, cost_micro=cost)


async def told(doors: Doors) -> list[tuple[str, Message]]:
    query = sa.select(outbox_rows.c.channel, outbox_rows.c.payload)
    rows = await doors.parts.database.read(lambda connection: connection.execute(query).all())
    return sorted(
        ((row[0], Message.model_validate(row[1])) for row in rows),
        key=lambda each: (each[0], each[1].subject),
    )


async def watch(doors: Doors, **draft: object) -> Monitor:
    made = MonitorDraft.model_validate({"name": "daily", "sources": ("sample",), **draft})
    return (await doors.monitors.add(LOCAL, made, "kim")).monitor


async def test_warning_and_end_are_told_once_each(stored_doors: Doors) -> None:
    doors = stored_doors
    await spend(doors, 8_000, quotas())
    assert await doors.crossings.run_once() == 1
    await spend(doors, 2_000, quotas())
    assert await doors.crossings.run_once() == 1
    assert await doors.crossings.run_once() == 0
    (_, end), (_, warning) = await told(doors)
    assert (warning.kind, end.kind) == (NoticeKind.BUDGET_WARNING, NoticeKind.BUDGET_SPENT)
    assert warning.lines[0] == "$0.008 of $0.01 are spent."
    assert end.lines[0] == "$0.01 of $0.01 are spent."
    assert warning.subject.startswith("budget/day/openai/")


async def test_nothing_is_told_below_the_warning(stored_doors: Doors) -> None:
    await spend(stored_doors, 7_999, quotas())
    assert await stored_doors.crossings.run_once() == 0
    assert await told(stored_doors) == []


async def test_word_that_was_written_before_a_crash_is_not_written_again(
    stored_doors: Doors,
) -> None:
    doors = stored_doors
    await spend(doors, 8_000, quotas())
    await doors.crossings.run_once()
    # As a crash between the outbox and the mark leaves it.
    undo = sa.text("UPDATE limit_crossings SET told_at = NULL")
    await doors.parts.database.write(lambda connection: connection.execute(undo))
    assert await doors.crossings.run_once() == 1
    assert len(await told(doors)) == 1


async def test_monitors_month_is_told_on_its_channels_by_its_name(stored_doors: Doors) -> None:
    doors = stored_doors
    await doors.setting_changes.change(
        {"notify.alert_channels": []}, (), seen=None, author="test", reason=""
    )
    monitor = await watch(doors, channels=("log",))
    limits = quotas(day_micro=1_000_000, run_micro=1_000_000)
    await spend(doors, 9_000, limits, monitor.monitor_id)
    assert await doors.crossings.run_once() == 1
    ((channel, message),) = await told(doors)
    assert (channel, message.monitor) == ("log", "daily")
    assert "daily" in message.title


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_word_is_in_the_language_of_reports(stored_doors: Doors, language: str) -> None:
    doors = stored_doors
    await doors.setting_changes.change(
        {"runs.report_language": language}, (), seen=None, author="test", reason=""
    )
    await spend(doors, 8_000, quotas())
    await doors.crossings.run_once()
    ((_, message),) = await told(doors)
    assert message.language == language
    assert ("예산" in message.title) == (language == "ko")
