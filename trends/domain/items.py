"""Items as the item store keeps them: cleaned, dated, and told apart, before any run asks for them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pydantic import AwareDatetime

from trends.domain.language import OTHER, language_of
from trends.domain.models import Model, RawItem, TimeRule, Window
from trends.domain.text import SUMMARY_LIMIT, TITLE_LIMIT, clean, plain_text
from trends.domain.times import TimeReader

LONGEST_KEY_BYTES = 500
"""The most of an item's id, or of a source's key, that is stored as it is: a database's index takes no more of them."""

UP_TO_NOW = timedelta(hours=1)
"""A window that ended this shortly ago is meant to reach up to now."""

_LAST_INSTANT = timedelta(microseconds=1)
# A database may take neither, and neither is text.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class SeenItem(Model):
    """One item as a poll found it.

    Attributes:
        item_id: Id within the source, canonical and stable.
        title: Plain text.
        summary: Plain text, may be empty.
        url: Link as given, if any.
        outlet: Who published it, if known.
        published: Time as written, if any.
        published_at: UTC; see `time_rule`.
        time_rule: How `published_at` was arrived at.
        declared: Language as given, if any.
        language: `ko`, `en` or `other`, as judged.
        place: What evidence cites where there is no link.
    """

    item_id: str
    title: str
    summary: str
    url: str | None
    outlet: str | None
    published: str | None
    published_at: AwareDatetime
    time_rule: TimeRule
    declared: str | None
    language: str
    place: str | None

    def raw(self, source: str, *, censored: bool) -> RawItem:
        """Give the item to a run.

        Its time is the one that the store settled on: a time that was missing or in the future when the item came
        stays the moment it was first seen, whenever it is read again.
        """
        return RawItem(
            source=source,
            item_id=self.item_id,
            title=self.title,
            summary=self.summary,
            url=self.url,
            outlet=self.outlet,
            published=self.published_at.isoformat(),
            language=self.declared,
            place=self.place,
            censored=censored,
        )


@dataclass(frozen=True)
class Seen:
    """What one poll found.

    Attributes:
        items: Each id once, in the order of the list.
        dropped: How many were left out, by why: `untitled`, `repeated`.
    """

    items: tuple[SeenItem, ...]
    dropped: Counter[str]

    @property
    def newest(self) -> datetime | None:
        """Time of the newest item that has one of its own."""
        own = {TimeRule.EXACT, TimeRule.DATE_ONLY}
        return max(
            (item.published_at for item in self.items if item.time_rule in own), default=None
        )


def look_at(raw: Iterable[RawItem], *, now: datetime, seen: datetime, zone: tzinfo) -> Seen:
    """Clean what a poll brought.

    Of one id given twice the first published stays. Times that are missing or in the future become `seen`.

    Args:
        raw: Items as the source gave them.
        now: The moment of the poll.
        seen: The moment that counts as first seen; at most `now`.
        zone: The market's, for times without one.
    """
    times = TimeReader(now=now, seen=seen, zone=zone)
    kept: dict[str, SeenItem] = {}
    dropped: Counter[str] = Counter()
    for item in raw:
        title = plain_text(item.title, TITLE_LIMIT)
        if not title:
            dropped["untitled"] += 1
            continue
        found = _seen(item, title, times)
        known = kept.get(found.item_id)
        if known is not None:
            dropped["repeated"] += 1
        if known is None or found.published_at < known.published_at:
            kept[found.item_id] = found
    return Seen(tuple(kept.values()), dropped)


def first_seen_for(window: Window, now: datetime) -> datetime:
    """Say when what a run's own poll finds counts as first seen.

    A run asks for a window that ends now, and its poll comes a moment later: what has no time of its own would fall
    behind the window's end. So it is taken for the window's last instant.
    """
    up_to_now = timedelta() <= now - window.end <= UP_TO_NOW
    return window.end - _LAST_INSTANT if up_to_now else now


def short_key(text: str) -> str:
    """Bound a key: a long one keeps its beginning, and its digest tells it apart."""
    data = text.encode()
    if len(data) <= LONGEST_KEY_BYTES:
        return text
    digest = hashlib.sha256(data).hexdigest()
    return f"{data[: LONGEST_KEY_BYTES - 70].decode(errors='ignore')}… {digest}"


def storable(text: str | None) -> str | None:
    """Take out what no text column holds: NUL and halves of surrogate pairs. None stays None, blank becomes None."""
    if text is None:
        return None
    return _NO_TEXT.sub("", text).strip() or None


def _seen(item: RawItem, title: str, times: TimeReader) -> SeenItem:
    published_at, rule = times.read(item.published)
    language = language_of(title, item.language)
    return SeenItem(
        item_id=short_key(storable(item.item_id) or title),
        title=title,
        summary=plain_text(item.summary, SUMMARY_LIMIT),
        url=storable(item.url),
        outlet=clean(item.outlet or "") or None,
        published=(storable(item.published) or "")[:80] or None,
        published_at=published_at,
        time_rule=rule,
        declared=(storable(item.language) or "")[:40] or None,
        language=language.value if language else OTHER,
        place=storable(item.place),
    )
