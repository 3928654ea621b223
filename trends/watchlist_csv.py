"""A watchlist as CSV, for spreadsheets.

Columns, the first row names them in any order: `name` (needed), `title`, `group`, `alias_any`, `alias_ko`, `alias_en`,
`excluded`. Several aliases or excluded senses in one cell are separated by `|`. Read as UTF-8, with or without a byte
order mark, or as CP949, which Korean spreadsheets write; written as UTF-8 with one, so that they open it rightly.

A spreadsheet takes what begins with `=`, `+`, `-` or `@` for a formula. Such cells are written with an apostrophe before,
which is taken off again when they are read.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from trends.domain.watchlist import Entity, Watchlist, check_watchlist
from trends.errors import InvalidWatchlistError, TooLargeError, UnknownNameError

COLUMNS = ("name", "title", "group", "alias_any", "alias_ko", "alias_en", "excluded")
SEPARATOR = "|"
MAX_BYTES = 1024 * 1024
# The apostrophe itself is among them, so that one that was meant is not taken off.
_GUARDED = ("=", "+", "-", "@", "'")
_MOST_TOLD = 10


def write_watchlist(entities: Sequence[Entity]) -> bytes:
    """Write a watchlist; what comes out reads back as the same."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for entity in entities:
        of = entity.aliases
        lists = (of.any, of.ko, of.en, entity.excluded)
        cells = (entity.name, entity.title, entity.group, *map(SEPARATOR.join, lists))
        table.writerow([f"'{cell}" if cell.startswith(_GUARDED) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def read_watchlist(data: bytes, origin: str) -> Watchlist:
    """Read a watchlist, all of it or nothing.

    Args:
        data: The file.
        origin: What to call it in messages.

    Raises:
        InvalidWatchlistError: Rows that cannot be; names them.
        UnknownNameError: A column that is not known; names the near one.
        TooLargeError: Larger than any watchlist.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"{origin} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.",
            next_step="Split it.",
        )
    rows = csv.reader(io.StringIO(_decoded(data, origin), newline=""), strict=True)
    try:
        columns = _columns(next(rows, list[str]()), origin)
        numbered = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidWatchlistError(
            f"{origin}:{rows.line_num} is not CSV.",
            why=f"{error}.",
            next_step="Mend that line; nothing was stored.",
        ) from error
    entities: list[Entity] = []
    bad: list[str] = []
    for number, row in numbered:
        try:
            entities.append(_entity(columns, row))
        except (ValidationError, ValueError) as error:
            bad.append(f"{origin}:{number} {_why(error)}")
    if bad:
        more = len(bad) - _MOST_TOLD
        raise InvalidWatchlistError(
            f"{len(bad)} {'row' if len(bad) == 1 else 'rows'} of {origin} cannot be.",
            why="; ".join(bad[:_MOST_TOLD]) + (f"; and {more} more." if more > 0 else "."),
            next_step="Mend them; nothing was stored.",
        )
    check_watchlist(entities)
    return tuple(entities)


def _decoded(data: bytes, origin: str) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidWatchlistError(
        f"{origin} is neither UTF-8 nor CP949 text.", next_step="Save it as CSV in UTF-8."
    )


def _columns(header: Sequence[str], origin: str) -> tuple[str, ...]:
    names = tuple(cell.strip().casefold() for cell in header)
    if "name" not in names:
        raise InvalidWatchlistError(
            f"{origin} has no column 'name'.",
            why=f"Its first row names: {', '.join(names)[:200] or 'nothing'}.",
            next_step=f"Begin with the row {','.join(COLUMNS)}",
        )
    for name in names:
        if name not in COLUMNS:
            kind = "column"
            raise UnknownNameError(kind, name, COLUMNS)
        if names.count(name) > 1:
            raise InvalidWatchlistError(
                f"{origin} has the column '{name}' twice.", next_step="Join the two."
            )
    return names


def _entity(columns: Sequence[str], row: Sequence[str]) -> Entity:
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        message = f"has {len(row)} cells for {len(columns)} columns; quote cells that hold a comma"
        raise ValueError(message)
    cells = {name: _bare(cell) for name, cell in zip(columns, row, strict=False)}
    if not cells.get("name"):
        message = "has no name"
        raise ValueError(message)

    def listed(column: str) -> list[str]:
        parts = cells.get(column, "").split(SEPARATOR)
        return [part.strip() for part in parts if part.strip()]

    values: dict[str, Any] = {
        "name": cells["name"],
        "title": cells.get("title", ""),
        "group": cells.get("group", ""),
        "aliases": {of: listed(f"alias_{of}") for of in ("any", "ko", "en")},
        "excluded": listed("excluded"),
    }
    return Entity.model_validate(values)


def _bare(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_GUARDED) else text


def _why(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
