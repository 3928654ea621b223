"""Saved RSS, Atom, RDF and CDF feeds."""

import io
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

from trends.errors import SourceUnreadableError
from trends.sources.files.tables import Row

# A feed has to be parsed whole, at some twenty times its size in memory.
MAX_FEED_BYTES = 16 * 1024 * 1024

# Times in these forms are passed on as written, so that a missing clock or zone is not papered over.
_PLAIN_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?|(\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}.*"
)


def feed_rows(data: bytes, name: str) -> Iterator[Row]:
    """Read the entries of a feed, numbered from 1.

    Raises:
        SourceUnreadableError: Nothing that a feed could be.
    """
    # Imported when needed: it takes 60 ms, and its types are unknown.
    feedparser: Any = import_module("feedparser")
    # As a stream: feedparser takes bytes for the name of a file first.
    parsed: Any = feedparser.parse(io.BytesIO(data))
    entries = cast("list[Mapping[str, Any]]", parsed.entries)
    if not entries and not parsed.version:
        trouble = parsed.get("bozo_exception")
        raise SourceUnreadableError(
            f"The file '{name}' is not a feed.",
            why=f"The parser says: {str(trouble)[:120]}." if trouble else "It has no entries.",
            next_step="Save the feed itself, not the page that links to it.",
        )
    channel = cast("Mapping[str, Any]", parsed.feed)
    for number, entry in enumerate(entries, start=1):
        yield Row(number, _fields(entry, channel))


def _fields(entry: Mapping[str, Any], channel: Mapping[str, Any]) -> dict[str, Any]:
    language = entry.get("language") or channel.get("language")
    return {
        "title": entry.get("title"),
        "url": entry.get("link"),
        "published": _time(entry),
        "outlet": _outlet(entry, channel),
        "language": str(language)[:2].lower() if language else None,
        "summary": entry.get("summary"),
        "id": entry.get("id"),
    }


def _outlet(entry: Mapping[str, Any], channel: Mapping[str, Any]) -> str | None:
    source = entry.get("source")
    if isinstance(source, Mapping):
        title = cast("Mapping[str, Any]", source).get("title")
        if title:
            return str(title)
    return channel.get("title")


def _time(entry: Mapping[str, Any]) -> str | None:
    for key in ("published", "updated", "created"):
        written = entry.get(key)
        if not written:
            continue
        parsed = entry.get(f"{key}_parsed")
        if parsed is None or _PLAIN_TIME.fullmatch(str(written).strip()):
            return str(written)
        year, month, day, hour, minute, second = parsed[:6]
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    return None
