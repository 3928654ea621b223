"""What a model wrote beside what is quoted."""

from tests.unit.trends.reports import showcase
from trends.agents.analyst import WrittenTopic
from trends.agents.summary import MOST_TOPICS, with_written, worth_writing
from trends.domain.drafting import Claim
from trends.domain.models import Summary, Withheld, Written
from trends.domain.summarize import summarize
from trends.errors import BudgetSpentError

ANALYSIS = showcase.full()
QUOTED = summarize(ANALYSIS)
FIRST = ANALYSIS.topics[0]
STORY = FIRST.evidence[0].story_id


def written(*, dropped: int = 0) -> WrittenTopic:
    """One sentence about the first topic."""
    claim = Claim(sentence="It rises.", evidence=(STORY, STORY))
    return WrittenTopic(FIRST.topic_id, (claim,), dropped, "openai:gpt")


def test_sentences_stand_beside_the_quotations_with_the_stories_they_rest_on() -> None:
    summary = with_written(QUOTED, [written(dropped=2)])
    first = summary.topics[0]
    assert first.written == (Written(text="It rises.", story_ids=(STORY,)),)
    assert first.quotes == QUOTED.topics[0].quotes
    assert (first.method, summary.topics[1].method) == ("model", "extractive")
    assert (summary.method, summary.model, summary.dropped) == ("model", "openai:gpt", 2)


def test_a_topic_without_a_sentence_that_holds_stays_as_it_is_quoted() -> None:
    summary = with_written(QUOTED, [WrittenTopic(FIRST.topic_id, model="openai:gpt")])
    assert summary.topics == QUOTED.topics
    assert (summary.method, summary.model) == ("extractive", "")


def test_the_first_reason_is_told_with_the_number_of_topics() -> None:
    failures = [
        WrittenTopic(topic.topic_id, failure=BudgetSpentError("Spent."))
        for topic in ANALYSIS.topics
    ]
    summary = with_written(QUOTED, failures)
    assert summary.withheld == Withheld(slug="budget-spent", topics=len(ANALYSIS.topics))


def test_without_a_model_a_summary_is_written_as_ever() -> None:
    text = QUOTED.model_dump_json()
    assert {"written", "dropped", "model", "withheld"}.isdisjoint(text.replace('"', " ").split())


def test_a_summary_of_an_earlier_release_is_read() -> None:
    old = '{"method":"extractive","topics":[{"topic_id":"t","quotes":[{"text":"A.","story_id":"s"}]}]}'
    assert Summary.model_validate_json(old).topics[0].written == ()


def test_a_model_writes_about_the_first_topics_only() -> None:
    many = ANALYSIS.model_copy(update={"topics": ANALYSIS.topics * 20})
    assert worth_writing(many).topics == many.topics[:MOST_TOPICS]
