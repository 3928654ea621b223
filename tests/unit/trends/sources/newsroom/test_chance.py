"""Seeded chance."""

from hypothesis import given
from hypothesis import strategies as st

from trends.sources.newsroom.chance import Chance, Weighted, zipf_weights


def test_same_path_gives_the_same_stream() -> None:
    assert [Chance(1, "a").random() for _ in range(3)] == [
        Chance(1, "a").random() for _ in range(3)
    ]


def test_different_paths_give_different_streams() -> None:
    assert Chance(1, "a").random() != Chance(1, "b").random()


def test_stream_is_pinned() -> None:
    """A reference value: another one means that every sample report changes."""
    assert Chance("pin", 7).below(1_000_000) == 257_588


@given(st.integers(), st.integers(min_value=1, max_value=10_000))
def test_below_stays_below(seed: int, count: int) -> None:
    assert 0 <= Chance(seed).below(count) < count


@given(st.integers(), st.lists(st.integers(), max_size=30))
def test_shuffling_keeps_every_element(seed: int, deck: list[int]) -> None:
    assert sorted(Chance(seed).shuffled(deck)) == sorted(deck)


def test_poisson_has_its_mean_and_variance() -> None:
    chance = Chance("poisson")
    draws = [chance.poisson(50.0) for _ in range(4_000)]
    mean = sum(draws) / len(draws)
    variance = sum((draw - mean) ** 2 for draw in draws) / len(draws)
    assert abs(mean - 50) < 0.5
    assert abs(variance - 50) < 4


def test_poisson_of_nothing_is_nothing() -> None:
    assert Chance("zero").poisson(0.0) == 0


def test_erlang_has_mean_one_and_the_variance_of_its_shape() -> None:
    chance = Chance("erlang")
    draws = [chance.erlang(4) for _ in range(8_000)]
    mean = sum(draws) / len(draws)
    variance = sum((draw - mean) ** 2 for draw in draws) / len(draws)
    assert abs(mean - 1) < 0.02
    assert abs(variance - 0.25) < 0.02


def test_weights_decide_how_often() -> None:
    chance, weighted = Chance("weighted"), Weighted([1.0, 0.0, 3.0])
    draws = [weighted.draw(chance) for _ in range(4_000)]
    assert draws.count(1) == 0
    assert abs(draws.count(2) / len(draws) - 0.75) < 0.03


def test_zipf_weights_fall_with_the_rank() -> None:
    assert zipf_weights(4, 1.0) == [1.0, 1 / 2, 1 / 3, 1 / 4]
