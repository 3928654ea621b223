"""From stories to an analysis."""

import os
import random
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trends.domain.story_cases import END, analyzed, burst, everyday, story
from trends.domain.analyze import MOST_EVIDENCE
from trends.domain.models import Analysis, Confidence, Language, Story, Topic, TopicStatus

CRAZE = [*everyday(), *burst("Matcha teapots", [5, 4, 4, 3, 3, 2, 2])]
_SCRIPT = """
from tests.unit.trends.domain.story_cases import analyzed, burst, everyday
print(analyzed([*everyday(), *burst("Matcha teapots", [5, 4, 4]), *burst("Rooibos", [2] * 28)]).model_dump_json())
"""


def _named(analysis: Analysis, label: str) -> Topic:
    return next(topic for topic in analysis.topics if topic.label == label)


@pytest.fixture(scope="module")
def craze() -> Topic:
    return _named(analyzed(CRAZE), "Matcha teapots")


def test_calm_news_announces_nothing() -> None:
    found = analyzed(everyday())
    assert found.announced == 0
    assert found.confidence is Confidence.CALIBRATED


def test_a_craze_is_announced(craze: Topic) -> None:
    assert craze.announced
    assert craze.growth_low > 5.0


def test_a_topic_says_how_many_stories_it_has(craze: Topic) -> None:
    assert craze.stories == 23
    assert craze.is_new


def test_a_series_covers_the_whole_history(craze: Topic) -> None:
    assert [day.stories for day in craze.series[-7:]] == [2, 2, 3, 3, 4, 4, 5]
    assert len(craze.series) == 90
    assert all(later.day - day.day == timedelta(days=1) for day, later in pairwise(craze.series))


def test_a_series_says_how_much_there_was_in_all(craze: Topic) -> None:
    assert craze.series[-1].exposure == 25


def test_a_topic_names_its_outlets_and_its_beginning(craze: Topic) -> None:
    assert len(craze.outlets) == 7
    assert craze.first_seen == END - timedelta(days=6.5)


def test_evidence_is_the_topics_own(craze: Topic) -> None:
    assert len(craze.evidence) == MOST_EVIDENCE
    assert all(piece.title.startswith("Matcha teapots ") for piece in craze.evidence)


def test_evidence_of_most_outlets_comes_first() -> None:
    wired = story(6, "Matcha teapots everywhere", outlets=("Courier", "Gazette", "Herald"))
    found = _named(analyzed([*CRAZE, wired]), "Matcha teapots")
    assert found.evidence[0].outlets == 3
    assert found.evidence[0].title == "Matcha teapots everywhere"


def test_evidence_is_of_the_window_only() -> None:
    old = burst("Matcha teapots", [1], since=60)
    found = _named(analyzed([*CRAZE, *old]), "Matcha teapots")
    assert all(piece.published_at >= END - timedelta(days=7) for piece in found.evidence)
    assert not found.is_new


def test_stories_that_the_query_does_not_match_are_exposure_only() -> None:
    others = [each.model_copy(update={"matched": False}) for each in everyday()]
    found = analyzed([*others, *burst("Matcha teapots", [5] * 7)])
    assert found.stories == 35
    assert {topic.label for topic in found.topics} == {"Matcha teapots"}
    assert found.topics[0].series[0].exposure == 20


def test_a_day_without_stories_is_missing() -> None:
    gap = [each for each in CRAZE if each.published_at < END - timedelta(days=30)] + [
        each for each in CRAZE if each.published_at > END - timedelta(days=28)
    ]
    found = _named(analyzed(gap), "Matcha teapots")
    assert [day.observed for day in found.series].count(False) == 2


def test_no_stories_are_no_data() -> None:
    found = analyzed([])
    assert found.confidence is Confidence.NO_DATA
    assert found.topics == ()


def test_no_story_in_the_window_is_no_data() -> None:
    old = [each for each in everyday() if each.published_at < END - timedelta(days=8)]
    assert analyzed(old).confidence is Confidence.NO_DATA


def test_a_query_that_nothing_matches_is_no_data() -> None:
    others = [each.model_copy(update={"matched": False}) for each in everyday()]
    assert analyzed(others).confidence is Confidence.NO_DATA


@pytest.mark.parametrize("days", [1, 3, 10, 14])
def test_a_short_past_ranks_and_claims_nothing(days: int) -> None:
    stories = [*everyday(days=days), *burst("Matcha teapots", [9])]
    found = analyzed(stories, days=days)
    assert found.confidence is Confidence.TOO_SHORT
    assert found.announced == 0
    assert found.topics[0].label == "Matcha teapots"
    assert found.topics[0].tests == ()


def test_topics_are_ranked_by_announcement_then_growth() -> None:
    found = analyzed([*CRAZE, *burst("Rooibos", [2] * 28), *burst("Chicory", [3])]).topics
    keys = [(not topic.announced, -topic.growth_low, topic.topic_id) for topic in found]
    assert keys == sorted(keys)


def test_what_is_watched_is_told_without_being_announced() -> None:
    now, before = burst("Chicory mugs", [0, 1, 0, 1, 1]), burst("Chicory mugs", [1, 0, 1], since=30)
    assert not _named(analyzed([*CRAZE, *now, *before]), "Chicory mugs").announced


def test_no_more_topics_than_wanted() -> None:
    assert len(analyzed(CRAZE, max_topics=1).topics) == 1


def test_a_slow_burn_is_found() -> None:
    found = _named(analyzed([*everyday(), *burst("Rooibos", [2] * 28)]), "Rooibos")
    assert found.announced
    assert found.window_days == 28
    assert found.persistence_days == 28


def test_a_craze_that_has_passed_its_height_is_fading() -> None:
    rates = [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5]
    found = _named(analyzed([*everyday(), *burst("Rooibos", rates)]), "Rooibos")
    assert found.status is TopicStatus.FADING


def test_outlet_rules_are_off_where_outlets_are_unknown() -> None:
    stories = [*everyday(), *burst("Matcha teapots", [6] * 5, outlets=["Courier"])]
    found = _named(analyzed(stories, outlets_known=False), "Matcha teapots")
    assert found.announced
    assert found.outlets == ()
    assert found.evidence[0].outlets == 0


def test_languages_are_judged_apart() -> None:
    stories = [
        *everyday(),
        *everyday(language=Language.KO),
        *burst("말차 찻주전자", [4] * 7, language=Language.KO),
    ]
    found = _named(analyzed(stories), "말차 찻주전자")
    assert found.languages == (Language.KO,)
    assert found.series[0].exposure == 20


def test_outlets_of_the_window_are_counted() -> None:
    assert analyzed(everyday()).outlets == 7


def test_every_item_of_the_window_is_counted() -> None:
    pair = story(0, "Matcha", outlets=("Courier", "Gazette"))
    found = analyzed([pair])
    assert (found.stories, found.items) == (1, 2)


def test_a_watched_word_names_its_topic() -> None:
    found = analyzed([*everyday(), *burst("At the Of Matcha", [4] * 7)], user_words=["the of"])
    assert any("the of" in term.casefold() for topic in found.topics for term in topic.terms)


def test_work_can_be_stopped() -> None:
    class Stopped(Exception):  # noqa: N818 - it is no error
        pass

    from trends.domain.analyze import analyze  # the full signature: a tick that raises
    from trends.domain.models import Window

    def stop(_done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        analyze(
            CRAZE,
            window=Window(start=END - timedelta(days=7), end=END),
            history_start=END - timedelta(days=90),
            zone="UTC",
            outlets_known=True,
            error_rate=0.05,
            min_stories=3,
            max_topics=50,
            user_words=(),
            tick=stop,
        )


def test_the_order_of_the_stories_makes_no_difference() -> None:
    shuffled = random.Random(5).sample(CRAZE, len(CRAZE))  # noqa: S311 - a shuffle, no secret
    assert analyzed(shuffled).model_dump_json() == analyzed(CRAZE).model_dump_json()


def test_the_hash_seed_makes_no_difference() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


_WORDS = st.lists(
    st.sampled_from(["matcha", "rooibos", "chicory", "teapots", "of", "새벽", "배송"]),
    min_size=1,
    max_size=4,
).map(" ".join)


@st.composite
def _corpora(draw: st.DrawFn) -> list[Story]:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 40),
                _WORDS,
                st.sampled_from([(), ("Courier",), ("Courier", "Gazette")]),
                st.sampled_from(Language),
                st.booleans(),
            ),
            max_size=60,
        )
    )
    return [
        story(days, title, outlets=outlets, language=language, matched=matched, name=str(number))
        for number, (days, title, outlets, language, matched) in enumerate(rows)
    ]


@settings(max_examples=40, deadline=None)
@given(_corpora(), st.booleans(), st.integers(1, 45))
def test_any_stories_give_a_sound_analysis(
    stories: list[Story], outlets_known: bool, days: int
) -> None:
    found = analyzed(stories, days=days, outlets_known=outlets_known)
    assert found.announced == sum(topic.announced for topic in found.topics)
    assert len({topic.topic_id for topic in found.topics}) == len(found.topics)
    ids = {each.story_id for each in stories if each.matched}
    for topic in found.topics:
        assert topic.evidence
        assert {piece.story_id for piece in topic.evidence} <= ids
        assert topic.growth_low <= topic.growth_high
        assert not (topic.announced and topic.single_outlet)
        assert any(day.stories for day in topic.series)
