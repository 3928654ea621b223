"""Listed words in headlines."""

import pytest

from trends.domain.category_lexicon import words_in
from trends.domain.models import Category, Language


def _words(title: str, language: Language = Language.KO) -> list[str]:
    return [found.word for found in words_in(title, language)]


def _categories(title: str, language: Language = Language.KO) -> set[Category]:
    return {
        category
        for found in words_in(title, language)
        for category, _weight in found.meaning.weights
    }


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("말차라떼를 마신다", "라떼"),
        ("동네카페가 늘었다", "카페"),
        ("두바이초코쿠키", "쿠키"),
        ("쿠키가 좋아", "쿠키"),
        ("따뜻한 빵을 굽다", "빵"),
        ("K뷰티 열풍", "k뷰티"),
        ("李대통령 방문", "대통령"),
    ],
)
def test_a_korean_word_is_found_inside_what_is_written_together(title: str, word: str) -> None:
    assert word in _words(title)


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("민영화 논란", "영화"),
        ("전세계가 본다", "전세"),
        ("배우는 즐거움", "배우"),
        ("빵빵한 소리", "빵"),
        ("2600가구 분양", "가구"),
        ("FASHIONABLE 옷", "fashion"),
    ],
)
def test_a_word_hidden_in_another_is_not_found(title: str, word: str) -> None:
    assert word not in _words(title)


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("New cookies sell out", "cookie"),
        ("Berries and cherries", "berry"),
        ("Starbucks’s new cup", "starbucks"),
        ("An ice-cream van", "ice cream"),
        ("The Black Friday rush", "black friday"),
        ("K-pop band on tour", "k pop"),
    ],
)
def test_an_english_word_is_found_in_any_spelling(title: str, word: str) -> None:
    assert word in _words(title, Language.EN)


def test_a_phrase_hides_the_words_in_it() -> None:
    assert Category.FOOD not in _categories("Food stamps run out", Language.EN)


def test_upper_case_tells_an_office_from_a_word() -> None:
    assert Category.POLITICS in _categories("ICE opens an office", Language.EN)
    assert Category.POLITICS not in _categories("Thin ice on the lake", Language.EN)


@pytest.mark.parametrize("language", list(Language))
def test_each_language_knows_every_category_but_other(language: Language) -> None:
    samples = {
        Language.KO: "라면 패션 화장품 아이폰 여행 가구 드라마 코스피 암환자 국회 화재 프로야구",
        Language.EN: "pizza fashion makeup iphone travel furniture movie nasdaq cancer senate wildfire nfl",
    }
    assert _categories(samples[language], language) == set(Category) - {Category.OTHER}


def test_an_empty_headline_has_no_words() -> None:
    assert _words("") == []
    assert _words("", Language.EN) == []
