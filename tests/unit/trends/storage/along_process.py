"""A process that makes a change with its audit row and waits to be killed. Usage: python along_process.py URL WHERE.

WHERE is `within` the transaction, both written and neither committed, `between` the change and its row, or `after` the
commit. It prints a line once it is there, and goes no further while its input stays open.
"""

import asyncio
import sys
from datetime import UTC, datetime

import sqlalchemy as sa

from trends.storage.along import Along, taking_along
from trends.storage.audit import AuditLog, AuditRow
from trends.storage.database import Database
from trends.storage.keys import KeyRow, KeyStore

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEY = KeyRow(
    tenant="acme",
    key_id="0" * 16,
    digest="0" * 64,
    name="key",
    scopes=(),
    created_at=AT,
    created_by="test",
)
ROW = AuditRow(
    tenant="acme",
    id="0199",
    at=AT,
    actor="key:a",
    action="create_key",
    target="/v1/keys",
    outcome="done",
    status=0,
    request_id="r",
    address="",
)


def stop_here() -> None:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    sys.stdin.read()


async def main(url: str, where: str) -> None:
    async with await Database.open(url) as database:
        row = AuditLog(database).along(lambda: ROW)

        def work(connection: sa.Connection) -> None:
            if where == "between":
                stop_here()
            row.work(connection)
            if where == "within":
                stop_here()

        with taking_along(Along(work)):
            await KeyStore(database).add(KEY)
        stop_here()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
