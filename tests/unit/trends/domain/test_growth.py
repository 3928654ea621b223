"""How much a rate has grown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.growth import MOST, UNKNOWN, growth, interval


@given(
    st.integers(0, 300), st.integers(1, 500), st.integers(0, 300), st.integers(1, 500),
    st.floats(1.0, 4.0),
)  # fmt: skip
def test_the_ends_are_in_order(
    now: int, exposure: int, before: int, past: int, dispersion: float
) -> None:
    found = growth(now, exposure, before, past, dispersion)
    assert 0.0 <= found.low <= found.high <= MOST


@given(st.integers(5, 300), st.integers(5, 300), st.integers(50, 500), st.integers(50, 500))
def test_the_estimate_lies_in_its_interval(now: int, before: int, exposure: int, past: int) -> None:
    found = growth(now, exposure, before, past, 1.3)
    assert found.low <= found.ratio <= found.high


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_the_interval_holds_the_truth_nine_times_in_ten(dispersion: float) -> None:
    chance = np.random.default_rng(7)
    runs, mean, past_mean, truth = 20_000, 24.0, 40.0, 2.0

    def draw(expected: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        if dispersion == 1.0:
            return chance.poisson(expected, runs).astype(np.float64)
        shape = expected / (dispersion - 1.0)
        return chance.negative_binomial(shape, 1.0 / dispersion, runs).astype(np.float64)

    low, high = interval(
        draw(mean), 100.0, draw(past_mean), 100.0 * past_mean * truth / mean, dispersion
    )
    held = ((low <= truth) & (truth <= high)).mean()
    assert 0.88 <= held <= 0.93


def test_swinging_counts_make_a_wider_interval() -> None:
    steady, swinging = growth(30, 100, 60, 400, 1.0), growth(30, 100, 60, 400, 3.0)
    assert swinging.low < steady.low
    assert swinging.high > steady.high


def test_more_stories_make_a_narrower_interval() -> None:
    few, many = growth(6, 100, 8, 400, 1.0), growth(60, 1000, 80, 4000, 1.0)
    assert many.low > few.low


def test_equal_rates_have_not_grown() -> None:
    assert growth(100, 100, 400, 400, 1.0).ratio == pytest.approx(1.0, abs=0.01)


def test_without_a_past_nothing_is_known() -> None:
    assert growth(10, 100, 0, 0, 1.0) == UNKNOWN


def test_what_was_never_there_before_has_no_end_to_its_growth() -> None:
    assert growth(12, 100, 0, 900, 1.0).high == MOST
