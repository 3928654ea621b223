"""Spans of time: the window a report speaks of, and the days it is counted in."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trends.domain.models import Window
from trends.errors import InvalidWindowError

LONGEST = timedelta(days=3653)
"""Ten years, leap days included."""

_SPAN = re.compile(r"(-?[0-9]{1,9})\s*([hdw])", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}
_FORMS = (
    "Write a span such as 24h, 7d or 4w, or two times such as 2026-01-01T00:00Z/2026-01-08T00:00Z."
)
_WITH_ZONE = "Add a zone, such as 2026-01-08T00:00Z or 2026-01-08T09:00+09:00."
_INSTANT = timedelta(microseconds=1)


class Bin(NamedTuple):
    """One wall-clock day of a market, `start <= t < end`, both UTC.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        day: Local date of its last instant.
    """

    start: datetime
    end: datetime
    day: date


def zone_named(name: str) -> ZoneInfo:
    """Look up an IANA time zone.

    Raises:
        InvalidWindowError: No such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidWindowError(
            f"There is no time zone named '{name[:80]}'.",
            next_step="Use an IANA name, such as Asia/Seoul.",
        ) from error


def parse_window(text: str, now: datetime, zone: str = "UTC") -> Window:
    """Read a window as people write it.

    A span (`24h`, `7d`, `4w`) ends now; its days and weeks are wall-clock days in `zone`, so that
    `7d` covers seven bins even where the clock changes. `start/end` gives both ends, each with
    its zone.

    Args:
        text: The window as written.
        now: When it was asked for; aware.
        zone: IANA name of the market's time zone.

    Raises:
        InvalidWindowError: Unreadable, zero, negative, longer than ten years, ending before it
            begins or in the future, or written without a zone.
    """
    written = text.strip()
    if "/" in written:
        start, _, end = written.partition("/")
        return span(start, end, now)
    found = _SPAN.fullmatch(written)
    if found is None:
        raise InvalidWindowError(f"'{written[:80]}' is not a window.", next_step=_FORMS)
    amount, unit = int(found[1]), found[2].lower()
    if amount <= 0:
        raise InvalidWindowError(
            f"The window '{written}' has no length.",
            why="A window looks back from now.",
            next_step="Write a number above zero, such as 7d.",
        )
    if amount * _HOURS[unit] > LONGEST / timedelta(hours=1):
        raise _too_long(f"The window '{written}' is longer than ten years.")
    try:
        start = _back(now, zone_named(zone), unit, amount)
    except OverflowError as error:
        raise _too_long(f"The window '{written}' begins before the calendar.") from error
    return Window(start=start, end=now.astimezone(UTC))


def span(start: datetime | str, end: datetime | str, now: datetime) -> Window:
    """Make a window of two times, given as values or in ISO 8601.

    Raises:
        InvalidWindowError: A time is unreadable or without a zone, or the pair is not a past span
            of at most ten years.
    """
    first, last = _moment(start, "start"), _moment(end, "end")
    if last <= first:
        raise InvalidWindowError(
            "The window ends before it begins.",
            why=f"It would run from {first.isoformat()} to {last.isoformat()}.",
            next_step="Swap the two times, or give a later end.",
        )
    if last > now:
        raise InvalidWindowError(
            "The window ends in the future.",
            why=f"It ends at {last.isoformat()}; it is {now.astimezone(UTC).isoformat()}.",
            next_step="End it now or earlier, or write a span such as 7d.",
        )
    if last - first > LONGEST:
        raise _too_long("The window is longer than ten years.")
    return Window(start=first, end=last)


def bins(window_end: datetime, zone: str, count: int) -> list[Bin]:
    """Cut the past into wall-clock days that end at the time of day of `window_end`.

    A day on which the clock changes is 23 or 25 hours long. An edge that falls in a gap lies
    where the clock lands after it, one that occurs twice is the first of the two, and a date that
    a zone skipped altogether has no bin.

    Args:
        window_end: End of the newest bin; aware.
        zone: IANA name of the market's time zone.
        count: How many bins; at least 0.

    Returns:
        `count` bins, oldest first, each ending where the next begins.

    Raises:
        InvalidWindowError: Unknown zone, or bins that would begin before the calendar.
    """
    market = zone_named(zone)
    edges = [window_end.astimezone(UTC)]
    days = 0
    while len(edges) <= count:
        days += 1
        try:
            edge = _back(window_end, market, "d", days)
        except OverflowError as error:
            raise _too_long(f"{count} days reach back beyond the calendar.") from error
        if edge < edges[-1]:
            edges.append(edge)
    edges.reverse()
    return [
        Bin(start, end, (end - _INSTANT).astimezone(market).date())
        for start, end in pairwise(edges)
    ]


def bin_index(of: Sequence[Bin], moments: Iterable[datetime]) -> list[int]:
    """Say into which bin each moment falls, -1 where into none.

    Args:
        of: Bins as `bins` returns them.
        moments: Aware times, in any order.
    """
    if not of:
        return [-1 for _ in moments]
    edges = [*(each.start for each in of), of[-1].end]
    past = len(of)
    places = (bisect_right(edges, moment) - 1 for moment in moments)
    return [place if place < past else -1 for place in places]


def _back(end: datetime, zone: ZoneInfo, unit: str, amount: int) -> datetime:
    if unit == "h":
        return end.astimezone(UTC) - timedelta(hours=amount)
    days = amount if unit == "d" else 7 * amount
    wall = (end.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)).replace(fold=0)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _moment(value: datetime | str, name: str) -> datetime:
    moment = value if isinstance(value, datetime) else _read(value, name)
    if moment.utcoffset() is None:
        raise InvalidWindowError(
            f"The window's {name} has no time zone.",
            why=f"'{moment.isoformat()}' means another moment in every zone.",
            next_step=_WITH_ZONE,
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise _too_long(f"The window's {name} is beyond the calendar.") from error


def _read(text: str, name: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidWindowError(
            f"The window's {name} '{text.strip()[:80]}' is not a time.",
            next_step="Write it in ISO 8601, such as 2026-01-08T00:00Z.",
        ) from error


def _too_long(what: str) -> InvalidWindowError:
    return InvalidWindowError(what, next_step="Ask for ten years or less.")
