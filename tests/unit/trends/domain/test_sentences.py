"""Cutting running text into sentences."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rose. It fell.", ("It rose.", "It fell.")),
        ("Really? Yes! Good.", ("Really?", "Yes!", "Good.")),
        ("It rose 3.5 percent. Then it fell.", ("It rose 3.5 percent.", "Then it fell.")),
        ("Dr. Kim of the U.S. Food Dept. said so.", ("Dr. Kim of the U.S. Food Dept. said so.",)),
        ("No. 5 sells out. Nobody knows why.", ("No. 5 sells out.", "Nobody knows why.")),
        ("It ended… then began.", ("It ended… then began.",)),
        ("1. Prices rose. 2. Sales fell.", ("1. Prices rose.", "2. Sales fell.")),
        ("“We grew. We will grow.” she said.", ("“We grew. We will grow.” she said.",)),
        ("“It is done.” Then he left.", ("“It is done.”", "Then he left.")),
        ('"One. Two." Next one.', ('"One. Two."', "Next one.")),
        ("(see p. 3. It says so. More) Next.", ("(see p. 3. It says so. More) Next.",)),
        ("a headline\na lead", ("a headline", "a lead")),
        ("no stop at all", ("no stop at all",)),
    ],
)
def test_english_sentences_end_where_a_reader_would_end_them(
    text: str, expected: tuple[str, ...]
) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("팝업이 늘었다. 손님도 늘었다.", ("팝업이 늘었다.", "손님도 늘었다.")),
        ("왜일까? 싸기 때문이다!", ("왜일까?", "싸기 때문이다!")),
        (
            "업계는 “더 늘 것이다. 내년도 그렇다.”고 말했다. 반론도 있다.",
            ("업계는 “더 늘 것이다. 내년도 그렇다.”고 말했다.", "반론도 있다."),
        ),
        ("“그렇다.” 고 그는 덧붙였다.", ("“그렇다.” 고 그는 덧붙였다.",)),
        ("2026. 1. 9. 발표했다. 끝이다.", ("2026. 1. 9. 발표했다.", "끝이다.")),
        (
            "CJ제일제당은 3.2% 올렸다. 농심은 내렸다.",
            ("CJ제일제당은 3.2% 올렸다.", "농심은 내렸다."),
        ),
    ],
)
def test_korean_sentences_end_where_a_reader_would_end_them(
    text: str, expected: tuple[str, ...]
) -> None:
    assert sentences(text) == expected


def test_an_unclosed_quotation_does_not_swallow_the_rest() -> None:
    assert sentences("“It grew. It fell. It ended.") == ("“It grew.", "It fell.", "It ended.")


_PROSE = st.text(alphabet=st.sampled_from(list('aB가다 .!?…\n"“”()1’」')), max_size=120)


@given(_PROSE)
def test_every_sentence_is_a_slice_of_the_text_in_order(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at) + len(sentence)


@given(_PROSE)
def test_nothing_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("piece", [".", "(", '" ', "U. ", "a. B ", "1. ", "a", "“"])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    begin = time.process_time()
    sentences(piece * 40_000 + " x. Y")
    # Quadratic work on this text takes minutes.
    assert time.process_time() - begin < 5
