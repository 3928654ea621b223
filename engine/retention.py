"""Remove what is kept no longer for looking back: old rows of the audit log, of the call log, and of the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from trends.limits.moments import ReadTime, store_time
from trends.limits.retention import prune_reservations
from trends.settings import Settings
from trends.storage.access_tables import audit_log
from trends.storage.call_tables import model_attempts, model_calls
from trends.storage.database import Database
from trends.storage.limit_tables import limit_tenants
from trends.storage.retention import prune_audit, prune_calls, tenants_of

Work = Callable[[sa.Connection, str], int]
# What ages by days need not be looked for every minute: each look takes every tenant's lock at the ledger.
REST = timedelta(hours=1)


class Retention:
    """Removes a chunk of each kind and tenant at a time.

    Args:
        database: Where it is.
        settings: For how many days each is kept; asked each time, since they may change.
        read_time: Reads the ledger's time.
    """

    def __init__(
        self,
        database: Database,
        settings: Callable[[], Settings],
        read_time: ReadTime = store_time,
    ) -> None:
        self._database = database
        self._settings = settings
        self._read_time = read_time
        self._rests_until: datetime | None = None

    async def run_due(self, now: datetime) -> int:
        """Remove once, unless the last look found nothing and was less than an hour ago.

        Raises:
            StorageError: The database failed; what was removed before stays removed.
        """
        if self._rests_until is not None and now < self._rests_until:
            return 0
        gone = await self.run_once(now)
        self._rests_until = None if gone else now + REST
        return gone

    async def run_once(self, now: datetime) -> int:
        """Remove once; answers how many rows and calls are gone.

        Raises:
            StorageError: The database failed; what was removed before stays removed.
        """
        settings = self._settings()
        gone = 0
        if days := settings.auth.audit_days:
            before = now - timedelta(days=days)
            gone += await self._each(
                lambda connection, tenant: prune_audit(connection, tenant, before), audit_log
            )
        if days := settings.limits.calls_days:
            gone += await self._calls(now, timedelta(days=days))
        return gone

    async def _calls(self, now: datetime, age: timedelta) -> int:
        def calls(connection: sa.Connection, tenant: str) -> int:
            return prune_calls(connection, tenant, now - age)

        def reservations(connection: sa.Connection, tenant: str) -> int:
            return prune_reservations(connection, tenant, age, self._read_time)

        # Calls first: an answer that nobody comes back for must not wait for a reservation that is gone.
        gone = await self._each(calls, model_calls, model_attempts)
        return gone + await self._each(reservations, limit_tenants)

    async def _each(self, work: Work, *tables: sa.Table[Any]) -> int:
        tenants = await self._database.read(
            lambda connection: {name for table in tables for name in tenants_of(connection, table)}
        )
        gone = 0
        for tenant in sorted(tenants):
            gone += await self._one(work, tenant)
        return gone

    async def _one(self, work: Work, tenant: str) -> int:
        return await self._database.write(lambda connection: work(connection, tenant))
