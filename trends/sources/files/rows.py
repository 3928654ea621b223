"""From the fields of a row to a `RawItem`, whatever the columns are called."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from trends.domain.models import RawItem

FIELDS = ("title", "url", "published", "outlet", "language", "summary", "id")
MAX_TITLE = 2_000
MAX_SUMMARY = 4_000
MAX_SHORT = 4_096

# First in the list wins. Compared without case, spaces, dashes and underscores.
_ALIASES: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "name", "제목", "기사제목"),
    "url": ("url", "link", "href", "링크", "주소"),
    "published": (
        "published", "publishedat", "pubdate", "datetime", "date", "ts", "timestamp", "time", "createdat",
        "날짜", "일자", "일시", "게시일", "발행일",
    ),
    "outlet": ("outlet", "source", "publisher", "press", "media", "언론사", "매체", "출처"),
    "language": ("language", "lang", "언어"),
    "summary": ("summary", "description", "snippet", "lead", "요약", "설명"),
    "id": ("id", "guid", "itemid", "articleid", "uuid"),
}  # fmt: skip
_SEPARATORS = re.compile(r"[\s_\-]+")
# What a nested value such as NewsAPI's {"source": {"id": …, "name": …}} is called by.
_NAMES_WITHIN = ("name", "title")
_SHORT_ID = 16


class BadRowError(ValueError):
    """A row that cannot become an item; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where a row stands: the file's name, and its line (or its number among a feed's entries)."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name}:{self.number}"


class FieldMapping:
    """Finds the fields of an item among a row's columns.

    Args:
        chosen: Column by field, as the settings say; a dot goes into nested values (`source.name`).
    """

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._chosen = dict(chosen)
        self._columns: dict[tuple[str, ...], dict[str, str]] = {}

    def columns(self, names: tuple[str, ...]) -> dict[str, str]:
        """Say which column holds which field, given the columns there are."""
        known = self._columns.get(names)
        if known is None:
            known = self._find(names)
            # A file whose rows all differ must not fill the memory with them.
            if len(self._columns) < MAX_TITLE:
                self._columns[names] = known
        return known

    def fields(self, row: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the text of every field, None where the row has none.

        Raises:
            BadRowError: A field is of a type that cannot be text.
        """
        columns = self.columns(tuple(row))
        return {field: _text(field, _within(row, column)) for field, column in columns.items()}

    def _find(self, names: tuple[str, ...]) -> dict[str, str]:
        found = dict(self._chosen)
        plain = {_SEPARATORS.sub("", name).casefold(): name for name in reversed(names)}
        taken = set(found.values())
        for field in FIELDS:
            if field in found:
                continue
            for alias in _ALIASES[field]:
                name = plain.get(alias)
                if name is not None and name not in taken:
                    found[field] = name
                    break
        return found


def make_item(source: str, fields: Mapping[str, str | None], place: Place) -> RawItem:
    """Make an item of a row's fields.

    Its id is the one given, else its link, else a digest of title, time and outlet: reading the row again, from
    this file or another, gives the same id.

    Raises:
        BadRowError: No title, or text that is none.
    """
    title = fields.get("title")
    if not title:
        raise BadRowError("no title")
    if len(title) > MAX_TITLE:
        raise BadRowError(f"a title of {len(title):,} characters")
    url, outlet = _short(fields.get("url")), _short(fields.get("outlet"))
    published, language = _short(fields.get("published")), _short(fields.get("language"))
    try:
        return RawItem(
            source=source,
            item_id=_item_id(_short(fields.get("id")), url, title, published, outlet),
            title=title,
            summary=(fields.get("summary") or "")[:MAX_SUMMARY],
            url=url,
            outlet=outlet,
            published=published,
            language=language,
            place=None if url else str(place),
        )
    except ValueError as error:
        # Half of a surrogate pair is the one text that cannot be written as UTF-8.
        raise BadRowError("text that is not valid Unicode") from error


def _item_id(
    given: str | None, url: str | None, title: str, published: str | None, outlet: str | None
) -> str:
    if given and (len(given) >= _SHORT_ID or ":" in given):
        return given
    if given:
        # A running number means something in its own file only.
        return f"{given}-{_digest(title, published, outlet)[:_SHORT_ID]}"
    return url or _digest(title, published, outlet)


def _digest(*parts: str | None) -> str:
    return hashlib.sha256("\n".join(part or "" for part in parts).encode()).hexdigest()


def _short(text: str | None) -> str | None:
    return text if text and len(text) <= MAX_SHORT else None


def _within(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    value: Any = row
    for key in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(key)
    return value


def _text(field: str, value: Any) -> str | None:
    """Return a value as text, None where it is empty."""
    if isinstance(value, Mapping):
        nested = cast("Mapping[str, Any]", value)
        value = next((nested[key] for key in _NAMES_WITHIN if nested.get(key)), None)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRowError(f"the {field} is {_type_name(value)}, not text")
    return str(value).strip() or None


def _type_name(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "a list" if isinstance(value, list) else "an object"
