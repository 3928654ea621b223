"""How a polled source is: when it answered last, how often it fails, when it is asked next."""

import hashlib
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from trends.domain.models import Model, Tenant

RECENT_POLLS = 50
"""Polls over which the error rate is taken."""

ANSWERED, FAILED = ".", "x"

LONGEST_BACK_OFF = timedelta(hours=6)
"""A source that fails is asked at least so often, unless its cadence is longer or it said itself when to come back."""

LONGEST_RETRY_AFTER = timedelta(hours=24)
"""What a server's Retry-After is believed at most."""

DOWN_AFTER = timedelta(hours=24)
"""Silence after which a source counts as down."""

_START = datetime(1970, 1, 1, tzinfo=UTC)


class SourceHealth(Model):
    """How a source is.

    Attributes:
        tenant: Whose it is.
        source: Key under which its items are stored.
        first_attempt: Its first poll.
        last_attempt: Its last poll.
        last_success: Its last poll that was answered.
        slug: Why the last poll failed: error slug; empty where it did not.
        reason: The same as a sentence.
        failures: Failed polls in a row.
        last_items: Items in the last list that was answered.
        last_new: Those of them that were new.
        recent: The last `RECENT_POLLS` polls, oldest first: `.` answered, `x` failed.
        newest_at: Time of the newest item it ever gave.
        moved_to: Where it says it has moved for good.
        paused: Whether a person paused it.
        cadence_seconds: How often it is asked.
        next_poll: When it is asked next.
    """

    tenant: Tenant
    source: str
    first_attempt: AwareDatetime | None = None
    last_attempt: AwareDatetime | None = None
    last_success: AwareDatetime | None = None
    slug: str = ""
    reason: str = ""
    failures: int = 0
    last_items: int = 0
    last_new: int = 0
    recent: str = ""
    newest_at: AwareDatetime | None = None
    moved_to: str | None = None
    paused: bool = False
    cadence_seconds: int = 0
    next_poll: AwareDatetime | None = None

    @property
    def error_rate(self) -> float | None:
        """Share of the last polls that failed; None before the first."""
        return self.recent.count(FAILED) / len(self.recent) if self.recent else None

    def lag(self, now: datetime) -> timedelta | None:
        """How old its newest item is; None where it gave none."""
        return None if self.newest_at is None else max(now - self.newest_at, timedelta())


def down_since(health: SourceHealth, now: datetime) -> datetime | None:
    """Say since when a source has been down; None where it is not.

    Down is a source that is asked and has not answered for a day. A paused one is not asked.
    """
    if health.paused or not health.failures:
        return None
    since = health.last_success or health.first_attempt
    if since is None or now - since < DOWN_AFTER:
        return None
    return since


def noted(recent: str, mark: str) -> str:
    """Add a poll to the last ones."""
    return (recent + mark)[-RECENT_POLLS:]


def next_poll(
    now: datetime,
    cadence: timedelta,
    source: str,
    *,
    failures: int = 0,
    final: bool = False,
    retry_after: timedelta | None = None,
) -> datetime:
    """Say when a source is asked next.

    Every source has its own fixed place within the cadence, so that many of them do not all go out at once, and a
    restart does not move them. A failing one is asked after twice, four times … the cadence, up to a limit.

    Args:
        now: The moment of the poll.
        cadence: How often it is asked.
        source: Its key; decides its place.
        failures: Failed polls in a row, this one included.
        final: It failed in a way that does not mend by itself: the limit applies at once.
        retry_after: What the server asked for.
    """
    limit = max(cadence, LONGEST_BACK_OFF)
    if final:
        wait = limit
    elif failures > 1:
        # Bounded before it is doubled: a long outage would overflow.
        wait = min(limit, cadence * 2 ** min(failures - 1, 20))
    else:
        wait = cadence
    if retry_after is not None:
        return now + max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    return _placed(now + wait - cadence, cadence, source)


def first_wait(source: str, within: timedelta) -> timedelta:
    """Say how long a source's first poll waits, so that those that begin together do not go out at once."""
    return within * _share(source)


def _placed(after: datetime, cadence: timedelta, source: str) -> datetime:
    """Find the first of the source's places in time later than half a cadence after a moment."""
    offset = cadence * _share(source)
    begun = (after + cadence / 2 - _START - offset) // cadence + 1
    return _START + offset + begun * cadence


def _share(source: str) -> float:
    return int.from_bytes(hashlib.sha256(source.encode()).digest()[:4]) / 2**32
