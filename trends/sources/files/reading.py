"""One file, whatever its format, as a stream of items."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trends.domain.models import RawItem
from trends.errors import SourceUnreadableError
from trends.sources.base import ReadLog
from trends.sources.files.feeds import MAX_FEED_BYTES, feed_rows
from trends.sources.files.opening import Blocks, open_blocks, whole
from trends.sources.files.paths import PACKED, Found
from trends.sources.files.rows import BadRowError, FieldMapping, Place, make_item
from trends.sources.files.tables import Row, csv_rows, json_rows
from trends.sources.files.text import lines
from trends.sources.files.titles import split_titles

_FEEDS = frozenset({".xml", ".rss", ".atom", ".rdf"})
_TABLES = frozenset({".csv", ".tsv"})
_JSON_LINES = frozenset({".jsonl", ".ndjson", ".json"})
_SNIFFED_BYTES = 1024


@dataclass
class FileReader:
    """Reads files in one way.

    Attributes:
        source: Name of the source that the items carry.
        mapping: Which column holds which field of a table.
        max_bytes: Largest file, unpacked.
        title_outlet: Whether titles end in their outlet; None finds out.
        log: Takes bad rows and notes.
    """

    source: str
    mapping: FieldMapping
    max_bytes: int
    title_outlet: bool | None
    log: ReadLog
    _own_names: FieldMapping = field(default_factory=lambda: FieldMapping({}))

    def items(self, found: Found) -> Generator[RawItem]:
        """Yield the items of one file; rows that cannot be read go to the log.

        Raises:
            SourceUnreadableError: Not one row of the file can be read.
            TooLargeError: The file is over `max_bytes`.
            PathRefusedError: The file is gone, or no plain file any more.
            SourceUnavailableError: The disk does not answer.
        """
        with open_blocks(found, self.max_bytes, self.log) as blocks:
            yield from split_titles(
                self._items(blocks, found), self.title_outlet, found.name, self.log
            )

    def _items(self, blocks: Blocks, found: Found) -> Iterator[RawItem]:
        rows, mapping = self._rows(blocks, found)
        good = bad = 0
        first_why = ""
        for row in rows:
            place = Place(found.name, row.number)
            try:
                item = make_item(self.source, mapping.fields(row.values_or_error()), place)
            except BadRowError as error:
                self.log.bad_row(str(place), str(error))
                first_why = first_why or _explained(str(error), row)
                bad += 1
            else:
                good += 1
                yield item
        if bad and not good:
            raise SourceUnreadableError(
                f"Not one of the {bad:,} rows of '{found.name}' can be read.",
                why=f"The first: {first_why}.",
                next_step="Give it as JSON Lines, CSV with a header, RSS or Atom, in UTF-8 or CP949.",
            )
        if not good:
            self.log.note(f"The file {found.name} is empty.")

    def _rows(self, blocks: Blocks, found: Found) -> tuple[Iterator[Row], FieldMapping]:
        kind = _kind(found, blocks.head())
        if kind == "feed":
            limit = min(self.max_bytes, MAX_FEED_BYTES)
            return feed_rows(whole(blocks, found.name, limit), found.name), self._own_names
        if kind == "table":
            return csv_rows(lines(blocks), found.name, self.mapping), self.mapping
        return json_rows(lines(blocks)), self.mapping


def _kind(found: Found, head: bytes) -> str:
    """Tell the format by the name, else by how the file begins.

    Raises:
        SourceUnreadableError: One JSON array, which cannot be streamed.
    """
    suffix = Path(found.path.name.lower().removesuffix(PACKED)).suffix
    if suffix in _FEEDS:
        return "feed"
    if suffix in _TABLES:
        return "table"
    # Bytes of UTF-16 without their zeros, and of any encoding without its byte order mark.
    start = head[:_SNIFFED_BYTES].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"["):
        raise SourceUnreadableError(
            f"The file '{found.name}' is one JSON array.",
            why="It would have to be read whole.",
            next_step="Write one object a line, for example with: jq -c '.[]'",
        )
    if suffix in _JSON_LINES or start.startswith(b"{"):
        return "json"
    return "feed" if start.startswith(b"<") else "table"


def _explained(why: str, row: Row) -> str:
    if why == "no title" and row.values and "title" not in row.values:
        return f"no title among {', '.join(map(str, row.values))[:200]}"
    return why
