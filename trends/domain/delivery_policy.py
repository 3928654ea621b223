"""When a message may go out to a channel: digests, quiet hours, workdays, and alerts enough for one day.

Everything is on the clock of the channel's market. Quiet hours and days off hold whatever comes, alerts too: who wants
to be woken names a channel without them. Nothing is ever dropped; what may not go out now has a time at which it will.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from trends.domain.models import Model

TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
DIGEST = rf"^(?:{TIME})?$"
QUIET = rf"^(?:{TIME}-{TIME})?$"

_DAY = timedelta(days=1)
# Longer than any run of days off; a policy that never opens is refused before it gets here.
_MOST_DAYS = 60
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DigestTime = Annotated[str, Field(pattern=DIGEST)]
QuietHours = Annotated[str, Field(pattern=QUIET)]


class Urgency(StrEnum):
    """What kind of message it is."""

    REPORT = "report"
    ALERT = "alert"


class Release(Model):
    """When a message goes out.

    Attributes:
        at: Not before; None: at once.
        digest: Within a digest.
    """

    at: AwareDatetime | None = None
    digest: bool = False


NOW = Release()


class DeliveryPolicy(Model):
    """When messages may go out to a channel.

    Attributes:
        digest: Time of day at which its reports go out in one message; empty: each by itself.
        quiet_hours: Nothing goes out between, such as `22:00-07:00`; empty: none.
        workdays_only: Nothing goes out on weekends and holidays.
        max_alerts_per_day: Alerts that go out by themselves on one day; the rest goes out in a digest. None: all.
        zone: Clock of all this.
        weekend: Days off of every week.
        holidays: Other days off.
    """

    digest: DigestTime = ""
    quiet_hours: QuietHours = ""
    workdays_only: bool = False
    max_alerts_per_day: Annotated[int, Field(ge=0)] | None = None
    zone: str = "UTC"
    weekend: frozenset[str] = frozenset()
    holidays: frozenset[date] = frozenset()

    @property
    def asks_nothing(self) -> bool:
        """Whether everything goes out at once."""
        return (
            not self.digest
            and not self.quiet_hours
            and not self.workdays_only
            and self.max_alerts_per_day is None
        )


OPEN = DeliveryPolicy()


def release(
    policy: DeliveryPolicy, urgency: Urgency, now: datetime, alerts_today: int = 0
) -> Release:
    """Say when a message goes out.

    Args:
        policy: The channel's.
        urgency: What kind of message it is.
        now: When it came to be.
        alerts_today: Alerts that went out to the channel by themselves since `day_start`.
    """
    limit = policy.max_alerts_per_day
    if urgency is Urgency.ALERT and limit is not None and alerts_today >= limit:
        return Release(at=_next_digest(policy, now), digest=True)
    if urgency is Urgency.REPORT and policy.digest:
        return Release(at=_next_digest(policy, now), digest=True)
    opens = opens_at(policy, now)
    return NOW if opens == now else Release(at=opens)


def opens_at(policy: DeliveryPolicy, moment: datetime) -> datetime:
    """Give the first moment, from one on, at which something may go out."""
    zone = ZoneInfo(policy.zone)
    for _ in range(2 * _MOST_DAYS):
        local = moment.astimezone(zone)
        if _is_off(policy, local.date()):
            moment = _moment(local.date() + _DAY, time(), zone)
            continue
        until = _quiet_until(policy, local)
        if until is None:
            return moment
        moment = max(moment, _moment(*until, zone))
    return moment


def day_start(policy: DeliveryPolicy, now: datetime) -> datetime:
    """Say where the channel's day began."""
    zone = ZoneInfo(policy.zone)
    return _moment(now.astimezone(zone).date(), time(), zone)


def is_quiet(quiet_hours: str, clock: time) -> bool:
    """Whether a time of day lies in quiet hours; their end does not."""
    if not quiet_hours:
        return False
    begin, end = bounds(quiet_hours)
    if begin <= end:
        return begin <= clock < end
    return clock >= begin or clock < end


def bounds(quiet_hours: str) -> tuple[time, time]:
    """Read quiet hours."""
    begin, end = (time.fromisoformat(part) for part in re.findall(TIME, quiet_hours))
    return begin, end


def _next_digest(policy: DeliveryPolicy, now: datetime) -> datetime:
    """Give the next time of the digest on a day that is open; without one, when the channel opens on the day after."""
    zone = ZoneInfo(policy.zone)
    day = now.astimezone(zone).date()
    if not policy.digest:
        return opens_at(policy, _moment(day + _DAY, time(), zone))
    clock = time.fromisoformat(policy.digest)
    for _ in range(_MOST_DAYS):
        moment = _moment(day, clock, zone)
        if moment > now and not _is_off(policy, day):
            return opens_at(policy, moment)
        day += _DAY
    return opens_at(policy, _moment(day, clock, zone))


def _is_off(policy: DeliveryPolicy, day: date) -> bool:
    if not policy.workdays_only:
        return False
    return _WEEKDAYS[day.weekday()] in policy.weekend or day in policy.holidays


def _quiet_until(policy: DeliveryPolicy, local: datetime) -> tuple[date, time] | None:
    if not is_quiet(policy.quiet_hours, local.time()):
        return None
    begin, end = bounds(policy.quiet_hours)
    overnight = begin > end and local.time() >= begin
    return (local.date() + _DAY if overnight else local.date()), end


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Make a moment of a wall-clock time: the first of two; one that is skipped is as much later as the clock leaps."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
