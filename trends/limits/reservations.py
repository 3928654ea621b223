"""Reservations: how one begins, is renewed, and ends, with what that does to the money of its windows.

open ─ settle ──► settled      charged what it was
  │ ── release ─► released     charged nothing, and out of the rates
  └─ lease ends ─► expired     charged in full; a settlement or a release that comes late corrects the charge
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.errors import LimitError
from trends.limits import balances
from trends.limits.base import Ask, Reservation
from trends.limits.windows import WindowKey, keys
from trends.storage.limit_tables import limit_reservations

_columns = limit_reservations.c
# What a crashed process left is charged in pieces, so that no caller waits for all of it.
MOST_EXPIRED = 200


class State(StrEnum):
    """How a reservation stands."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Held:
    """A reservation as it is stored; see `limit_reservations`."""

    tenant: str
    id: str
    provider: str
    run_id: str | None
    monitor: str | None
    scheduled: bool
    day: str
    month: str
    state: State
    tokens: int
    held_micro: int
    spent_micro: int
    expires_at: datetime

    @property
    def windows(self) -> tuple[WindowKey, ...]:
        """The windows that it was made in, whatever day it is now."""
        return keys(
            provider=self.provider,
            run_id=self.run_id,
            monitor=self.monitor,
            scheduled=self.scheduled,
            day=self.day,
            month=self.month,
        )

    @property
    def given(self) -> Reservation:
        """What its caller is given."""
        return Reservation(
            id=self.id,
            tenant=self.tenant,
            provider=self.provider,
            tokens=self.tokens,
            cost_micro=self.held_micro,
            expires_at=self.expires_at,
        )


def find(connection: sa.Connection, tenant: str, reservation_id: str) -> Held | None:
    """Read a reservation; None where there is none of this name."""
    row = (
        connection.execute(_read().where(_columns.tenant == tenant, _columns.id == reservation_id))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _held(row)


def get(connection: sa.Connection, reservation: Reservation) -> Held:
    """Read a reservation that its caller was given.

    Raises:
        LimitError: There is none of this name.
    """
    found = find(connection, reservation.tenant, reservation.id)
    if found is None:
        raise LimitError(
            f"There is no reservation '{reservation.id[:80]}' in the tenant '{reservation.tenant}'.",
            next_step="Reserve before you settle.",
        )
    return found


def open_one(
    connection: sa.Connection,
    ask: Ask,
    *,
    scarce: bool,
    day: str,
    month: str,
    now: datetime,
    expires_at: datetime,
) -> Reservation:
    """Write a reservation down. One that was released gave everything back: its name may begin anew."""
    purpose = ask.purpose
    values = {
        "provider": ask.provider,
        "model": ask.model,
        "role": purpose.role,
        "run_id": purpose.run_id,
        "monitor": purpose.monitor,
        "scheduled": purpose.scheduled,
        "scarce": scarce,
        "day": day,
        "month": month,
        "state": State.OPEN,
        "tokens": ask.tokens,
        "held_micro": ask.cost_micro,
        "spent_micro": 0,
        "granted_at": now,
        "expires_at": expires_at,
        "ended_at": None,
    }
    connection.execute(
        insert(limit_reservations)
        .values(tenant=purpose.tenant, id=ask.id, **values)
        .on_conflict_do_update(index_elements=["tenant", "id"], set_=values)
    )
    return Reservation(ask.id, purpose.tenant, ask.provider, ask.tokens, ask.cost_micro, expires_at)


def renew(connection: sa.Connection, held: Held, expires_at: datetime) -> Reservation:
    """Move the end of an open one; one that has ended stays as it is."""
    if held.state is not State.OPEN:
        return held.given
    _change(connection, held, expires_at=expires_at)
    return replace(held.given, expires_at=expires_at)


def settle(
    connection: sa.Connection, held: Held, *, tokens: int, cost_micro: int, now: datetime
) -> bool:
    """Book what a call was; tells whether this did it.

    One that had expired was charged in full: the difference is booked.
    """
    match held.state:
        case State.OPEN:
            _book(connection, held, held=-held.held_micro, spent=cost_micro, tokens=tokens, calls=1)
        case State.EXPIRED:
            spent = cost_micro - held.spent_micro
            _book(connection, held, held=0, spent=spent, tokens=tokens - held.tokens, calls=0)
        case State.SETTLED | State.RELEASED:
            return False
    _change(
        connection, held, state=State.SETTLED, tokens=tokens, spent_micro=cost_micro, ended_at=now
    )
    return True


def release(connection: sa.Connection, held: Held, now: datetime) -> bool:
    """Give everything back; tells whether this did it. One that had expired gets its charge back."""
    match held.state:
        case State.OPEN:
            _book(connection, held, held=-held.held_micro, spent=0, tokens=0, calls=0)
        case State.EXPIRED:
            _book(connection, held, held=0, spent=-held.spent_micro, tokens=-held.tokens, calls=-1)
        case State.SETTLED | State.RELEASED:
            return False
    _change(connection, held, state=State.RELEASED, spent_micro=0, ended_at=now)
    return True


def expire(connection: sa.Connection, tenant: str, now: datetime) -> Sequence[Held]:
    """Charge in full what was neither settled nor released in time, and give it. The rates stay: it was sent."""
    rows = (
        connection.execute(
            _read()
            .where(
                _columns.tenant == tenant, _columns.state == State.OPEN, _columns.expires_at <= now
            )
            .order_by(_columns.expires_at, _columns.id)
            .limit(MOST_EXPIRED)
        )
        .mappings()
        .all()
    )
    ended = [_held(row) for row in rows]
    for held in ended:
        money = held.held_micro
        _book(connection, held, held=-money, spent=money, tokens=held.tokens, calls=1)
        _change(connection, held, state=State.EXPIRED, spent_micro=money, ended_at=now)
    return ended


def _book(
    connection: sa.Connection, of: Held, *, held: int, spent: int, tokens: int, calls: int
) -> None:
    balances.book(
        connection, of.tenant, of.windows, held=held, spent=spent, tokens=tokens, calls=calls
    )


def _change(connection: sa.Connection, held: Held, **values: object) -> None:
    connection.execute(
        sa.update(limit_reservations)
        .where(_columns.tenant == held.tenant, _columns.id == held.id)
        .values(**values)
    )


def _read() -> sa.Select[tuple[object, ...]]:
    return sa.select(*(_columns[field.name] for field in fields(Held)))


def _held(row: sa.RowMapping) -> Held:
    values = dict[str, Any](row)
    values["state"] = State(values["state"])
    return Held(**values)
