"""Where a watched name stands in a headline, and where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import Language
from trends.domain.watching import Watcher
from trends.domain.watchlist import Aliases, Entity

ENTITIES = (
    Entity(name="galaxy", aliases=Aliases(ko=("갤럭시",), en=("Galaxy",))),
    Entity(name="buds", aliases=Aliases(ko=("갤럭시 버즈",), en=("Galaxy Buds",))),
    Entity(
        name="apple",
        aliases=Aliases(any=("Apple",), ko=("애플",)),
        excluded=("apple pie", "사과"),
    ),
    Entity(name="GAP"),
    Entity(name="LG"),
    Entity(name="Nike"),
    Entity(name="@cosme"),
    Entity(name="C++"),
    Entity(name="현대"),
    Entity(name="X"),
)
WATCHER = Watcher(ENTITIES)


def named(title: str, language: Language = Language.KO) -> list[str]:
    return [ENTITIES[hit.entity].name for hit in WATCHER.hits(title, language)]


@pytest.mark.parametrize(
    "title",
    [
        "갤럭시",
        "갤럭시가 온다",
        "새 갤럭시를",
        "갤럭시S26 공개",
        "'갤럭시'의 귀환",
        "갤럭시, 또",
        "갤럭시들이",
    ],
)
def test_a_korean_name_stands_alone_or_before_a_particle(title: str) -> None:
    assert named(title) == ["galaxy"]


@pytest.mark.parametrize(
    "title", ["갤럭시안", "갤럭시폰이", "삼성갤럭시", "은하 갤럭", "갤럭시가게"]
)
def test_a_korean_name_within_another_word_is_none(title: str) -> None:
    assert named(title) == []


@pytest.mark.parametrize(
    "title", ["NIKE wins", "nike's", "Nike는", "신형Nike", "“Nike”", "ＮＩＫＥ"]
)
def test_a_latin_name_is_found_in_any_case_and_width(title: str) -> None:
    assert named(title) == ["Nike"]


@pytest.mark.parametrize("title", ["Nikes", "Nike2", "aNike", "Nikeé"])
def test_a_latin_name_is_bounded_by_other_letters(title: str) -> None:
    assert named(title, Language.EN) == []


def test_short_capitals_are_read_as_written() -> None:
    assert named("GAP minds the gap", Language.EN) == ["GAP"]
    assert named("Gap and lg", Language.EN) == []
    assert named("LG전자와 X는") == ["LG", "X"]


def test_the_longest_name_counts_alone() -> None:
    assert named("갤럭시 버즈를 갤럭시와") == ["buds", "galaxy"]
    assert named("Galaxy buds", Language.EN) == ["buds"]


def test_an_alias_of_one_language_is_not_looked_for_in_the_other() -> None:
    assert named("Galaxy", Language.KO) == []
    assert named("갤럭시", Language.EN) == []


@pytest.mark.parametrize("title", ["Apple and an apple pie", "애플의 사과", "사과나무와 애플"])
def test_another_sense_makes_a_headline_not_count(title: str) -> None:
    assert named(title) == []


def test_another_sense_is_a_whole_phrase() -> None:
    assert set(named("Apple: no apple pies", Language.EN)) == {"apple"}


def test_signs_belong_to_a_name() -> None:
    assert named("C++ at @cosme, C and cosme", Language.EN) == ["C++", "@cosme"]


def test_a_particle_that_makes_other_nouns_does_not_count() -> None:
    assert named("현대인의 하루") == []
    assert named("현대는 오늘") == ["현대"]


def test_an_empty_watchlist_finds_nothing() -> None:
    assert list(Watcher(()).hits("anything", Language.EN)) == []


@given(st.text(max_size=60))
def test_any_headline_can_be_read(title: str) -> None:
    for language in Language:
        assert all(hit.entity < len(ENTITIES) for hit in WATCHER.hits(title, language))
