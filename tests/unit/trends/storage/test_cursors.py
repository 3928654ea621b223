"""Cursors of lists."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.errors import InvalidRequestError
from trends.storage.cursors import read_cursor, write_cursor

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.text())
def test_cursor_reads_back_what_was_written(at: datetime, run_id: str) -> None:
    assert read_cursor(write_cursor(at, run_id)) == (at, run_id)


@given(st.text())
def test_anything_else_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        read_cursor(text)


def test_cursor_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        read_cursor(write_cursor(datetime(2026, 1, 9), "run-1"))  # noqa: DTZ001  # that is the point
