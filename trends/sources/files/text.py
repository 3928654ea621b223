"""From bytes to numbered lines of text, in whatever encoding they are."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trends.sources.files.opening import Blocks

MAX_LINE_BYTES = 1024 * 1024
_REPLACEMENT = "\ufffd"
# Longest first: the mark of UTF-16 little-endian begins that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# cp949 holds all of EUC-KR.
_KOREAN = "cp949"


@dataclass(frozen=True)
class Line:
    """One line; `text` is None where it cannot be read, and `why` says why not."""

    number: int
    text: str | None
    why: str = ""


def lines(blocks: Blocks) -> Iterator[Line]:
    """Yield the lines of a file, numbered from 1, without their ends.

    A byte order mark decides the encoding. Without one it is UTF-8, unless most of the lines of the first
    block with anything beyond ASCII are none and can be read as cp949 (which holds EUC-KR).
    """
    head = blocks.head()
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            yield from _marked(blocks, len(mark), encoding)
            return
    encoding: str | None = None
    for number, raw, block in _split(blocks):
        if raw is None:
            yield Line(number, None, f"longer than {MAX_LINE_BYTES:,} bytes")
            continue
        if encoding is None and not raw.isascii():
            encoding = guess_encoding([raw, *block.split(b"\n")[1:-1]])
        yield _decoded(number, raw, encoding or "utf-8")


def guess_encoding(raw_lines: Iterable[bytes]) -> str:
    """Choose between UTF-8 and cp949 by which of them reads more lines."""
    utf8 = korean = 0
    for raw in raw_lines:
        if raw.isascii():
            continue
        if _reads(raw, "utf-8"):
            utf8 += 1
        elif _reads(raw, _KOREAN):
            korean += 1
    return _KOREAN if korean > utf8 else "utf-8"


def _decoded(number: int, raw: bytes, encoding: str) -> Line:
    try:
        return Line(number, raw.decode(encoding).rstrip("\r"))
    except UnicodeDecodeError:
        return Line(number, None, f"not {encoding.upper()} text")


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _marked(blocks: Blocks, mark_length: int, encoding: str) -> Iterator[Line]:
    """Decode a file that has a byte order mark; lines with anything undecodable in them are bad."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    texts = (decoder.decode(block) for block in _without(blocks, mark_length))
    for number, raw, _ in _split(text.encode("utf-8", "replace") for text in texts):
        if raw is None:
            yield Line(number, None, f"longer than {MAX_LINE_BYTES:,} bytes")
            continue
        text = raw.decode("utf-8", "replace").rstrip("\r")
        if _REPLACEMENT in text:
            yield Line(number, None, f"not {encoding.upper()} text")
        else:
            yield Line(number, text)


def _without(blocks: Iterable[bytes], length: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[length:]
        length = 0


def _split(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Yield (number, line, block), the line None where it is too long to be kept."""
    number = 0
    rest = b""
    too_long = False
    for block in blocks:
        *whole, last = (rest + block).split(b"\n")
        for line in whole:
            number += 1
            yield number, None if too_long or len(line) > MAX_LINE_BYTES else line, block
            too_long = False
        # An endless line is counted but not kept.
        too_long = too_long or len(last) > MAX_LINE_BYTES
        rest = b"" if too_long else last
    if rest or too_long:
        yield number + 1, None if too_long else rest, b""
