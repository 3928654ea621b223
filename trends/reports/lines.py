"""Tell a report in five lines of plain text, fit for a chat: always five, each at most 140 characters."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from trends.domain.models import Confidence, SourceOutcome, TopicStatus
from trends.domain.report import (
    Against,
    Change,
    ChangeKind,
    Comparison,
    Lines,
    Report,
    ReportTopic,
)
from trends.reports.notes import all_made_up
from trends.reports.texts import Texts
from trends.reports.voice import Voice, chat_safe, shorten

LONGEST = 140

_TITLE = 48
_SIZES = ((5, 28), (4, 28), (3, 28), (3, 20), (2, 28), (2, 20), (1, 40), (1, 24), (1, 12))
_CHANGE_SIZES = ((3, 24), (2, 24), (2, 16), (1, 20), (1, 12), (0, 12))
# Names before reasons: who is missing says more than why, and the report tells why.
_FAILED_SIZES = (
    (4, 24, True),
    (4, 24, False),
    (4, 16, False),
    (2, 24, False),
    (2, 16, False),
    (1, 24, False),
    (1, 10, False),
)

_TOLD = (ChangeKind.NEW, ChangeKind.BACK, ChangeKind.RISEN, ChangeKind.FALLEN, ChangeKind.GONE)


def five_lines(voice: Voice, report: Report) -> Lines:
    """What it is, what rose, what changed (two lines), and how far it can be trusted."""
    third, fourth = _changed(voice, report)
    return (_what(voice, report), _rose(voice, report), third, fourth, _trust(voice, report))


def _what(voice: Voice, report: Report) -> str:
    texts = voice.texts
    text = texts.line_what.format(
        title=chat_safe(report.title, _TITLE),
        market=chat_safe(report.question.market, 12),
        span=voice.span(report.window),
        volume=volume_text(voice, report),
    )
    tag = tag_text(texts, report)
    return shorten(f"[{tag}] {text}" if tag else text, LONGEST)


def volume_text(voice: Voice, report: Report) -> str:
    """How many stories, from how many outlets; from how many sources where outlets are unknown."""
    volume, texts = report.volume, voice.texts
    answered = sum(outcome.ok for outcome in report.sources)
    return texts.volume.format(
        stories=voice.count(texts.stories, volume.stories),
        outlets=voice.count(texts.outlets, volume.outlets)
        if volume.outlets
        else voice.count(texts.sources, answered),
    )


def tag_text(texts: Texts, report: Report) -> str:
    """The mark of generated data, or nothing."""
    if not report.made_up:
        return ""
    return texts.made_up_tag if all_made_up(report.sources) else texts.partly_made_up_tag


def _rose(voice: Voice, report: Report) -> str:
    texts, claim = voice.texts, report.claim
    if claim.confidence is Confidence.NO_DATA:
        return texts.line_no_data
    if claim.confidence is Confidence.TOO_SHORT:
        days = voice.count(texts.days, claim.days_observed)
        return _naming(
            voice,
            report.watching,
            lambda names: texts.line_too_short.format(days=days, names=names),
        )
    hidden = sum(one.announced for one in report.hidden)
    other = report.other_news
    if not report.topics and other:
        return _naming(
            voice, other, lambda names: voice.count(texts.line_only_other, len(other), names=names)
        )
    if not report.topics and hidden:
        return voice.count(texts.line_all_hidden, hidden)
    if not report.topics:
        return texts.line_nothing_rose.format(
            tests=voice.count(texts.tests, claim.tests), rate=voice.percent(claim.error_rate)
        )
    return _naming(voice, report.topics, partial(_risen, voice, report), partial(topic_text, voice))


def _risen(voice: Voice, report: Report, names: str) -> str:
    line = voice.count(voice.texts.line_rose, len(report.topics), names=names)
    if not report.other_news:
        return line
    return voice.texts.line_rose_other.format(line=line, n=voice.number(len(report.other_news)))


def _label(topic: ReportTopic, width: int) -> str:
    return chat_safe(topic.label, width)


def _naming(
    voice: Voice,
    topics: Sequence[ReportTopic],
    around: Callable[[str], str],
    say: Callable[[ReportTopic, int], str] = _label,
) -> str:
    """Name as many topics as fit."""
    if not topics:
        return shorten(around("–"), LONGEST)
    return _fitting(
        around(voice.listed([say(topic, width) for topic in topics[:most]], len(topics)))
        for most, width in _SIZES
    )


def topic_text(voice: Voice, topic: ReportTopic, width: int) -> str:
    """One topic with its growth and the lower end of it."""
    texts = voice.texts
    template = texts.topic_growth
    if topic.is_new:
        template = texts.topic_new
    elif topic.status is TopicStatus.FADING:
        template = texts.topic_fading
    return template.format(
        label=chat_safe(topic.label, width),
        growth=voice.times(topic.growth),
        low=voice.at_least(topic.growth_low),
    )


def _changed(voice: Voice, report: Report) -> tuple[str, str]:
    """Two lines: a comparison each where there are such, else what is watched."""
    told = [_comparison(voice, one) for one in report.comparisons]
    if not told:
        told = [voice.texts.line_first_run]
    if len(told) == 1:
        told.append(_watching(voice, report))
    return told[0], told[1]


def _watching(voice: Voice, report: Report) -> str:
    texts = voice.texts
    if report.claim.confidence is not Confidence.CALIBRATED:
        return texts.line_read.format(
            headlines=voice.count(texts.headlines, report.counts.items_in),
            stories=voice.count(texts.stories, report.counts.stories),
            matched=voice.number(report.counts.matched_stories),
        )
    if not report.watching:
        return texts.line_watching_none
    return _naming(voice, report.watching, lambda names: texts.line_watching.format(names=names))


def _comparison(voice: Voice, comparison: Comparison) -> str:
    texts = voice.texts
    previous = comparison.against is Against.PREVIOUS
    template = texts.line_previous if previous else texts.line_week_ago
    day = voice.short_day(voice.end_day(comparison.window))
    if not comparison.comparable:
        return template.format(day=day, changes=texts.changes_impossible)
    groups = {
        kind: [one for one in comparison.changes if one.kind is kind and not one.other_news]
        for kind in _TOLD
    }
    if not any(groups.values()):
        return template.format(day=day, changes=texts.changes_none)
    return _fitting(
        template.format(
            day=day,
            changes=" · ".join(
                _group(voice, kind, changes, most, width)
                for kind, changes in groups.items()
                if changes
            ),
        )
        for most, width in _CHANGE_SIZES
    )


def _group(voice: Voice, kind: ChangeKind, changes: Sequence[Change], most: int, width: int) -> str:
    texts = voice.texts
    word, count = change_word(texts, kind), voice.number(len(changes))
    if not most:
        return texts.change_group_bare.format(kind=word, n=count)
    names = [chat_safe(change.label, width) for change in changes[:most]]
    return texts.change_group.format(kind=word, n=count, names=voice.listed(names, len(changes)))


def change_word(texts: Texts, kind: ChangeKind) -> str:
    """What a kind of change is called."""
    return {
        ChangeKind.NEW: texts.change_new,
        ChangeKind.BACK: texts.change_back,
        ChangeKind.RISEN: texts.change_risen,
        ChangeKind.FALLEN: texts.change_fallen,
        ChangeKind.GONE: texts.change_gone,
        ChangeKind.STEADY: texts.change_steady,
    }[kind]


def _trust(voice: Voice, report: Report) -> str:
    texts = voice.texts
    claim = texts.claim_short_none
    if report.topics or report.other_news:
        rate = report.claim.error_rate
        claim = texts.claim_short_calibrated.format(
            rate=voice.percent(rate), n=voice.in_hundred(rate)
        )
    failed = [outcome for outcome in report.sources if not outcome.ok]
    if not failed:
        sources = voice.count(texts.sources_all, len(report.sources))
        return texts.line_claim.format(claim=claim, sources=sources)
    answered = len(report.sources) - len(failed)
    return _fitting(
        texts.line_claim.format(
            claim=claim,
            sources=texts.sources_missing.format(
                names=_failed_names(voice, failed[:most], len(failed), width, reasons=reasons),
                ok=answered,
                n=len(report.sources),
            ),
        )
        for most, width, reasons in _FAILED_SIZES
    )


def _failed_names(
    voice: Voice, named: Sequence[SourceOutcome], total: int, width: int, *, reasons: bool
) -> str:
    names: list[str] = []
    for outcome in named:
        name = chat_safe(outcome.source, width)
        names.append(f"{name} – {reason_text(voice.texts, outcome.slug)}" if reasons else name)
    return voice.listed(names, total)


def reason_text(texts: Texts, slug: str) -> str:
    """Why a source failed, in two words."""
    return {
        "source-unavailable": texts.reason_unavailable,
        "source-unreadable": texts.reason_unreadable,
        "path-refused": texts.reason_refused,
    }.get(slug, texts.reason_other)


def _fitting(attempts: Iterable[str]) -> str:
    last = ""
    for attempt in attempts:
        if len(attempt) <= LONGEST:
            return attempt
        last = attempt
    return shorten(last, LONGEST)
