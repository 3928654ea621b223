"""From the bytes of a feed to its entries, whatever the format: RSS 0.9x, 1.0 (RDF) and 2.0, Atom, CDF.

A hostile feed can keep the parser busy for hours: what comes from elsewhere is parsed by `trends.sources.feeds.apart`,
in a process of its own. So nothing here imports what is slow to import.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from trends.sources.feeds.discovery import feed_links, is_page
from trends.sources.feeds.encoding import feed_text, without_hazards

# Times in these forms are passed on as written, so that a missing clock or zone is not papered over.
_PLAIN_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?|(\w{3}, )?\d{1,2} \w{3} \d{4} \d{2}:\d{2}.*"
)
_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"
_LONGEST_WHY = 120


class NotAFeedError(ValueError):
    """Nothing that a feed could be; the message says why.

    Attributes:
        links: Feeds that a web page names, where it is one.
    """

    def __init__(self, why: str, links: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.links = tuple(links)


@dataclass(frozen=True)
class Entry:
    """One entry, as written; None where it says nothing.

    Attributes:
        title: Headline; may hold HTML.
        link: Address, made absolute where the feed's own is known.
        id: What the feed calls it.
        published: Time.
        summary: Lead text; may hold HTML.
        outlet: Whom the entry itself names as its source.
        language: Two-letter code, of the entry or of the feed.
    """

    title: str | None = None
    link: str | None = None
    id: str | None = None
    published: str | None = None
    summary: str | None = None
    outlet: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Feed:
    """A feed.

    Attributes:
        title: What it calls itself.
        entries: In its order.
        left_out: How many more there were than were wanted.
    """

    title: str | None
    entries: tuple[Entry, ...]
    left_out: int = 0


def parse_feed(
    data: bytes, *, content_type: str = "", url: str = "", max_entries: int | None = None
) -> Feed:
    """Read a feed.

    Args:
        data: Its bytes.
        content_type: The HTTP header, where there was one.
        url: Where it came from, for links that are relative to it.
        max_entries: How many are wanted; all by default.

    Raises:
        NotAFeedError: Nothing that a feed could be.
    """
    if not data.strip():
        raise NotAFeedError("It is empty")
    text = without_hazards(feed_text(data, content_type))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # Imported when needed: it takes 60 ms, and its types are unknown.
    feedparser: Any = import_module("feedparser")
    # As a stream of bytes: feedparser takes text for an address or the name of a file first. What HTML is in titles is
    # taken out later, for all sources alike; here a title such as <Parasite> would be taken for a tag and lost.
    stream = io.BytesIO(f"{_DECLARATION}{text}".encode())
    try:
        parsed: Any = feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # it is fed anything, and promises nothing
        raise NotAFeedError(f"The parser fails: {error}"[:_LONGEST_WHY]) from error
    entries = cast("list[Mapping[str, Any]]", parsed.entries)
    if not entries and not parsed.version:
        raise _no_feed(text, url, parsed.get("bozo_exception"))
    channel = cast("Mapping[str, Any]", parsed.feed)
    wanted = entries[:max_entries]
    return Feed(
        title=_text(channel.get("title")),
        entries=tuple(_entry(entry, channel) for entry in wanted),
        left_out=len(entries) - len(wanted),
    )


def _no_feed(text: str, url: str, trouble: Any) -> NotAFeedError:
    if is_page(text):
        return NotAFeedError("It is a web page", feed_links(text, url))
    if text.startswith(("{", "[")):
        return NotAFeedError("It is JSON")
    said = f": {trouble}" if trouble else ""
    return NotAFeedError(f"It is no RSS, RDF, Atom or CDF{said}"[:_LONGEST_WHY])


def _entry(entry: Mapping[str, Any], channel: Mapping[str, Any]) -> Entry:
    language = _text(entry.get("language")) or _text(channel.get("language"))
    return Entry(
        title=_text(entry.get("title")),
        link=_text(entry.get("link")),
        id=_text(entry.get("id")),
        published=_time(entry),
        summary=_text(entry.get("summary")),
        outlet=_outlet(entry),
        language=language[:2].lower() if language else None,
    )


def _outlet(entry: Mapping[str, Any]) -> str | None:
    source = entry.get("source")
    return (
        _text(cast("Mapping[str, Any]", source).get("title"))
        if isinstance(source, Mapping)
        else None
    )


def _time(entry: Mapping[str, Any]) -> str | None:
    for key in ("published", "updated", "created"):
        written = _text(entry.get(key))
        if not written:
            continue
        parsed = entry.get(f"{key}_parsed")
        # The parser takes "2026년 3월 2일" for the first of November.
        if parsed is None or not written.isascii() or _PLAIN_TIME.fullmatch(written):
            return written
        year, month, day, hour, minute, second = parsed[:6]
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    return None


def _text(value: Any) -> str | None:
    """Return text that is some; elements of other vocabularies come as mappings."""
    return value.strip() or None if isinstance(value, str) else None
