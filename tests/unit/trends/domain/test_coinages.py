"""New Korean words."""

import pytest

from trends.domain.coinages import FEWEST_HEADLINES, CoinageMerger, find_coinages
from trends.domain.korean import Morpheme, shared_tokenizer

ORDINARY = [
    f"{who} {where} {what}"
    for who in ("서울시가", "정부는", "시민들이", "업계가", "학교에서")
    for where in ("공원에서", "도서관을", "거리로", "시장에")
    for what in ("나무를 심었다", "새 길을 낸다", "축제를 연다")
]
FOUND = {
    "갓생": ["갓생을 사는 청년들", "‘갓생’ 인증 앱", "갓생에 지친 이들", "갓생은 옛말"],
    "얼박사": ["얼박사를 캔으로", "‘얼박사’ 출시 한 달", "얼박사가 뭐야?", "얼박사로 버틴다"],
    "짠테크": ["짠테크를 시작한 부부", "앱으로 하는 ‘짠테크’", "짠테크의 고수들"],
    "뉴트로": ["뉴트로에 빠진 다방", "필름 카메라, 뉴트로의 귀환", "뉴트로를 입은 과자"],
}


def _found(titles: list[str]) -> tuple[str, ...]:
    return find_coinages(titles, lambda words: shared_tokenizer().cut(words, ()))


@pytest.mark.parametrize("word", sorted(FOUND))
def test_a_word_that_is_used_as_a_noun_is_found_without_its_particles(word: str) -> None:
    found = _found([*ORDINARY, *FOUND[word]])
    assert word in found
    assert [other for other in found if other != word and word[:2] == other[:2]] == []


def test_fewer_headlines_make_no_word() -> None:
    assert "얼박사" not in _found([*ORDINARY, *FOUND["얼박사"][: FEWEST_HEADLINES - 1]])


def test_a_headline_that_comes_again_counts_once() -> None:
    assert "얼박사" not in _found([*ORDINARY, *FOUND["얼박사"][:1] * 5])


@pytest.mark.parametrize(
    ("word", "titles"),
    [
        ("밝혔다", ["장관이 밝혔다", "대표도 밝혔다", "그는 밝혔다", "‘밝혔다’", "‘밝혔다’ 뒤"]),
        ("달린다고", ["기차가 달린다고", "말이 달린다고", "차도 달린다고"]),
        ("향하", ["산으로 향하는 길", "바다로 향하고 있다", "집으로 향하며 웃다"]),
        ("이대통령", ["이대통령이 웃다", "이대통령 방문", "이대통령의 하루"]),
        ("김철수의원", ["김철수의원이 웃다", "김철수의원 방문", "김철수의원의 하루"]),
        ("만명", ["30만명이 왔다", "20만명 돌파", "5만명의 하루"]),
        ("저속노", ["저속노화를 아나", "저속노화 식단", "저속노화의 길"]),
    ],
)
def test_what_is_no_word_of_its_own_is_left_out(word: str, titles: list[str]) -> None:
    assert word not in _found([*ORDINARY, *titles])


def test_a_derivation_of_a_commoner_word_is_left_out() -> None:
    often = [f"강남의 {n} 거리" for n in "가나다라마바사아"]
    titles = [*ORDINARY, *often, "강남구가 낸 길", "강남구 공원", "강남구의 하루"]
    assert "강남구" not in _found(titles)


def test_the_order_of_the_headlines_changes_nothing() -> None:
    titles = [*ORDINARY, *(title for each in FOUND.values() for title in each)]
    assert _found(titles[::-1]) == _found(titles)


def test_no_headlines_have_no_words() -> None:
    assert _found([]) == ()


def _merged(title: str, *words: str) -> list[str]:
    (pieces,) = shared_tokenizer().cut([title], ())
    return [title[piece.start : piece.end] for piece in CoinageMerger(words).merge(title, pieces)]


def test_the_pieces_of_a_word_are_put_together() -> None:
    assert _merged("얼박사가 뜬다", "얼박사")[:2] == ["얼박사", "가"]


def test_a_word_within_another_is_not_taken() -> None:
    assert "얼박" not in _merged("얼박사가 뜬다", "얼박")


def test_known_nouns_keep_their_parts() -> None:
    assert _merged("흑백요리사가 뜬다", "흑백요리사")[:2] == ["흑백", "요리사"]


def test_without_words_nothing_changes() -> None:
    pieces = [Morpheme("NNG", 0, 1), Morpheme("NNG", 1, 3)]
    assert CoinageMerger(()).merge("얼박사", pieces) == pieces
