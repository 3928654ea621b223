"""Quoting what a topic is about."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import analysis, evidence, topic
from trends.domain.models import Evidence, Topic
from trends.domain.summarize import MAX_QUOTES, quotes_for, summarize

_TEXT = st.text(
    alphabet=st.sampled_from(list("말차라떼 matcha.!?“”\n,가나다 BC1 ")), min_size=0, max_size=90
)


@st.composite
def _topics(draw: st.DrawFn) -> Topic:
    pieces = draw(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=6))
    return topic(
        label="말차",
        terms=("말차", "matcha"),
        pieces=tuple(
            evidence(f"s:{at}", title, summary=lead) for at, (title, lead) in enumerate(pieces)
        ),
    )


@settings(max_examples=60)
@given(_topics())
def test_every_quote_stands_word_for_word_in_the_story_it_names(subject: Topic) -> None:
    stories = {piece.story_id: piece for piece in subject.evidence}
    for quote in quotes_for(subject):
        piece = stories[quote.story_id]
        assert quote.text
        assert quote.text in piece.title or quote.text in piece.summary


@settings(max_examples=60)
@given(_topics())
def test_a_topic_with_a_title_gets_one_to_three_quotes_of_different_stories(subject: Topic) -> None:
    quotes = quotes_for(subject)
    if any(piece.title for piece in subject.evidence):
        assert 1 <= len(quotes) <= MAX_QUOTES
    assert len({quote.story_id for quote in quotes}) == len(quotes)


def test_a_summary_follows_the_order_of_the_analysis() -> None:
    found = showcase.full()
    assert [part.topic_id for part in summarize(found).topics] == [
        one.topic_id for one in found.topics
    ]


def test_a_summary_says_that_it_is_extractive() -> None:
    assert summarize(analysis()).method == "extractive"


def test_a_sentence_that_names_the_topic_is_preferred_to_one_that_does_not() -> None:
    lead = "The weather was fine on Monday. Run clubs doubled their membership this year."
    subject = topic(label="run club", pieces=(evidence("s:1", "Joggers everywhere", summary=lead),))
    assert [quote.text for quote in quotes_for(subject)] == [
        "Run clubs doubled their membership this year."
    ]


def test_a_headline_is_quoted_where_no_lead_names_the_topic() -> None:
    subject = topic(
        label="run club",
        pieces=(evidence("s:1", "Why everyone is in a run club", summary="It starts at six."),),
    )
    assert [quote.text for quote in quotes_for(subject)] == ["Why everyone is in a run club"]


def test_two_tellings_of_one_thing_are_quoted_once() -> None:
    pieces = (
        evidence("s:1", "가", summary="말차 라테 판매량이 커피를 처음으로 앞질렀다."),
        evidence("s:2", "나", summary="말차 라테 판매량이 커피를 처음 앞질렀다."),
        evidence("s:3", "다", summary="제주 농가는 말차 라테용 재배 면적을 두 배로 늘린다."),
    )
    assert len(quotes_for(topic(pieces=pieces))) == 2


def test_a_flood_of_text_is_never_quoted_where_a_sentence_will_do() -> None:
    pieces = (
        evidence("s:1", "run club " * 200),
        evidence("s:2", "A run club opens in Busan"),
    )
    assert [quote.text for quote in quotes_for(topic(label="run club", pieces=pieces))] == [
        "A run club opens in Busan"
    ]


@pytest.mark.parametrize("pieces", [(), (evidence("s:1", ""),)])
def test_a_topic_without_words_has_no_quotes(pieces: tuple[Evidence, ...]) -> None:
    assert quotes_for(topic(pieces=pieces)) == ()
