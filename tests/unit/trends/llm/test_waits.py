"""How long a provider asks to be left alone."""

from datetime import timedelta

import pytest

from trends.llm.waits import LONGEST_WAIT, read_wait

DATE = {"date": "Mon, 02 Mar 2026 07:30:00 GMT"}
SAID = [
    ({"retry-after": "20"}, 20),
    ({"retry-after": "0.5"}, 0.5),
    ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
    ({"retry-after": "Mon, 02 Mar 2026 07:30:09 GMT", **DATE}, 9),
    ({"x-ratelimit-reset-requests": "6m0s"}, 360),
    ({"x-ratelimit-reset-requests": "20ms"}, 0.02),
    ({"x-ratelimit-reset-tokens": "1h2m3.5s"}, 3723.5),
    ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "9s"}, 9),
    ({"anthropic-ratelimit-requests-reset": "2026-03-02T07:30:12Z", **DATE}, 12),
    ({"retry-after": "99999999"}, LONGEST_WAIT.total_seconds()),
]


@pytest.mark.parametrize(("headers", "seconds"), SAID)
def test_wait_is_read(headers: dict[str, str], seconds: float) -> None:
    assert read_wait(headers, b"") == timedelta(seconds=seconds)


def test_wait_is_that_of_the_limit_with_nothing_left() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2s",
        "x-ratelimit-remaining-tokens": "5000",
        "x-ratelimit-reset-tokens": "50s",
    }
    assert read_wait(headers, b"") == timedelta(seconds=2)


UNREADABLE = [
    {},
    {"retry-after": ""},
    {"retry-after": "soon"},
    {"retry-after": "-5"},
    {"retry-after": "0"},
    {"retry-after": "inf"},
    {"retry-after": "٣"},
    {"retry-after-ms": "-1"},
    {"retry-after": "Mon, 02 Mar 2026 07:30:09 GMT"},
    {"retry-after": "Mon, 02 Mar 2026 07:29:00 GMT", **DATE},
    {"x-ratelimit-reset-requests": "-1"},
    {"x-ratelimit-reset-tokens": "9" * 40 + "h"},
]


@pytest.mark.parametrize("headers", UNREADABLE)
def test_what_cannot_be_read_is_no_wait(headers: dict[str, str]) -> None:
    assert read_wait(headers, b"") is None


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b'{"error": 7}', b'{"error": {"details": 7}}', b"\xff"]
)
def test_any_body_is_read_without_failing(body: bytes) -> None:
    assert read_wait({}, body) is None
