"""How groupings are compared."""

import pytest

from benchmarks.clusters import adjusted_rand


def test_the_same_grouping_under_other_names_is_one() -> None:
    assert adjusted_rand("aabbc", "xxyyz") == 1.0


def test_one_group_says_nothing() -> None:
    assert adjusted_rand("aabb", "xxxx") == 0.0


def test_a_worked_example_agrees() -> None:
    # Pairs together in both: 2 of 15; Hubert and Arabie's formula by hand.
    assert adjusted_rand("aaabbb", "xxyyzz") == pytest.approx(
        (2 - 6 * 3 / 15) / ((6 + 3) / 2 - 1.2)
    )
