"""Queries of one meaning have one text."""

import pytest

from trends.domain.queries import parse


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("  TEA  ", "tea"),
        ('"tea"', "tea"),
        ('"Green  Tea"', '"green tea"'),
        ("b a", "a b"),
        ("b AND a", "a b"),
        ("b OR a", "a OR b"),
        ("a a", "a"),
        ("-ad tea", "tea -ad"),
        ("NOT ad tea", "tea -ad"),
        ("a OR a b", "a"),
        ("(a b) c", "a b c"),
        ("a (b OR c)", "a b OR a c"),
        ("-(a b)", "-a OR -b"),
        ("-(a OR b)", "-a -b"),
        ("--a", "a"),
        ("a b OR a -b", "a"),
        ("a OR -a b", "a OR b"),
        ("a OR -a", ""),
        ("a -b OR b c OR a c", "a -b OR a c OR b c"),
        ("ＡＮＤ", "and"),
        ("“a - b”", '"a - b"'),
        ("⑴", '"(1)"'),
    ],
)
def test_canonical_text(query: str, canonical: str) -> None:
    assert parse(query).canonical() == canonical


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("a (b OR c)", "a c OR b a"),
        ("-(a OR -b)", "b -a"),
        ("a -b OR b c", "b c OR a -b OR a c"),
        ("커피 −광고", "NOT 광고 커피"),
        ("“저속 노화” OR Ｔｅａ", 'tea OR "저속  노화"'),
    ],
)
def test_same_meaning_is_the_same_query(here: str, there: str) -> None:
    assert parse(here) == parse(there)
    assert hash(parse(here)) == hash(parse(there))


def test_other_meaning_is_another_query() -> None:
    assert parse("a b OR c") != parse("a (b OR c)")


def test_query_of_very_many_alternatives_keeps_its_shape_sorted() -> None:
    groups = [f"(b{n} OR a{n})" for n in range(20)]
    canonical = parse(" ".join(reversed(groups))).canonical()
    assert canonical == " ".join(sorted(f"(a{n} OR b{n})" for n in range(20)))
    assert parse(canonical).canonical() == canonical


def test_exclusions_keep_their_shape_where_there_are_very_many() -> None:
    many = " ".join(f"(a{n} OR b{n})" for n in range(20))
    canonical = parse(f"x -(y z) -(v OR w) {many}").canonical()
    assert canonical.startswith("(a0 OR b0) (a1 OR b1)")
    assert canonical.endswith(" x -(v OR w) -(y z)")
    assert parse(canonical).canonical() == canonical
