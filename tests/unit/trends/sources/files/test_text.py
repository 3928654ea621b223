"""From bytes to lines."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.sources.base import ReadLog
from trends.sources.files.opening import Blocks
from trends.sources.files.text import Line, guess_encoding, lines


def _lines(data: bytes) -> list[Line]:
    return list(lines(Blocks(io.BytesIO(data), "a", 10_000_000, ReadLog())))


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))))
def test_utf8_lines_come_back_numbered(texts: list[str]) -> None:
    data = "".join(f"{text}\n" for text in texts).encode()
    expected = [Line(number, text) for number, text in enumerate(texts, start=1)]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return
    assert _lines(data) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_decides(encoding: str) -> None:
    assert _lines("비\r\n눈".encode(encoding)) == [Line(1, "비"), Line(2, "눈")]


@given(st.binary(max_size=400))
def test_any_bytes_give_lines_and_never_an_error(data: bytes) -> None:
    assert len(_lines(data)) <= data.count(b"\n") + 1


def test_lines_longer_than_a_block_are_kept_whole() -> None:
    text = "a" * 700_000
    assert _lines(f"x\n{text}\ny".encode()) == [Line(1, "x"), Line(2, text), Line(3, "y")]


def test_korean_encoding_needs_the_majority() -> None:
    korean, utf8 = "한국어".encode("cp949"), "한국어".encode()
    assert guess_encoding([korean, utf8, utf8]) == "utf-8"
    assert guess_encoding([korean, korean, utf8]) == "cp949"
    assert guess_encoding([b"plain"]) == "utf-8"


def test_encoding_is_found_behind_plain_lines() -> None:
    data = b"plain\n" * 100_000 + "비가 온다\n".encode("cp949") * 3
    assert [line.text for line in _lines(data)[-3:]] == ["비가 온다"] * 3
