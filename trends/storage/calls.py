"""The call log: each call of a model is written down before it leaves, and its answer before anybody uses it.

An attempt goes `in_flight` → `answered` → `settled`; or `failed`, where it is known what it cost; or `unknown`, where
nobody can tell. One that a crash leaves `in_flight` may have been answered: the next attempt at the same call repeats
it, and both are booked. An answer that is in the log is never asked for again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import AwareDatetime

from trends.domain.calls import LoggedCall, MicroUsd, Purpose, Tokens
from trends.domain.models import Model, Tenant
from trends.storage.call_tables import model_attempts, model_calls
from trends.storage.database import Database


class AttemptState(StrEnum):
    """How far an attempt got."""

    IN_FLIGHT = "in_flight"
    ANSWERED = "answered"
    SETTLED = "settled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Start(StrEnum):
    """Whether an attempt may leave: it does; another process left under the same reservation; or it comes too late."""

    LEAVES = "leaves"
    SHARED = "shared"
    LATE = "late"


class CallKey(NamedTuple):
    """Which call of which tenant; `digest` is over everything that makes it the same call."""

    tenant: str
    digest: str


class Attempt(Model):
    """One attempt at a call, and what was reserved for it.

    Attributes:
        number: Which attempt, from 1.
        ask_id: Name of its reservation.
        provider: Where it went.
        model: Which model there.
        held_tokens: Tokens that were reserved.
        held_micro: Money that was reserved, in micro-USD.
        expires_at: When the reservation ended as it was made.
        booked_tokens: Tokens that are to be booked, once it was answered.
        booked_micro: The same in micro-USD.
    """

    tenant: Tenant
    number: int
    ask_id: str
    provider: str
    model: str
    held_tokens: Tokens
    held_micro: MicroUsd
    expires_at: AwareDatetime
    booked_tokens: Tokens = 0
    booked_micro: MicroUsd = 0


class Known(NamedTuple):
    """What the log knows of a call.

    Attributes:
        call: Its answer, if it was answered.
        attempts: How many attempts left so far.
        unsettled: Attempts that were answered and perhaps not booked: a crash came between.
    """

    call: LoggedCall | None
    attempts: int
    unsettled: tuple[Attempt, ...]


class RunCalls(Model):
    """The calls of one run, for its record.

    Attributes:
        asked: Requests that left for a provider, repeated ones included.
        repeated: Those that were made again because an earlier one may have been answered unheard.
        failed: Those that came back without an answer.
        from_log: How often an answer was taken from the log.
        from_cache: Calls that were answered from the cache.
        cost_micro: What is known to have been spent, in micro-USD; what was repeated may have cost more, in the ledger.
    """

    asked: int
    repeated: int
    failed: int
    from_log: int
    from_cache: int
    cost_micro: int


class CallStore:
    """Keeps the log.

    Args:
        database: Where it is.
        clock: Tells the time of what happens.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def find(self, key: CallKey) -> Known:
        """Read what is known of a call; an answer that is taken is counted.

        Raises:
            StorageError: The database failed.
        """
        known = await self._database.read(lambda connection: _known(connection, key))
        if known.call is not None:
            again = sa.update(model_calls).where(*_of(model_calls, key))
            again = again.values(answered_again=model_calls.c.answered_again + 1)
            await self._database.write(lambda connection: connection.execute(again).rowcount)
        return known

    async def begin(self, key: CallKey, purpose: Purpose, attempt: Attempt) -> Start:
        """Write down that an attempt leaves. Only after this may it.

        Raises:
            StorageError: The database failed, or the run does not exist.
        """
        now = self._clock()
        return await self._database.write(
            lambda connection: _begin(connection, key, purpose, attempt, now)
        )

    async def answered(
        self, key: CallKey, purpose: Purpose, call: LoggedCall, attempt: Attempt | None
    ) -> LoggedCall:
        """Keep an answer for good, with what is to be booked for its attempt.

        Args:
            key: Which call.
            purpose: What it is for.
            call: The answer.
            attempt: The attempt that brought it; None where it is from the cache.

        Returns:
            The answer that stands: where two attempts were answered, the first.

        Raises:
            StorageError: The database failed.
        """
        now = self._clock()
        return await self._database.write(
            lambda connection: _answered(connection, key, purpose, call, attempt, now)
        )

    async def settled(self, key: CallKey, number: int) -> None:
        """Note that an attempt was booked.

        Raises:
            StorageError: The database failed.
        """
        await self._end(key, number, {"state": AttemptState.SETTLED})

    async def failed(
        self,
        key: CallKey,
        number: int,
        state: AttemptState,
        *,
        slug: str,
        request_id: str,
        booked_tokens: int = 0,
        booked_micro: int = 0,
    ) -> None:
        """Note that an attempt brought no answer: `failed` where it is known what it cost, else `unknown`.

        Raises:
            StorageError: The database failed.
        """
        change = {
            "state": state,
            "slug": slug,
            "request_id": request_id,
            "booked_tokens": booked_tokens,
            "booked_micro": booked_micro,
            "ended_at": self._clock(),
        }
        await self._end(key, number, change)

    async def figures(self, tenant: str, run_id: str) -> RunCalls:
        """Count the calls of a run.

        Raises:
            StorageError: The database failed.
        """
        return await self._database.read(lambda connection: _figures(connection, tenant, run_id))

    async def _end(self, key: CallKey, number: int, change: Mapping[str, Any]) -> None:
        this = (*_of(model_attempts, key), model_attempts.c.attempt == number)
        statement = sa.update(model_attempts).where(*this).values(change)
        await self._database.write(lambda connection: connection.execute(statement).rowcount)


def _of(table: sa.Table[Any], key: CallKey) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.tenant == key.tenant, table.c.call_key == key.digest


def _known(connection: sa.Connection, key: CallKey) -> Known:
    # Attempts first: an answer that comes between the two statements is seen, and not asked for again.
    query = sa.select(model_attempts).where(*_of(model_attempts, key))
    rows = connection.execute(query.order_by(model_attempts.c.attempt)).mappings().all()
    unsettled = tuple(_attempt(row) for row in rows if row["state"] == AttemptState.ANSWERED)
    return Known(_call(connection, key), len(rows), unsettled)


def _call(connection: sa.Connection, key: CallKey) -> LoggedCall | None:
    query = sa.select(*_LOGGED).where(*_of(model_calls, key))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else LoggedCall.model_validate(dict[str, Any](row))


def _begin(
    connection: sa.Connection, key: CallKey, purpose: Purpose, attempt: Attempt, now: datetime
) -> Start:
    # Held until the end: an answer to one of them is either in the log before this attempt leaves, or comes after it.
    query = sa.select(model_attempts).where(*_of(model_attempts, key)).with_for_update()
    rows = connection.execute(query).all()
    taken = [row.ask_id for row in rows if row.attempt == attempt.number]
    if taken:
        return Start.SHARED if taken == [attempt.ask_id] else Start.LATE
    if _call(connection, key) is not None:
        return Start.LATE
    open_ends = (AttemptState.IN_FLIGHT, AttemptState.UNKNOWN)
    new = {
        **attempt.model_dump(exclude={"number"}),
        "call_key": key.digest,
        "run_id": purpose.run_id,
        "attempt": attempt.number,
        "state": AttemptState.IN_FLIGHT,
        "repeats": any(row.state in open_ends for row in rows),
        "slug": "",
        "request_id": "",
        "begun_at": now,
        "ended_at": None,
    }
    # Two that find the number free meet at the unique key, and the later one runs again.
    connection.execute(sa.insert(model_attempts), new)
    return Start.LEAVES


def _answered(
    connection: sa.Connection,
    key: CallKey,
    purpose: Purpose,
    call: LoggedCall,
    attempt: Attempt | None,
    now: datetime,
) -> LoggedCall:
    if attempt is not None:
        this = (*_of(model_attempts, key), model_attempts.c.attempt == attempt.number)
        change = {
            "state": AttemptState.ANSWERED,
            "booked_tokens": attempt.booked_tokens,
            "booked_micro": attempt.booked_micro,
            "request_id": call.request_id,
            "ended_at": now,
        }
        connection.execute(sa.update(model_attempts).where(*this).values(change))
    standing = _call(connection, key)
    if standing is None:
        of_purpose = purpose.model_dump(include={"run_id", "role", "node", "round", "part"})
        values = {**of_purpose, **call.model_dump(mode="json"), "answered_at": now}
        new = {"tenant": key.tenant, "call_key": key.digest, "answered_again": 0, **values}
        connection.execute(sa.insert(model_calls), new)
    return standing or call


def _attempt(row: sa.RowMapping) -> Attempt:
    names = [name for name in Attempt.model_fields if name != "number"]
    return Attempt.model_validate({**{name: row[name] for name in names}, "number": row["attempt"]})


def _figures(connection: sa.Connection, tenant: str, run_id: str) -> RunCalls:
    calls, attempts = model_calls.c, model_attempts.c
    brought_none = attempts.state.in_((AttemptState.FAILED, AttemptState.UNKNOWN))
    of_attempts = sa.select(
        sa.func.count(),
        _sum(sa.case((attempts.repeats, 1), else_=0)),
        _sum(sa.case((brought_none, 1), else_=0)),
        _sum(attempts.booked_micro),
    ).where(attempts.tenant == tenant, attempts.run_id == run_id)
    of_calls = sa.select(
        _sum(calls.answered_again),
        _sum(sa.case((calls.origin == "cache", 1), else_=0)),
    ).where(calls.tenant == tenant, calls.run_id == run_id)
    asked, repeated, failed, cost_micro = connection.execute(of_attempts).one()
    from_log, from_cache = connection.execute(of_calls).one()
    return RunCalls(
        asked=asked,
        repeated=repeated,
        failed=failed,
        from_log=from_log,
        from_cache=from_cache,
        cost_micro=cost_micro,
    )


def _sum(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


_LOGGED = [model_calls.c[name] for name in LoggedCall.model_fields]
