"""How long a provider asks to be left alone, in each of the ways that they say it.

A point in time is read against the answer's own `Date`: no clock of ours takes part.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

# More than any provider asks for; a longer one is a mistake of theirs.
LONGEST_WAIT = timedelta(days=1)
# `1s`, `6m0s`, `20ms`, `1h2m3.5s`, and bare seconds.
_LENGTH = re.compile(
    r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.ASCII
)
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_RESETS = (
    ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
    ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
    ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"),
    ("anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"),
    ("anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"),
)


def read_wait(headers: Mapping[str, str], body: bytes) -> timedelta | None:
    """Read how long to wait, the plainest word first; None where nothing that can be read says it.

    Args:
        headers: Of the answer, by name in lower case.
        body: Of the answer: Google says it there.
    """
    return (
        _bounded(_milliseconds(headers.get("retry-after-ms", "")))
        or _bounded(_length(headers.get("retry-after", ""), headers))
        or _bounded(_retry_info(body))
        or _bounded(_resets(headers))
    )


def _bounded(wait: timedelta | None) -> timedelta | None:
    # Nothing, and less than nothing, is what Azure writes when it does not know.
    return min(wait, LONGEST_WAIT) if wait is not None and wait > timedelta(0) else None


def _milliseconds(text: str) -> timedelta | None:
    return timedelta(milliseconds=float(text)) if _SECONDS.fullmatch(text.strip()) else None


def _length(text: str, headers: Mapping[str, str]) -> timedelta | None:
    written = text.strip()[:40]
    if _SECONDS.fullmatch(written):
        return timedelta(seconds=float(written))
    found = _LENGTH.fullmatch(written)
    if written and found:
        hours, minutes, seconds, thousandths = (float(part or 0) for part in found.groups())
        # A day is the most that counts; beyond that a number may be too large for a length of time.
        total = hours * 3600 + minutes * 60 + seconds + thousandths / 1000
        return timedelta(seconds=min(total, LONGEST_WAIT.total_seconds()))
    moment, sent = _moment(written), _moment(headers.get("date", ""))
    return moment - sent if moment and sent else None


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _resets(headers: Mapping[str, str]) -> timedelta | None:
    """Give the longest wait of those limits that have nothing left, or of all where none says so."""
    known = [
        (headers.get(left, "").strip() == "0", wait)
        for reset, left in _RESETS
        if (wait := _length(headers.get(reset, ""), headers)) is not None
    ]
    spent = [wait for empty, wait in known if empty]
    return max(spent or [wait for _, wait in known], default=None)


def _retry_info(body: bytes) -> timedelta | None:
    for detail in details_of(read_error(body)):
        if str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            return _length(str(detail.get("retryDelay", "")), {})
    return None


def details_of(error: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the details of an error of Google's, which say what the status does not."""
    details: Any = error.get("details")
    listed = cast("list[Any]", details) if isinstance(details, list) else []
    return [cast("dict[str, Any]", each) for each in listed if isinstance(each, dict)]


def read_error(body: bytes) -> dict[str, Any]:
    """Give the error object of an answer; what is no object of JSON is the message of one."""
    text = body.decode(errors="replace")
    try:
        read: Any = json.loads(text)
    except ValueError:
        return {"message": text}
    # Google wraps the object in a list where it would have streamed.
    if isinstance(read, list):
        items = cast("list[Any]", read)
        read = items[0] if items else {}
    if not isinstance(read, dict):
        return {"message": text}
    found = cast("dict[str, Any]", read).get("error", cast("dict[str, Any]", read))
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {"message": str(found)}
