"""The ledger as figures of a whole installation, for whoever draws graphs of it."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from trends.domain.models import Model
from trends.limits.moments import ReadTime, store_time
from trends.limits.quotas import QuotasOf
from trends.limits.windows import Kind, day_of
from trends.storage.database import Database
from trends.storage.limit_tables import limit_freezes, limit_windows

_windows = limit_windows.c


class ProviderFigures(Model):
    """One provider's day of one tenant, in micro-USD.

    Attributes:
        spent_micro: Charged in the day.
        held_micro: What calls under way may cost.
        cap_micro: The day's budget as it is now.
        calls: Calls that were charged since the ledger was set up.
    """

    tenant: str
    provider: str
    spent_micro: int
    held_micro: int
    cap_micro: int
    calls: int


class LedgerFigures(Model):
    """All of it.

    Attributes:
        providers: By tenant and provider; those that were ever charged, and those that are in use.
        frozen: Tenants whose paid calls are stopped.
    """

    providers: tuple[ProviderFigures, ...]
    frozen: frozenset[str]


async def read_figures(
    database: Database,
    quotas_of: QuotasOf,
    in_use: Sequence[tuple[str, str]],
    *,
    known: Callable[[str], bool],
    tenant: str | None = None,
    read_time: ReadTime = store_time,
) -> LedgerFigures:
    """Read the figures.

    Args:
        database: Where the ledger is.
        quotas_of: The limits of a provider as they are now.
        in_use: Tenant and provider of what is to be told before its first call.
        known: Whether settings know a provider; one that is gone has no budget.
        tenant: Only of this one; None: of all.
        read_time: Reads the ledger's time.

    Raises:
        StorageError: The database failed.
    """

    def work(connection: sa.Connection) -> LedgerFigures:
        now = read_time(connection)
        calls = _calls(connection, tenant)
        pairs = sorted({*calls, *in_use})
        days = {name: day_of(now, quotas_of(name).zone) for _, name in pairs if known(name)}
        money = _days(connection, tenant, days)
        return LedgerFigures(
            providers=tuple(
                ProviderFigures(
                    tenant=whose,
                    provider=name,
                    spent_micro=money.get((whose, name), (0, 0))[0],
                    held_micro=money.get((whose, name), (0, 0))[1],
                    cap_micro=quotas_of(name).day_micro if known(name) else 0,
                    calls=calls.get((whose, name), 0),
                )
                for whose, name in pairs
            ),
            frozen=_frozen(connection, tenant),
        )

    return await database.read(work)


def _calls(connection: sa.Connection, tenant: str | None) -> dict[tuple[str, str], int]:
    query = (
        sa.select(_windows.tenant, _windows.scope, sa.func.sum(_windows.calls))
        .where(_windows.kind == Kind.DAY)
        .group_by(_windows.tenant, _windows.scope)
    )
    if tenant is not None:
        query = query.where(_windows.tenant == tenant)
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}


def _days(
    connection: sa.Connection, tenant: str | None, days: dict[str, str]
) -> dict[tuple[str, str], tuple[int, int]]:
    query = sa.select(
        _windows.tenant, _windows.scope, _windows.name, _windows.spent_micro, _windows.held_micro
    ).where(_windows.kind == Kind.DAY, _windows.name.in_(sorted(set(days.values()))))
    if tenant is not None:
        query = query.where(_windows.tenant == tenant)
    return {
        (row[0], row[1]): (row[3], row[4])
        for row in connection.execute(query)
        if days.get(row[1]) == row[2]
    }


def _frozen(connection: sa.Connection, tenant: str | None) -> frozenset[str]:
    query = sa.select(limit_freezes.c.tenant).where(limit_freezes.c.thawed_at.is_(None))
    if tenant is not None:
        query = query.where(limit_freezes.c.tenant == tenant)
    return frozenset(connection.scalars(query))
