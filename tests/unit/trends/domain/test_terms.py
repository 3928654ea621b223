"""The index of terms."""

import pytest

from tests.unit.trends.domain.story_cases import SpaceTokenizer, story
from trends.domain.korean import shared_tokenizer
from trends.domain.models import Language, Story
from trends.domain.terms import BATCH, TermIndex, TermReader, index_terms


def _index(stories: list[Story], *, min_stories: int = 1, words: tuple[str, ...] = ()) -> TermIndex:
    return index_terms(
        stories,
        range(len(stories)),
        stories[0].language,
        TermReader(SpaceTokenizer(), words, ["Courier", "너울 경제"]),
        min_stories=min_stories,
        tick=lambda _done, _total: None,
    )


def _where(index: TermIndex) -> dict[str, tuple[int, ...]]:
    return dict(zip(index.keys, index.postings, strict=True))


def test_a_story_counts_once_however_often_it_says_a_term() -> None:
    found = _where(_index([story(0, "matcha or matcha"), story(1, "matcha teapots")]))
    assert found["matcha"] == (0, 1)


def test_terms_in_too_few_stories_are_dropped() -> None:
    found = _index(
        [story(0, "matcha"), story(1, "matcha and rooibos"), story(2, "matcha")], min_stories=2
    )
    assert found.keys == ("matcha",)


def test_terms_of_the_same_stories_are_one_test_under_the_most_specific_name() -> None:
    assert _index([story(0, "dubai cookie"), story(1, "dubai cookie")]).keys == ("dubai cookie",)


def test_terms_are_sorted() -> None:
    keys = _index([story(0, "violet and amber"), story(1, "violet"), story(2, "amber")]).keys
    assert keys == tuple(sorted(keys))


def test_names_of_outlets_are_no_terms() -> None:
    assert "courier" not in _index([story(0, "Courier and matcha"), story(1, "Courier")]).keys


def test_an_outlets_name_is_no_term_with_or_without_its_space() -> None:
    titles = [story(0, "너울경제 것 커피", language=Language.KO)]
    assert "너울경제" not in _index(titles).keys


@pytest.mark.parametrize(
    ("title", "language"),
    [("the the of and", Language.EN), ("이것은더현대서울이다", Language.KO)],
)
def test_a_watched_word_is_a_term_even_where_nothing_else_is(
    title: str, language: Language
) -> None:
    word = "the of" if language is Language.EN else "더현대"
    found = _index([story(0, title, language=language)], words=(word,))
    assert word in found.keys


def test_a_watched_latin_word_is_found_whole_only() -> None:
    found = _index([story(0, "the Onward march")], words=("On",))
    assert "on" not in found.keys


def test_progress_is_told_at_least_every_batch() -> None:
    stories = [story(number, "matcha") for number in range(3 * BATCH)]
    told: list[tuple[int, int]] = []
    index_terms(
        stories,
        range(len(stories)),
        Language.EN,
        TermReader(SpaceTokenizer(), (), ()),
        min_stories=3,
        tick=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 3 * BATCH), (BATCH, 3 * BATCH), (2 * BATCH, 3 * BATCH)]


def test_a_new_word_is_one_term_without_its_fragments() -> None:
    reader = TermReader(shared_tokenizer(), (), (), ("얼박사",))
    (spans,) = reader.read(["얼박사가 뜬다"], Language.KO)
    assert [span.key for span in spans] == ["얼박사"]
