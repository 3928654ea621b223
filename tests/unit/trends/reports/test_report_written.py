"""What a reader sees of a model's part in a report."""

import pytest

from tests.unit.trends.reports import showcase
from tests.unit.trends.reports.report_cases import report
from trends.domain.models import Language, Summary, TopicSummary, Withheld, Written
from trends.domain.plan import Plan, Planned
from trends.domain.report import NoteCode, Report
from trends.domain.summarize import summarize
from trends.reports.html import to_html
from trends.reports.json import to_json
from trends.reports.markdown import to_markdown

ANALYSIS = showcase.full()
FIRST = ANALYSIS.topics[0]
STORY = FIRST.evidence[0].story_id
SENTENCE = "Matcha <b>rises</b> in cafés."
PLAN = Plan(
    query="말차",
    widened="말차 matcha",
    synonyms=("matcha",),
    excluded=("말차단",),
    rationale="Both are written.",
    model="openai:gpt",
)


def summary(**changes: object) -> Summary:
    """A summary in which a model wrote about the first topic."""
    quoted = summarize(ANALYSIS)
    first = TopicSummary(
        topic_id=FIRST.topic_id,
        quotes=quoted.topics[0].quotes,
        written=(Written(text=SENTENCE, story_ids=(STORY,)),),
        dropped=2,
    )
    made = Summary(method="model", topics=(first, *quoted.topics[1:]), model="openai:gpt")
    return made.model_copy(update=changes)


def notes(made: Report, code: NoteCode) -> list[str]:
    """Texts of the notes of a kind."""
    return [note.text for note in made.notes if note.code is code]


def test_a_sentence_of_a_model_is_shown_as_such_with_links_to_its_stories() -> None:
    made = report(ANALYSIS, summary=summary(), language=Language.EN)
    text = to_markdown(made)
    assert "**Written by a model, checked against the stories named**" in text
    line = next(line for line in text.splitlines() if "Matcha \\<b\\>rises" in line)
    url = FIRST.evidence[0].url
    assert url is None or f"](<{url}>)" in line


def test_a_sentence_of_a_model_cannot_act_as_html() -> None:
    page = to_html(report(ANALYSIS, summary=summary()))
    assert "Matcha &lt;b&gt;rises&lt;/b&gt; in cafés." in page
    assert SENTENCE not in page


@pytest.mark.parametrize("language", Language)
def test_the_report_says_which_model_wrote_and_how_much_did_not_hold(language: Language) -> None:
    made = report(ANALYSIS, summary=summary(), language=language)
    (note,) = notes(made, NoteCode.MODEL_WROTE)
    assert "openai:gpt" in note
    assert "2" in note
    assert (made.summary_method, made.summary_model) == ("model", "openai:gpt")
    assert made.topics[0].dropped == 2


@pytest.mark.parametrize(
    "slug",
    ["budget-spent", "frozen", "model-key", "model-quota", "model-refused", "price-unknown", "odd"],
)
@pytest.mark.parametrize("language", Language)
def test_the_report_says_why_topics_are_quoted_instead(slug: str, language: Language) -> None:
    withheld = summarize(ANALYSIS).model_copy(update={"withheld": Withheld(slug=slug, topics=3)})
    made = report(ANALYSIS, summary=withheld, language=language)
    (note,) = notes(made, NoteCode.MODEL_WITHHELD)
    assert "3" in note


def test_a_report_that_no_model_wrote_says_nothing_of_models() -> None:
    made = report(ANALYSIS, summary=summarize(ANALYSIS))
    data = to_json(made)
    for key in (b'"written"', b'"dropped"', b'"summary_model"', b'"plan"'):
        assert key not in data
    codes = {note.code for note in made.notes}
    assert codes.isdisjoint({NoteCode.MODEL_WROTE, NoteCode.MODEL_WITHHELD, NoteCode.PLANNED})


def test_a_sentence_whose_story_is_not_at_hand_is_not_shown() -> None:
    first = (
        summary()
        .topics[0]
        .model_copy(update={"written": (Written(text=SENTENCE, story_ids=(STORY, "s:gone")),)})
    )
    made = report(ANALYSIS, summary=summary(topics=(first,)))
    assert made.topics[0].written == ()


@pytest.mark.parametrize("language", Language)
def test_every_word_of_a_plan_is_shown(language: Language) -> None:
    made = report(ANALYSIS, summary=summary(), planned=Planned(plan=PLAN), language=language)
    (note,) = notes(made, NoteCode.PLANNED)
    assert [
        word for word in ("matcha", "말차단", "Both are written.", "openai:gpt") if word not in note
    ] == []
    assert made.plan == PLAN


def test_a_plan_that_failed_is_said() -> None:
    made = report(ANALYSIS, summary=summary(), planned=Planned(slug="frozen"), language=Language.EN)
    (note,) = notes(made, NoteCode.PLAN_MISSING)
    assert "paid calls are stopped" in note


def test_a_report_with_sentences_of_a_model_is_read_back_as_it_was() -> None:
    made = report(ANALYSIS, summary=summary(), planned=Planned(plan=PLAN))
    assert Report.model_validate_json(to_json(made)) == made
