"""When a source is asked again, and when it counts as down."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.health import (
    LONGEST_BACK_OFF,
    LONGEST_RETRY_AFTER,
    SourceHealth,
    down_since,
    first_wait,
    next_poll,
    noted,
)

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


@given(st.text(), st.integers(1, 10_080), st.integers(0, 10**6))
def test_the_next_poll_is_about_a_cadence_away(source: str, minutes: int, second: int) -> None:
    cadence, now = timedelta(minutes=minutes), NOON + timedelta(seconds=second)
    wait = next_poll(now, cadence, source) - now
    assert cadence / 2 < wait <= cadence * 3 / 2


def test_a_source_keeps_its_place_whenever_it_was_asked() -> None:
    first = next_poll(NOON, QUARTER, "rss:hani")
    late = next_poll(first + timedelta(minutes=3), QUARTER, "rss:hani")
    assert (late - first) % QUARTER == timedelta()
    assert next_poll(first, QUARTER, "rss:hani") == first + QUARTER


def test_sources_are_spread_over_the_cadence() -> None:
    places = {
        (next_poll(NOON, QUARTER, f"rss:{number}") - NOON) // timedelta(minutes=1)
        for number in range(200)
    }
    assert len(places) >= 15


def test_waits_double_up_to_a_limit() -> None:
    waits = [
        next_poll(NOON, QUARTER, "rss:hani", failures=failures) - NOON
        for failures in (1, 2, 3, 4, 5, 6, 100)
    ]
    for failures, wait in enumerate(waits[:5]):
        assert abs(wait - QUARTER * 2**failures) <= QUARTER / 2
    assert max(waits) <= LONGEST_BACK_OFF + QUARTER / 2


def test_a_slow_cadence_is_not_shortened_by_a_failure() -> None:
    assert next_poll(NOON, 7 * DAY, "rss:hani", failures=9) - NOON > 3 * DAY


def test_what_does_not_mend_waits_longest_at_once() -> None:
    wait = next_poll(NOON, QUARTER, "rss:hani", failures=1, final=True) - NOON
    assert wait > LONGEST_BACK_OFF - QUARTER


def test_a_server_s_word_is_kept() -> None:
    hour = timedelta(hours=1)
    assert next_poll(NOON, QUARTER, "a", failures=1, retry_after=hour) == NOON + hour


def test_a_server_s_word_is_kept_within_reason() -> None:
    asked = next_poll(NOON, QUARTER, "a", failures=1, retry_after=timedelta(days=900))
    assert asked == NOON + LONGEST_RETRY_AFTER
    soon = next_poll(NOON, QUARTER, "a", failures=1, retry_after=timedelta(0))
    assert soon == NOON + QUARTER


def test_the_first_wait_lies_within_the_spread() -> None:
    waits = {first_wait(f"rss:{n}", timedelta(minutes=1)) for n in range(50)}
    assert len(waits) == 50
    assert all(timedelta() <= wait < timedelta(minutes=1) for wait in waits)


HEALTHY = SourceHealth(
    tenant="local", source="rss:a", first_attempt=NOON - 9 * DAY, last_success=NOON - 2 * DAY
)


def test_a_source_that_did_not_answer_for_a_day_is_down_since_its_last_answer() -> None:
    failing = HEALTHY.model_copy(update={"failures": 4})
    assert down_since(failing, NOON) == NOON - 2 * DAY


def test_a_source_that_never_answered_is_down_since_it_was_first_asked() -> None:
    failing = HEALTHY.model_copy(update={"failures": 4, "last_success": None})
    assert down_since(failing, NOON) == NOON - 9 * DAY


@pytest.mark.parametrize(
    "changes",
    [
        {"failures": 0},
        {"failures": 4, "paused": True},
        {"failures": 1, "last_success": NOON - DAY / 2},
        {"failures": 1, "last_success": None, "first_attempt": NOON - DAY / 2},
        {"failures": 1, "last_success": None, "first_attempt": None},
    ],
)
def test_a_source_is_not_down_where(changes: dict[str, object]) -> None:
    assert down_since(HEALTHY.model_copy(update=changes), NOON) is None


def test_lag_is_the_age_of_the_newest_item() -> None:
    assert HEALTHY.lag(NOON) is None
    dated = HEALTHY.model_copy(update={"newest_at": NOON - QUARTER})
    assert dated.lag(NOON) == QUARTER
    assert dated.lag(NOON - DAY) == timedelta()


def test_the_last_polls_are_remembered_and_no_more() -> None:
    assert noted("", "x") == "x"
    assert noted("x" + "." * 49, ".") == "." * 50
