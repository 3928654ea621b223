"""Put a report together from what the stages found. Pure: no clock, no files, no chance."""

from collections.abc import Collection, Sequence

from trends.domain.compare import Found, compare
from trends.domain.holidays import Holiday, parted
from trends.domain.memory import Memory
from trends.domain.models import (
    Analysis,
    Category,
    Edition,
    Language,
    NormalizeCounts,
    Question,
    SourceOutcome,
    Summary,
    Window,
)
from trends.domain.plan import Planned
from trends.domain.report import (
    SCHEMA_VERSION,
    Against,
    Comparison,
    Report,
    ReportMonitor,
    Volume,
)
from trends.reports.lines import five_lines
from trends.reports.notes import claim_of, made_up_sources, notes_of
from trends.reports.remembered import as_remembered
from trends.reports.topics import NOT_NEWS, folded, report_topics, with_changes
from trends.reports.voice import Voice, shorten

_QUERY = 100
_NO_LINES = ("", "", "", "", "")


def build_report(
    *,
    question: Question,
    window: Window,
    time_zone: str,
    report_language: Language,
    settings_revision: str,
    outcomes: Sequence[SourceOutcome],
    counts: NormalizeCounts,
    analysis: Analysis,
    summary: Summary | None,
    previous: Report | None = None,
    week_ago: Report | None = None,
    memory: Memory | None = None,
    holidays: tuple[Holiday, ...] = (),
    wanted: Collection[Category] = (),
    edition: Edition = Edition.FULL,
    planned: Planned | None = None,
    monitor: ReportMonitor | None = None,
) -> Report:
    """Build the report of a run.

    Args:
        question: What was asked.
        window: The span the report speaks of.
        time_zone: IANA name of the market's zone.
        report_language: Language to write in.
        settings_revision: Digest of the settings.
        outcomes: How every source did, in any order.
        counts: What normalizing did.
        analysis: What was found.
        summary: Quotations by topic; None when the stage was skipped, which the report then says.
        previous: Report of the run before, same question.
        week_ago: Report of the same question one week earlier.
        memory: Which trends the topics are, and what is decided about them; None where nothing is remembered.
        holidays: Days off in the window and in the time before it.
        wanted: Categories that the report is about; the rest folds under other news. Where none are named, everything
            but politics and accidents.
        edition: Which edition of its window's report it is.
        planned: What came of planning the question; None where it was not to be planned.
        monitor: Which monitor asked; None where none did.
    """
    voice = Voice(report_language, time_zone)
    sources = tuple(sorted(outcomes, key=lambda outcome: outcome.source))
    topics, watching, hidden = as_remembered(*report_topics(analysis, summary), memory)
    claimed = len(topics) + sum(one.announced for one in hidden)
    topics, other_news = folded(topics, wanted or NOT_NEWS)
    gone = memory.gone if memory else ()
    found = Found(analysis.confidence, topics, watching, other_news, hidden, gone)
    comparisons = _comparisons(found, previous, week_ago)
    since_previous = next((one for one in comparisons if one.against is Against.PREVIOUS), None)
    report = Report(
        schema_version=SCHEMA_VERSION,
        title=_title(voice, question, edition),
        question=question,
        window=window,
        time_zone=time_zone,
        report_language=report_language,
        settings_revision=settings_revision,
        made_up=bool(made_up_sources(sources)),
        lines=_NO_LINES,
        claim=claim_of(voice, analysis, announced=claimed),
        volume=Volume(stories=analysis.stories, items=analysis.items, outlets=analysis.outlets),
        topics=with_changes(topics, since_previous),
        watching=watching,
        comparisons=comparisons,
        sources=sources,
        counts=counts,
        summary_method=summary.method if summary else None,
        notes=notes_of(
            voice,
            outcomes=sources,
            counts=counts,
            topics=(*topics, *other_news, *watching),
            summary=summary,
            confidence=analysis.confidence,
            earlier=[report for report in (previous, week_ago) if report],
            hidden=hidden,
            holidays=parted(holidays, window, time_zone),
            edition=edition,
            planned=planned,
        ),
        other_news=with_changes(other_news, since_previous),
        hidden=hidden,
        watch=analysis.watch,
        edition=edition,
        summary_model=summary.model if summary else "",
        plan=planned.plan if planned else None,
        monitor=monitor,
    )
    # The lines retell the finished report, so they are written last.
    return report.model_copy(update={"lines": five_lines(voice, report)})


def _comparisons(
    current: Found, previous: Report | None, week_ago: Report | None
) -> tuple[Comparison, ...]:
    # A daily question run a week apart has one earlier report for both: it is told once.
    if previous == week_ago:
        week_ago = None
    earlier = ((Against.PREVIOUS, previous), (Against.WEEK_AGO, week_ago))
    return tuple(compare(current, report, against) for against, report in earlier if report)


def _title(voice: Voice, question: Question, edition: Edition) -> str:
    texts, query = voice.texts, shorten(question.query, _QUERY)
    title = texts.title_query.format(query=query) if query else texts.title_all
    return texts.title_partial.format(title=title) if edition is Edition.PARTIAL else title
