"""The vocabulary keeps planted subjects apart from everything else."""

import re
from collections import Counter
from types import ModuleType

import pytest

from trends.domain.models import Language
from trends.sources.newsroom import clauses_en, clauses_ko, words_en, words_ko
from trends.sources.newsroom.outlets import outlets
from trends.sources.newsroom.voice import Voice


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+|[가-힣]+", text.lower())


def _everything_else(words: ModuleType, clauses: ModuleType) -> str:
    tables = (words.EVERYDAY, words.SLOTS, clauses.LEADS, clauses.TAILS, clauses.TAGS)
    return " ".join(text for table in tables for text in table.values()) + clauses.SOCIETY


@pytest.mark.parametrize("language", list(Language))
def test_no_two_planted_subjects_share_a_word(language: Language) -> None:
    uses = Counter(
        token for subject in Voice(language).invented for token in set(_tokens(subject.text))
    )
    assert [token for token, count in uses.items() if count > 1] == []


@pytest.mark.parametrize(
    ("language", "words", "clauses"),
    [(Language.EN, words_en, clauses_en), (Language.KO, words_ko, clauses_ko)],
)
def test_words_of_planted_subjects_occur_nowhere_else(
    language: Language, words: ModuleType, clauses: ModuleType
) -> None:
    elsewhere = _tokens(_everything_else(words, clauses))
    planted = {token for subject in Voice(language).invented for token in _tokens(subject.text)}
    # Korean words grow particles and compounds, so containing one counts as using it.
    assert (
        sorted(
            (mine, other)
            for mine in planted
            for other in set(elsewhere)
            if mine == other or (language is Language.KO and mine in other)
        )
        == []
    )


@pytest.mark.parametrize("language", list(Language))
def test_there_are_subjects_enough_for_twenty_trends_and_the_decoys(language: Language) -> None:
    assert len(Voice(language).invented) >= 13


def test_press_has_many_outlets_of_distinct_names_and_links() -> None:
    press = [outlet for language in Language for outlet in outlets(language)]
    assert len(press) >= 25
    assert len({outlet.name for outlet in press}) == len(press)
    assert len({outlet.slug for outlet in press}) == len(press)


@pytest.mark.parametrize("language", list(Language))
def test_every_category_of_the_press_is_some_outlets_beat(language: Language) -> None:
    beats = {beat for outlet in outlets(language) for beat in outlet.beats}
    assert {subject.category for subject in Voice(language).everyday} | {"society"} == beats
