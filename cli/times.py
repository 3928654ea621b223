"""Moments as people write and read them."""

import re
from datetime import UTC, datetime, timedelta

from cli.problems import AskedWrongError

_LENGTH = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment_of(text: str | None, now: datetime | None = None) -> datetime | None:
    """Read a date, a time, or with `now` a length from then on such as `30d`. Without a zone it is local.

    Raises:
        AskedWrongError: It is none.
    """
    if text is None:
        return None
    length = _LENGTH.fullmatch(text)
    if length and now is not None:
        return now + int(length[1]) * _UNITS[length[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise AskedWrongError(
            f"'{text}' is no time.", "Write it as 2026-11-01 or 2026-11-01T09:00:00Z."
        ) from None
    return moment.astimezone(UTC)


def time_text(moment: datetime | None, *, drawn: bool) -> str:
    """A person reads local time, a program UTC."""
    if moment is None:
        return ""
    if drawn:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")
    return moment.isoformat().replace("+00:00", "Z")
