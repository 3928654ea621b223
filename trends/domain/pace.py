"""When a monitor runs: cron or interval in a time zone, and the time of day by which its report is wanted.

Two clocks. An interval counts from the start of 1970 in UTC and knows no days. Everything that speaks of a time of day
is a cron expression, read in the monitor's zone as cron has it since Debian: a time of day that the clock skips in
spring runs as soon as it has leaped, one that comes twice in autumn runs the first time; what runs through all hours
(`*` as minute or hour) follows the clock as it goes. So no day is without its report, and none has two.

The server is told moments in UTC, months ahead, and no zone: its own reading of zones leaves out, or doubles, times on
the days when clocks change, and not the same ones everywhere (ADR 0021).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice, pairwise, takewhile
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import Field

from trends.domain.models import Model
from trends.domain.windows import zone_named
from trends.errors import InvalidRequestError, InvalidWindowError

CADENCE = r"^(?:[1-9][0-9]{0,3}[mhdw])?$"
DUE = r"^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9])?$"
JITTER = r"^(?:[1-9][0-9]{0,3}[smh])?$"
CATCHUP = r"^[1-9][0-9]{0,3}[mhd]$"
LONGEST_CRON = 120
LONGEST_ZONE = 64

SHORTEST = timedelta(minutes=15)
SHORTEST_CATCHUP = timedelta(minutes=1)
LONGEST_CATCHUP = timedelta(days=30)
HORIZON = timedelta(days=3653)
"""A cron expression that does not fire within ten years never does, as far as anybody cares; leap days do."""

NEXT_SHOWN = 5

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_START = datetime(2026, 1, 1)  # noqa: DTZ001  # wall-clock time of no zone
_LOOKED_AT = 500
_LONGEST_OVERLAP = timedelta(hours=3)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"([0-9]+)([smhdw])")
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MONDAY = 1
_FIVE = 5

Cadence = Annotated[str, Field(pattern=CADENCE)]
Due = Annotated[str, Field(pattern=DUE)]
Jitter = Annotated[str, Field(pattern=JITTER)]
Catchup = Annotated[str, Field(pattern=CATCHUP)]
Cron = Annotated[str, Field(max_length=LONGEST_CRON)]
ZoneName = Annotated[str, Field(max_length=LONGEST_ZONE)]


class Overlap(StrEnum):
    """What happens when a run is to begin while the one before it still goes on."""

    SKIP = "skip"
    BUFFER_ONE = "buffer_one"
    BUFFER_ALL = "buffer_all"
    CANCEL_OTHER = "cancel_other"
    TERMINATE_OTHER = "terminate_other"
    ALLOW_ALL = "allow_all"

    @property
    def waits(self) -> bool:
        """Whether the new run waits for the one before."""
        return self in {Overlap.BUFFER_ONE, Overlap.BUFFER_ALL}


class Calendar(Model):
    """Times of day on days of one month, all of it in UTC."""

    year: int
    month: int
    days: tuple[int, ...]
    hours: tuple[int, ...]
    minutes: tuple[int, ...]


class Pace(Model):
    """When a monitor runs, complete.

    Attributes:
        every: Interval; None where there is a cron expression.
        cron: Cron expression of five fields; empty where there is an interval.
        zone: Zone in which cron and due are read.
        due: Time of day by which the report is wanted; empty: none.
        jitter: Each run begins up to so much later.
        overlap: What happens when the run before still goes on.
        catchup: How late a run may begin that could not begin in time.
    """

    every: timedelta | None = None
    cron: str = ""
    zone: str
    due: str = ""
    jitter: timedelta = timedelta()
    overlap: Overlap = Overlap.BUFFER_ONE
    catchup: timedelta


def pace_of(
    *,
    cadence: str,
    cron: str,
    due: str,
    zone: str,
    jitter: str,
    overlap: Overlap,
    catchup: str,
    lead: timedelta,
) -> Pace | None:
    """Put together when a monitor runs; None where it runs by hand alone.

    A cadence of a day or a week has a place in the day: `lead` before the due time, else midnight; a week begins on
    Monday. Any other cadence is an interval.

    Args:
        cadence: Such as `6h`; empty where there is a cron expression.
        cron: Five fields; empty where there is a cadence.
        due: Time of day by which the report is wanted.
        zone: IANA name.
        jitter: Such as `5m`.
        overlap: What happens when the run before still goes on.
        catchup: Such as `6h`.
        lead: How long before the due time a run begins, where the cadence leaves that open.

    Raises:
        InvalidRequestError: It cannot be kept; says why.
    """
    every = length_of(cadence)
    if every is not None and cron:
        raise InvalidRequestError(
            "A monitor has a cadence or a cron expression, not both.",
            next_step="Take one away: --cadence '' or --cron ''.",
        )
    if every is None and not cron:
        _refuse_due_without_day(due)
        return None
    _check_zone(zone)
    if every in {_DAY, _WEEK}:
        begins = _minutes_before(due, lead) if due else 0
        weekday = "*" if every == _DAY else str((_MONDAY + begins // 1440) % 7)
        minute = begins % 1440
        cron, every = f"{minute % 60} {minute // 60} * * {weekday}", None
    elif every is not None:
        _refuse_due_without_day(due, cadence)
    pace = Pace(
        every=every,
        cron=" ".join(cron.split()),
        zone=zone,
        due=due,
        jitter=length_of(jitter) or timedelta(),
        overlap=overlap,
        catchup=length_of(catchup) or SHORTEST_CATCHUP,
    )
    _check(pace)
    return pace


def length_of(text: str) -> timedelta | None:
    """Read a length such as `15m`, `6h`, `1d` or `1w`; None where there is none."""
    found = _LENGTH.fullmatch(text)
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found else None


def calendars(pace: Pace, now: datetime) -> tuple[Calendar, ...]:
    """Write the times from the month before until two months on as calendars; none for an interval.

    Over the month they stay the same, so that the server is told anew once a month. The month before is in it for times
    that are caught up with. Where so little falls into this, the next times follow, whenever they are.
    """
    if not pace.cron:
        return ()
    moments = _of_months(pace.cron, pace.zone, now.year, now.month)
    ahead = sum(moment > now for moment in moments)
    if ahead < NEXT_SHOWN:
        moments = (*moments, *(set(next_fires(pace, now)) - set(moments)))
    days: dict[tuple[int, int, int], dict[int, list[int]]] = {}
    for moment in sorted(moments):
        of_day = days.setdefault((moment.year, moment.month, moment.day), {})
        of_day.setdefault(moment.hour, []).append(moment.minute)
    found: dict[tuple[int, int, tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for (year, month, day), of_day in days.items():
        hours: dict[tuple[int, ...], list[int]] = {}
        for hour, minutes in of_day.items():
            hours.setdefault(tuple(minutes), []).append(hour)
        for same, at in hours.items():
            found.setdefault((year, month, tuple(at), same), []).append(day)
    return tuple(
        Calendar(year=year, month=month, days=tuple(at), hours=hours, minutes=minutes)
        for (year, month, hours, minutes), at in sorted(found.items())
    )


def fires(pace: Pace, after: datetime) -> Iterator[datetime]:
    """Give the times at which a monitor is to run, after a moment, without end; UTC, without jitter."""
    if pace.every is not None:
        moment = _EPOCH + ((after - _EPOCH) // pace.every + 1) * pace.every
        while True:
            yield moment
            moment += pace.every
    yield from _cron_fires(pace.cron, pace.zone, after)


def _cron_fires(cron: str, zone_name: str, after: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(zone_name)
    begin = (after - _LONGEST_OVERLAP).astimezone(zone).replace(tzinfo=None)
    through_all_hours = _through_all_hours(cron)
    last = after
    waiting: list[datetime] = []
    for wall in CronSim(cron, begin):
        moments = _moments(wall, zone, through_all_hours=through_all_hours)
        # Where the clock is set back, 1:30 comes again after 1:45 came first.
        while waiting and moments and waiting[0] < moments[0]:
            moment = heappop(waiting)
            # All that the clock skips comes at one moment.
            if moment > last:
                yield moment
                last = moment
        for moment in moments:
            heappush(waiting, moment)


def next_fires(pace: Pace, after: datetime, count: int = NEXT_SHOWN) -> tuple[datetime, ...]:
    """Give the next times at which a monitor is to run; UTC, without jitter."""
    return tuple(islice(fires(pace, after), count))


def fires_between(pace: Pace, after: datetime, until: datetime, most: int) -> tuple[datetime, ...]:
    """Give the latest times after one moment and not after another, at most so many."""
    found = tuple(takewhile(lambda moment: moment <= until, fires(pace, after)))
    return found[-most:]


def due_of(pace: Pace, fire: datetime) -> datetime | None:
    """Say when the report of a run is due: the next time of that name after it begins; None without a due time.

    A due time that the clock skips is as much later as the clock leaps; one that comes twice is the first.
    """
    if not pace.due:
        return None
    zone = ZoneInfo(pace.zone)
    local = fire.astimezone(zone)
    wall = datetime.combine(local.date(), time.fromisoformat(pace.due))
    for days in (0, 1):
        moment = (wall + days * _DAY).replace(tzinfo=zone).astimezone(UTC)
        if moment > fire:
            return moment
    return (wall + 2 * _DAY).replace(tzinfo=zone).astimezone(UTC)


def gaps(pace: Pace, after: datetime, days: int = 366) -> tuple[str, ...]:
    """Name the times of day within so many days that the clock skips: then it runs as soon as the clock has leaped."""
    if not pace.cron or _through_all_hours(pace.cron):
        return ()
    zone = ZoneInfo(pace.zone)
    begin = after.astimezone(zone).replace(tzinfo=None)
    end = begin + timedelta(days=days)
    walls = takewhile(lambda wall: wall <= end, CronSim(pace.cron, begin))
    return tuple(f"{wall:%Y-%m-%d %H:%M}" for wall in walls if _leap(wall, zone) is not None)


def _moments(wall: datetime, zone: ZoneInfo, *, through_all_hours: bool) -> tuple[datetime, ...]:
    """Give the moments that a time on the wall stands for."""
    leap = _leap(wall, zone)
    if leap is not None:
        return () if through_all_hours else (leap,)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return (first, second) if through_all_hours and first != second else (first,)


def _leap(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Give the moment at which the clock leaps over a time on the wall; None where it does not."""
    # Read by the offset of before, it lies behind the leap; read by that of after, before it.
    behind, before = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before >= behind:
        return None
    offset = before.astimezone(zone).utcoffset()
    while behind - before > _MINUTE:
        middle = before + (behind - before) // _MINUTE // 2 * _MINUTE
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            behind = middle
    return behind


def _through_all_hours(cron: str) -> bool:
    minute, hour, *_ = cron.split()
    return minute.startswith("*") or hour.startswith("*")


@lru_cache(maxsize=1024)
def _of_months(cron: str, zone: str, year: int, month: int) -> tuple[datetime, ...]:
    """Give the times of four months, from the month before the one that is named. Remembered: it is asked every minute."""
    begin, end = _month(year, month - 1), _month(year, month + 3)
    return tuple(takewhile(lambda moment: moment < end, _cron_fires(cron, zone, begin - _MINUTE)))


def _month(year: int, month: int) -> datetime:
    years, month = divmod(month - 1, 12)
    return datetime(year + years, month + 1, 1, tzinfo=UTC)


def _check_zone(name: str) -> None:
    try:
        zone_named(name)
    except InvalidWindowError as error:
        # Right as it is, but no window is at fault here.
        raise InvalidRequestError(error.what, next_step=error.next_step) from error


def _check(pace: Pace) -> None:
    if not SHORTEST_CATCHUP <= pace.catchup <= LONGEST_CATCHUP:
        raise InvalidRequestError(
            "The catch-up time cannot be kept.",
            why="It is between one minute and 30 days.",
            next_step="Give one such as 6h: a run that could not begin in time then begins up to 6 hours late.",
        )
    shortest = pace.every if pace.every is not None else _shortest_between(pace.cron)
    if shortest < SHORTEST:
        minutes = int(shortest.total_seconds()) // 60
        raise InvalidRequestError(
            f"That is too often: every {minutes} min.",
            why=f"A monitor runs every {int(SHORTEST.total_seconds()) // 60} minutes at most.",
            next_step="Give a cadence of 15m or more, or a cron expression such as */15 * * * *.",
        )
    if pace.jitter * 2 > shortest:
        raise InvalidRequestError(
            "The jitter is too large.",
            why=f"Runs may be {_shown(shortest)} apart, and the jitter is at most half of that.",
            next_step="Give less.",
        )
    if pace.due and pace.jitter:
        raise InvalidRequestError(
            "A due time and a jitter contradict each other.",
            why="The jitter would eat the time that is left until the report is due.",
            next_step="Take one away: --due '' or --jitter ''.",
        )
    if pace.due and pace.cron:
        read = CronSim(pace.cron, _ANY_START)
        if len(read.minutes) * len(read.hours) > 1:
            raise InvalidRequestError(
                f"The due time {pace.due} does not say which run it is of.",
                why=f"'{pace.cron}' runs several times a day.",
                next_step="Give a cron expression that runs once a day, or leave the due time out.",
            )


def _shortest_between(cron: str) -> timedelta:
    """Read a cron expression, and say how close its times come.

    Raises:
        InvalidRequestError: It cannot be read, or never fires.
    """
    if len(cron.split()) != _FIVE:
        raise _bad_cron(cron, f"It has {len(cron.split())} fields.")
    try:
        read = CronSim(cron, _ANY_START)
    except CronSimError as error:
        reason = str(error)
        if reason == "Bad day-of-month" and not _out_of_range(cron):
            raise _never(cron) from error
        raise _bad_cron(cron, f"{reason}.") from error
    if min(read.days) < 1 or not all(isinstance(day, int) for day in read.weekdays):
        raise _bad_cron(cron, "L, W and # are not understood by the scheduler.")
    end = _ANY_START + HORIZON
    walls = list(takewhile(lambda wall: wall <= end, islice(read, _LOOKED_AT)))
    if not walls:
        raise _never(cron)
    return min((later - earlier for earlier, later in pairwise(walls)), default=HORIZON)


def _out_of_range(cron: str) -> bool:
    try:
        CronSim(" ".join((*cron.split()[:3], "*", "*")), _ANY_START)
    except CronSimError:
        return True
    return False


def _never(cron: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The cron expression '{cron}' never fires.",
        why="No month has such a day.",
        next_step="Look at its day of the month (third field) and month (fourth).",
    )


def _bad_cron(cron: str, why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The cron expression '{cron[:LONGEST_CRON]}' cannot be read.",
        why=why,
        next_step="Write minute, hour, day of the month, month, day of the week: 30 8 * * 1-5 is 8:30 on workdays.",
    )


def _refuse_due_without_day(due: str, cadence: str = "") -> None:
    if not due:
        return
    raise InvalidRequestError(
        f"The due time {due} has no day to be on.",
        why=f"The cadence {cadence} has no place in the day."
        if cadence
        else "Without a pace nothing runs by itself.",
        next_step="Give the cadence 1d or 1w, or a cron expression that runs once a day; or leave the due time out.",
    )


def _minutes_before(due: str, lead: timedelta) -> int:
    """Minutes of the day at which a run begins; below zero it is the day before."""
    hours, minutes = (int(part) for part in due.split(":"))
    return hours * 60 + minutes - int(lead.total_seconds()) // 60


def _shown(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
