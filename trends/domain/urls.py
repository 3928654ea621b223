"""Links in one spelling each, so that the same page is recognised and the link still opens."""

import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

LONGEST = 4_096
"""Longest link kept, in characters."""

# Added by whoever passes a link on; no page needs them.
TRACKING = frozenset(
    {
        "_ga", "_gl", "at_campaign", "at_medium", "cmpid", "dclid", "fbclid", "gbraid", "gclid",
        "gclsrc", "guccounter", "guce_referrer", "guce_referrer_sig", "igsh", "igshid", "ito",
        "mc_cid", "mc_eid", "mkt_tok", "msclkid", "ncid", "ocid", "ref_src", "ref_url", "smid",
        "smtyp", "sref", "srnd", "taid", "ttclid", "twclid", "wbraid", "wt_mc", "xtor", "yclid",
    }
)  # fmt: skip
TRACKING_PREFIXES = ("utm_", "hsa_", "pk_", "mtm_", "oly_")

# Tracking on one publisher's pages, content on other sites: `mod=news` chooses the page of many
# Korean sites.
TRACKING_BY_SITE = {
    "barrons.com": frozenset({"mod"}),
    "bbc.co.uk": frozenset({"ns_campaign", "ns_mchannel", "ns_source"}),
    "cnbc.com": frozenset({"__source"}),
    "marketwatch.com": frozenset({"mod"}),
    "theguardian.com": frozenset({"cmp"}),
    "wsj.com": frozenset({"mod", "reflink", "st"}),
    "youtu.be": frozenset({"si", "feature"}),
    "youtube.com": frozenset({"si", "feature"}),
}

_LONGEST_HOST = 253
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What may stand unescaped in a path or query (RFC 3986, 3.3 and 3.4), and `%` of escapes.
_KEPT = "!$&'()*+,;=:@/?%-._~[]|"


def canonical_url(link: str | None) -> str | None:
    """Spell a web link the one way we use; None where there is no usable link.

    Lower-case scheme and host, host in its ASCII form (IDNA 2003), no default port, no user name
    or password, `/` for an empty path, dot segments resolved, escapes in one spelling, tracking
    parameters out, fragment out unless it routes within the page (`#/…`, `#!…`).

    What changes which page opens stays: the order of parameters, a trailing slash, `www.`, and
    `m.` or `amp` hosts and paths, whose twins are not at a place that can be derived for every
    site. Never raises.
    """
    if link is None or len(link) > LONGEST:
        return None
    written = link.strip()
    if _UNSAFE.search(written):
        written = _UNSAFE.sub(_escaped, written)
    try:
        parts = urlsplit(written)
        host = _host(parts)
    except (ValueError, UnicodeError):
        return None
    if host is None:
        return None
    path = _resolved(_escapes(parts.path))
    query = _escapes(_without_tracking(parts.query, parts.hostname or ""))
    fragment = _escapes(parts.fragment) if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit((parts.scheme, host, path, query, fragment))


def same_page_key(url: str) -> str:
    """Reduce a canonical link to what two links to one page share.

    Without scheme, `www.` and trailing slash, parameters sorted. For comparing, not for opening.
    Empty for a site's front page, which names no article.
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path and not parts.query and not parts.fragment:
        return ""
    query = "&".join(sorted(parts.query.split("&")))
    return f"{parts.netloc.removeprefix('www.')}{path}?{query}#{parts.fragment}"


def _host(parts: SplitResult) -> str | None:
    name = parts.hostname
    if parts.scheme not in _DEFAULT_PORTS or not name:
        return None
    if ":" in name:
        host = f"[{ipaddress.IPv6Address(name).compressed}]"
    else:
        host = name.rstrip(".")
        if not host.isascii():
            host = host.encode("idna").decode("ascii").lower()
        if len(host) > _LONGEST_HOST or _HOST.fullmatch(host) is None:
            return None
    port = parts.port
    return host if port in {None, _DEFAULT_PORTS[parts.scheme]} else f"{host}:{port}"


def _resolved(path: str) -> str:
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _without_tracking(query: str, host: str) -> str:
    if not query:
        return ""
    site = next(
        (names for name, names in TRACKING_BY_SITE.items() if f".{host}".endswith(f".{name}")),
        frozenset[str](),
    )
    kept: list[str] = []
    for pair in query.split("&"):
        name = unquote(pair.partition("=")[0]).lower()
        tracks = name in TRACKING or name in site or name.startswith(TRACKING_PREFIXES)
        if pair and not tracks:
            kept.append(pair)
    return "&".join(kept)


def _escapes(text: str) -> str:
    return _ESCAPE.sub(_one_spelling, quote(text, safe=_KEPT)) if text else ""


def _one_spelling(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _escaped(character: re.Match[str]) -> str:
    # Lone surrogates have no bytes, and controls no place in a link.
    return "%20" if character[0] in " \xa0" else ""
