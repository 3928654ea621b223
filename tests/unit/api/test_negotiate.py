"""Choosing a form by what is accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiate import choose, preferred_language

OFFERED = ("application/json", "text/markdown", "text/html")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/markdown"),
        ("text/html", "text/html"),
        ("TEXT/HTML", "text/html"),
        (BROWSER, "text/html"),
        ("text/markdown;q=0.5, text/html;q=0.4", "text/markdown"),
        ("text/html;q=0.4, */*;q=0.1", "text/html"),
        ("*/*, application/json;q=0", "text/markdown"),
        ("application/json;q=0.2, text/*;q=0.3, text/markdown;q=0.1", "text/html"),
        ("text/html; charset=utf-8; q=0.9", "text/html"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("text/html;q=2", None),
        ("text/html;q=nan", None),
        ("text/html;q=x", None),
    ],
)
def test_the_form_liked_best_is_chosen(accept: str, chosen: str | None) -> None:
    assert choose(accept, OFFERED) == chosen


@given(st.text())
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert choose(accept, OFFERED) in {None, *OFFERED}


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("ko", "ko"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("en;q=0.5,ko;q=0.6", "ko"),
        ("fr,ja", "en"),
        ("ko;q=0", "en"),
    ],
)
def test_language_is_the_one_liked_best(accept: str, language: str) -> None:
    assert preferred_language(accept, ("en", "ko")) == language
