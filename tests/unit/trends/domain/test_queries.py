"""Which texts a query matches."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.trends.domain.query_cases import JUMBLES, QUERIES, TEXTS, WORDS
from trends.domain.queries import Query, parse
from trends.domain.query_parser import MAX_CHARACTERS
from trends.errors import InvalidQueryError


def read(text: str) -> Query:
    """Parse, passing over the rare query that excludes all it asks for."""
    try:
        return parse(text)
    except InvalidQueryError:
        assume(condition=False)
        raise


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "무엇이든"),
        (" \u3000", "anything"),
        ("matcha", "Matcha prices double"),
        ("ＭＡＴＣＨＡ", "matcha"),
        ("말차", "말차라떼를 찾는 사람들"),
        ("커피", "디카페인커피가 뜬다"),
        ("ai", "AI가 쓴 기사"),
        ("MZ세대", "올해 MZ세대의 선택"),
        ("at&t", "AT&T says"),
        ("#오운완", "헬스장 #오운완 인증"),
        ("🔥", "불닭 🔥 챌린지"),
        ("matcha tea", "tea with matcha"),
        ("matcha AND tea", "tea with matcha"),
        ('"slow aging"', "The Slow  Aging craze"),
        ("“저속 노화”", "저속 노화를 좇는 식단"),
        ("matcha OR 말차", "말차의 해"),
        ("tea cake OR 커피", "커피"),
        ("커피 -광고", "커피 신메뉴"),
        ("커피 −광고", "커피 신메뉴"),
        ("커피 NOT 광고", "커피 신메뉴"),
        ("-광고", "커피 신메뉴"),
        ('tea -"green tea"', "black tea, green cups"),
        ("-(광고 협찬)", "커피 광고"),
        ("(matcha OR 말차) latte", "말차 latte"),
        ("women's", "Women’s running"),
        ("커피, 라떼;", "라떼와 커피"),
        ('"OR"', "either or"),
    ],
)
def test_query_matches(query: str, text: str) -> None:
    assert parse(query).matches(text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("trend", "trends of the year"),
        ("ai", "air fryer"),
        ("ai", "GenAI2"),
        ("5", "15 cafes"),
        ("MZ세대", "AMZ세대"),
        ("matcha tea", "matcha"),
        ('"slow aging"', "aging slow"),
        ("matcha OR 말차", "coffee"),
        ("tea cake OR 커피", "tea"),
        ("커피 -광고", "커피 광고"),
        ("-광고", "광고"),
        ("-(광고 협찬)", "광고와 협찬"),
        ("or", "either"),
    ],
)
def test_query_does_not_match(query: str, text: str) -> None:
    assert not parse(query).matches(text)


def test_words_may_lie_in_different_fields() -> None:
    assert parse("matcha latte").matches("Matcha", "a new latte")


def test_phrase_must_lie_within_one_field() -> None:
    assert not parse('"matcha latte"').matches("matcha", "latte")


def test_empty_query_is_everything() -> None:
    assert parse("").everything


def test_one_who_always_agrees_is_everything() -> None:
    assert parse("tea OR -tea") == parse("")


@given(QUERIES, QUERIES, TEXTS)
def test_either_matches_what_one_of_them_matches(left: str, right: str, text: str) -> None:
    both = read(f"({left}) OR ({right})")
    assert both.matches(text) == (read(left).matches(text) or read(right).matches(text))


@given(QUERIES, QUERIES, TEXTS)
def test_both_match_what_each_of_them_matches(left: str, right: str, text: str) -> None:
    both = read(f"({left}) ({right})")
    assert both.matches(text) == (read(left).matches(text) and read(right).matches(text))


@given(QUERIES, TEXTS)
def test_exclusion_matches_what_the_query_does_not(query: str, text: str) -> None:
    assert read(f"-({query})").matches(text) != read(query).matches(text)


@given(st.sampled_from(WORDS), TEXTS, TEXTS)
def test_word_is_found_whatever_stands_around_it(word: str, before: str, after: str) -> None:
    assert parse(word).matches(f"{before} {word.upper()} {after}")


@given(QUERIES, TEXTS)
def test_canonical_text_matches_the_same(query: str, text: str) -> None:
    asked = read(query)
    assert parse(asked.canonical()).matches(text) == asked.matches(text)


@given(st.text() | JUMBLES | QUERIES)
def test_canonical_text_reads_back_as_itself(text: str) -> None:
    canonical = read(text).canonical()
    assert parse(canonical).canonical() == canonical


@given(st.text() | JUMBLES | st.text(min_size=MAX_CHARACTERS))
def test_any_text_is_read_or_refused_with_a_next_step(text: str) -> None:
    try:
        outcome = parse(text).canonical()
    except InvalidQueryError as refused:
        outcome = refused.next_step or "no next step" * MAX_CHARACTERS
    assert len(outcome) <= MAX_CHARACTERS
