"""The smallest ledger, for tests of the gateway alone: one SQLite file, no rates, every reservation booked once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from trends.limits.base import Ask, Reservation

EXPIRES = datetime(2026, 1, 9, 12, 1, tzinfo=UTC)
_TABLE = """CREATE TABLE IF NOT EXISTS held (
    id TEXT PRIMARY KEY, tenant TEXT, provider TEXT, tokens INTEGER, cost_micro INTEGER,
    state TEXT, booked_tokens INTEGER, booked_micro INTEGER)"""


class Row(NamedTuple):
    """How a reservation stands: `open`, `settled` or `released`."""

    id: str
    provider: str
    tokens: int
    cost_micro: int
    state: str
    booked_tokens: int
    booked_micro: int


class FileLedger:
    """Grants everything, unless `refuse` raises what a limit would say.

    Args:
        file: Where it keeps what it grants.
        most_tokens: Grants no more than that, but what is the least that is of use.
    """

    def __init__(self, file: Path, *, most_tokens: int | None = None) -> None:
        self._file = file
        self._most_tokens = most_tokens
        self.refuse: Callable[[Ask], None] = lambda _: None
        self.blocked: list[tuple[str, str, timedelta]] = []
        self.renewed: list[str] = []
        with closing(self._open()) as connection, connection:
            connection.execute(_TABLE)

    async def reserve(self, ask: Ask) -> Reservation:
        self.refuse(ask)
        tokens = max(ask.least_tokens, min(ask.tokens, self._most_tokens or ask.tokens))
        values = (ask.id, ask.purpose.tenant, ask.provider, tokens, ask.cost_micro)
        with closing(self._open()) as connection, connection:
            connection.execute(
                "INSERT OR IGNORE INTO held VALUES (?, ?, ?, ?, ?, 'open', 0, 0)", values
            )
        (row,) = [each for each in self.rows() if each.id == ask.id]
        return Reservation(
            row.id, ask.purpose.tenant, row.provider, row.tokens, row.cost_micro, EXPIRES
        )

    async def renew(self, reservation: Reservation) -> Reservation:
        self.renewed.append(reservation.id)
        return reservation

    async def settle(self, reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        self._end(reservation, "settled", tokens, cost_micro)

    async def release(self, reservation: Reservation) -> None:
        self._end(reservation, "released", 0, 0)

    async def block(self, tenant: str, provider: str, wait: timedelta) -> None:
        self.blocked.append((tenant, provider, wait))

    def rows(self) -> list[Row]:
        """Every reservation, in the order in which they were made."""
        columns = ", ".join(Row._fields)
        with closing(self._open()) as connection:
            found = connection.execute(f"SELECT {columns} FROM held ORDER BY rowid")  # noqa: S608  # names of columns
            return [Row(*row) for row in found]

    def _end(self, reservation: Reservation, state: str, tokens: int, cost_micro: int) -> None:
        with closing(self._open()) as connection, connection:
            connection.execute(
                "UPDATE held SET state = ?, booked_tokens = ?, booked_micro = ?"
                " WHERE id = ? AND state = 'open'",
                (state, tokens, cost_micro, reservation.id),
            )

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=10)
        # Nothing of it has to last.
        connection.execute("PRAGMA synchronous=OFF")
        return connection
