"""Taking proposals for a question."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.domain import queries
from trends.domain.plan import Plan
from trends.domain.planning import MOST_EXCLUDED, MOST_SYNONYMS, can_be_planned, plan_of
from trends.errors import InvalidQueryError


def plan(
    query: str, *synonyms: str, excluded: tuple[str, ...] = (), rationale: str = ""
) -> Plan | None:
    """A plan of proposals."""
    return plan_of(query, synonyms=synonyms, excluded=excluded, rationale=rationale, model="m")


def made(query: str, *synonyms: str, excluded: tuple[str, ...] = ()) -> Plan:
    """A plan that is there."""
    found = plan(query, *synonyms, excluded=excluded)
    assert found is not None
    return found


def matches(found: Plan, text: str) -> bool:
    """Whether the widened query matches a headline."""
    return queries.parse(found.widened).matches(text)


def test_a_synonym_counts_as_the_question() -> None:
    found = made("말차", "Matcha", "green tea powder")
    assert found.synonyms == ("matcha", "green tea powder")
    assert matches(found, "말차 라테 열풍")
    assert matches(found, "Matcha lattes everywhere")
    assert not matches(found, "Green tea and baking powder")
    assert not matches(found, "Coffee is back")


def test_an_excluded_sense_is_left_out() -> None:
    found = made("apple", excluded=("apple pie",))
    assert not matches(found, "An apple pie for everyone")
    assert matches(found, "Apple opens a store")


def test_what_the_question_excludes_stays_out_whichever_word_matches() -> None:
    found = made("coffee -ad", "커피")
    assert matches(found, "커피 값이 오른다")
    assert not matches(found, "커피 ad")


def test_both_words_of_a_question_are_wanted_still() -> None:
    found = made("전기차 배터리", "ev battery")
    assert not matches(found, "전기차 판매")
    assert matches(found, "New EV battery plant")


def test_the_question_keeps_its_own_canonical_text() -> None:
    assert made("말차", "matcha").query == queries.parse("말차").text


@pytest.mark.parametrize(
    "proposal",
    [
        "말차",
        "",
        "a",
        "the",
        "OR",
        "x OR y",
        "((",
        '"',
        "-커피",
        "!!!",
        "w" * 41,
        "one two three four five",
        "오늘",
    ],
)
def test_a_proposal_that_is_no_word_or_says_nothing_is_not_taken(proposal: str) -> None:
    assert plan("말차", proposal) is None


@pytest.mark.parametrize("excluded", ["말차", "차", "말", "matcha", "mat cha"])
def test_what_was_asked_for_is_never_left_out(excluded: str) -> None:
    found = made("말차", "matcha", excluded=(excluded,))
    assert matches(found, "말차 라테")
    assert matches(found, "A matcha latte")


def test_no_more_is_taken_than_may_be_and_the_rest_is_counted() -> None:
    found = made(
        "tea",
        *(f"word{at}" for at in range(20)),
        excluded=tuple(f"other{at}" for at in range(20)),
    )
    assert (len(found.synonyms), len(found.excluded)) == (MOST_SYNONYMS, MOST_EXCLUDED)
    assert found.refused == 40 - MOST_SYNONYMS - MOST_EXCLUDED


@pytest.mark.parametrize("query", ["", "-ad", "(a -b) OR c"])
def test_a_question_that_no_other_word_can_stand_for_is_left_alone(query: str) -> None:
    assert not can_be_planned(query)
    assert plan(query, "matcha") is None


def test_a_query_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(InvalidQueryError):
        plan("(말차", "matcha")


def test_a_rationale_is_one_line_of_bounded_text() -> None:
    found = plan("말차", "matcha", rationale="Because\n\n" + "x" * 900)
    assert found is not None
    assert "\n" not in found.rationale
    assert len(found.rationale) == 400


@settings(max_examples=80)
@given(
    st.lists(st.text(alphabet="ab말차 OR-()\"'", max_size=12), max_size=4),
    st.lists(st.text(alphabet="ab말차 OR-()\"'", max_size=12), max_size=4),
)
def test_whatever_is_proposed_the_question_itself_still_matches(
    synonyms: list[str], excluded: list[str]
) -> None:
    found = plan("latte 홍차", *synonyms, excluded=tuple(excluded))
    if found is not None:
        assert matches(found, "홍차 latte")
