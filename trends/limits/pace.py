"""When a call may begin: pure arithmetic over the log of what was granted.

Two things are held beside each other. A log of every grant, so that no window of a minute or an hour ever holds more
than its quota, wherever it is laid. And GCRA for the burst: `burst_size` calls may begin at once, and then one for each
60 s / requests_per_minute. GCRA alone would let a burst and a whole minute's quota through one minute; the log alone
would let the whole minute's quota begin at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trends.limits.quotas import Quotas

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Granted:
    """A line of the log.

    Attributes:
        at: When it was granted.
        tokens: What it may use; once it is settled, what it used.
    """

    at: datetime
    tokens: int


@dataclass(frozen=True)
class Used:
    """What a provider's rates have in them now.

    Attributes:
        minute_calls: Calls granted in the minute before now.
        minute_tokens: Their tokens.
        hour_calls: Calls granted in the hour before now.
        open_calls: Calls under way.
    """

    minute_calls: int
    minute_tokens: int
    hour_calls: int
    open_calls: int


def interval(quotas: Quotas) -> timedelta:
    """Time after which one more call of the burst may begin."""
    return MINUTE / quotas.requests_per_minute


def burst_wait(whole_at: datetime, now: datetime, quotas: Quotas) -> timedelta:
    """How long until the burst lets one more begin; zero or less where it does now.

    Args:
        whole_at: When the burst is whole again, if nothing begins.
        now: The ledger's time.
        quotas: The limits.
    """
    return whole_at - now - interval(quotas) * (quotas.burst_size - 1)


def after_start(whole_at: datetime, now: datetime, quotas: Quotas) -> datetime:
    """When the burst is whole again after one more has begun now."""
    return max(whole_at, now) + interval(quotas)


def minute_wait(
    log: Sequence[Granted], tokens: int, now: datetime, quotas: Quotas
) -> timedelta | None:
    """How long until a minute has room for one more call; None where it never has.

    Args:
        log: Grants of the minute before now, oldest first.
        tokens: Of the call.
        now: The ledger's time.
        quotas: The limits.
    """
    if tokens > quotas.tokens_per_minute:
        return None
    calls, held = len(log), sum(line.tokens for line in log)
    wait = timedelta(0)
    for line in log:
        if calls < quotas.requests_per_minute and held + tokens <= quotas.tokens_per_minute:
            break
        calls, held = calls - 1, held - line.tokens
        wait = line.at + MINUTE - now
    return wait
