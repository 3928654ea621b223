"""Holidays of a market, as far as they touch a report: people read, buy and publish otherwise on such days.

They change no number. A report says which fell into its window, and into the time that it is compared with.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trends.domain.models import Language, Model, Window

LEAST_BEFORE = timedelta(days=7)
"""How far before a window a report looks at least: the same weekday last week is compared with."""

_INSTANT = timedelta(microseconds=1)


class Holiday(Model):
    """One day off.

    Attributes:
        day: Local date.
        name: What it is called, by language of the reader.
    """

    day: date
    name: dict[Language, str]


def holidays_about(
    known: Mapping[date, Mapping[Language, str]], window: Window, zone: str
) -> tuple[Holiday, ...]:
    """Give the holidays in a window and in as long a time before it, a week at least; oldest first."""
    before = max(window.end - window.start, LEAST_BEFORE)
    first, last = _days(Window(start=window.start - before, end=window.end), zone)
    return tuple(
        Holiday(day=day, name=dict(name))
        for day, name in sorted(known.items())
        if first <= day <= last
    )


def parted(
    holidays: tuple[Holiday, ...], window: Window, zone: str
) -> tuple[tuple[Holiday, ...], tuple[Holiday, ...]]:
    """Part holidays into those of a window and those before it."""
    first, last = _days(window, zone)
    inside = tuple(each for each in holidays if first <= each.day <= last)
    return inside, tuple(each for each in holidays if each.day < first)


def _days(span: Window, zone: str) -> tuple[date, date]:
    """First and last local date that a span touches."""

    def local(moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(zone)).date()

    return local(span.start), local(span.end - _INSTANT)
