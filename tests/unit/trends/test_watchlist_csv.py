"""A watchlist as a spreadsheet writes it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.watchlist import Aliases, Entity
from trends.errors import InvalidWatchlistError, UnknownNameError
from trends.watchlist_csv import COLUMNS, read_watchlist, write_watchlist

APPLE = Entity(
    name="apple",
    title="Apple, Inc.",
    group="phones",
    aliases=Aliases(any=("Apple",), ko=("애플", "아이폰"), en=("AAPL",)),
    excluded=("apple pie", "사과"),
)


def read(text: str) -> tuple[Entity, ...]:
    return read_watchlist(text.encode(), "w.csv")


def test_what_is_written_reads_back_as_the_same() -> None:
    entities = (APPLE, Entity(name="@cosme"), Entity(name='+82 "x"', title="'=1+1"))
    assert read_watchlist(write_watchlist(entities), "w.csv") == entities


def test_it_is_written_so_that_spreadsheets_open_it_and_run_nothing() -> None:
    data = write_watchlist([Entity(name="=HYPERLINK(1)"), APPLE])
    assert data.startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode())
    assert b"\r\n'=HYPERLINK(1)," in data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_it_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    (entity,) = read_watchlist("name,alias_ko\n애플,애플|아이폰\n".encode(encoding), "w.csv")
    assert entity.aliases.ko == ("애플", "아이폰")


def test_columns_come_in_any_order_and_blank_rows_are_passed_over() -> None:
    (entity,) = read("Excluded, NAME\napple pie, apple\n,\n")
    assert (entity.name, entity.excluded) == ("apple", ("apple pie",))


def test_every_bad_row_is_named() -> None:
    with pytest.raises(InvalidWatchlistError) as caught:
        read("name,alias_any\n,x\nok,y\nb,!!\nc,d,e\n")
    told = str(caught.value)
    assert "3 rows of w.csv" in told
    assert "w.csv:2 has no name" in told
    assert "w.csv:4 aliases.any.0" in told
    assert "w.csv:5 has 3 cells for 2 columns" in told


def test_an_unknown_column_is_named_with_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match=r"alias_kr.*alias_ko"):
        read("name,alias_kr\na,b\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column 'name'"),
        ("title\nx\n", "no column 'name'"),
        ("name,name\na,b\n", "twice"),
        ('name\n"open\n', "not CSV"),
        ("name,alias_any\na,x\nb,X\n", "both 'a' and 'b'"),
    ],
)
def test_what_is_no_watchlist_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(InvalidWatchlistError, match=told):
        read(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidWatchlistError, match="neither UTF-8 nor CP949"):
        read_watchlist(b"name\n\xff\xff\x80", "w.csv")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes) -> None:
    with contextlib.suppress(InvalidWatchlistError, UnknownNameError):
        entities = read_watchlist(data, "w.csv")
        assert read_watchlist(write_watchlist(entities), "w.csv") == entities
