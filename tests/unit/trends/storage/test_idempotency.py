"""One idempotency key, many askers at once: one run."""

import asyncio
import sys
from pathlib import Path

from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.storage.database import Database
from trends.storage.runs import RunStore

ASKERS = 3

ASKER = """
import asyncio, sys
from tests.unit.trends.storage.record_cases import Clock, new_run
from trends.storage.database import Database
from trends.storage.runs import RunStore

async def main(url, run_id):
    async with await Database.open(url) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        row, replayed = await RunStore(database, Clock()).insert(
            new_run(run_id, idempotency_key="k", fingerprint="f")
        )
        print(row.run_id, replayed, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_one_of_many_tasks_wins(database: Database) -> None:
    store = RunStore(database, Clock())

    answers = await asyncio.gather(
        *(store.insert(new_run(f"run-{n}", idempotency_key="k")) for n in range(20))
    )

    assert len({row.run_id for row, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 19
    assert len((await store.page(TENANT)).items) == 1


async def test_one_of_many_processes_wins(database: Database, database_url: str) -> None:
    askers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            ASKER,
            database_url,
            f"run-{n}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[4],
        )
        for n in range(ASKERS)
    ]
    for asker in askers:
        assert asker.stdout is not None
        assert await asker.stdout.readline() == b"ready\n"
    # All are at the line before one may go.
    ends = await asyncio.gather(*(asker.communicate(b"go\n") for asker in askers))
    answers = [output.decode().split() for output, _ in ends]

    assert len({run_id for run_id, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == ["False"] + ["True"] * (ASKERS - 1)
    assert len((await RunStore(database, Clock()).page(TENANT)).items) == 1
