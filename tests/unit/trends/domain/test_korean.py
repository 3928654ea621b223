"""Korean terms."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from trends.domain.korean import Morpheme, key_of, phrases, shared_tokenizer


def _keys(title: str, *words: str) -> set[str]:
    (morphemes,) = shared_tokenizer().cut([title], words)
    return {span.key for span in phrases(title, morphemes, lambda _: False)}


def test_nouns_are_terms_and_particles_are_not() -> None:
    assert {"카다이프"} <= _keys("카다이프를 찾는 사람들")


def test_a_compound_is_counted_as_it_is_written() -> None:
    assert "저속노화" in _keys("저속노화 식단이 뜬다")


def test_two_neighbours_are_one_term() -> None:
    assert "쫀득쿠키" in _keys("두바이 쫀득 쿠키가 왔다")


def test_a_space_makes_no_other_term() -> None:
    assert key_of("무라벨 생수") in _keys("무라벨생수 인기")
    assert key_of("무라벨 생수") in _keys("무라벨 생수 인기")


def test_a_particle_ends_a_phrase() -> None:
    assert "누룽지쿠키" not in _keys("누룽지와 쿠키")


@pytest.mark.parametrize("title", ["[단독] 오늘 기자 현장", "3배 2000원 62만개"])
def test_headline_furniture_and_numbers_are_no_terms(title: str) -> None:
    assert _keys(title) == set()


def test_a_weak_word_makes_no_phrase() -> None:
    assert "두쫀쿠열풍" not in _keys("두쫀쿠 열풍")


def test_latin_letters_are_compared_without_case() -> None:
    assert "hbm4" in _keys("삼성전자 HBM4 양산")


def test_a_particle_that_was_taken_for_a_noun_is_dropped() -> None:
    assert "편의점" in _keys("편의점서 완판")
    assert "편의점서" not in _keys("편의점서 완판")


def test_a_watched_word_is_kept_whole() -> None:
    assert "무신사" not in _keys("에이블리·무신사서 산다")
    assert "무신사" in _keys("에이블리·무신사서 산다", "무신사")


def test_one_runs_words_do_not_reach_another_run() -> None:
    _keys("에이블리·무신사서 산다", "무신사")
    assert "무신사" not in _keys("에이블리·무신사서 산다")


def test_a_title_is_cut_alike_in_any_company() -> None:
    titles = [f"두쫀쿠 {number}차 완판" for number in range(40)]
    together = shared_tokenizer().cut(titles, ())
    assert [shared_tokenizer().cut([title], ())[0] for title in titles] == together


def test_threads_share_one_analyser() -> None:
    titles = ["말차라떼 이어 말차케이크까지", "러닝화 열풍 속 매장 북적"]
    expected = shared_tokenizer().cut(titles, ())
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(shared_tokenizer().cut, titles, ()) for _ in range(16)]
        answers = [each.result() for each in waiting]
    assert answers == [expected] * 16


def test_a_span_says_where_the_term_is_written() -> None:
    title = "요즘 무라벨 생수"
    pieces = [Morpheme("NNG", 3, 6), Morpheme("NNG", 7, 9)]
    spans = {span.key: span for span in phrases(title, pieces, lambda _: False)}
    assert title[spans["무라벨생수"].start : spans["무라벨생수"].end] == "무라벨 생수"


def test_noise_of_the_run_is_left_out() -> None:
    pieces = [Morpheme("NNG", 0, 4), Morpheme("NNG", 5, 7)]
    found = {s.key for s in phrases("너울경제 커피", pieces, lambda key: key == "너울경제")}
    assert found == {"커피"}
