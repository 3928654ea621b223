"""Opening a file as a stream of bytes: unpacked on the way, and never more of it than the settings allow."""

import gzip
import os
import stat
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from trends.errors import PathRefusedError, TooLargeError
from trends.sources.base import ReadLog
from trends.sources.files.paths import Found, failure

BLOCK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class ByteStream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Blocks:
    """The unpacked bytes of one file, block by block.

    Args:
        stream: Where they come from.
        name: What errors call the file.
        max_bytes: How many there may be.
        log: Takes word of compressed data that breaks off.
    """

    def __init__(self, stream: ByteStream, name: str, max_bytes: int, log: ReadLog) -> None:
        self._stream = stream
        self._name = name
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._log = log
        self._head = b""
        self._over = False

    def head(self) -> bytes:
        """Return the first block without taking it."""
        if not self._head:
            self._head = self._next()
        return self._head

    def __iter__(self) -> Iterator[bytes]:
        while block := self._take():
            yield block

    def _take(self) -> bytes:
        block, self._head = self._head, b""
        return block or self._next()

    def _next(self) -> bytes:
        if self._over:
            return b""
        try:
            block = self._stream.read(BLOCK_BYTES)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            self._over = True
            self._log.bad_row(self._name, f"the compressed data is damaged ({error})")
            return b""
        except OSError as error:
            raise failure(self._name, error) from error
        self._left -= len(block)
        if self._left < 0:
            raise too_large(self._name, self._max_bytes)
        return block


@contextmanager
def open_blocks(found: Found, max_bytes: int, log: ReadLog) -> Generator[Blocks]:
    """Open a file for the length of the block; says in the log when it changed meanwhile.

    Raises:
        PathRefusedError: It is gone, or was replaced by a link or by something that is no file.
        TooLargeError: Over `max_bytes`, packed or unpacked.
        SourceUnavailableError: The disk does not answer.
        SourceUnreadableError: No permission.
    """
    # Between the check of the path and here it may have become a link or a pipe: neither is followed or waited for.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(found.path, flags)
    except OSError as error:
        raise failure(found.name, error) from error
    with os.fdopen(descriptor, "rb") as raw:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise PathRefusedError(f"'{found.name}' is not a file.")
        if before.st_size > max_bytes:
            raise too_large(found.name, max_bytes)
        yield Blocks(_unpacked(raw, found.name), found.name, max_bytes, log)
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            log.note(
                f"The file {found.name} changed while it was read; its items may be of two versions."
            )


def whole(blocks: Blocks, name: str, max_bytes: int) -> bytes:
    """Return all bytes of a file that has to be read whole.

    Raises:
        TooLargeError: Over `max_bytes`.
    """
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        size += len(block)
        if size > max_bytes:
            raise too_large(name, max_bytes)
        parts.append(block)
    return b"".join(parts)


def too_large(name: str, max_bytes: int) -> TooLargeError:
    """Say that a file is over the limit."""
    return TooLargeError(
        f"The file '{name}' is larger than {max_bytes:,} bytes, unpacked.",
        next_step="Split it, or raise sources.file.max_bytes.",
    )


def _unpacked(raw: BinaryIO, name: str) -> ByteStream:
    try:
        magic = raw.read(len(_GZIP_MAGIC))
        raw.seek(0)
    except OSError as error:
        raise failure(name, error) from error
    if magic != _GZIP_MAGIC:
        return raw
    return gzip.GzipFile(fileobj=raw, mode="rb")
