"""Sharing the error rate out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.budget import FEWEST_TERMS, Budget


@given(st.lists(st.integers(3, 2000), min_size=1, max_size=400))
def test_weights_average_one(totals: list[int]) -> None:
    numbers = np.array(totals, dtype=np.float64)
    tiny = np.full(len(totals), 1e-9)
    weights = tiny / Budget.over(numbers).weigh(tiny, numbers)
    assert weights.mean() == pytest.approx(1.0)


def test_strata_get_equal_shares() -> None:
    totals = np.array([5.0] * 900 + [50.0] * 100)
    weighed = Budget.over(totals).weigh(np.full(2, 0.001), np.array([5.0, 50.0]))
    assert weighed[0] / weighed[1] == pytest.approx(9.0)


def test_a_handful_of_common_terms_has_no_share_of_its_own() -> None:
    totals = np.array([50.0] * 100 + [500.0] * (FEWEST_TERMS - 1))
    weighed = Budget.over(totals).weigh(np.full(2, 0.001), np.array([50.0, 500.0]))
    assert weighed[0] == weighed[1]


def test_a_weighed_p_value_is_at_most_one() -> None:
    totals = np.array([5.0] * 900 + [50.0] * 100)
    assert Budget.over(totals).weigh(np.array([1.0]), np.array([5.0])).tolist() == [1.0]


def test_without_terms_there_is_still_a_budget() -> None:
    assert Budget.over(np.empty(0)).weigh(np.array([0.5]), np.array([4.0])).tolist() == [0.5]
