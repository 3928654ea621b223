"""How many requests a caller may send: a rate that is let through evenly, and a burst on top."""

import math
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from trends.errors import RateLimitedError
from trends.settings_sections import CallerLimits

MINUTE_SECONDS = 60.0
# Each is a key and a number. Who is forgotten begins anew: nobody is held up for want of memory.
MOST_CALLERS = 10_000

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What looks after the process must not be held up by what uses it.
UNLIMITED = frozenset({"/livez", "/readyz", "/metrics"})


class Quota(NamedTuple):
    """What one kind of request is allowed.

    Attributes:
        name: What it is called in headers.
        burst: So many at once.
        per_minute: So many come back in a minute.
    """

    name: str
    burst: int
    per_minute: int

    @property
    def interval(self) -> float:
        """Seconds after which one more is allowed."""
        return MINUTE_SECONDS / self.per_minute

    @property
    def window_seconds(self) -> int:
        """Seconds after which the whole burst is allowed again, whole."""
        return max(1, math.ceil(self.burst * self.interval))


class Standing(NamedTuple):
    """How a caller stands after a request.

    Attributes:
        quota: What it is allowed.
        allowed: Whether this request is served.
        remaining: How many more would be at once.
        full_seconds: Until its whole burst is back.
        wait_seconds: Until one is served again; 0 where one is now.
    """

    quota: Quota
    allowed: bool
    remaining: int
    full_seconds: float
    wait_seconds: float

    def headers(self) -> dict[str, str]:
        """What the draft `ratelimit-headers` (its form of draft 10) tells a caller. A hint, no promise."""
        quota = self.quota
        return {
            "RateLimit-Policy": f'"{quota.name}";q={quota.burst};w={quota.window_seconds}',
            "RateLimit": f'"{quota.name}";r={self.remaining};t={math.ceil(self.full_seconds)}',
        }

    def refusal(self) -> RateLimitedError:
        """Say that a request is one too many, and when one is served again."""
        wait = max(1, math.ceil(self.wait_seconds))
        return RateLimitedError(
            "Too many requests.",
            why=f"{self.quota.per_minute} {self.quota.name} a minute are served, {self.quota.burst} at once.",
            next_step=f"Nothing was done; send it again in {wait} s.",
            retry_after=timedelta(seconds=wait),
        )


class Limiter:
    """The generic cell rate algorithm, for each caller by itself.

    One number is kept of a caller: the moment at which its whole burst will be back. A request that is refused costs
    nothing, so that who waits as told is served.

    Args:
        quota: What each caller is allowed.
        clock: Seconds, monotonic.
        most: Callers that are remembered.
    """

    def __init__(self, quota: Quota, clock: Callable[[], float], most: int = MOST_CALLERS) -> None:
        self._quota = quota
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, caller: str) -> Standing:
        """Count a request of a caller, if it may be served."""
        quota, now = self._quota, self._clock()
        before = max(self._full_at.get(caller, now), now)
        after = before + quota.interval
        # Sums of intervals are not exact; what is let through must be.
        slack = quota.interval / 1_000
        late = after - now - quota.burst * quota.interval
        if late > slack:
            return Standing(quota, False, 0, before - now, late)
        self._full_at[caller] = after
        self._full_at.move_to_end(caller)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        left = (quota.burst * quota.interval - (after - now) + slack) / quota.interval
        return Standing(quota, True, max(0, math.floor(left)), after - now, 0.0)

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._full_at)


class Limits:
    """The limits of one process: reading and writing apart, so that a page that polls takes nothing from its owner.

    Args:
        settings: How many; 0 a minute is without end.
        clock: Seconds, monotonic.
    """

    def __init__(self, settings: CallerLimits, clock: Callable[[], float]) -> None:
        self._reads = _limiter("reads", settings.reads_per_minute, settings.reads_burst, clock)
        self._writes = _limiter("writes", settings.writes_per_minute, settings.writes_burst, clock)

    def take(self, method: str, path: str, caller: str) -> Standing | None:
        """Count a request; None where nothing limits it.

        Args:
            method: Decides whether it reads or writes.
            path: Of the request.
            caller: Who sends it: what it showed to be, else its address.
        """
        if path in UNLIMITED:
            return None
        limiter = self._reads if method in SAFE_METHODS else self._writes
        return None if limiter is None else limiter.take(caller)


def _limiter(name: str, per_minute: int, burst: int, clock: Callable[[], float]) -> Limiter | None:
    return Limiter(Quota(name, burst, per_minute), clock) if per_minute else None
