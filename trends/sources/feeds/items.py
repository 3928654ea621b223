"""From the entries of a feed to items whose ids stay when the feed changes its own."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from trends.domain.models import RawItem, TimeRule
from trends.domain.times import TimeReader
from trends.domain.urls import canonical_url, same_page_key
from trends.sources.base import ReadLog
from trends.sources.feeds.parsing import Entry, Feed

MAX_TITLE = 2_000
MAX_SUMMARY = 4_000
MAX_FIELD = 4_096

# Entries that are pinned to a list, or dated anew, must not stand for the time before the others.
_PINNED_SHARE = 10


@dataclass(frozen=True)
class Naming:
    """What the settings say of a feed's items.

    Attributes:
        source: Name of the source.
        place: What evidence cites where an item has no link.
        outlet: Who publishes items that do not name their own outlet; the feed's title where empty.
        language: Language of items that do not say it.
    """

    source: str
    place: str
    outlet: str = ""
    language: str = ""


def make_items(feed: Feed, naming: Naming, log: ReadLog) -> tuple[RawItem, ...]:
    """Make an item of every entry that has a title, each id once; the others go to the log.

    An item's id is its canonical link. Feeds change their own ids, with a new system or at every fetch, and the link is
    what they keep. Without a link of its own it is the feed's id, else a digest of title and time.
    """
    shared = _shared_links(feed.entries)
    found: dict[str, RawItem] = {}
    for number, entry in enumerate(feed.entries, start=1):
        place = f"{naming.place}:{number}"
        why = _unusable(entry)
        if why:
            log.bad_row(place, why)
            continue
        item = _item(entry, feed, naming, place, shared)
        if item.item_id in found:
            log.bad_row(place, "the same entry again")
        else:
            found[item.item_id] = item
    return tuple(found.values())


def oldest(items: Iterable[RawItem], *, now: datetime, zone: tzinfo) -> datetime | None:
    """Say how far back a list reaches: the time of its oldest item, the oldest tenth left out; None without times."""
    times = TimeReader(now=now, seen=now, zone=zone)
    own = {TimeRule.EXACT, TimeRule.DATE_ONLY}
    read = [times.read(item.published) for item in items]
    known = sorted(moment for moment, rule in read if rule in own)
    return known[len(known) // _PINNED_SHARE] if known else None


def short_digest(text: str) -> str:
    """Return 16 hex digits that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _item(entry: Entry, feed: Feed, naming: Naming, place: str, shared: frozenset[str]) -> RawItem:
    link = canonical_url(entry.link)
    own_outlet = _kept(entry.outlet)
    return RawItem(
        source=naming.source,
        item_id=_item_id(entry, link, shared),
        title=_without_outlet(entry.title or "", own_outlet),
        summary=(entry.summary or "")[:MAX_SUMMARY],
        url=entry.link if link else None,
        outlet=own_outlet or naming.outlet or _kept(feed.title),
        published=_kept(entry.published),
        language=_kept(entry.language) or naming.language or None,
        place=None if link else place,
    )


def _item_id(entry: Entry, link: str | None, shared: frozenset[str]) -> str:
    if link and link not in shared:
        return link
    given = _kept(entry.id)
    if given and canonical_url(given) not in shared:
        return canonical_url(given) or given
    return short_digest(f"{entry.title}\n{entry.published or ''}\n{link or ''}")


def _shared_links(entries: Iterable[Entry]) -> frozenset[str]:
    """Find links that name no single entry: a site's front page, and those of entries with different titles."""
    titles: dict[str, set[str]] = {}
    for entry in entries:
        link = canonical_url(entry.link)
        if link:
            titles.setdefault(link, set()).add(entry.title or "")
    return frozenset(
        link for link, named in titles.items() if len(named) > 1 or not same_page_key(link)
    )


def _without_outlet(title: str, outlet: str | None) -> str:
    """Take the outlet from the end of a title, where the entry names the same one, as searches do."""
    ending = f" - {outlet}"
    return title.removesuffix(ending).rstrip() or title if outlet else title


def _unusable(entry: Entry) -> str:
    if not entry.title:
        return "no title"
    return f"a title of more than {MAX_TITLE:,} characters" if len(entry.title) > MAX_TITLE else ""


def _kept(text: str | None) -> str | None:
    """Return short text; what is longer is no name and no time."""
    return text if text and len(text) <= MAX_FIELD else None
