"""Money of windows: read and booked, always under the tenant's lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.limits.quotas import Quotas
from trends.limits.windows import Kind, WindowKey
from trends.storage.limit_tables import limit_crossings, limit_windows

_columns = limit_windows.c
_KEY = ("tenant", "kind", "scope", "name")


class Level(StrEnum):
    """What a window may come to."""

    WARNING = "warning"
    FULL = "full"


@dataclass(frozen=True)
class Balance:
    """Money of one window, in micro-USD.

    Attributes:
        held: What calls under way may cost.
        spent: What was charged.
    """

    held: int = 0
    spent: int = 0


def cap_of(kind: Kind, quotas: Quotas) -> int:
    """What may be spent in a window of a kind; 0 for one without a limit of its own."""
    match kind:
        case Kind.DAY:
            return quotas.day_micro
        case Kind.RUN:
            return quotas.run_micro
        case Kind.MONTH:
            return quotas.month_micro
        case Kind.SHARE:
            return 0


def read(
    connection: sa.Connection, tenant: str, keys: Sequence[WindowKey]
) -> Mapping[WindowKey, Balance]:
    """Read windows; one that nothing was taken of yet is empty."""
    rows = connection.execute(
        sa.select(
            _columns.kind, _columns.scope, _columns.name, _columns.held_micro, _columns.spent_micro
        ).where(_columns.tenant == tenant, _any_of(keys))
    )
    found = {
        WindowKey(Kind(row.kind), row.scope, row.name): Balance(row.held_micro, row.spent_micro)
        for row in rows
    }
    return {key: found.get(key, Balance()) for key in keys}


def hold(
    connection: sa.Connection,
    tenant: str,
    keys: Sequence[WindowKey],
    quotas: Quotas,
    cost_micro: int,
) -> None:
    """Hold money in every window of a call, and note the limits as they are now."""
    statement = insert(limit_windows)
    taken = statement.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            "held_micro": _columns.held_micro + statement.excluded.held_micro,
            "cap_micro": statement.excluded.cap_micro,
        },
    )
    blank = {"tenant": tenant, "spent_micro": 0, "tokens": 0, "calls": 0}
    for key in keys:
        of_key = {"kind": key.kind, "scope": key.scope, "name": key.name}
        money = {"held_micro": cost_micro, "cap_micro": cap_of(key.kind, quotas)}
        connection.execute(taken, {**blank, **of_key, **money})


def book(
    connection: sa.Connection,
    tenant: str,
    keys: Sequence[WindowKey],
    *,
    held: int,
    spent: int,
    tokens: int,
    calls: int,
) -> None:
    """Add to what windows hold, have spent and have counted; each amount may be negative."""
    connection.execute(
        sa.update(limit_windows)
        .where(_columns.tenant == tenant, _any_of(keys))
        .values(
            held_micro=_columns.held_micro + held,
            spent_micro=_columns.spent_micro + spent,
            tokens=_columns.tokens + tokens,
            calls=_columns.calls + calls,
        )
    )


def note_crossings(
    connection: sa.Connection,
    tenant: str,
    keys: Sequence[WindowKey],
    *,
    warn_at: float,
    now: datetime,
) -> None:
    """Write down, once for each window, that it came to its warning or to its end."""
    rows = connection.execute(
        sa.select(limit_windows).where(
            _columns.tenant == tenant,
            _columns.cap_micro > 0,
            _columns.spent_micro >= _columns.cap_micro * warn_at,
            _any_of(keys),
        )
    ).all()
    for row in rows:
        key = WindowKey(Kind(row.kind), row.scope, row.name)
        reached = [Level.WARNING, *([Level.FULL] if row.spent_micro >= row.cap_micro else [])]
        note(connection, tenant, key, reached, now=now, spent=row.spent_micro, cap=row.cap_micro)


def note(
    connection: sa.Connection,
    tenant: str,
    key: WindowKey,
    levels: Iterable[Level],
    *,
    now: datetime,
    spent: int,
    cap: int,
) -> None:
    """Write down that a window came to these levels, where that was not written before."""
    of_window = {"tenant": tenant, "kind": key.kind, "scope": key.scope, "name": key.name}
    found = {"at": now, "spent_micro": spent, "cap_micro": cap, "told_at": None}
    for level in levels:
        connection.execute(
            insert(limit_crossings)
            .values(**of_window, **found, level=level)
            .on_conflict_do_nothing()
        )


def _any_of(keys: Sequence[WindowKey]) -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            sa.and_(
                _columns.kind == key.kind, _columns.scope == key.scope, _columns.name == key.name
            )
            for key in keys
        )
    )
