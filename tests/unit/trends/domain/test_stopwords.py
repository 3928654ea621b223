"""Words that carry no topic."""

import pytest

from trends.domain.stopwords import EN_STOP, EN_WEAK, KO_STOP, KO_WEAK


@pytest.mark.parametrize("word", ["기자", "단독", "오늘", "속보", "열풍"])
def test_the_furniture_of_korean_headlines_is_weak(word: str) -> None:
    assert word in KO_WEAK


@pytest.mark.parametrize("words", [EN_STOP, EN_WEAK])
def test_english_words_are_written_as_they_are_compared(words: frozenset[str]) -> None:
    assert {word for word in words if word != word.casefold()} == set()


def test_korean_words_hold_no_space() -> None:
    assert {word for word in KO_STOP | KO_WEAK if " " in word} == set()


def test_nothing_is_both_a_stop_and_a_weak_word() -> None:
    assert EN_STOP.isdisjoint(EN_WEAK)
