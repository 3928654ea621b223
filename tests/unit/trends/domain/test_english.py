"""English terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.english import LONGEST, phrases
from trends.domain.stopwords import EN_STOP, EN_WEAK


def _keys(title: str) -> set[str]:
    return {span.key for span in phrases(title, lambda _: False)}


def test_words_in_a_row_are_terms_up_to_three() -> None:
    assert _keys("Dubai chocolate cookie craze") == {
        "dubai",
        "dubai chocolate",
        "dubai chocolate cookie",
        "chocolate",
        "chocolate cookie",
        "cookie",
    }


def test_no_term_crosses_a_stop_word() -> None:
    assert _keys("cookies from Dubai") == {"cookies", "dubai"}


def test_no_term_crosses_punctuation() -> None:
    assert _keys("Matcha, rooibos: chicory") == {"matcha", "rooibos", "chicory"}


def test_the_possessive_makes_no_other_word() -> None:
    assert _keys("Korea’s bakeries") == _keys("Korea bakeries")


@pytest.mark.parametrize("word", ["We'll", "they’d", "I'm", "doesn't"])
def test_contractions_are_no_terms(word: str) -> None:
    assert _keys(f"{word} matcha") == {"matcha"}


def test_a_hyphen_reads_as_a_space() -> None:
    assert _keys("slow-aging diet") == _keys("slow aging diet")


def test_case_makes_no_difference() -> None:
    assert _keys("Running Shoes") == _keys("running shoes")


def test_two_letters_are_a_word_only_in_capitals() -> None:
    assert "ai" in _keys("AI fridges")
    assert "ai" not in _keys("ai fridges")


def test_a_number_alone_says_nothing_but_may_end_a_name() -> None:
    assert _keys("iPhone 17, 2026") == {"iphone", "iphone 17"}


def test_what_headlines_are_made_of_is_no_term() -> None:
    assert _keys("Breaking: new video today") == set()


def test_noise_of_the_run_is_left_out() -> None:
    found = {span.key for span in phrases("Tribune matcha", lambda key: key == "tribune")}
    assert "tribune" not in found
    assert "matcha" in found


def test_a_span_says_where_the_term_is_written() -> None:
    title = "The Slow-Aging craze"
    span = next(span for span in phrases(title, lambda _: False) if span.key == "slow aging")
    assert title[span.start : span.end] == "Slow-Aging"


@given(st.text(max_size=120))
def test_any_text_gives_terms_of_at_most_three_words_with_telling_ends(title: str) -> None:
    for span in phrases(title, lambda _: False):
        words = span.key.split(" ")
        assert 1 <= len(words) <= LONGEST
        assert words[0] not in EN_WEAK | EN_STOP
        assert 0 <= span.start < span.end <= len(title)
