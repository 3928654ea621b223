"""Windows of money: what they are called, whose they are, and when the next begins."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# How far back a monitor's last scheduled call may lie for the monitor to count where money is scarce: a weekly one does.
KNOWN_DAYS = 7


class Kind(StrEnum):
    """Kinds of windows.

    DAY is of a provider, RUN of a run, MONTH of a monitor. SHARE is what scheduled work of one monitor took of one
    provider's day; it has no cap of its own and is looked at where money is scarce.
    """

    DAY = "day"
    RUN = "run"
    MONTH = "month"
    SHARE = "share"


@dataclass(frozen=True, order=True)
class WindowKey:
    """One window of one tenant.

    Attributes:
        kind: Which kind.
        scope: Whose: a provider, a run, a monitor, or `provider/monitor`.
        name: `2026-11-22`, `2026-11`, or empty for a run.
    """

    kind: Kind
    scope: str
    name: str


def day_of(now: datetime, zone: ZoneInfo) -> str:
    """Name of the day in a zone."""
    return now.astimezone(zone).date().isoformat()


def month_of(now: datetime, zone: ZoneInfo) -> str:
    """Name of the month in a zone."""
    return day_of(now, zone)[:7]


def next_begins(kind: Kind, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next window of a kind begins; None for one that has no next.

    A day is as long as its zone makes it: 23 or 25 hours where clocks are changed.
    """
    today = now.astimezone(zone).date()
    match kind:
        case Kind.DAY | Kind.SHARE:
            return _begin(today + timedelta(days=1), zone)
        case Kind.MONTH:
            return _begin((today.replace(day=1) + timedelta(days=32)).replace(day=1), zone)
        case Kind.RUN:
            return None


def begins(kind: Kind, name: str, zone: ZoneInfo) -> datetime | None:
    """When a window began; None for a run's, which is not of the calendar."""
    match kind:
        case Kind.DAY | Kind.SHARE:
            return _begin(date.fromisoformat(name), zone)
        case Kind.MONTH:
            return _begin(date.fromisoformat(f"{name}-01"), zone)
        case Kind.RUN:
            return None


def keys(
    *,
    provider: str,
    run_id: str | None,
    monitor: str | None,
    scheduled: bool,
    day: str,
    month: str,
) -> tuple[WindowKey, ...]:
    """The windows that a call is charged to."""
    found = [WindowKey(Kind.DAY, provider, day)]
    if run_id is not None:
        found.append(WindowKey(Kind.RUN, run_id, ""))
    if monitor is not None:
        found.append(WindowKey(Kind.MONTH, monitor, month))
        if scheduled:
            found.append(WindowKey(Kind.SHARE, share(provider, monitor), day))
    return tuple(found)


def share(provider: str, monitor: str) -> str:
    """Scope of a monitor's part of a provider's day."""
    return f"{provider}/{monitor}"


def known_since(day: str) -> str:
    """First day on which a monitor's scheduled call still counts."""
    return (date.fromisoformat(day) - timedelta(days=KNOWN_DAYS - 1)).isoformat()


def _begin(day: date, zone: ZoneInfo) -> datetime:
    # The earlier midnight where clocks are set back over it; in UTC, since a gap at midnight has no time of its own.
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
