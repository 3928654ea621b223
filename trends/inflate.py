"""Answers that come packed: unpacked block by block, and never more of them than is wanted."""

import zlib
from typing import Protocol

_GZIP = 16 + zlib.MAX_WBITS
_WINDOW = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_METHOD_DEFLATE = 8
_CHECK = 31
_GZIP_MAGIC = b"\x1f\x8b"


class _Stream(Protocol):
    """What we use of zlib's decompressor."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class OverLimitError(ValueError):
    """There is more than the limit."""


class UnknownEncodingError(ValueError):
    """Packed in a way that is not unpacked here."""


class DamagedError(ValueError):
    """The packed data cannot be unpacked, or ends too early."""


class Inflater:
    """Collects a body.

    Args:
        encoding: The `Content-Encoding`: none, gzip or deflate. A stack of several is not unpacked.
        max_bytes: How long the body may be, packed and unpacked.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._encoding = encoding.strip().lower().removeprefix("x-")
        self._packed = self._encoding not in {"", "identity"}
        self._max_bytes = max_bytes
        self._received = 0
        self._body = bytearray()
        self._start = b""
        self._stream: _Stream | None = None
        self._complete = False
        self._over = False

    def feed(self, block: bytes) -> None:
        """Take the next bytes.

        Raises:
            OverLimitError: The body is longer than the limit.
            DamagedError: The packed data is none.
            UnknownEncodingError: Packed in another way.
        """
        self._received += len(block)
        if self._packed:
            self._unpack(block)
        else:
            self._body += block
        # Packed data that unpacks to nothing could go on for ever.
        if max(self._received, len(self._body)) > self._max_bytes:
            raise OverLimitError

    def beginning(self) -> bytes:
        """Return what there is so far, within the limit."""
        return bytes(self._body[: self._max_bytes])

    def finish(self) -> bytes:
        """Return the body.

        Raises:
            DamagedError: The packed data ends too early.
        """
        begun = self._stream is not None
        if begun or (self._start and not self._complete):
            raise DamagedError("the packed data ends too early")
        return bytes(self._body)

    def _unpack(self, block: bytes) -> None:
        # An answer without a body may name any encoding: only bytes are a reason to complain.
        if block and self._encoding not in {"gzip", "deflate"}:
            raise UnknownEncodingError(f"Content-Encoding is '{self._encoding[:40]}'")
        rest = self._start + block
        self._start = b""
        while rest and not self._over:
            if self._stream is None:
                if len(rest) < len(_GZIP_MAGIC):
                    self._start = rest
                    return
                # gzip may be several streams in a row; anything else behind a whole one is padding.
                if self._complete and not (self._encoding == "gzip" and rest[:2] == _GZIP_MAGIC):
                    self._over = True
                    return
                self._stream = zlib.decompressobj(self._window(rest))
            rest = self._inflate(self._stream, rest)

    def _inflate(self, stream: _Stream, packed: bytes) -> bytes:
        """Unpack, and return what comes behind the end of the stream."""
        room = self._max_bytes - len(self._body)
        try:
            self._body += stream.decompress(packed, room + 1)
        except zlib.error as error:
            raise DamagedError(str(error)) from error
        if len(self._body) > self._max_bytes:
            raise OverLimitError
        if not stream.eof:
            return b""
        self._complete = True
        self._stream = None
        return stream.unused_data

    def _window(self, start: bytes) -> int:
        if self._encoding == "gzip":
            return _GZIP
        # Some hosts send deflate without the wrapping of zlib that RFC 9110, 8.4.1.2 asks for.
        wrapped = (
            start[0] & 15 == _METHOD_DEFLATE and int.from_bytes(start[:2], "big") % _CHECK == 0
        )
        return _WINDOW if wrapped else _RAW
