"""Pairs of alike documents, found without comparing all."""

from itertools import combinations

import numpy as np
import pytest

from trends.domain.candidates import Pair, alike_pairs


def nothing(_: int) -> None:
    """Ignore progress."""


def documents(count: int) -> list[frozenset[str]]:
    """Documents of 12 of 40 shingles: some pairs are alike, most are not."""
    chance = np.random.default_rng(7)
    return [
        frozenset(f"s{place}" for place in chance.choice(40, size=12, replace=False))
        for _ in range(count)
    ]


def compared(found: list[frozenset[str]], threshold: float) -> dict[tuple[int, int], float]:
    """Compare all pairs."""
    likeness = {
        (left, right): len(found[left] & found[right]) / len(found[left] | found[right])
        for left, right in combinations(range(len(found)), 2)
    }
    return {pair: value for pair, value in likeness.items() if value >= threshold}


def test_every_pair_found_is_alike_by_the_exact_index() -> None:
    given = documents(150)
    alike = compared(given, 0.4)
    pairs = list(alike_pairs(given, [0.0] * 150, threshold=0.4, within_seconds=1.0, tick=nothing))
    assert pairs
    assert all(alike[pair.first, pair.second] == pytest.approx(pair.likeness) for pair in pairs)


def test_hardly_any_alike_pair_is_missed() -> None:
    given = documents(150)
    pairs = alike_pairs(given, [0.0] * 150, threshold=0.5, within_seconds=1.0, tick=nothing)
    assert {(pair.first, pair.second) for pair in pairs} == set(compared(given, 0.5))


def test_pairs_far_apart_in_time_are_left_out() -> None:
    same = frozenset({"a", "b", "c"})
    pairs = alike_pairs(
        [same, same, same], [0.0, 60.0, 121.0], threshold=0.5, within_seconds=60.0, tick=nothing
    )
    assert list(pairs) == [Pair(0, 1, 1.0)]


def test_empty_documents_are_alike_to_none() -> None:
    empty: frozenset[str] = frozenset()
    full = frozenset({"a", "b"})
    pairs = alike_pairs(
        [empty, full, empty, full], [0.0] * 4, threshold=0.5, within_seconds=1.0, tick=nothing
    )
    assert list(pairs) == [Pair(1, 3, 1.0)]


@pytest.mark.parametrize("given", [[], [frozenset[str]()], [frozenset({"a"})]])
def test_too_few_documents_give_no_pairs(given: list[frozenset[str]]) -> None:
    times = [0.0] * len(given)
    assert not list(alike_pairs(given, times, threshold=0.5, within_seconds=1.0, tick=nothing))


def test_crowd_of_copies_is_chained_without_comparing_all() -> None:
    crowd = [frozenset({"a", "b", "c"})] * 500
    pairs = list(alike_pairs(crowd, [0.0] * 500, threshold=0.5, within_seconds=1.0, tick=nothing))
    assert {(pair.first, pair.second) for pair in pairs} >= {(n, n + 1) for n in range(499)}
    assert len(pairs) < 500 * 20


def test_tick_may_stop_the_work() -> None:
    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(alike_pairs(documents(5), [0.0] * 5, threshold=0.5, within_seconds=1.0, tick=stop))
