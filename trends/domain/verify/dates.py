"""Days, weeks, months and years that a text names, as they are written or counted from the day it was written on."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH_NAMES = {name: at + 1 for at, name in enumerate(_MONTHS)} | {
    name[:3]: at + 1 for at, name in enumerate(_MONTHS)
} | {"sept": 9}  # fmt: skip
_WEEKDAYS: tuple[str, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_KO_WEEKDAYS = "월화수목금토일"
# Kind, and by how much it lies from the day of the text.
_RELATIVE: dict[str, tuple[str, int]] = {
    "today": ("day", 0), "tonight": ("day", 0), "yesterday": ("day", -1), "tomorrow": ("day", 1),
    "this week": ("week", 0), "last week": ("week", -1), "next week": ("week", 1),
    "this month": ("month", 0), "last month": ("month", -1), "next month": ("month", 1),
    "this year": ("year", 0), "last year": ("year", -1), "next year": ("year", 1),
    "오늘": ("day", 0), "이날": ("day", 0), "어제": ("day", -1), "내일": ("day", 1), "그제": ("day", -2), "모레": ("day", 2),
    "이번 주": ("week", 0), "이번주": ("week", 0), "금주": ("week", 0), "지난주": ("week", -1), "지난 주": ("week", -1),
    "다음 주": ("week", 1), "다음주": ("week", 1), "이달": ("month", 0), "이번 달": ("month", 0), "이번달": ("month", 0),
    "지난달": ("month", -1), "지난 달": ("month", -1), "다음 달": ("month", 1), "다음달": ("month", 1), "내달": ("month", 1),
    "올해": ("year", 0), "금년": ("year", 0), "지난해": ("year", -1), "작년": ("year", -1), "내년": ("year", 1),
}  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTH_NAMES, key=len, reverse=True)) + r")\.?"
_PATTERNS = (
    re.compile(r"(?P<year>(?:19|20)\d{2})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*일?"),
    re.compile(r"(?P<year>(?:19|20)\d{2})\s*년\s*(?P<month>\d{1,2})\s*월(?!\s*\d)"),
    re.compile(r"(?P<month>\d{1,2})\s*월\s*(?P<day>\d{1,2})\s*일"),
    re.compile(r"(?<!\d)(?P<month>1[0-2]|[1-9])\s*월(?![가-힣]*요일)(?!\s*\d)"),
    re.compile(r"(?P<year>(?:19|20)\d{2})\s*년"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?(?:\s+(?P<year>(?:19|20)\d{{2}}))?\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>(?:19|20)\d{{2}}))?\b", re.IGNORECASE),
    re.compile(rf"\b(?:(?:in|since|until|of|by|last|next|this)\s+){_MONTH}\b(?:\s+(?P<year>(?:19|20)\d{{2}}))?", re.IGNORECASE),
    re.compile(r"\b(?P<month>January|February|April|June|July|August|September|October|November|December)\b"),
    re.compile(r"(?<![\d,.$€£])\b(?P<year>(?:19|20)\d{2})\b(?![,.]?\d|\s*(?:명|개|원|건|만|%|people|percent))"),
)  # fmt: skip
_WEEKDAY = re.compile(
    r"\b(?P<en>"
    + "|".join(_WEEKDAYS)
    + rf")s?\b|(?P<ko>[{_KO_WEEKDAYS}])요일|\((?P<brief>[{_KO_WEEKDAYS}])\)",
    re.IGNORECASE,
)
_SINCE = re.compile(
    "|".join(
        rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name)
        for name in sorted(_RELATIVE, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_DECEMBER = 12


class Mention(NamedTuple):
    """A time that a text names.

    Attributes:
        kind: `day`, `weekday`, `week`, `month` or `year`.
        year: The year, where it is said.
        month: The month, where it is said.
        day: The day of the month, or of the week from Monday as 0.
        offset: How far it lies from the day of the text; None where it is named by itself.
        start: Where it begins.
        end: Where it ends.
    """

    kind: str
    year: int | None
    month: int | None
    day: int | None
    offset: int | None
    start: int
    end: int


class Day(NamedTuple):
    """A mention with the day of its text counted in; what is None was not said."""

    kind: str
    year: int | None
    month: int | None
    day: int | None
    week: date | None

    def within(self, other: "Day") -> bool:
        """Whether a text that names `other` names this; a day without its year is that day of any year."""
        if self.kind == "weekday":
            return self._weekday(other)
        if self.kind == "week":
            return other.kind == "week" and self.week == other.week
        if self.kind != other.kind or (self.month, self.day) != (other.month, other.day):
            return False
        return self.year == other.year or (
            self.month is not None and None in {self.year, other.year}
        )

    def _weekday(self, other: "Day") -> bool:
        if self.kind == other.kind:
            return self.day == other.day
        if other.kind != "day" or not (other.year and other.month and other.day):
            return False
        return date(other.year, other.month, other.day).weekday() == self.day


def mentions(text: str) -> tuple[Mention, ...]:
    """Find the times a text names, in order; the longest reading of each place wins."""
    found: list[Mention] = []
    for one in sorted(_all(text), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return tuple(found)


def resolved(mention: Mention, on: date) -> Day:
    """Count a mention from the day on which its text was written."""
    if mention.offset is None:
        return Day(mention.kind, mention.year, mention.month, mention.day, None)
    if mention.kind == "day":
        at = on + timedelta(days=mention.offset)
        return Day("day", at.year, at.month, at.day, None)
    if mention.kind == "week":
        monday = on - timedelta(days=on.weekday()) + timedelta(weeks=mention.offset)
        return Day("week", None, None, None, monday)
    if mention.kind == "month":
        months = on.year * _DECEMBER + on.month - 1 + mention.offset
        return Day("month", months // _DECEMBER, months % _DECEMBER + 1, None, None)
    return Day("year", on.year + mention.offset, None, None, None)


def _all(text: str) -> Iterator[Mention]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if (one := _absolute(match)) is not None:
                yield one
    for match in _WEEKDAY.finditer(text):
        if match["en"]:
            at = _WEEKDAYS.index(match["en"].lower())
        else:
            at = _KO_WEEKDAYS.index(match["ko"] or match["brief"])
        yield Mention("weekday", None, None, at, None, *match.span())
    for match in _SINCE.finditer(text):
        kind, offset = _RELATIVE[match.group().lower()]
        yield Mention(kind, None, None, None, offset, *match.span())


def _absolute(match: re.Match[str]) -> Mention | None:
    parts = match.groupdict()
    month = parts.get("month")
    number = None
    if month:
        number = int(month) if month.isdigit() else _MONTH_NAMES[month.lower()]
        if not 1 <= number <= _DECEMBER:
            return None
    year = int(parts["year"]) if parts.get("year") else None
    day = int(parts["day"]) if parts.get("day") else None
    if day is not None and not _exists(year, number, day):
        return None
    kind = "day" if day else "month" if number else "year"
    return Mention(kind, year, number, day, None, *match.span())


def _exists(year: int | None, month: int | None, day: int) -> bool:
    try:
        # A leap year where none is said: 29 February may be meant.
        date(year or 2024, month or 1, day)
    except ValueError:
        return False
    return True
