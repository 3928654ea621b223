"""Saved RSS, Atom, RDF and CDF feeds."""

from collections.abc import Iterator

from trends.errors import SourceUnreadableError
from trends.sources.feeds.parsing import NotAFeedError, parse_feed
from trends.sources.files.tables import Row

# A feed has to be parsed whole, at some twenty times its size in memory.
MAX_FEED_BYTES = 16 * 1024 * 1024


def feed_rows(data: bytes, name: str) -> Iterator[Row]:
    """Read the entries of a feed, numbered from 1.

    Raises:
        SourceUnreadableError: Nothing that a feed could be.
    """
    try:
        feed = parse_feed(data)
    except NotAFeedError as error:
        raise SourceUnreadableError(
            f"The file '{name}' is not a feed.",
            why=f"{error}.",
            next_step="Save the feed itself, not the page that links to it.",
        ) from error
    for number, entry in enumerate(feed.entries, start=1):
        fields = {
            "title": entry.title,
            "url": entry.link,
            "published": entry.published,
            "outlet": entry.outlet or feed.title,
            "language": entry.language,
            "summary": entry.summary,
            "id": entry.id,
        }
        yield Row(number, fields)
