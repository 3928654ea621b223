"""Plain text out of what feeds carry."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.text import clean, fold, plain_text

ANY_LENGTH = 10_000


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("말차 <b>열풍</b>", "말차 열풍"),
        ("<p>하나</p><p>둘<br/>셋</p>", "하나 둘 셋"),
        ("sugar<sup>2</sup>free", "sugar2free"),
        ('<a href="https://x.example/?a>b">링크</a>', "링크"),
        ("AT&amp;T &lt;3 &#44256;&#xACE0;", "AT&T <3 고고"),
        ("&amp;lt;b&amp;gt;두 번&amp;lt;/b&amp;gt;", "두 번"),
        ("&amp;quot;Slow aging&amp;quot;", '"Slow aging"'),
        ("전<script>alert(1)</script>후", "전 후"),
        ("전<STYLE type='a'>b{}</STYLE >후", "전 후"),
        ("전<!-- 숨김 -->후", "전 후"),
        ("전<script>끝나지 않는", "전"),
        ("<![CDATA[<i>안</i>쪽]]>", "안쪽"),
        ('본문 <a href="https://x.example/lo', "본문"),
    ],
)
def test_markup_goes_and_text_stays(markup: str, plain: str) -> None:
    assert plain_text(markup, ANY_LENGTH) == plain


@pytest.mark.parametrize(
    "title",
    [
        "<기생충> 4관왕",
        "<Parasite> wins again",
        "a < b > c",
        "price <a year ago",
        "Q&A: R&D & S&P 500",
        "“말차”…‘저속노화’ 다음은? [단독]",
        "politics&notes",
    ],
)
def test_what_only_looks_like_markup_stays(title: str) -> None:
    assert plain_text(title, ANY_LENGTH) == title


def test_spaces_of_all_kinds_become_one() -> None:
    assert plain_text("\u3000말차\u00a0\u2009 라떼\r\n\t", ANY_LENGTH) == "말차 라떼"


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x9b", "\ud800"]
)
def test_characters_that_cannot_be_seen_go(unseen: str) -> None:
    assert plain_text(f"말{unseen}차", ANY_LENGTH) == "말차"


def test_emoji_made_of_several_stay_whole() -> None:
    assert plain_text("👨‍👩‍👧 가족", ANY_LENGTH) == "👨‍👩‍👧 가족"


def test_decomposed_hangul_is_composed() -> None:
    assert plain_text(unicodedata.normalize("NFD", "말차"), ANY_LENGTH) == "말차"


def test_text_over_the_limit_ends_in_an_ellipsis() -> None:
    assert plain_text("가나다라마 바사", 6) == "가나다라마…"


@given(st.text())
def test_plain_text_is_one_visible_composed_line(markup: str) -> None:
    text = plain_text(markup, ANY_LENGTH)
    assert text == " ".join(text.split())
    assert unicodedata.is_normalized("NFC", text)
    assert text.encode().decode() == text


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("ＡＩ　시대", "ai 시대"),
        ("Women’s", "women's"),
        ("COVID–19", "covid-19"),
        ("Straße", "STRASSE"),
        (unicodedata.normalize("NFD", "말차"), "말차"),
        ("“말차”", '"말차"'),
    ],
)
def test_spellings_of_one_text_fold_alike(here: str, there: str) -> None:
    assert fold(here) == fold(there)
