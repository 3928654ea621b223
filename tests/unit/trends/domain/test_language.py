"""Which language a headline is in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.language import declared_language, language_of
from trends.domain.models import Language


@pytest.mark.parametrize(
    "title",
    [
        "편의점 말차 디저트 품절 대란",
        "igniteXL, “K-뷰티, Let’s Go Global” 연다",
        "CES 2026 LG OLED TV 공개",
        "李대통령, 美 방문",
    ],
)
@pytest.mark.parametrize("declared", [None, "ko", "fr"])
def test_hangul_makes_a_headline_korean(title: str, declared: str | None) -> None:
    assert language_of(title, declared) is Language.KO


@pytest.mark.parametrize(
    "title",
    [
        "Matcha prices double as cafes run short",
        "Hasan Piker on the campaign",
        "Nigeria footballers send strength to a grieving boxer",
        "Pokémon Legends: a review",
        "Galaxy Z Flip7",
    ],
)
@pytest.mark.parametrize("declared", [None, "en", "en-US"])
def test_english_is_english(title: str, declared: str | None) -> None:
    assert language_of(title, declared) is Language.EN


@pytest.mark.parametrize(
    "title",
    [
        "Bundesregierung beschließt Hilfspaket für die Autoindustrie",
        "La grève des transports se poursuit à Paris",
        "El Gobierno aprueba la subida del salario mínimo",
        "Harga emas hari ini naik tajam",
        "Путин провел встречу с министром",
        "首相が記者会見、減税を表明",
        "习近平会见法国总统",
        "ترامب يعلن عن اتفاق جديد",
    ],
)
@pytest.mark.parametrize("declared", [None, "en", "ko"])
def test_other_languages_are_neither_whatever_is_declared(title: str, declared: str | None) -> None:
    assert language_of(title, declared) is None


def test_declared_language_decides_where_hangul_is_a_quotation() -> None:
    title = "‘폭싹 속았수다’ sweeps the drama awards in a night of firsts"
    assert (language_of(title, "en"), language_of(title, "ko")) == (Language.EN, Language.KO)


def test_headline_mostly_in_hangul_is_korean_against_the_declared_language() -> None:
    assert language_of("편의점 말차 LATTE 품절", "en") is Language.KO


def test_declared_language_moves_the_bar_for_short_latin_titles() -> None:
    title = "Real Madrid gana la Liga"
    assert language_of(title, "es") is None
    assert language_of(title, "en") is Language.EN


def test_title_without_letters_has_the_declared_language() -> None:
    assert [language_of("2026: 1-0", code) for code in ("ko", None, "fr")] == [
        Language.KO,
        Language.EN,
        None,
    ]


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ko", "ko"),
        ("KO-kr", "ko"),
        ("kor", "ko"),
        ("한국어", "ko"),
        ("en_GB", "en"),
        ("English", "en"),
        ("de", "other"),
        ("", None),
        (None, None),
    ],
)
def test_declared_language_is_read_however_it_is_written(
    code: str | None, language: str | None
) -> None:
    assert declared_language(code) == language


def test_many_threads_get_one_answer() -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(language_of, ["Matcha prices double"] * 64))
    assert answers == {Language.EN}


@given(st.text(), st.none() | st.text(max_size=8))
def test_any_text_has_an_answer(text: str, declared: str | None) -> None:
    assert language_of(text, declared) in {None, *Language}
