"""When a host asks to be left alone."""

from datetime import timedelta

import pytest

from tests.unit.trends.web_server import NOW
from trends.outbound_messages import read_retry_after


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Mon, 02 Mar 2026 07:31:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 07:31:00", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 16:31:00 +0900", timedelta(minutes=1)),
        ("Sun, 01 Mar 2026 07:31:00 GMT", timedelta(0)),
        ("Mon, 02 Mar 2099 07:31:00 GMT", timedelta(days=1)),
        ("9" * 400, timedelta(days=1)),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("١٢", None),
    ],
)
def test_wait_is_read(said: str | None, wait: timedelta | None) -> None:
    assert read_retry_after(said, NOW) == wait
