"""Censored lists and unobserved days: nothing is counted on them, and nothing changes where there are none."""

from collections.abc import Sequence
from datetime import timedelta

from tests.unit.trends.domain.story_cases import END, analyzed, burst, everyday, story
from trends.domain.models import (
    Analysis,
    Confidence,
    Evidence,
    Item,
    Language,
    RawItem,
    SourceOutcome,
    Story,
    Topic,
    Window,
)

CALM = everyday()
CRAZE = [*CALM, *burst("Matcha teapots", [3, 2, 2])]


def searched(stories: Sequence[Story]) -> list[Story]:
    """The same stories, as a search would have found them."""
    return [each.model_copy(update={"censored": True}) for each in stories]


def last_days(days: float) -> Window:
    """A span up to the end."""
    return Window(start=END - timedelta(days=days), end=END)


def teapots(found: Analysis) -> Topic:
    """The topic of the craze."""
    (topic,) = [each for each in found.topics if each.label == "Matcha teapots"]
    return topic


def test_what_a_search_finds_announces_nothing() -> None:
    found = analyzed([*CALM, *searched(burst("Matcha teapots", [9, 9, 9]))])
    assert found.announced == 0
    assert "Matcha teapots" not in {topic.label for topic in found.topics}


def test_what_a_search_finds_changes_no_number() -> None:
    more = searched(burst("Matcha teapots", [9] * 90) + burst("Rooibos", [5] * 40))
    without, with_more = analyzed(CRAZE), analyzed([*CRAZE, *more])
    assert with_more.stories == without.stories + 63 + 35
    numbers = [
        (topic.label, topic.stories, topic.growth, topic.tests, topic.series)
        for topic in without.topics
    ]
    assert [
        (topic.label, topic.stories, topic.growth, topic.tests, topic.series)
        for topic in with_more.topics
    ] == numbers


def test_what_a_search_finds_is_evidence_behind_what_was_counted() -> None:
    more = searched([story(0.2, "Matcha teapots again"), story(0.1, "Amber of basil")])
    topic = teapots(analyzed([*CRAZE, *more]))
    assert [piece.censored for piece in topic.evidence] == [False] * 7 + [True]
    assert topic.evidence[-1].title == "Matcha teapots again"


def test_what_a_search_finds_outside_the_window_or_the_query_is_no_evidence() -> None:
    more = searched(
        [
            story(9, "Matcha teapots long ago"),
            story(0.2, "Matcha teapots elsewhere", matched=False),
            story(0.2, "Matcha teapots 것", language=Language.KO),
        ]
    )
    topic = teapots(analyzed([*CRAZE, *more]))
    assert not any(piece.censored for piece in topic.evidence)


def test_a_run_over_searches_alone_claims_nothing() -> None:
    found = analyzed(searched(CRAZE))
    assert found.confidence is Confidence.TOO_SHORT
    assert (found.topics, found.days_observed) == ((), 0)
    assert found.stories > 0


def test_days_that_nobody_observed_are_missing() -> None:
    found = analyzed(CRAZE, observed=[last_days(30)])
    assert found.days_observed == 30
    topic = teapots(found)
    assert [day.observed for day in topic.series] == [False] * 60 + [True] * 30
    assert all(day.exposure == 0 for day in topic.series if not day.observed)


def test_a_past_that_was_observed_too_shortly_claims_nothing() -> None:
    found = analyzed(CRAZE, observed=[last_days(6)])
    assert found.confidence is Confidence.TOO_SHORT
    assert found.announced == 0


def test_a_few_known_stories_of_an_unobserved_past_do_not_make_everything_new() -> None:
    # A pinned item of each subject, long before the polls began: as exposure it would be a day with 20 stories.
    recent = [each for each in CALM if each.published_at >= END - timedelta(days=20)]
    pinned = [each for each in CALM if each.published_at < END - timedelta(days=89)]
    found = analyzed([*recent, *pinned], observed=[last_days(20)])
    assert found.days_observed == 20


def test_what_was_wholly_observed_is_what_was_not_said_to_be_otherwise() -> None:
    assert analyzed(CRAZE, observed=[last_days(91)]) == analyzed(CRAZE)


def test_no_word_of_censoring_is_written_where_there_is_none() -> None:
    values = [
        RawItem(source="s", item_id="1", title="t"),
        story(1, "Matcha"),
        story(1, "Matcha").items[0],
        SourceOutcome(source="s", ok=True, items=1),
        analyzed(CRAZE).topics[0].evidence[0],
    ]
    for value in values:
        assert "censored" not in value.model_dump_json()
        assert "observed" not in value.model_dump_json()


def test_censoring_survives_the_way_through_json() -> None:
    marked = {"censored": True}
    for value in (
        RawItem(source="s", item_id="1", title="t", censored=True),
        story(1, "Matcha").model_copy(update=marked),
        story(1, "Matcha").items[0].model_copy(update=marked),
    ):
        assert isinstance(value, RawItem | Story | Item)
        assert type(value).model_validate_json(value.model_dump_json()) == value
    outcome = SourceOutcome(
        source="s", ok=True, items=1, observed=(last_days(1),), censored=(last_days(2),)
    )
    assert SourceOutcome.model_validate_json(outcome.model_dump_json()) == outcome
    empty = outcome.model_copy(update={"observed": ()})
    assert SourceOutcome.model_validate_json(empty.model_dump_json()).observed == ()


def test_evidence_says_that_it_is_censored() -> None:
    piece = Evidence(
        story_id="1",
        title="t",
        url=None,
        place="p",
        outlet=None,
        published_at=END,
        outlets=0,
        items=1,
        censored=True,
    )
    assert '"censored":true' in piece.model_dump_json()
