"""JSON Lines and CSV: a stream of rows, each good or bad on its own."""

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from trends.errors import SourceUnreadableError
from trends.sources.files.rows import BadRowError, FieldMapping
from trends.sources.files.text import MAX_LINE_BYTES, Line

# A quote that never closes must not swallow the rest of the file.
MAX_RECORD_LINES = 100
_DELIMITERS = ",;\t|"
_UNFINISHED = "unexpected end of data"


@dataclass(frozen=True)
class Row:
    """One row; `values` is None where it cannot be read, and `why` says why not."""

    number: int
    values: dict[str, Any] | None
    why: str = ""

    def values_or_error(self) -> dict[str, Any]:
        """Return the values.

        Raises:
            BadRowError: There are none.
        """
        if self.values is None:
            raise BadRowError(self.why)
        return self.values


def json_rows(lines: Iterable[Line]) -> Iterator[Row]:
    """Read one JSON object a line; blank lines are nothing."""
    for line in lines:
        if line.text is None:
            yield Row(line.number, None, line.why)
        elif line.text and not line.text.isspace():
            yield _json_row(line.number, line.text)


def _json_row(number: int, text: str) -> Row:
    try:
        value: Any = json.loads(text)
    except RecursionError:
        return Row(number, None, "JSON nested too deeply")
    except ValueError as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "a number too long to read"
        return Row(number, None, f"not JSON ({why[:80]})")
    if not isinstance(value, dict):
        return Row(number, None, "not a JSON object")
    return Row(number, cast("dict[str, Any]", value))


def csv_rows(lines: Iterable[Line], name: str, mapping: FieldMapping) -> Iterator[Row]:
    """Read CSV with a header line; the delimiter is the one that the header uses most.

    Raises:
        SourceUnreadableError: The header names no column for the title.
    """
    source = _Lines(lines)
    header: list[str] = []
    delimiter = ","
    while (line := source.take()) is not None:
        if line.text == "":
            continue
        record = _record(line, source, delimiter)
        if record.values is None:
            yield Row(record.number, None, record.why)
        elif not header:
            header, delimiter = _header(record.text, name, mapping)
        elif len(record.values) > len(header):
            why = f"{len(record.values)} fields where the header has {len(header)}"
            yield Row(record.number, None, why)
        elif any(record.values):
            yield Row(record.number, dict(zip(header, record.values, strict=False)))


def _header(text: str, name: str, mapping: FieldMapping) -> tuple[list[str], str]:
    delimiter = max(_DELIMITERS, key=lambda mark: (text.count(mark), -_DELIMITERS.index(mark)))
    header = [column.strip() for column in next(csv.reader([text], delimiter=delimiter))]
    title = mapping.columns(tuple(header)).get("title")
    if title is None or title not in header:
        raise SourceUnreadableError(
            f"The file '{name}' has no column for the title.",
            why=f"Its columns are: {', '.join(header)[:200]}.",
            next_step="Name the column in sources.file.fields, such as {title: headline}.",
        )
    return header, delimiter


class _Lines:
    """Lines that can be given back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._back: deque[Line] = deque()

    def take(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def give_back(self, lines: Sequence[Line]) -> None:
        self._back.extendleft(reversed(lines))


@dataclass(frozen=True)
class _Record:
    number: int
    text: str
    values: list[str] | None
    why: str = ""


def _record(first: Line, source: _Lines, delimiter: str) -> _Record:
    """Read one record, taking further lines while a quoted field is open."""
    if first.text is None:
        return _Record(first.number, "", None, first.why)
    text = first.text
    further: list[Line] = []
    try:
        values = _parsed(text, delimiter)
        while values is None:
            line = source.take() if len(further) < MAX_RECORD_LINES else None
            if line is not None:
                further.append(line)
            if line is None or line.text is None or len(text) > MAX_LINE_BYTES:
                source.give_back(further)
                return _Record(first.number, "", None, "a quote that is never closed")
            text = f"{text}\n{line.text}"
            # Only a quote can close the field; without one there is nothing to parse anew.
            values = _parsed(text, delimiter) if '"' in line.text else None
    except csv.Error as error:
        return _Record(first.number, "", None, f"not CSV ({error})")
    return _Record(first.number, text, values)


def _parsed(text: str, delimiter: str) -> list[str] | None:
    """Return the fields of a record, None while a quoted field is open."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if str(error) == _UNFINISHED:
            return None
    # Text behind a closing quote and the like: take it as it stands.
    return next(csv.reader([text], delimiter=delimiter))
