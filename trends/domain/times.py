"""When an item was published, out of the many ways in which feeds write it."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from trends.domain.models import TimeRule

CLOCK_TOLERANCE = timedelta(minutes=10)
"""A publisher's clock may run ahead by this much before its time counts as future."""

# Before the web there was no news on it: such times are a program's zero, 1970-01-01 or 0001-01-01.
_EARLIEST_YEAR = 1990
_LONGEST = 80
_NOON = 12
_REMEMBERED = 4_096

_Reading = tuple[datetime, TimeRule]
_Written = tuple[datetime, bool]
"""A time as written, naive where no zone was, and whether it is a date alone."""

_DATE = r"(?P<year>[0-9]{4})\s*[-./년]\s*(?P<month>[0-9]{1,2})\s*[-./월]\s*(?P<day>[0-9]{1,2})"
_WEEKDAY = r"(?:\s*\(?[일월화수목금토](?:요일)?\)?)?"
_HALF = r"(?:(?P<half>오전|오후|[AaPp]\.?[Mm]\.?)\s*)?"
_CLOCK = (
    r"(?P<hour>[0-9]{1,2})\s*[:시]\s*(?:(?P<minute>[0-9]{1,2})\s*분?)?"
    r"(?:\s*:?\s*(?P<second>[0-9]{1,2})(?:\.[0-9]+)?\s*초?)?"
)
_HALF_AFTER = r"(?:\s*(?P<half_after>[AaPp]\.?[Mm]\.?))?"
_ZONE = r"(?:\s*(?P<zone>[A-Za-z]{1,4}|[+-][0-9]{2}:?[0-9]{2}))?"
_NUMBERED = re.compile(
    rf"{_DATE}\s*[.일]?{_WEEKDAY}(?:[\sT,]*{_HALF}{_CLOCK}{_HALF_AFTER}{_ZONE})?"
)
_TIME_AFTER = rf"(?:[\s,]*(?:at\s+)?{_HALF}{_CLOCK}{_HALF_AFTER}{_ZONE})?"
_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>[0-9]{1,2}),?\s+(?P<year>[0-9]{4})"
    + _TIME_AFTER
)
_DAY_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<day>[0-9]{1,2})\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<year>[0-9]{4})"
    + _TIME_AFTER
)
_DIGITS = re.compile(r"[0-9]{8,16}(?:\.[0-9]+)?")
_ISO_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}.*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# RFC 822, 5.1, and those of markets whose feeds write theirs.
_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "KST": 9, "JST": 9, "HKT": 8, "SGT": 8, "BST": 1, "CET": 1, "CEST": 2,
    "AEST": 10, "AEDT": 11,
}  # fmt: skip
_START = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = {10: 1, 13: 1_000, 16: 1_000_000}
_COMPACT = {8, 12, 14}
_MONTH_AND_DAY = 2


class TimeReader:
    """Reads published times for one run.

    Args:
        now: When the run was asked for. A later time than this, with some tolerance, is not
            believed.
        seen: What stands in for a time that is missing or not believed: when the item was first
            seen. At most `now`.
        zone: The market's zone, for times without one.
    """

    def __init__(self, *, now: datetime, seen: datetime, zone: tzinfo) -> None:
        self._now = now
        self._seen = seen
        self._zone = zone
        self._read: dict[str, _Reading] = {}

    def read(self, published: str | None) -> _Reading:
        """Say when an item was published, in UTC, and by which rule.

        - `exact`: date and time as written; without a zone, in the market's. A time ahead of now
          by no more than the tolerance is taken for now.
        - `date_only`: noon of that date in the market's zone, so that the item falls into its own
          day wherever in the day bins are cut; first seen, where noon is still to come.
        - `missing`: nothing, or nothing readable; first seen.
        - `future`: after now; first seen.
        """
        text = (published or "").strip()
        if not text or len(text) > _LONGEST:
            return self._seen, TimeRule.MISSING
        known = self._read.get(text)
        if known is None:
            known = self._judged(text)
            if len(self._read) < _REMEMBERED:
                self._read[text] = known
        return known

    def _judged(self, text: str) -> _Reading:
        written = _written(text)
        if written is None or written[0].year < _EARLIEST_YEAR:
            return self._seen, TimeRule.MISSING
        moment, date_only = written
        try:
            if date_only:
                return self._on_date(moment)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone)
            moment = moment.astimezone(UTC)
        except OverflowError:
            return self._seen, TimeRule.MISSING
        if moment > self._now + CLOCK_TOLERANCE:
            return self._seen, TimeRule.FUTURE
        return (self._seen if moment >= self._now else moment), TimeRule.EXACT

    def _on_date(self, date: datetime) -> _Reading:
        if date.date() > self._now.astimezone(self._zone).date():
            return self._seen, TimeRule.FUTURE
        noon = date.replace(hour=_NOON, tzinfo=self._zone).astimezone(UTC)
        return (self._seen if noon >= self._now else noon), TimeRule.DATE_ONLY


def _written(text: str) -> _Written | None:
    for read in (_digits, _iso, _numbered, _named, _mail):
        try:
            found = read(text)
        except (ValueError, OverflowError, TypeError, KeyError):
            continue
        if found is not None:
            return found
    return None


def _digits(text: str) -> _Written | None:
    """`20260109`, `20260109143000`, or seconds, milliseconds or microseconds since 1970."""
    if _DIGITS.fullmatch(text) is None:
        return None
    whole = text.partition(".")[0]
    if len(whole) in _COMPACT:
        pairs = [int(whole[place : place + 2]) for place in range(4, len(whole), 2)]
        return _naive(int(whole[:4]), *pairs), len(pairs) == _MONTH_AND_DAY
    parts_per_second = _EPOCH.get(len(whole))
    if parts_per_second is None:
        return None
    return _START + timedelta(seconds=float(text) / parts_per_second), False


def _iso(text: str) -> _Written | None:
    return (datetime.fromisoformat(text), False) if _ISO_TIME.fullmatch(text) else None


def _numbered(text: str) -> _Written | None:
    """`2026-01-09`, `2026.01.09 14:30`, `2026년 1월 9일 (금) 오후 3시 5분`."""
    found = _NUMBERED.fullmatch(text)
    return None if found is None else _assembled(found, int(found["month"]))


def _named(text: str) -> _Written | None:
    """`Jan 9, 2026`, `9 January 2026`, `Friday, January 9, 2026 3:05 PM EST`."""
    found = _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    return _assembled(found, _MONTHS.index(found["name"][:3].lower()) + 1)


def _mail(text: str) -> _Written | None:
    """RFC 822 and 1123, as RSS has it: `Fri, 09 Jan 2026 14:30:00 +0900`."""
    head, _, last = text.rpartition(" ")
    zone = _offset(last) if last.isalpha() else None
    moment = parsedate_to_datetime(head if zone else text)
    if zone is not None:
        moment = moment.replace(tzinfo=zone)
    # -0000 is UTC from a sender whose own zone is unknown (RFC 5322, 3.3).
    elif moment.tzinfo is None and last == "-0000":
        moment = moment.replace(tzinfo=UTC)
    return moment, False


def _assembled(found: re.Match[str], month: int) -> _Written:
    date = int(found["year"]), month, int(found["day"])
    if found["hour"] is None:
        return _naive(*date), True
    hour = int(found["hour"])
    half = found["half"] or found["half_after"]
    if half:
        hour = hour % _NOON + (_NOON if half[0] in "pP" or half == "오후" else 0)
    moment = _naive(*date, hour, int(found["minute"] or 0), int(found["second"] or 0))
    return moment.replace(tzinfo=_offset(found["zone"])), False


def _naive(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 — the reader adds the market's zone


def _offset(zone: str | None) -> tzinfo | None:
    """Read a zone; an abbreviation that is not known is an error, not the market's zone."""
    if not zone:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-offset if zone[0] == "-" else offset)
    return timezone(timedelta(hours=_ZONES[zone.upper()]))
