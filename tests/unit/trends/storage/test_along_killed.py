"""A process is killed around a change and its row in the audit log: both are kept, or neither is."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.unit.trends.storage.along_process import KEY
from trends.storage.audit import AuditLog
from trends.storage.database import Database
from trends.storage.keys import KeyStore

ROOT = Path(__file__).parents[4]
PROGRAM = "tests.unit.trends.storage.along_process"


@pytest.mark.parametrize(("where", "kept"), [("between", 0), ("within", 0), ("after", 1)])
async def test_a_killed_process_leaves_a_change_and_its_row_or_neither(
    database_url: str, where: str, kept: int
) -> None:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", PROGRAM, database_url, where)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"here\n"
    finally:
        process.kill()
        ended = await process.wait()
    assert ended == -signal.SIGKILL
    async with await Database.open(database_url) as database:
        rows = (await AuditLog(database).page("acme")).items
        found = await KeyStore(database).find(KEY.key_id)
    assert (len(rows), int(found is not None)) == (kept, kept)
