"""Patterns and Korean particles."""

import pytest

from trends.sources.newsroom.clauses import compile_clause, fill, with_particle, words


@pytest.mark.parametrize(
    ("word", "particle", "written"),
    [
        ("선크림", "이", "선크림이"),
        ("토너", "이", "토너가"),
        ("라면", "은", "라면은"),
        ("김치", "을", "김치를"),
        ("부산", "과", "부산과"),
        ("제주", "과", "제주와"),
        ("부산", "으로", "부산으로"),
        ("서울", "으로", "서울로"),
        ("제주", "으로", "제주로"),
        ("2만원", "으로", "2만원으로"),
        ("20대", "은", "20대는"),
        ("챗봇3", "이", "챗봇3이"),
        ("챗봇2", "이", "챗봇2가"),
    ],
)
def test_particle_goes_with_the_last_sound(word: str, particle: str, written: str) -> None:
    assert with_particle(word, particle) == written


def test_filling_puts_words_and_particles_into_the_slots() -> None:
    clause = compile_clause("{R|이} 만든 {S}, {P}에서")
    words_by_slot = {"R": "한결마트", "S": "라면", "P": "대구"}
    assert fill(clause, words_by_slot.__getitem__) == "한결마트가 만든 라면, 대구에서"


def test_table_splits_at_commas_but_not_within_numbers() -> None:
    assert words("two million, 300,000,\nhalf a million") == (
        "two million",
        "300,000",
        "half a million",
    )
