"""The ledger over the database: every limit that a call touches, or none, in one transaction."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from trends.errors import InvalidRequestError, LimitError
from trends.limits import balances, rates, refusals, reservations
from trends.limits.base import Ask, Reservation
from trends.limits.budgets import grant
from trends.limits.fitting import shrink_to_tokens
from trends.limits.freeze import standing_freeze
from trends.limits.moments import ReadTime, hold_tenant, store_time
from trends.limits.quotas import Quotas, QuotasOf
from trends.limits.reservations import State
from trends.limits.windows import day_of, keys, month_of
from trends.storage.database import Database

# Long enough for a heartbeat to be late, short enough that what a crash leaves is not held for long.
LEASE = timedelta(seconds=90)


@dataclass(frozen=True)
class Chances:
    """What the ledger does not decide by itself.

    Attributes:
        read_time: Reads the time in a transaction.
        jitter: From 0 to 1, by chance.
    """

    read_time: ReadTime = store_time
    jitter: Callable[[], float] = random.random


class SqlLedger:
    """Rates and money in one database, on SQLite and on PostgreSQL.

    Args:
        database: Where it is kept.
        quotas_of: The limits of a provider as they are now.
        lease: How long a reservation lasts that is not renewed.
        chances: Time and chance.
        holds_rates: Whether it holds the rates too; not where Redis does.
    """

    def __init__(
        self,
        database: Database,
        quotas_of: QuotasOf,
        *,
        lease: timedelta = LEASE,
        chances: Chances | None = None,
        holds_rates: bool = True,
    ) -> None:
        self._database = database
        self._quotas_of = quotas_of
        self._lease = lease
        self._chances = chances or Chances()
        self._holds_rates = holds_rates

    async def reserve(self, ask: Ask) -> Reservation:
        """Take from every limit that the call touches, or from none.

        Raises:
            LimitReachedError: Not yet; says how long to wait.
            BudgetSpentError: Not in this window; says which, its limit, and when the next begins.
            FrozenError: Paid calls are stopped.
            InvalidRequestError: Tokens or a cost below zero, or a least that is more than the most.
            LimitError: The call is larger than a minute's tokens, or its name was used by an attempt that is over.
            StorageError: The store failed; nothing was taken.
        """
        _refuse_negative(ask.least_tokens, ask.tokens - ask.least_tokens)
        _refuse_negative(ask.least_cost_micro, ask.cost_micro - ask.least_cost_micro)
        quotas = self._quotas_of(ask.provider)
        outcome = await self._database.write(lambda connection: self._take(connection, ask, quotas))
        # Not raised inside: what had expired stays charged, whatever is said to this caller.
        if isinstance(outcome, LimitError):
            raise outcome
        return outcome

    async def renew(self, reservation: Reservation) -> Reservation:
        """Keep a reservation while its call is under way. One that has ended stays ended.

        Raises:
            LimitError: There is no such reservation.
            StorageError: The store failed.
        """

        def work(connection: sa.Connection) -> Reservation:
            now = hold_tenant(connection, reservation.tenant, self._chances.read_time)
            held = reservations.get(connection, reservation)
            return reservations.renew(connection, held, now + self._lease)

        return await self._database.write(work)

    async def settle(self, reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        """Book what the call was, once; what was held and not used is free again. More than was held is booked, too.

        It is booked in the windows that the reservation was made in. One that had expired was charged in full, and the
        difference is booked; one that was released is out of the books and stays so.

        Raises:
            InvalidRequestError: Tokens or a cost below zero.
            LimitError: There is no such reservation.
            StorageError: The store failed; nothing was booked.
        """
        _refuse_negative(tokens, cost_micro)
        warn_at = self._quotas_of(reservation.provider).warn_at

        def work(connection: sa.Connection) -> None:
            now = hold_tenant(connection, reservation.tenant, self._chances.read_time)
            held = reservations.get(connection, reservation)
            if reservations.settle(connection, held, tokens=tokens, cost_micro=cost_micro, now=now):
                balances.note_crossings(
                    connection, held.tenant, held.windows, warn_at=warn_at, now=now
                )

        await self._database.write(work)

    async def release(self, reservation: Reservation) -> None:
        """Give everything back: the call was certainly not charged for.

        All but its start, which took place: the burst fills up by itself.

        Raises:
            LimitError: There is no such reservation.
            StorageError: The store failed; nothing was given back.
        """

        def work(connection: sa.Connection) -> None:
            now = hold_tenant(connection, reservation.tenant, self._chances.read_time)
            reservations.release(connection, reservations.get(connection, reservation), now)

        await self._database.write(work)

    async def block(self, tenant: str, provider: str, wait: timedelta) -> None:
        """Leave a provider alone for a while, in every process: it said so.

        Raises:
            StorageError: The store failed.
        """

        def work(connection: sa.Connection) -> None:
            now = hold_tenant(connection, tenant, self._chances.read_time)
            rates.block_until(connection, tenant, provider, now + wait)

        await self._database.write(work)

    def _take(
        self, connection: sa.Connection, ask: Ask, quotas: Quotas
    ) -> Reservation | LimitError:
        tenant = ask.purpose.tenant
        now = hold_tenant(connection, tenant, self._chances.read_time)
        # Before anything is refused: what a crashed process holds would be missing for the rest of the day.
        for held in reservations.expire(connection, tenant, now):
            balances.note_crossings(
                connection, tenant, held.windows, warn_at=quotas.warn_at, now=now
            )
        freeze = standing_freeze(connection, tenant)
        if freeze is not None:
            return refusals.frozen(freeze.author, freeze.reason, freeze.since)
        known = reservations.find(connection, tenant, ask.id)
        if known is not None and known.state is not State.RELEASED:
            return known.given if known.state is State.OPEN else refusals.over(ask, known.state)
        sized = shrink_to_tokens(ask, quotas.tokens_per_minute)
        if sized is None:
            return refusals.never(ask, quotas.tokens_per_minute)
        if self._holds_rates:
            jitter = self._chances.jitter()
            refused = rates.refuse_pace(connection, sized, quotas, now, jitter)
            if refused is not None:
                return refused
        return self._charge(connection, sized, quotas, now)

    def _charge(
        self, connection: sa.Connection, ask: Ask, quotas: Quotas, now: datetime
    ) -> Reservation | LimitError:
        purpose = ask.purpose
        day, month = day_of(now, quotas.zone), month_of(now, quotas.zone)
        windows = keys(
            provider=ask.provider,
            run_id=purpose.run_id,
            monitor=purpose.monitor,
            scheduled=purpose.scheduled,
            day=day,
            month=month,
        )
        granted = grant(connection, ask, windows, quotas, now)
        if isinstance(granted, LimitError):
            return granted
        if self._holds_rates:
            rates.start(connection, purpose.tenant, ask.provider, quotas, now)
        balances.hold(connection, purpose.tenant, windows, quotas, granted.ask.cost_micro)
        return reservations.open_one(
            connection,
            granted.ask,
            scarce=granted.scarce,
            day=day,
            month=month,
            now=now,
            expires_at=now + self._lease,
        )


def _refuse_negative(*amounts: int) -> None:
    """Refuse what would give money back that nobody paid."""
    if min(amounts) < 0:
        raise InvalidRequestError(
            "Tokens and costs of a call are numbers from zero up, and its least is no more than its most.",
            next_step="This is a fault of the program that asks; please report it.",
        )
