"""Events of a run: dense numbers, in order, whoever writes them."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.storage.database import Database
from trends.storage.events import EventStore
from trends.storage.runs import RunStore

WRITERS = 3
STAGES_EACH = 25


@pytest.fixture
async def store(database: Database) -> RunStore:
    runs = RunStore(database, Clock())
    await runs.insert(new_run())
    return runs


async def test_events_come_in_order_after_a_number(store: RunStore, database: Database) -> None:
    for stage in ("collect", "normalize", "analyze"):
        await store.stage_started(TENANT, "run-1", stage, "", 1)

    events = await EventStore(database).after(TENANT, "run-1", 2)

    assert [(event.seq, event.stage) for event in events] == [(3, "normalize"), (4, "analyze")]


async def test_limit_cuts_the_far_end(store: RunStore, database: Database) -> None:
    for stage in ("collect", "normalize", "analyze"):
        await store.stage_started(TENANT, "run-1", stage, "", 1)

    events = await EventStore(database).after(TENANT, "run-1", 0, limit=2)

    assert [event.seq for event in events] == [1, 2]


async def test_run_that_is_not_there_has_no_events(database: Database) -> None:
    assert await EventStore(database).after(TENANT, "no-such", 0) == ()


async def test_event_tells_time_and_part(store: RunStore, database: Database) -> None:
    await store.stage_started(TENANT, "run-1", "collect", "sample", 1)

    event = (await EventStore(database).after(TENANT, "run-1", 1))[0]

    assert (event.at, event.part) == (Clock().now, "sample")


async def test_concurrent_tasks_leave_no_gap(store: RunStore, database: Database) -> None:
    await asyncio.gather(
        *(store.stage_started(TENANT, "run-1", "collect", f"part-{n}", 1) for n in range(50))
    )

    events = await EventStore(database).after(TENANT, "run-1", 0)

    assert [event.seq for event in events] == list(range(1, 52))


WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from trends.storage.database import Database
from trends.storage.runs import RunStore

async def main(url, name, count):
    async with await Database.open(url) as database:
        store = RunStore(database, lambda: datetime.now(UTC))
        for number in range(int(count)):
            assert await store.stage_started("local", "run-1", "collect", f"{name}-{number}", 1)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_concurrent_processes_leave_no_gap(
    store: RunStore, database: Database, database_url: str
) -> None:
    del store
    root = Path(__file__).parents[4]
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, database_url, f"p{n}", str(STAGES_EACH), cwd=root
        )
        for n in range(WRITERS)
    ]
    statuses = [await writer.wait() for writer in writers]

    events = await EventStore(database).after(TENANT, "run-1", 0)

    assert statuses == [0] * WRITERS
    assert [event.seq for event in events] == list(range(1, WRITERS * STAGES_EACH + 2))
    assert len({event.part for event in events}) == WRITERS * STAGES_EACH + 1
