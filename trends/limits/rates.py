"""Rates in the database: read from the log of reservations, under the tenant's lock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from trends.errors import LimitReachedError
from trends.limits.base import Ask
from trends.limits.pace import (
    HOUR,
    MINUTE,
    Granted,
    Used,
    after_start,
    burst_wait,
    minute_wait,
)
from trends.limits.quotas import Quotas
from trends.limits.refusals import not_yet
from trends.storage.limit_tables import limit_providers, limit_reservations

# How soon a call that is under way may make room: most of them have ended a little later.
TYPICAL_CALL = timedelta(seconds=2)
# Those that wait for a blocked provider come back spread over this long, not all at once.
SPREAD = timedelta(seconds=1)

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_log = limit_reservations.c


@dataclass(frozen=True)
class Provider:
    """What is remembered of a provider.

    Attributes:
        whole_at: When the burst is whole again.
        blocked_until: Until when it is left alone.
    """

    whole_at: datetime = _LONG_AGO
    blocked_until: datetime = _LONG_AGO


def refuse_pace(
    connection: sa.Connection, ask: Ask, quotas: Quotas, now: datetime, jitter: float
) -> LimitReachedError | None:
    """Say why the call may not begin now, and how long to wait; None where it may.

    Args:
        connection: Of a transaction that holds the tenant.
        ask: The call; its tokens fit into a minute.
        quotas: The limits.
        now: The ledger's time.
        jitter: By chance, from 0 to 1.
    """
    tenant = ask.purpose.tenant
    provider = read_provider(connection, tenant, ask.provider)
    waits: list[tuple[timedelta, str]] = []
    if provider.blocked_until > now:
        waits.append(
            (provider.blocked_until - now + SPREAD * jitter, "The provider asked to be left alone.")
        )
    used = read_used(connection, tenant, ask.provider, now)
    if used.minute_calls >= quotas.requests_per_minute:
        why = f"{used.minute_calls} calls began within a minute, of {quotas.requests_per_minute}."
        waits.append((_minute_wait(connection, ask, quotas, now), why))
    elif used.minute_tokens + ask.tokens > quotas.tokens_per_minute:
        why = (
            f"{used.minute_tokens} tokens are taken within a minute, of {quotas.tokens_per_minute},"
            f" and this needs {ask.tokens}."
        )
        waits.append((_minute_wait(connection, ask, quotas, now), why))
    if used.hour_calls >= quotas.requests_per_hour:
        why = f"{used.hour_calls} calls began within an hour, of {quotas.requests_per_hour}."
        waits.append((_hour_wait(connection, ask, quotas, now, used.hour_calls), why))
    if (wait := burst_wait(provider.whole_at, now, quotas)) > timedelta(0):
        waits.append((wait, f"{quotas.burst_size} calls have just begun, which is the burst."))
    if used.open_calls >= quotas.concurrency:
        why = f"{used.open_calls} calls are under way, of {quotas.concurrency}."
        waits.append((soon(connection, tenant, now), why))
    if not waits:
        return None
    wait, why = max(waits)
    return not_yet(ask, why, wait)


def read_used(connection: sa.Connection, tenant: str, provider: str, now: datetime) -> Used:
    """Count what a provider's rates have in them."""
    mine = (_log.tenant == tenant, _log.provider == provider, _log.state != "released")
    minute = (*mine, _log.granted_at > now - MINUTE)
    count, tokens = sa.func.count(), sa.func.coalesce(sa.func.sum(_log.tokens), 0)
    row = connection.execute(
        sa.select(
            sa.select(count).where(*minute).scalar_subquery(),
            sa.select(tokens).where(*minute).scalar_subquery(),
            sa.select(count).where(*mine, _log.granted_at > now - HOUR).scalar_subquery(),
            sa.select(count)
            .where(_log.tenant == tenant, _log.state == "open", _log.provider == provider)
            .scalar_subquery(),
        )
    ).one()
    return Used(int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def read_provider(connection: sa.Connection, tenant: str, provider: str) -> Provider:
    """Read what is remembered of a provider."""
    table = limit_providers.c
    row = connection.execute(
        sa.select(table.whole_at, table.blocked_until).where(
            table.tenant == tenant, table.provider == provider
        )
    ).one_or_none()
    return Provider() if row is None else Provider(*row)


def start(
    connection: sa.Connection, tenant: str, provider: str, quotas: Quotas, now: datetime
) -> None:
    """Take one start out of the burst."""
    whole_at = after_start(read_provider(connection, tenant, provider).whole_at, now, quotas)
    _keep(connection, tenant, provider, whole_at=whole_at)


def block_until(connection: sa.Connection, tenant: str, provider: str, until: datetime) -> None:
    """Leave a provider alone until then, or for longer where that was said before."""
    known = read_provider(connection, tenant, provider).blocked_until
    _keep(connection, tenant, provider, blocked_until=max(known, until))


def soon(connection: sa.Connection, tenant: str, now: datetime) -> timedelta:
    """When something that is held may be free: at the end of the first lease, or when a call usually has ended."""
    first = connection.scalar(
        sa.select(sa.func.min(_log.expires_at)).where(_log.tenant == tenant, _log.state == "open")
    )
    return TYPICAL_CALL if first is None else min(TYPICAL_CALL, first - now)


def _keep(connection: sa.Connection, tenant: str, provider: str, **values: datetime) -> None:
    whole = {"whole_at": _LONG_AGO, "blocked_until": _LONG_AGO, **values}
    connection.execute(
        insert(limit_providers)
        .values(tenant=tenant, provider=provider, **whole)
        .on_conflict_do_update(index_elements=["tenant", "provider"], set_=values)
    )


def _minute_wait(connection: sa.Connection, ask: Ask, quotas: Quotas, now: datetime) -> timedelta:
    rows = connection.execute(
        sa.select(_log.granted_at, _log.tokens)
        .where(
            _log.tenant == ask.purpose.tenant,
            _log.provider == ask.provider,
            _log.state != "released",
            _log.granted_at > now - MINUTE,
        )
        .order_by(_log.granted_at, _log.id)
    )
    wait = minute_wait([Granted(*row) for row in rows], ask.tokens, now, quotas)
    return MINUTE if wait is None else wait


def _hour_wait(
    connection: sa.Connection, ask: Ask, quotas: Quotas, now: datetime, calls: int
) -> timedelta:
    # So many have to leave the hour before one more may begin.
    leaves: datetime = connection.execute(
        sa.select(_log.granted_at)
        .where(
            _log.tenant == ask.purpose.tenant,
            _log.provider == ask.provider,
            _log.state != "released",
            _log.granted_at > now - HOUR,
        )
        .order_by(_log.granted_at, _log.id)
        .offset(calls - quotas.requests_per_hour)
        .limit(1)
    ).scalar_one()
    return leaves + HOUR - now
