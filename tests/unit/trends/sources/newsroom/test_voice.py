"""How headlines are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.domain.models import Language
from trends.sources.newsroom.chance import Chance
from trends.sources.newsroom.voice import Deck, Subject, Voice

VOICES = {language: Voice(language) for language in Language}


def _headlines(voice: Voice, subject: Subject, count: int) -> list[str]:
    chance = Chance("headlines", subject.text)
    deck, day = voice.deck(subject, chance), voice.day_words(chance)
    return [voice.headline(subject, deck, day, chance)[0] for _ in range(count)]


@pytest.mark.parametrize("language", list(Language))
def test_headlines_name_their_subject_and_leave_no_slot_open(language: Language) -> None:
    voice = VOICES[language]
    for subject in (*voice.everyday, *voice.invented):
        for title in _headlines(voice, subject, 40):
            assert subject.text.lower() in title.lower()
            assert "{" not in title
            assert "}" not in title


@pytest.mark.parametrize("language", list(Language))
def test_headlines_on_one_subject_all_differ(language: Language) -> None:
    titles = _headlines(VOICES[language], VOICES[language].invented[0], 60)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("language", list(Language))
def test_summaries_and_other_news_leave_no_slot_open(language: Language) -> None:
    voice, chance = VOICES[language], Chance("summaries")
    day = voice.day_words(chance)
    texts = [
        voice.summary(subject, mood, day, chance) for subject in voice.everyday for mood in "+=-"
    ]
    texts += [voice.society(day, chance) for _ in range(200)]
    assert [text for text in texts if "{" in text or "}" in text] == []


def test_english_verbs_agree_with_their_subject() -> None:
    voice = VOICES[Language.EN]
    one, many = (
        next(subject for subject in voice.invented if subject.singular is singular)
        for singular in (True, False)
    )
    assert any(f"{one.text} wins over" in title.lower() for title in _headlines(voice, one, 70))
    assert any(f"{many.text} win over" in title.lower() for title in _headlines(voice, many, 70))


def test_headline_begins_with_a_capital() -> None:
    voice = VOICES[Language.EN]
    assert all(not title[0].islower() for title in _headlines(voice, voice.invented[0], 70))


@given(st.integers(), st.integers(min_value=3, max_value=90))
def test_no_lead_comes_again_before_all_have_come(seed: int, size: int) -> None:
    deck = Deck.cut(Chance(seed), size)
    assert sorted(deck.next(size) for _ in range(size)) == list(range(size))
