"""Say what a model had to do with a report: which sentences are its own, what was left out, and what it was asked before."""

from collections.abc import Iterator

from trends.domain.models import Evidence, Summary, Written
from trends.domain.plan import Plan, Planned
from trends.domain.report import Note, NoteCode, ReportTopic
from trends.reports.texts import Texts
from trends.reports.voice import Voice, shorten

_NAME = 80
_WORD = 60
_SAID = 400


def notes(voice: Voice, summary: Summary | None, planned: Planned | None) -> Iterator[Note]:
    """Notes about sentences that a model wrote, or did not, and about how the question was widened."""
    if summary is not None:
        yield from _of_summary(voice, summary)
    if planned is not None:
        yield from _of_plan(voice, planned)


def sentences_written(topic: ReportTopic) -> tuple[tuple[Written, tuple[Evidence, ...]], ...]:
    """Sentences of a model, each with the stories it rests on."""
    by_story = {piece.story_id: piece for piece in topic.evidence}
    return tuple((one, tuple(by_story[each] for each in one.story_ids)) for one in topic.written)


def dropped_text(voice: Voice, topic: ReportTopic) -> str:
    """How many sentences about a topic were left out; empty where none was."""
    return voice.count(voice.texts.written_dropped, topic.dropped) if topic.dropped else ""


def _of_summary(voice: Voice, summary: Summary) -> Iterator[Note]:
    texts = voice.texts
    if summary.model:
        text = texts.note_model_wrote.format(
            model=shorten(summary.model, _NAME), heading=texts.heading_written
        )
        left_out = voice.count(texts.note_model_dropped, summary.dropped)
        whole = f"{text} {left_out}" if summary.dropped else text
        yield Note(code=NoteCode.MODEL_WROTE, text=whole)
    if summary.withheld is not None:
        text = voice.count(
            texts.note_model_withheld,
            summary.withheld.topics,
            reason=_reason(texts, summary.withheld.slug),
        )
        yield Note(code=NoteCode.MODEL_WITHHELD, text=text)


def _of_plan(voice: Voice, planned: Planned) -> Iterator[Note]:
    texts, plan = voice.texts, planned.plan
    if plan is not None:
        yield Note(code=NoteCode.PLANNED, text=_plan_text(voice, plan))
    elif planned.slug:
        text = texts.note_plan_missing.format(reason=_reason(texts, planned.slug))
        yield Note(code=NoteCode.PLAN_MISSING, text=text)


def _plan_text(voice: Voice, plan: Plan) -> str:
    texts = voice.texts
    parts = [texts.note_planned.format(model=shorten(plan.model, _NAME))]
    if plan.synonyms:
        parts.append(texts.note_plan_synonyms.format(words=_words(plan.synonyms)))
    if plan.excluded:
        parts.append(texts.note_plan_excluded.format(words=_words(plan.excluded)))
    if plan.rationale:
        parts.append(texts.note_plan_rationale.format(text=shorten(plan.rationale, _SAID)))
    return " ".join(parts)


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(shorten(word, _WORD) for word in words)


def _reason(texts: Texts, slug: str) -> str:
    reasons = {
        "budget-spent": texts.withheld_budget,
        "deadline": texts.withheld_late,
        "frozen": texts.withheld_frozen,
        "price-unknown": texts.withheld_price,
        "model-key": texts.withheld_key,
        "secret": texts.withheld_key,
        "model-quota": texts.withheld_quota,
        "model-refused": texts.withheld_refused,
        "model-context": texts.withheld_context,
        "model-answer": texts.withheld_answer,
    }
    return reasons.get(slug, texts.withheld_other.format(slug=slug))
