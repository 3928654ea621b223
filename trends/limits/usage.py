"""What people read of the ledger: what was spent on what, what is left, and what came to its warning or its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.models import Model
from trends.limits import rates
from trends.limits.balances import Level
from trends.limits.moments import ReadTime, store_time
from trends.limits.quotas import Quotas, QuotasOf
from trends.limits.windows import Kind, begins, day_of, month_of, next_begins
from trends.storage.database import Database
from trends.storage.limit_tables import limit_crossings, limit_reservations, limit_windows

_log = limit_reservations.c
_windows = limit_windows.c
_crossings = limit_crossings.c
MOST_ROWS = 1000
# Sooner after its beginning a day says nothing of its pace.
LEAST_ELAPSED = timedelta(minutes=5)


class By(StrEnum):
    """What spending is summed by."""

    DAY = "day"
    PROVIDER = "provider"
    MODEL = "model"
    ROLE = "role"
    RUN = "run_id"
    MONITOR = "monitor"


class Spending(Model):
    """What was spent on one thing.

    Attributes:
        name: Of the day, provider, model, role, run or monitor; empty for calls that belong to none.
        spent_micro: Charged, in micro-USD.
        held_micro: What calls under way may cost.
        calls: Calls that were charged or are under way.
        tokens: Tokens, sent and received; those of calls under way at most.
    """

    name: str
    spent_micro: int
    held_micro: int
    calls: int
    tokens: int


class WindowUse(Model):
    """Money of one window, in micro-USD.

    Attributes:
        kind: Day of a provider, run, or month of a monitor.
        scope: Which provider, run or monitor.
        name: Date of the window; empty for a run.
        spent_micro: Charged.
        held_micro: What calls under way may cost.
        cap_micro: The limit as it is now.
        left_micro: What may still be taken.
        tokens: Tokens of the calls that were charged.
        calls: How many those are.
        per_hour_micro: Pace of spending since the window began; None for a run, and where that is too short ago.
        used_up_at: When it is used up at this pace; None where it outlasts the window.
        ends_at: When the next window begins; None for a run.
    """

    kind: Kind
    scope: str
    name: str
    spent_micro: int
    held_micro: int
    cap_micro: int
    left_micro: int
    tokens: int
    calls: int
    per_hour_micro: int | None
    used_up_at: AwareDatetime | None
    ends_at: AwareDatetime | None


class RateUse(Model):
    """Rates of one provider: what the windows before now hold, and their limits, headroom taken off."""

    provider: str
    minute_calls: int
    requests_per_minute: int
    minute_tokens: int
    tokens_per_minute: int
    hour_calls: int
    requests_per_hour: int
    open_calls: int
    concurrency: int
    blocked_until: AwareDatetime | None


class Crossing(Model):
    """A window that came to its warning or to its end.

    Attributes:
        tenant: Whose.
        kind: As in `WindowUse`.
        scope: As there.
        name: As there.
        level: What it came to.
        at: When.
        spent_micro: What was spent by then.
        cap_micro: Of how much.
    """

    tenant: str
    kind: Kind
    scope: str
    name: str
    level: Level
    at: AwareDatetime
    spent_micro: int
    cap_micro: int


class UsageReader:
    """Reads the ledger.

    Args:
        database: Where it is.
        quotas_of: The limits of a provider as they are now.
        read_time: Reads the ledger's time.
    """

    def __init__(
        self, database: Database, quotas_of: QuotasOf, read_time: ReadTime = store_time
    ) -> None:
        self._database = database
        self._quotas_of = quotas_of
        self._read_time = read_time

    async def spending(
        self, tenant: str, by: By, *, first_day: str, last_day: str
    ) -> tuple[Spending, ...]:
        """Sum what was spent from one day to another, both included; the dearest first.

        Args:
            tenant: Whose.
            by: What to sum by.
            first_day: Such as `2026-11-22`, of the zone of the limits.
            last_day: As well.

        Raises:
            StorageError: The database failed.
        """
        name = sa.func.coalesce(_log[by.value], "")
        spent = sa.func.sum(_log.spent_micro)
        held = sa.func.sum(sa.case((_log.state == "open", _log.held_micro), else_=0))
        query = (
            sa.select(name, spent, held, sa.func.count(), sa.func.sum(_log.tokens))
            .where(
                _log.tenant == tenant,
                _log.day >= first_day,
                _log.day <= last_day,
                _log.state != "released",
            )
            .group_by(name)
            .order_by(spent.desc(), name)
            .limit(MOST_ROWS)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(
            Spending(
                name=row[0],
                spent_micro=int(row[1]),
                held_micro=int(row[2]),
                calls=row[3],
                tokens=int(row[4]),
            )
            for row in rows
        )

    async def windows(self, tenant: str, providers: Sequence[str]) -> tuple[WindowUse, ...]:
        """Read the money of today for each of these providers, and of this month for every monitor that spent any.

        Raises:
            StorageError: The database failed.
        """
        by_provider = {provider: self._quotas_of(provider) for provider in providers}

        def work(connection: sa.Connection) -> tuple[WindowUse, ...]:
            now = self._read_time(connection)
            days = {
                (Kind.DAY, provider, day_of(now, quotas.zone)): quotas
                for provider, quotas in by_provider.items()
            }
            common = next(iter(by_provider.values()), None)
            if common is None:
                return ()
            month = month_of(now, common.zone)
            rows = {
                (Kind(row.kind), row.scope, row.name): row
                for row in connection.execute(_today(tenant, days, month))
            }
            months = {key: common for key in sorted(rows) if key[0] is Kind.MONTH}
            return tuple(
                _use(key, rows.get(key), quotas, now) for key, quotas in {**days, **months}.items()
            )

        return await self._database.read(work)

    async def run(self, tenant: str, run_id: str, provider: str) -> WindowUse:
        """Read the money of one run; empty where it has asked no model.

        Raises:
            StorageError: The database failed.
        """
        quotas = self._quotas_of(provider)
        key = (Kind.RUN, run_id, "")
        query = _of(tenant).where(_windows.kind == Kind.RUN, _windows.scope == run_id)

        def work(connection: sa.Connection) -> WindowUse:
            row = connection.execute(query).one_or_none()
            return _use(key, row, quotas, self._read_time(connection))

        return await self._database.read(work)

    async def rates(self, tenant: str, providers: Sequence[str]) -> tuple[RateUse, ...]:
        """Read how much of each provider's rates is taken. Of rates in Redis this is what the database saw of them.

        Raises:
            StorageError: The database failed.
        """
        by_provider = {provider: self._quotas_of(provider) for provider in providers}

        def work(connection: sa.Connection) -> tuple[RateUse, ...]:
            now = self._read_time(connection)
            return tuple(
                _rate(connection, tenant, provider, quotas, now)
                for provider, quotas in by_provider.items()
            )

        return await self._database.read(work)

    async def crossings(self, tenant: str, limit: int = 100) -> tuple[Crossing, ...]:
        """Read what came to its warning or its end, the newest first.

        Raises:
            StorageError: The database failed.
        """
        query = (
            _crossing_query()
            .where(_crossings.tenant == tenant)
            .order_by(_crossings.at.desc(), *limit_crossings.primary_key)
            .limit(limit)
        )
        return await self._database.read(lambda connection: _read_crossings(connection, query))

    async def untold(self, limit: int = 100) -> tuple[Crossing, ...]:
        """Read what nobody has been told of yet, in every tenant, the oldest first.

        Raises:
            StorageError: The database failed.
        """
        query = (
            _crossing_query()
            .where(_crossings.told_at.is_(None))
            .order_by(_crossings.at, *limit_crossings.primary_key)
            .limit(limit)
        )
        return await self._database.read(lambda connection: _read_crossings(connection, query))

    async def told(self, crossing: Crossing, at: datetime) -> bool:
        """Note that people were told; tells whether nobody had been before.

        Raises:
            StorageError: The database failed.
        """
        key = [_crossings[column.name] for column in limit_crossings.primary_key]
        statement = (
            sa.update(limit_crossings)
            .where(
                *(column == getattr(crossing, column.name) for column in key),
                _crossings.told_at.is_(None),
            )
            .values(told_at=at)
        )
        return await self._database.write(
            lambda connection: connection.execute(statement).rowcount > 0
        )


_Key = tuple[Kind, str, str]


def _of(tenant: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(*limit_windows.columns).where(_windows.tenant == tenant)


def _today(tenant: str, days: dict[_Key, Quotas], month: str) -> sa.Select[tuple[object, ...]]:
    names = {name for _, _, name in days}
    return _of(tenant).where(
        sa.or_(
            sa.and_(_windows.kind == Kind.DAY, _windows.name.in_(sorted(names))),
            sa.and_(_windows.kind == Kind.MONTH, _windows.name == month),
        )
    )


def _use(
    key: _Key, row: sa.Row[tuple[object, ...]] | None, quotas: Quotas, now: datetime
) -> WindowUse:
    kind, scope, name = key
    caps = {Kind.DAY: quotas.day_micro, Kind.RUN: quotas.run_micro, Kind.MONTH: quotas.month_micro}
    cap = caps[kind]
    spent, held = (0, 0) if row is None else (row.spent_micro, row.held_micro)
    began = begins(kind, name, quotas.zone)
    ends = next_begins(kind, now, quotas.zone)
    left = max(0, cap - spent - held)
    pace, used_up = None, None
    if began is not None and now - began >= LEAST_ELAPSED:
        pace = int(spent * timedelta(hours=1) / (now - began))
        if pace > 0:
            at = now + timedelta(hours=1) * (max(0, cap - spent) / pace)
            used_up = at if ends is None or at < ends else None
    return WindowUse(
        kind=kind,
        scope=scope,
        name=name,
        spent_micro=spent,
        held_micro=held,
        cap_micro=cap,
        left_micro=left,
        tokens=0 if row is None else row.tokens,
        calls=0 if row is None else row.calls,
        per_hour_micro=pace,
        used_up_at=used_up,
        ends_at=ends,
    )


def _rate(
    connection: sa.Connection, tenant: str, provider: str, quotas: Quotas, now: datetime
) -> RateUse:
    used = rates.read_used(connection, tenant, provider, now)
    blocked = rates.read_provider(connection, tenant, provider).blocked_until
    return RateUse(
        provider=provider,
        minute_calls=used.minute_calls,
        requests_per_minute=quotas.requests_per_minute,
        minute_tokens=used.minute_tokens,
        tokens_per_minute=quotas.tokens_per_minute,
        hour_calls=used.hour_calls,
        requests_per_hour=quotas.requests_per_hour,
        open_calls=used.open_calls,
        concurrency=quotas.concurrency,
        blocked_until=blocked if blocked > now else None,
    )


def _crossing_query() -> sa.Select[tuple[object, ...]]:
    return sa.select(*(_crossings[name] for name in Crossing.model_fields))


def _read_crossings(
    connection: sa.Connection, query: sa.Select[tuple[object, ...]]
) -> tuple[Crossing, ...]:
    return tuple(Crossing.model_validate(dict(row)) for row in connection.execute(query).mappings())
