"""Queries that cannot be read say where and what to do."""

import pytest

from trends.domain.queries import parse
from trends.domain.query_parser import MAX_CHARACTERS, MAX_DEPTH, MAX_TERMS
from trends.errors import InvalidQueryError


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ('말차 "저속', "quotation mark at character 4"),
        ("“말차", "quotation mark at character 1"),
        ('tea ""', "between the quotation marks at character 5"),
        ("(tea", "parenthesis at character 1 of the query is not closed"),
        ("tea (a (b)", "parenthesis at character 5 of the query is not closed"),
        ("tea)", "parenthesis at character 4 of the query closes nothing"),
        ("()", "Nothing follows '\\(' at character 1"),
        ("OR tea", "Nothing stands before 'OR' at character 1"),
        ("tea OR", "Nothing follows 'OR' at character 5"),
        ("tea OR OR cake", "Nothing follows 'OR' at character 5"),
        ("tea AND", "Nothing follows 'AND' at character 5"),
        ("AND", "Nothing stands before 'AND' at character 1"),
        ("tea NOT", "Nothing follows 'NOT' at character 5"),
        ("tea -", "'-' at character 5 of the query stands alone"),
        ("tea – cake", "'–' at character 5 of the query stands alone"),
        ("tea | cake", "'\\|' at character 5 of the query is not a word"),
        ("tea -tea", "nothing can match"),
    ],
)
def test_refusal_names_the_place(query: str, says: str) -> None:
    with pytest.raises(InvalidQueryError, match=says) as refused:
        parse(query)
    assert refused.value.next_step


@pytest.mark.parametrize("length", [MAX_CHARACTERS + 1, 10_000, 1_000_000])
def test_query_that_is_too_long_is_refused(length: int) -> None:
    with pytest.raises(InvalidQueryError, match=f"{length:,} characters"):
        parse("a" * length)


def test_query_of_the_greatest_length_is_read() -> None:
    assert parse("a" * MAX_CHARACTERS).canonical() == "a" * MAX_CHARACTERS


def test_query_of_too_many_words_is_refused() -> None:
    with pytest.raises(InvalidQueryError, match=f"more than {MAX_TERMS} words"):
        parse("a " * (MAX_TERMS + 1))


def test_deepest_nesting_is_read() -> None:
    assert parse("(" * MAX_DEPTH + "tea" + ")" * MAX_DEPTH).canonical() == "tea"


def test_deeper_nesting_is_refused() -> None:
    with pytest.raises(InvalidQueryError, match=f"more than {MAX_DEPTH} deep"):
        parse("(" * (MAX_CHARACTERS // 2) + "a")


def test_many_exclusions_in_a_row_are_read() -> None:
    assert parse("-" * (MAX_CHARACTERS - 1) + "a").canonical() == "-a"


def test_signs_that_unfold_beyond_the_limit_are_refused() -> None:
    with pytest.raises(InvalidQueryError, match="Written out in full"):
        parse("ﷺ" * MAX_CHARACTERS)
