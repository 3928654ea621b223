"""Draw a report as Markdown (CommonMark with tables) that reads well as plain text too."""

import re
from collections.abc import Iterable, Iterator, Sequence

from trends.domain.models import Evidence, Quote, WatchedEntity
from trends.domain.report import Change, Report, ReportTopic
from trends.reports import phrases, watch, written
from trends.reports.chart import SPARK_DAYS, text_bars
from trends.reports.lines import change_word
from trends.reports.links import safe_link
from trends.reports.voice import Voice, visible

_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")


def to_markdown(report: Report) -> str:
    """Draw the whole report. Titles and labels are foreign text: nothing in them acts as Markdown or HTML."""
    voice = Voice(report.report_language, report.time_zone)
    parts = (
        _head(voice, report),
        _topics(voice, report),
        _watch(voice, report),
        _other_news(voice, report),
        _watching(voice, report),
        _changes(voice, report),
        _sources(voice, report),
        _foot(voice, report),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def escape(text: str) -> str:
    """One line of foreign text, with every sign that Markdown or HTML would act on made harmless."""
    return _ENTITY.sub("&amp;", _SIGNS.sub(r"\\\1", visible(text)))


def _link(text: str, url: str | None) -> str:
    address = safe_link(url)
    return f"[{escape(text)}](<{address}>)" if address else escape(text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _head(voice: Voice, report: Report) -> Iterator[str]:
    texts = voice.texts
    banner = phrases.banner_text(texts, report)
    if banner:
        yield from (f"> **⚠ {escape(banner)}**", "")
    yield from (f"# {escape(report.title)}", "")
    if report.monitor:
        yield from (f"**{texts.monitor}: {escape(phrases.called(report.monitor))}**", "")
    yield from (escape(" · ".join(phrases.about(voice, report))), "")
    yield from (f"## {texts.heading_lines}", "")
    for number, line in enumerate(report.lines, 1):
        yield f"{number}. {escape(line)}"
    yield from ("", f"**{escape(report.claim.sentence)}**", "")
    if report.notes:
        yield from (f"## {texts.heading_notes}", "")
        yield from (f"- {escape(note.text)}" for note in report.notes)
        yield ""


def _topics(voice: Voice, report: Report) -> Iterator[str]:
    texts = voice.texts
    yield from (f"## {texts.heading_topics}", "")
    if not report.topics:
        yield from (phrases.empty_text(texts, report), "")
        return
    yield from _table(
        (
            "#",
            texts.column_topic,
            texts.column_growth,
            texts.column_status,
            texts.column_stories,
            texts.column_persistence,
            texts.column_trend,
        ),
        (_row(voice, topic) for topic in report.topics),
    )
    for topic in report.topics:
        yield from _topic(voice, topic)


def _row(voice: Voice, topic: ReportTopic) -> tuple[str, ...]:
    texts = voice.texts
    low = texts.at_least.format(low=voice.at_least(topic.growth_low))
    return (
        str(topic.rank),
        escape(topic.label),
        f"{phrases.growth_text(voice, topic)} ({low})",
        _status(voice, topic),
        voice.number(topic.stories),
        texts.persistence_short.format(n=topic.persistence_days, of=topic.persistence_of),
        text_bars(topic.series[-SPARK_DAYS:]),
    )


def _status(voice: Voice, topic: ReportTopic) -> str:
    symbol = phrases.STATUS_SYMBOLS[topic.status]
    return f"{symbol} {phrases.status_word(voice.texts, topic.status)}"


def _topic(voice: Voice, topic: ReportTopic) -> Iterator[str]:
    texts = voice.texts
    badge = phrases.change_badge(voice, topic)
    tail = f" · {badge}" if badge else ""
    yield from (f"### {topic.rank}. {escape(topic.label)}", "")
    growth = f"**{phrases.growth_text(voice, topic)}**"
    yield f"{_status(voice, topic)} · {growth} ({phrases.interval_text(voice, topic)}){tail}"
    yield ""
    yield from (f"- {number}" for number in phrases.numbers_of(voice, topic))
    if len(topic.terms) > 1:
        yield f"- {texts.terms}: {escape(', '.join(topic.terms))}"
    yield ""
    yield from _written(voice, topic)
    for quote, piece in phrases.sentences_quoted(topic):
        yield from _quote(voice, quote, piece)
    yield from (f"**{texts.heading_evidence}**", "")
    yield from (f"- {_cited(voice, piece)}" for piece in topic.evidence)
    yield ""


def _written(voice: Voice, topic: ReportTopic) -> Iterator[str]:
    if topic.written:
        yield from (f"**{voice.texts.heading_written}**", "")
    for one, pieces in written.sentences_written(topic):
        cited = "; ".join(
            _link(" · ".join(phrases.evidence_facts(voice, piece)[:2]), piece.url)
            for piece in pieces
        )
        yield f"- {escape(one.text)} — {cited}"
    left_out = written.dropped_text(voice, topic)
    if topic.written or left_out:
        yield from (f"- {left_out}", "") if left_out else ("",)


def _quote(voice: Voice, quote: Quote, piece: Evidence) -> Iterator[str]:
    said_by = " · ".join(phrases.evidence_facts(voice, piece)[:2])
    yield f"> “{escape(quote.text)}” — {_link(said_by, piece.url)}"
    yield ""


def _cited(voice: Voice, piece: Evidence) -> str:
    facts = [escape(fact) for fact in phrases.evidence_facts(voice, piece)]
    if safe_link(piece.url) is None and piece.place:
        facts.append(escape(piece.place))
    return f"“{_link(piece.title, piece.url)}” — {' · '.join(facts)}"


def _watch(voice: Voice, report: Report) -> Iterator[str]:
    if not report.watch:
        return
    texts = voice.texts
    yield from (f"## {texts.heading_watch}", "", texts.watch_intro, "")
    yield from _table(
        (
            texts.column_entity,
            texts.column_stories,
            texts.column_expected,
            texts.column_growth,
            texts.column_verdict,
            texts.column_trend,
        ),
        (_entity(voice, entity) for entity in report.watch),
    )
    for group in watch.voice_groups(report.watch):
        yield from (f"### {escape(texts.heading_voice.format(group=group.name))}", "")
        yield from (texts.voice_intro, "")
        for entity in group.entities:
            share = f"{watch.share_bar(entity)} {watch.share_text(voice, entity)}".strip()
            yield f"- {escape(entity.title)}: {share}"
        yield ""
    cited = watch.cited_of(report.watch)
    if cited:
        yield from (f"**{texts.heading_evidence}**", "")
        yield from (f"- {escape(entity.title)}: {_cited(voice, piece)}" for entity, piece in cited)
        yield ""


def _entity(voice: Voice, entity: WatchedEntity) -> tuple[str, ...]:
    return (
        escape(entity.title),
        voice.number(entity.stories),
        watch.expected_text(voice, entity),
        watch.growth_text(voice, entity),
        watch.verdict_text(voice.texts, entity),
        text_bars(watch.drawn(entity).series[-SPARK_DAYS:]),
    )


def _other_news(voice: Voice, report: Report) -> Iterator[str]:
    if not report.other_news:
        return
    texts = voice.texts
    yield from (f"## {texts.heading_other_news}", "", texts.other_news_intro, "")
    yield from _table(
        (
            texts.column_topic,
            texts.column_category,
            texts.column_growth,
            texts.column_stories,
            texts.column_trend,
        ),
        (
            (
                escape(topic.label),
                phrases.category_word(texts, topic.category),
                f"{phrases.growth_text(voice, topic)} ({phrases.interval_text(voice, topic)})",
                voice.number(topic.stories),
                text_bars(topic.series[-SPARK_DAYS:]),
            )
            for topic in report.other_news
        ),
    )
    for topic in report.other_news:
        for piece in topic.evidence[:1]:
            yield f"- {escape(topic.label)}: {_cited(voice, piece)}"
    yield ""


def _watching(voice: Voice, report: Report) -> Iterator[str]:
    if not report.watching:
        return
    texts = voice.texts
    shown = report.watching[: phrases.WATCHED_SHOWN]
    yield from (f"## {texts.heading_watching}", "", texts.watching_intro, "")
    yield from _table(
        (
            texts.column_topic,
            texts.column_growth,
            texts.column_stories,
            texts.column_why,
            texts.column_trend,
        ),
        (_watched(voice, topic) for topic in shown),
    )
    if len(report.watching) > len(shown):
        yield from (voice.count(texts.more, len(report.watching) - len(shown)), "")
    for topic in shown:
        for piece in topic.evidence[:1]:
            yield f"- {escape(topic.label)}: {_cited(voice, piece)}"
    yield ""


def _watched(voice: Voice, topic: ReportTopic) -> tuple[str, ...]:
    return (
        escape(topic.label),
        f"{phrases.growth_text(voice, topic)} ({phrases.interval_text(voice, topic)})",
        voice.number(topic.stories),
        phrases.why_not(voice.texts, topic),
        text_bars(topic.series[-SPARK_DAYS:]),
    )


def _changes(voice: Voice, report: Report) -> Iterator[str]:
    texts = voice.texts
    yield from (f"## {texts.heading_changes}", "")
    if not report.comparisons:
        yield from (texts.changes_first_run, "")
    for comparison in report.comparisons:
        yield from (f"### {phrases.comparison_heading(voice, comparison)}", "")
        if not comparison.comparable:
            yield from (texts.changes_impossible, "")
        elif not comparison.changes:
            yield from (texts.changes_none, "")
        else:
            yield from (_change(voice, change) for change in comparison.changes)
            yield ""


def _change(voice: Voice, change: Change) -> str:
    detail = phrases.change_text(voice, change)
    word = change_word(voice.texts, change.kind)
    return f"- {word}: {escape(change.label)}{f' ({detail})' if detail else ''}"


def _sources(voice: Voice, report: Report) -> Iterator[str]:
    texts = voice.texts
    yield from (f"## {texts.heading_sources}", "")
    yield from _table(
        (texts.column_source, texts.column_outcome, texts.column_items),
        (
            (
                escape(outcome.source),
                escape(
                    " – ".join(filter(None, (phrases.outcome_text(voice, outcome), outcome.reason)))
                ),
                voice.number(outcome.items),
            )
            for outcome in report.sources
        ),
    )
    yield from (f"### {texts.heading_counts}", "", texts.counts_intro, "")
    yield from (f"- {name}: {n}" for name, n, _ in phrases.counts_of(voice, report))
    yield ""


def _foot(voice: Voice, report: Report) -> Iterator[str]:
    yield from (f"## {voice.texts.heading_reading}", "")
    yield from (f"- {line}" for line in phrases.reading(voice.texts))
    yield from ("", "---", "", escape(" · ".join(phrases.foot(voice, report))))
