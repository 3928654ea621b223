"""Trends as runs leave them, for tests of the doors."""

from datetime import timedelta

from tests.unit.api.fake_doors import NOW, TENANT, FakeDoors
from tests.unit.trends.reports.report_cases import analysis
from trends.domain.memory import Memory
from trends.domain.models import Topic, Window
from trends.domain.remember import remember


async def remembered(doors: FakeDoors, *topics: Topic, day: int = 0) -> Memory:
    """Let a run find topics, and remember them in the transaction of its report stage."""
    end = NOW + timedelta(days=day)
    window = Window(start=end - timedelta(days=7), end=end)
    run_id = await doors.accept()
    store, made = doors.trends.store, analysis(*topics)
    memory = remember(made, await store.recall(TENANT, run_id, end), end)
    also = store.remembering(TENANT, run_id, window, made, memory)
    await doors.store.stage_started(TENANT, run_id, "analyze", "", 1)
    await doors.store.stage_completed(TENANT, run_id, "analyze", "", 1, {}, (), {}, also)
    return memory
