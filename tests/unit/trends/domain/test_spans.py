"""Observed spans: merged, cut, and laid over days."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import SourceOutcome, Window
from trends.domain.spans import clipped, covered, length, merged, observed_by, observed_days
from trends.domain.windows import bins

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)


def window(start: float, end: float) -> Window:
    """A span in hours from noon."""
    return Window(start=NOON + timedelta(hours=start), end=NOON + timedelta(hours=end))


def outcome(*observed: Window, ok: bool = True) -> SourceOutcome:
    """What a live source says."""
    return SourceOutcome(source="rss:a", ok=ok, items=1, observed=observed)


WHOLE = SourceOutcome(source="sample", ok=True, items=1)


def test_a_first_list_covers_as_far_back_as_it_reaches() -> None:
    assert covered(NOON - timedelta(hours=5), None, NOON, censored=False) == window(-5, 0)


def test_a_list_that_overlaps_with_the_last_one_leaves_no_gap() -> None:
    last = NOON - timedelta(hours=8)
    assert covered(NOON - timedelta(hours=5), last, NOON, censored=False) == window(-8, 0)
    assert covered(None, last, NOON, censored=False) == window(-8, 0)


def test_a_censored_list_covers_nothing_before_its_oldest_item() -> None:
    last = NOON - timedelta(hours=8)
    assert covered(NOON - timedelta(hours=5), last, NOON, censored=True) == window(-5, 0)


def test_a_list_that_tells_of_no_past_covers_nothing() -> None:
    assert covered(None, None, NOON, censored=False) is None
    assert covered(None, NOON - timedelta(hours=1), NOON, censored=True) is None
    assert covered(NOON + timedelta(hours=1), None, NOON, censored=False) is None


spans = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(1, 20)).map(
        lambda pair: window(pair[0], pair[0] + pair[1])
    )
)


@given(spans)
def test_merged_spans_are_apart_in_order_and_cover_the_same_hours(given: list[Window]) -> None:
    joined = merged(given)
    assert all(one.end < other.start for one, other in pairwise(joined))

    def hours(of: tuple[Window, ...] | list[Window]) -> set[datetime]:
        return {
            each.start + timedelta(hours=n)
            for each in of
            for n in range(int(length([each]) / timedelta(hours=1)))
        }

    assert hours(joined) == hours(given)
    assert merged(joined) == joined


def test_spans_are_cut_at_both_ends() -> None:
    cut = clipped([window(-9, -7), window(-6, -3), window(-1, 5)], window(-5, 1).start, NOON)
    assert cut == (window(-5, -3), window(-1, 0))


def test_sources_observe_together() -> None:
    assert observed_by([outcome(window(-3, -1)), outcome(window(-2, 0))]) == (window(-3, 0),)


def test_one_source_that_speaks_for_the_whole_span_is_enough() -> None:
    assert observed_by([outcome(window(-3, -1)), WHOLE]) is None


def test_a_source_that_failed_has_observed_nothing() -> None:
    failed = WHOLE.model_copy(update={"ok": False})
    assert observed_by([outcome(window(-3, -1)), failed]) == (window(-3, -1),)
    assert observed_by([outcome()]) == ()


def test_a_day_counts_where_half_of_it_was_observed() -> None:
    days = bins(NOON, "UTC", 3)
    assert observed_days(days, None) == [True, True, True]
    assert observed_days(days, [window(-36, 0)]) == [False, True, True]
    assert observed_days(days, [window(-37, -24 - 11), window(-12, 0)]) == [False, False, True]
    assert observed_days(days, []) == [False, False, False]
