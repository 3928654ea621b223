"""Say what a reader must know before relying on a report."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from trends.domain.decisions import Verb
from trends.domain.holidays import Holiday
from trends.domain.models import (
    Analysis,
    Confidence,
    Edition,
    NormalizeCounts,
    SourceOutcome,
    Summary,
)
from trends.domain.plan import Planned
from trends.domain.report import Claim, HiddenTopic, Note, NoteCode, Report, ReportTopic
from trends.domain.spans import length, observed_by
from trends.reports import written
from trends.reports.texts import Texts
from trends.reports.voice import Voice, shorten

_DAY = timedelta(days=1)
_ROWS_SHOWN = 5
_HIDDEN_SHOWN = 20
_NAME = 60
_HOLIDAYS_SHOWN = 10
_SAID = 300


def claim_of(voice: Voice, analysis: Analysis, *, announced: int) -> Claim:
    """Say what may be claimed."""
    return Claim(
        confidence=analysis.confidence,
        error_rate=analysis.error_rate,
        days_observed=analysis.days_observed,
        tests=analysis.terms_tested,
        sentence=_claim_template(voice.texts, analysis.confidence, announced).format(
            rate=voice.percent(analysis.error_rate),
            n=voice.in_hundred(analysis.error_rate),
            days=voice.count(voice.texts.days, analysis.days_observed),
            tests=voice.count(voice.texts.tests, analysis.terms_tested),
        ),
    )


def _claim_template(texts: Texts, confidence: Confidence, announced: int) -> str:
    if confidence is Confidence.NO_DATA:
        return texts.claim_no_data
    if confidence is Confidence.TOO_SHORT:
        return texts.claim_too_short
    return texts.claim_calibrated if announced else texts.claim_nothing_rose


def made_up_sources(outcomes: Sequence[SourceOutcome]) -> tuple[str, ...]:
    """Names of the sources whose data is generated."""
    return tuple(outcome.source for outcome in outcomes if outcome.made_up and outcome.ok)


def all_made_up(outcomes: Sequence[SourceOutcome]) -> bool:
    """Whether no real data is in it."""
    giving = [outcome for outcome in outcomes if outcome.ok]
    return bool(giving) and all(outcome.made_up for outcome in giving)


def notes_of(
    voice: Voice,
    *,
    outcomes: Sequence[SourceOutcome],
    counts: NormalizeCounts,
    topics: Sequence[ReportTopic],
    summary: Summary | None,
    confidence: Confidence,
    earlier: Sequence[Report],
    hidden: Sequence[HiddenTopic] = (),
    holidays: tuple[Sequence[Holiday], Sequence[Holiday]] = ((), ()),
    edition: Edition = Edition.FULL,
    planned: Planned | None = None,
) -> tuple[Note, ...]:
    """Collect the notes, the gravest first."""
    return (
        *_of_edition(voice, outcomes, edition),
        *_of_sources(voice, outcomes),
        *_of_rows(voice, outcomes),
        *_of_data(voice, counts, topics),
        *_of_observed(voice, outcomes),
        *_of_hidden(voice, hidden),
        *_of_holidays(voice, *holidays),
        *_of_summary(voice, summary, confidence),
        *written.notes(voice, summary, planned),
        *_of_earlier(voice, outcomes, confidence, earlier),
        *_said_by_sources(voice, outcomes),
    )


def _of_edition(
    voice: Voice, outcomes: Sequence[SourceOutcome], edition: Edition
) -> Iterator[Note]:
    if edition is Edition.PARTIAL:
        names = _names([outcome.source for outcome in outcomes if not outcome.ok])
        text = voice.texts.note_partial_edition.format(names=names)
        yield Note(code=NoteCode.PARTIAL_EDITION, text=text)


def _of_sources(voice: Voice, outcomes: Sequence[SourceOutcome]) -> Iterator[Note]:
    texts = voice.texts
    invented = made_up_sources(outcomes)
    if invented and all_made_up(outcomes):
        yield Note(code=NoteCode.MADE_UP, text=texts.note_made_up)
    elif invented:
        text = texts.note_partly_made_up.format(sources=_names(invented))
        yield Note(code=NoteCode.MADE_UP, text=text)
    failed = [outcome.source for outcome in outcomes if not outcome.ok]
    if failed:
        text = texts.note_sources_missing.format(names=_names(failed))
        yield Note(code=NoteCode.SOURCES_MISSING, text=text)
    nameless = [one.source for one in outcomes if one.ok and one.items and not one.outlets_known]
    if nameless:
        text = texts.note_outlets_unknown.format(names=_names(nameless))
        yield Note(code=NoteCode.OUTLETS_UNKNOWN, text=text)


def _of_rows(voice: Voice, outcomes: Sequence[SourceOutcome]) -> Iterator[Note]:
    for outcome in outcomes:
        if not outcome.bad_row_count:
            continue
        shown = [shorten(row, _NAME) for row in outcome.bad_rows[:_ROWS_SHOWN]]
        text = voice.count(
            voice.texts.note_rows_unreadable,
            outcome.bad_row_count,
            source=shorten(outcome.source, _NAME),
            rows=voice.listed(shown, outcome.bad_row_count),
        )
        yield Note(code=NoteCode.ROWS_UNREADABLE, text=text)


def _of_data(
    voice: Voice, counts: NormalizeCounts, topics: Sequence[ReportTopic]
) -> Iterator[Note]:
    if counts.date_only or counts.missing_time or counts.future_time:
        text = voice.texts.note_dates_assumed.format(
            date_only=voice.number(counts.date_only),
            missing=voice.number(counts.missing_time),
            future=voice.number(counts.future_time),
        )
        yield Note(code=NoteCode.DATES_ASSUMED, text=text)
    missing = max((sum(not day.observed for day in one.series) for one in topics), default=0)
    if missing:
        text = voice.count(voice.texts.note_days_unobserved, missing)
        yield Note(code=NoteCode.DAYS_UNOBSERVED, text=text)


def _of_observed(voice: Voice, outcomes: Sequence[SourceOutcome]) -> Iterator[Note]:
    """Name the sources that were watched for less time than the others: their part of the counts begins late."""
    together = observed_by(outcomes)
    for outcome in outcomes:
        if outcome.observed is None:
            continue
        days = round(length(outcome.observed) / _DAY)
        if together is None or days < round(length(together) / _DAY):
            text = voice.count(
                voice.texts.note_source_observed, days, source=shorten(outcome.source, _NAME)
            )
            yield Note(code=NoteCode.SOURCE_OBSERVED, text=text)


def _of_hidden(voice: Voice, hidden: Sequence[HiddenTopic]) -> Iterator[Note]:
    if not hidden:
        return
    names = [_hidden_text(voice, one) for one in hidden[:_HIDDEN_SHOWN]]
    text = voice.count(voice.texts.note_hidden, len(hidden), names=voice.listed(names, len(hidden)))
    yield Note(code=NoteCode.HIDDEN, text=text)


def _hidden_text(voice: Voice, hidden: HiddenTopic) -> str:
    """A hidden topic: what was decided, by whom, until when, and of what it is a part."""
    texts, decision = voice.texts, hidden.decision
    verb = texts.hidden_rejected if decision.verb is Verb.REJECT else texts.hidden_muted
    facts = [verb.format(author=shorten(decision.author, _NAME))]
    if decision.until is not None:
        facts.append(texts.hidden_until.format(day=voice.day(voice.local_day(decision.until))))
    if decision.of:
        facts.append(texts.hidden_part_of.format(label=shorten(decision.of, _NAME)))
    return texts.hidden_topic.format(label=shorten(hidden.label, _NAME), facts=", ".join(facts))


def _of_holidays(
    voice: Voice, inside: Sequence[Holiday], before: Sequence[Holiday]
) -> Iterator[Note]:
    for template, holidays in (
        (voice.texts.note_holidays_inside, inside),
        (voice.texts.note_holidays_before, before),
    ):
        if holidays:
            shown = [_holiday_text(voice, each) for each in holidays[:_HOLIDAYS_SHOWN]]
            text = template.format(days=voice.listed(shown, len(holidays)))
            yield Note(code=NoteCode.HOLIDAYS, text=text)


def _holiday_text(voice: Voice, holiday: Holiday) -> str:
    name = holiday.name.get(voice.language) or next(iter(holiday.name.values()), "")
    return f"{shorten(name, _NAME)} ({voice.short_day(holiday.day)})"


def _of_summary(voice: Voice, summary: Summary | None, confidence: Confidence) -> Iterator[Note]:
    if summary is None and confidence is not Confidence.NO_DATA:
        yield Note(code=NoteCode.SUMMARY_SKIPPED, text=voice.texts.note_summary_skipped)


def _of_earlier(
    voice: Voice,
    outcomes: Sequence[SourceOutcome],
    confidence: Confidence,
    earlier: Sequence[Report],
) -> Iterator[Note]:
    answered = {outcome.source for outcome in outcomes if outcome.ok}
    for report in earlier:
        day = voice.short_day(voice.end_day(report.window))
        theirs = report.claim.confidence
        if {confidence, theirs} != {Confidence.CALIBRATED}:
            text = voice.texts.note_not_comparable.format(day=day)
            yield Note(code=NoteCode.NOT_COMPARABLE, text=text)
        elif answered != {outcome.source for outcome in report.sources if outcome.ok}:
            text = voice.texts.note_sources_changed.format(day=day)
            yield Note(code=NoteCode.SOURCES_CHANGED, text=text)


def _said_by_sources(voice: Voice, outcomes: Sequence[SourceOutcome]) -> Iterator[Note]:
    for outcome in outcomes:
        for said in outcome.notes:
            text = voice.texts.note_source_says.format(
                source=shorten(outcome.source, _NAME), text=shorten(said, _SAID)
            )
            yield Note(code=NoteCode.SOURCE_SAYS, text=text)


def _names(names: Sequence[str]) -> str:
    return ", ".join(shorten(name, _NAME) for name in names)
