"""Decide what may become a link."""

from urllib.parse import quote, urlsplit

_SAFE = "!#$%&'*+,/:;=?@[]~-._"
_LONGEST = 2000


def safe_link(url: str | None) -> str | None:
    """Return the address with everything outside plain URL characters escaped, or None where it is no web address.

    Only http and https with a host pass: `javascript:`, `data:` and relative addresses do not, nor do names before
    an `@`, which dress one host up as another.
    """
    if not url or len(url) > _LONGEST or any(ord(char) <= ord(" ") for char in url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or "\\" in parts.netloc
        or "@" in parts.netloc
    ):
        return None
    return quote(url.strip(), safe=_SAFE)
