"""A process that makes a change with its audit row and waits to be killed. Usage: python along_process.py URL WHERE.

WHERE is `within` the transaction, both written and neither committed, `between` the change and its row, or `after` the
commit. It prints a line once it is there, and goes no further while its input stays open.
"""

import asyncio
import sys

import sqlalchemy as sa

from tests.unit.trends.storage.along_cases import ROW, TENANT
from trends.storage.along import Along, taking_along
from trends.storage.audit import AuditLog
from trends.storage.database import Database
from trends.storage.keys import KeyRow, KeyStore

KEY = KeyRow(
    tenant=TENANT,
    key_id="0" * 16,
    digest="0" * 64,
    name="key",
    scopes=(),
    created_at=ROW.at,
    created_by="test",
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
