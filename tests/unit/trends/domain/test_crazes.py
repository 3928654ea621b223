"""New words that headlines call a craze."""

from datetime import timedelta

import numpy as np
import pytest

from tests.unit.trends.domain.story_cases import END, SpaceTokenizer, everyday, story
from trends.domain.counts import timeline
from trends.domain.crazes import crazes, speaks_of_demand
from trends.domain.models import Language, Story
from trends.domain.screening import read_language
from trends.domain.terms import TermReader, index_terms

CALM = everyday(days=60, language=Language.KO)
CALLED = ("두쫀쿠 열풍 어디까지", "없어서 못 파는 간식 두쫀쿠 품귀", "두쫀쿠 오픈런 새벽 행렬")
PLAIN = ("두쫀쿠 먹어 보니", "두쫀쿠 만드는 법", "두쫀쿠 원가 계산")


def _crazes(stories: list[Story], new_words: tuple[str, ...] = ("두쫀쿠",)) -> set[str]:
    line = timeline(stories, END, END - timedelta(days=60), "UTC")
    index = index_terms(
        line.stories,
        range(len(line.stories)),
        Language.KO,
        TermReader(SpaceTokenizer(), (), ()),
        min_stories=3,
        tick=lambda _done, _total: None,
    )
    reading = read_language(line, index, Language.KO)
    flags = crazes(line, reading, new_words, error_rate=0.05, min_stories=3)
    return {reading.index.keys[term] for term in np.nonzero(flags)[0].tolist()}


def _told(titles: tuple[str, ...], *, first_day: int = 0, step: int = 3) -> list[Story]:
    return [
        story(first_day + step * number, title, language=Language.KO)
        for number, title in enumerate(titles)
    ]


def test_a_new_word_that_is_called_a_craze_is_one() -> None:
    assert _crazes([*CALM, *_told((*CALLED, PLAIN[0]))]) == {"두쫀쿠"}


def test_a_new_word_that_is_merely_written_about_is_none() -> None:
    assert _crazes([*CALM, *_told((*PLAIN, "두쫀쿠 이야기"))]) == set()


def test_a_word_of_the_dictionary_is_none_however_it_is_spoken_of() -> None:
    assert _crazes([*CALM, *_told((*CALLED, PLAIN[0]))], new_words=()) == set()


def test_one_headline_that_says_so_is_not_enough() -> None:
    assert _crazes([*CALM, *_told((CALLED[0], *PLAIN))]) == set()


def test_a_craze_that_is_over_is_none() -> None:
    assert _crazes([*CALM, *_told((*CALLED, PLAIN[0]), first_day=20)]) == set()


def test_a_word_that_says_demand_itself_proves_nothing() -> None:
    titles = ("품절대란 시작", "품절대란 어디까지", "품절대란 끝나나", "품절대란 다시")
    assert _crazes([*CALM, *_told(titles)], new_words=("품절대란",)) == set()


def test_where_everything_is_called_a_craze_nothing_stands_out() -> None:
    loud = [each.model_copy(update={"title": f"{each.title} 열풍"}) for each in CALM]
    assert _crazes([*loud, *_told((*CALLED, PLAIN[0]))]) == set()


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("편의점 두쫀쿠 품귀", Language.KO, True),
        ("드라마 인기에 촬영지 북새통", Language.KO, True),
        ("북한 무인기 침투 의혹", Language.KO, False),
        ("국회 예산안 통과", Language.KO, False),
        ("Viral cup sells out in hours", Language.EN, True),
        ("Queues for the new phone", Language.EN, True),
        ("Parliament passes budget", Language.EN, False),
    ],
)
def test_demand_is_read_off_the_words(title: str, language: Language, *, expected: bool) -> None:
    assert speaks_of_demand(title, language) is expected
