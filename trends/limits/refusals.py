"""What the ledger says when it says no."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trends.errors import BudgetSpentError, FrozenError, LimitError, LimitReachedError
from trends.limits.base import Ask
from trends.limits.quotas import usd
from trends.limits.windows import Kind, WindowKey

# Sooner than this nothing can have changed.
LEAST_WAIT = timedelta(milliseconds=10)


def not_yet(ask: Ask, why: str, wait: timedelta) -> LimitReachedError:
    """A rate, or money that is held."""
    wait = max(wait, LEAST_WAIT)
    return LimitReachedError(
        f"{ask.provider} is asked nothing more for now.",
        why=why,
        next_step=f"It is tried again in {wait.total_seconds():.1f} s.",
        retry_after=wait,
    )


def spent(
    key: WindowKey,
    *,
    used: int,
    cap: int,
    least: int,
    now: datetime,
    opens: datetime | None,
    zone: ZoneInfo,
) -> BudgetSpentError:
    """Money that is used up.

    Args:
        key: In which window.
        used: Micro-USD that were spent there.
        cap: Its limit.
        least: What the call needs at the least.
        now: The ledger's time.
        opens: When the next such window begins, if one does.
        zone: In which to say so.
    """
    after = f"The next begins {_local(opens, zone)}" if opens is not None else "It has no next one"
    return BudgetSpentError(
        f"The money {_of(key)} is spent.",
        why=f"{usd(used)} of {usd(cap)} ({_setting(key.kind)}), and the call needs {usd(least)}.",
        next_step=f"{after}; or raise the limit.",
        retry_after=None if opens is None else opens - now,
    )


def kept_back(
    key: WindowKey, *, why: str, now: datetime, opens: datetime | None, zone: ZoneInfo
) -> BudgetSpentError:
    """Money that is left, but for others."""
    after = "" if opens is None else f" The next day begins {_local(opens, zone)}."
    return BudgetSpentError(
        f"What is left {_of(key)} is kept for others.",
        why=why,
        next_step=f"Wait, or raise {_setting(key.kind)}.{after}",
        retry_after=None if opens is None else opens - now,
    )


def never(ask: Ask, quota: int) -> LimitError:
    """A call that is larger than a whole minute's tokens."""
    return LimitError(
        f"The call needs at least {ask.least_tokens} tokens, more than a minute of {ask.provider} has.",
        why=f"limits.tokens_per_minute, less its headroom, is {quota}.",
        next_step="Raise it, or ask with less text.",
    )


def over(ask: Ask, state: str) -> LimitError:
    """A name that was used before, by an attempt that is over."""
    return LimitError(
        f"The reservation '{ask.id[:80]}' has ended ({state}) and was charged.",
        why="Each attempt at a call is reserved under a name of its own.",
        next_step="Ask again under a new one.",
    )


def frozen(author: str, reason: str, since: datetime) -> FrozenError:
    """Paid calls are stopped."""
    return FrozenError(
        "Paid calls are stopped.",
        why=f"{author} froze them at {since:%Y-%m-%d %H:%M} UTC{f': {reason}' if reason else ''}.",
        next_step="Let them go on with: trends thaw",
    )


def _of(key: WindowKey) -> str:
    match key.kind:
        case Kind.DAY | Kind.SHARE:
            return f"for {key.scope} on {key.name}"
        case Kind.MONTH:
            return f"of the monitor {key.scope} in {key.name}"
        case Kind.RUN:
            return f"of the run {key.scope}"


def _setting(kind: Kind) -> str:
    return f"limits.cost_per_{'day' if kind is Kind.SHARE else kind.value}_usd"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
