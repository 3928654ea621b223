"""Windows of a backfill, what is left of it, and which reports do not know of one before them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.backfills import (
    BackfillWindow,
    WindowState,
    made_without,
    make_windows,
    read_end,
    standing_of,
)
from trends.errors import InvalidRequestError, InvalidWindowError

NOW = datetime(2027, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def ends(
    end: datetime, step: str = "1d", zone: str = "UTC", start: datetime = START, most: int = 400
) -> list[datetime]:
    """Ends of the windows of a span."""
    return [each.end for each in make_windows(start, end, step, "7d", zone, now=NOW, most=most)]


def test_the_first_window_ends_a_step_after_the_start_and_the_last_at_the_end() -> None:
    assert ends(START + 3 * DAY) == [START + DAY, START + 2 * DAY, START + 3 * DAY]


def test_what_is_left_over_is_shorter_than_a_step() -> None:
    assert ends(START + 2 * DAY + 23 * HOUR) == [START + DAY, START + 2 * DAY]


def test_a_window_has_the_length_of_the_monitor_s() -> None:
    only = make_windows(START, START + DAY, "1d", "7d", "UTC", now=NOW, most=400)
    assert [(each.end - each.start) for each in only] == [7 * DAY]


def test_days_end_at_the_same_time_of_day_where_the_clock_changes() -> None:
    # New York leaps forward on 8 March 2026.
    start = datetime(2026, 3, 7, 5, tzinfo=UTC)
    assert ends(start + 2 * DAY, zone="America/New_York", start=start) == [
        datetime(2026, 3, 8, 5, tzinfo=UTC),
        datetime(2026, 3, 9, 4, tzinfo=UTC),
    ]


def test_a_span_of_one_day_that_is_an_hour_short_is_a_window() -> None:
    start = datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert ends(start + 23 * HOUR, zone="America/New_York", start=start) == [start + 23 * HOUR]


def test_hours_are_hours_where_the_clock_changes() -> None:
    start = datetime(2026, 3, 8, 5, tzinfo=UTC)
    found = ends(start + 6 * HOUR, "3h", "America/New_York", start)
    assert found == [start + 3 * HOUR, start + 6 * HOUR]


@given(st.integers(1, 400), st.sampled_from(["6h", "1d", "1w"]))
def test_windows_are_as_many_as_steps_fit(number: int, step: str) -> None:
    apart = {"6h": 6 * HOUR, "1d": DAY, "1w": 7 * DAY}[step]
    found = make_windows(NOW - number * apart, NOW, step, "7d", "Asia/Seoul", now=NOW, most=400)
    assert len(found) == number
    assert found[-1].end == NOW


@pytest.mark.parametrize(
    ("start", "end", "step", "error", "says"),
    [
        (NOW - 3650 * DAY, NOW, "1d", InvalidRequestError, r"3,650 windows.*at most 400.*10d fits"),
        (NOW - 4000 * DAY, NOW, "4w", InvalidWindowError, "longer than ten years"),
        (START, START + DAY, "1m", InvalidRequestError, "at least 15 minutes"),
        (START, START + DAY, "14m", InvalidRequestError, "at least 15 minutes"),
        (START, START + DAY, "0d", InvalidRequestError, "'0d' cannot be used"),
        (START, START + DAY, "", InvalidRequestError, "cannot be used"),
        (START, START + DAY, "1w", InvalidWindowError, "shorter than one step"),
        (NOW - DAY, NOW + DAY, "1d", InvalidWindowError, "in the future"),
        (NOW, NOW - DAY, "1d", InvalidWindowError, "before it begins"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    start: datetime, end: datetime, step: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        ends(end, step, start=start)


def test_a_day_begins_at_midnight_of_the_market() -> None:
    seoul = read_end("2026-03-01", "Asia/Seoul", "start")
    assert seoul == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert read_end(" 2026-03-01T09:00+09:00 ", "UTC", "start") == START


@pytest.mark.parametrize("text", ["2026-03-01T00:00", "tomorrow", "2026-13-01", ""])
def test_an_end_that_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidWindowError):
        read_end(text, "Asia/Seoul", "start")


def window(place: int, state: WindowState, of_round: int = 1, took: float = 0) -> BackfillWindow:
    """A window of a backfill."""
    end = START + place * DAY
    return BackfillWindow(
        window_end=end,
        window_start=end - 7 * DAY,
        state=state,
        round=of_round,
        started_at=NOW,
        ended_at=NOW + timedelta(seconds=took) if state is WindowState.DONE else None,
    )


def test_what_is_left_goes_at_the_pace_of_what_is_done() -> None:
    of = [
        window(1, WindowState.DONE, took=10),
        window(2, WindowState.DONE, took=20),
        window(3, WindowState.RUNNING),
        window(4, WindowState.WAITING),
        window(5, WindowState.WAITING),
        window(6, WindowState.FAILED),
    ]
    standing = standing_of(of, parallel=2)
    assert (standing.windows, standing.done, standing.failed) == (6, 2, 1)
    assert (standing.running, standing.waiting) == (1, 2)
    assert standing.left_seconds == 15 / 2 * 3


def test_old_windows_do_not_tell_how_long_new_ones_take() -> None:
    early = [window(place, WindowState.DONE, took=1) for place in range(1, 31)]
    late = [window(place, WindowState.DONE, took=9) for place in range(31, 51)]
    of = [*early, *late, window(51, WindowState.WAITING)]
    assert standing_of(of, parallel=1).left_seconds == 9


def test_nothing_is_said_of_what_is_left_before_the_first_and_after_the_last() -> None:
    assert standing_of([window(1, WindowState.RUNNING)], 1).left_seconds is None
    assert standing_of([window(1, WindowState.DONE, took=3)], 1).left_seconds is None


@pytest.mark.parametrize(
    ("states", "without"),
    [
        ([("done", 1), ("done", 1)], []),
        ([("done", 1), ("failed", 1), ("done", 1), ("done", 1)], [3, 4]),
        ([("done", 1), ("done", 2), ("done", 1)], [3]),
        ([("done", 1), ("done", 2), ("done", 2)], []),
        # It failed again, and what came after it in that round was made without it.
        ([("failed", 2), ("done", 2)], [2]),
        # Done at last, in a round of its own; the one behind it was done in the round before.
        ([("done", 3), ("done", 2)], [2]),
        ([("failed", 1), ("waiting", 1)], []),
    ],
)
def test_a_report_does_not_know_of_a_window_that_was_done_later(
    states: list[tuple[str, int]], without: list[int]
) -> None:
    of = [
        window(place, WindowState(state), of_round)
        for place, (state, of_round) in enumerate(states, 1)
    ]
    assert list(made_without(of)) == [START + place * DAY for place in without]
