"""The words of a report in both languages."""

import re
import string
from dataclasses import fields
from pathlib import Path

import pytest

from trends.domain.models import Language
from trends.reports.texts import Texts
from trends.reports.voice import TEXTS

NAMES = [field.name for field in fields(Texts)]
REPORTS = Path(__file__).parents[4] / "trends" / "reports"

# Nothing in these needs a word of Korean.
SAME_IN_BOTH = {
    "line_claim",
    "line_what",
    "note_source_says",
    "change_group_bare",
    "topic_growth",
    "topic_fading",
}


def _blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_fill_the_same_blanks(name: str) -> None:
    english, korean = (getattr(TEXTS[language], name) for language in (Language.EN, Language.KO))
    assert _blanks(english) == _blanks(korean)


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_of_a_plural_fill_the_same_blanks(name: str) -> None:
    for texts in TEXTS.values():
        forms = [_blanks(form) for form in getattr(texts, name).split("|")]
        assert all(form | {"n"} == forms[0] | {"n"} for form in forms)


@pytest.mark.parametrize("name", sorted(set(NAMES) - SAME_IN_BOTH))
def test_korean_is_korean_and_english_is_not(name: str) -> None:
    assert not re.search(r"[가-힣]", getattr(TEXTS[Language.EN], name))
    words = re.sub(r"\{\w*\}", "", getattr(TEXTS[Language.KO], name))
    assert re.search(r"[가-힣]", words) or not re.search(r"[A-Za-z]{2}", words)


@pytest.fixture(scope="module")
def written() -> str:
    """Everything that draws a report."""
    sources = [path for path in REPORTS.rglob("*") if path.suffix in {".py", ".html"}]
    return "".join(
        path.read_text(encoding="utf-8")
        for path in sorted(sources)
        if not path.name.startswith("texts")
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_used(name: str, written: str) -> None:
    assert re.search(rf"texts\.{name}\b", written)
