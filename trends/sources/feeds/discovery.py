"""Feeds that a web page names (RSS autodiscovery)."""

import html
import re
from urllib.parse import urljoin

MAX_LINKS = 5
# Links to feeds stand in the head; and all that is searched here may be hostile.
_SEARCHED = 300_000
_LINK = re.compile(r"<(?:link|a)\s[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""\b(rel|type|href)\s{0,9}=\s{0,9}(?:"([^"<>]{0,1000})"|'([^'<>]{0,1000})'|([^\s"'<>]{1,1000}))""",
    re.IGNORECASE,
)
_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "text/xml",
        "application/xml",
    }
)
_PAGE = re.compile(r"<(?:html|head|body|title|meta|script|div|!doctype\s+html)[\s>]", re.IGNORECASE)


def is_page(text: str) -> bool:
    """Whether text that is no feed is a web page."""
    return _PAGE.search(text[:10_000]) is not None


def feed_links(page: str, url: str) -> tuple[str, ...]:
    """Return the addresses of feeds that a page at `url` names, in its order, the first `MAX_LINKS`."""
    found: dict[str, None] = {}
    for tag in _LINK.finditer(page[:_SEARCHED]):
        attributes = {
            match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "").strip()
            for match in _ATTRIBUTE.finditer(tag[0])
        }
        if "alternate" not in attributes.get("rel", "").lower().split():
            continue
        if attributes.get("type", "").lower() not in _TYPES:
            continue
        try:
            target = urljoin(url, attributes.get("href", ""))
        except ValueError:
            continue
        if attributes.get("href") and target.startswith(("https://", "http://")):
            found.setdefault(target)
        if len(found) == MAX_LINKS:
            break
    return tuple(found)
