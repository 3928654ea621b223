"""The pieces by which headlines are compared."""

import pytest

from trends.domain.models import Language
from trends.domain.shingles import numbers, shingles, title_key


def test_korean_pieces_are_pairs_of_syllables_across_spaces() -> None:
    assert shingles("말차 라떼", Language.KO) == {"말 차", "차 라", "라 떼"}


def test_latin_words_and_numbers_in_korean_stay_whole() -> None:
    assert shingles("LG 그램 3.5만대", Language.KO) == {
        "lg",
        "lg 그",
        "그 램",
        "램 3.5",
        "3.5",
        "3.5 만",
        "만 대",
    }


def test_english_pieces_are_words_without_function_words() -> None:
    assert shingles("The Rise of Matcha’s Price", Language.EN) == {"rise", "matcha", "price"}


def test_title_of_function_words_alone_keeps_them() -> None:
    assert shingles("What Is It?", Language.EN) == {"what", "is", "it"}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("[단독] 말차 품절", "말차 품절"),
        ("말차 품절 [영상]", "말차 품절"),
        ("말차 품절 (종합)", "말차 품절"),
        ("‘말차’ 품절…", "말차, 품절"),
        ("Matcha – Sold Out!", "matcha: sold out"),
    ],
)
def test_marks_and_punctuation_make_no_other_title(here: str, there: str) -> None:
    assert title_key(here) == title_key(there)


def test_mark_with_a_number_is_part_of_the_title() -> None:
    assert title_key("기업공시 [1월 7일]") != title_key("기업공시 [1월 8일]")


def test_title_of_marks_alone_keeps_them() -> None:
    assert title_key("[속보]") == "속보"


def test_title_without_letters_is_its_signs() -> None:
    assert title_key("?!") == "?!"


def test_numbers_are_read_as_written() -> None:
    assert numbers("1,200억 투자, 3.5배 늘어") == {"1,200", "3.5"}
