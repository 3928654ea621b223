"""Packed answers, and bombs among them."""

import gzip
import zlib

import pytest

from trends.inflate import DamagedError, Inflater, OverLimitError, UnknownEncodingError

TEXT = "오늘의 뉴스 today's news ".encode() * 50
BOMB = 100_000_000


def inflate(encoding: str, packed: bytes, limit: int = 100_000, step: int = 7) -> bytes:
    inflater = Inflater(encoding, limit)
    for start in range(0, len(packed), step):
        inflater.feed(packed[start : start + step])
    return inflater.finish()


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        ("X-GZIP", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0\0\0\0"),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_every_way_of_packing_gives_the_text(encoding: str, packed: bytes, step: int) -> None:
    assert inflate(encoding, packed, step=step) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_nothing_stays_nothing_whatever_it_is_called(encoding: str) -> None:
    assert inflate(encoding, b"") == b""


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_bomb_is_stopped_at_the_limit(pack: type[bytes]) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    inflater = Inflater(encoding, 200_000)
    with pytest.raises(OverLimitError):
        inflater.feed(pack(bytes(BOMB)))
    assert len(inflater._body) <= 200_001  # pyright: ignore[reportPrivateUsage]  # what it held in memory
    assert inflater.beginning() == bytes(200_000)


def test_bomb_of_many_streams_is_stopped() -> None:
    inflater = Inflater("gzip", 50_000)
    with pytest.raises(OverLimitError):
        inflater.feed(gzip.compress(bytes(9_000)) * 1_000)


def test_packed_data_that_unpacks_to_nothing_is_stopped() -> None:
    empty = gzip.compress(b"")
    with pytest.raises(OverLimitError):
        inflate("gzip", empty * 100, limit=len(empty) * 50, step=len(empty))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)[:-20]),
        ("gzip", b"\x1f"),
        ("gzip", TEXT),
        ("deflate", TEXT),
        ("deflate", zlib.compress(TEXT)[:20]),
    ],
)
def test_damaged_data_is_told(encoding: str, packed: bytes) -> None:
    with pytest.raises(DamagedError):
        inflate(encoding, packed)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_other_encodings_are_not_unpacked(encoding: str) -> None:
    with pytest.raises(UnknownEncodingError):
        inflate(encoding, b"\x01\x02\x03")
