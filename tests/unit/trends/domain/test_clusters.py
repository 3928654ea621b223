"""Headlines grouped by what they speak of."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.domain.clusters import MOST_TITLES, group_titles
from trends.errors import InvalidRequestError

QUAKE = [
    "Strong earthquake hits northern coast, thousands flee",
    "Thousands flee as earthquake shakes the northern coast",
    "Rescue teams reach coast after strong earthquake",
]
PHONE = [
    "New folding phone sells out within hours",
    "Queues for the new folding phone, shops sold out",
]


def test_titles_on_one_story_are_one_group() -> None:
    assert group_titles([*QUAKE, *PHONE]) == (0, 0, 0, 1, 1)


def test_korean_titles_are_grouped_by_their_words() -> None:
    titles = ["두쫀쿠 열풍 편의점 품귀", "편의점 두쫀쿠 품귀 현상", "국회 예산안 본회의 통과"]
    assert group_titles(titles) == (0, 0, 1)


def test_titles_without_a_word_in_common_stay_apart() -> None:
    assert group_titles(["amber basil", "cedar delta", "ember fjord"]) == (0, 1, 2)


def test_titles_without_words_are_groups_of_their_own() -> None:
    assert group_titles(["!!!", "amber basil", "…"]) == (0, 1, 2)


@pytest.mark.parametrize("titles", [[], ["amber"]])
def test_few_titles_need_no_comparison(titles: list[str]) -> None:
    assert group_titles(titles) == tuple(range(len(titles)))


def test_a_lower_cut_never_makes_fewer_groups() -> None:
    titles = [*QUAKE, *PHONE]
    sizes = [max(group_titles(titles, cut)) for cut in (0.3, 0.6, 0.8, 0.92, 1.0)]
    assert all(here >= there for here, there in pairwise(sizes))


def test_more_titles_than_fit_in_memory_are_refused() -> None:
    with pytest.raises(InvalidRequestError, match="cannot be grouped at once"):
        group_titles(["amber"] * (MOST_TITLES + 1))


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=30))
def test_every_title_has_a_group_and_equal_titles_share_it(titles: list[str]) -> None:
    groups = group_titles([*titles, "amber basil", "amber basil"])
    assert len(groups) == len(titles) + 2
    assert groups[-1] == groups[-2]
    assert set(groups) == set(range(max(groups) + 1))
