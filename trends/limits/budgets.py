"""How much money a call may hold: of its day, its run and its monitor's month, and what is kept where money is scarce.

The day of a provider is scarce when less than `SCARCE_PART` of it is left. From then on, while monitors are known whose
schedule used the provider in the last seven days:

1. Calls that are not of scheduled work are refused: the last fifth of a day belongs to the schedule.
2. No monitor takes more of that last fifth than an equal share, counted over the monitors that are known.

Where no monitor is known, or one alone, there is nobody to keep money for, and the whole day may be used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from trends.errors import LimitError
from trends.limits import balances, refusals
from trends.limits.balances import Balance, Level, cap_of
from trends.limits.base import Ask
from trends.limits.fitting import shrink_to_cost
from trends.limits.quotas import Quotas, usd
from trends.limits.rates import soon
from trends.limits.windows import Kind, WindowKey, known_since, next_begins, share
from trends.storage.limit_tables import limit_reservations, limit_windows

SCARCE_PART = 5


@dataclass(frozen=True)
class Granted:
    """An ask as it is granted.

    Attributes:
        ask: Shrunk where little is left.
        scarce: Whether it takes of the last fifth of a day.
    """

    ask: Ask
    scarce: bool


@dataclass(frozen=True)
class _Room:
    """What one window lets this call take, in micro-USD.

    Attributes:
        key: The window.
        left: Now.
        after: When everything that is held has come free.
        kept: Why more is there, but for others; empty where it is not.
    """

    key: WindowKey
    left: int
    after: int
    kept: str = ""


def grant(
    connection: sa.Connection,
    ask: Ask,
    keys: tuple[WindowKey, ...],
    quotas: Quotas,
    now: datetime,
) -> Granted | LimitError:
    """Find out what a call may hold; holds nothing yet.

    Args:
        connection: Of a transaction that holds the tenant.
        ask: The call.
        keys: The windows it is charged to.
        quotas: The limits.
        now: The ledger's time.
    """
    tenant = ask.purpose.tenant
    known = balances.read(connection, tenant, keys)
    rooms = [
        _Room(key, cap - balance.spent - balance.held, cap - balance.spent)
        for key, balance in known.items()
        if (cap := cap_of(key.kind, quotas))
    ]
    day = next(key for key in keys if key.kind is Kind.DAY)
    kept = _kept(connection, ask, day, known[day], quotas)
    if kept is not None:
        rooms.append(kept)
    fitted = shrink_to_cost(ask, min(room.left for room in rooms))
    if fitted is not None:
        left = quotas.day_micro - known[day].spent - known[day].held - fitted.cost_micro
        return Granted(fitted, scarce=left < _pot(quotas))
    final = min(rooms, key=lambda room: room.after)
    if final.after >= ask.least_cost_micro:
        why = "Calls under way hold the money that is left."
        return refusals.not_yet(ask, why, soon(connection, tenant, now))
    return _refuse(connection, ask, final, known, quotas, now)


def _refuse(
    connection: sa.Connection,
    ask: Ask,
    room: _Room,
    known: Mapping[WindowKey, Balance],
    quotas: Quotas,
    now: datetime,
) -> LimitError:
    opens = next_begins(room.key.kind, now, quotas.zone)
    if room.kept:
        return refusals.kept_back(room.key, why=room.kept, now=now, opens=opens, zone=quotas.zone)
    cap, spent = cap_of(room.key.kind, quotas), known[room.key].spent
    levels = (Level.WARNING, Level.FULL)
    balances.note(connection, ask.purpose.tenant, room.key, levels, now=now, spent=spent, cap=cap)
    return refusals.spent(
        room.key,
        used=spent,
        cap=cap,
        least=ask.least_cost_micro,
        now=now,
        opens=opens,
        zone=quotas.zone,
    )


def _pot(quotas: Quotas) -> int:
    return quotas.day_micro // SCARCE_PART


def _kept(
    connection: sa.Connection, ask: Ask, day: WindowKey, balance: Balance, quotas: Quotas
) -> _Room | None:
    """What the rules of a scarce day leave to this call; None where they say nothing."""
    pot = _pot(quotas)
    after = quotas.day_micro - balance.spent
    left = after - balance.held
    if left - ask.cost_micro >= pot:
        return None
    purpose = ask.purpose
    monitors = _known_monitors(connection, purpose.tenant, ask.provider, day.name)
    mine = purpose.monitor if purpose.scheduled else None
    if not monitors - {mine}:
        return None
    if mine is None:
        why = f"The last {usd(pot)} of {usd(quotas.day_micro)} are for scheduled runs."
        return _Room(day, left - pot, after - pot, why)
    each = pot // len(monitors | {mine})
    taken = _taken(connection, purpose.tenant, ask.provider, day.name, mine)
    why = (
        f"Of the last {usd(pot)} of {usd(quotas.day_micro)} each of {len(monitors | {mine})}"
        f" monitors has {usd(each)}, and {mine} has used its own."
    )
    return _Room(
        day,
        max(0, left - pot) + max(0, each - taken.spent - taken.held),
        max(0, after - pot) + max(0, each - taken.spent),
        why,
    )


def _known_monitors(connection: sa.Connection, tenant: str, provider: str, day: str) -> set[str]:
    table = limit_windows.c
    prefix = share(provider, "")
    rows = connection.scalars(
        sa.select(table.scope)
        .where(
            table.tenant == tenant,
            table.kind == Kind.SHARE,
            table.scope.startswith(prefix, autoescape=True),
            table.name >= known_since(day),
        )
        .distinct()
    )
    return {scope.removeprefix(prefix) for scope in rows}


def _taken(
    connection: sa.Connection, tenant: str, provider: str, day: str, monitor: str
) -> Balance:
    """What a monitor's scheduled calls took of the last fifth of a day."""
    table = limit_reservations.c
    row = connection.execute(
        sa.select(
            sa.func.coalesce(
                sa.func.sum(sa.case((table.state == "open", table.held_micro), else_=0)), 0
            ),
            sa.func.coalesce(sa.func.sum(table.spent_micro), 0),
        ).where(
            table.tenant == tenant,
            table.day == day,
            table.monitor == monitor,
            table.provider == provider,
            table.scheduled,
            table.scarce,
        )
    ).one()
    return Balance(held=int(row[0]), spent=int(row[1]))
