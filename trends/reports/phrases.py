"""Sentences that Markdown and HTML share."""

from trends.domain.models import Category, Evidence, Language, Quote, SourceOutcome, TopicStatus
from trends.domain.report import (
    Against,
    Change,
    ChangeKind,
    Comparison,
    NotClaimed,
    Report,
    ReportMonitor,
    ReportTopic,
)
from trends.reports.lines import reason_text
from trends.reports.notes import all_made_up, made_up_sources
from trends.reports.texts import Texts
from trends.reports.voice import Voice, visible

WATCHED_SHOWN = 10

STATUS_SYMBOLS = {
    TopicStatus.EMERGING: "✦",
    TopicStatus.RISING: "▲",
    TopicStatus.PEAKING: "◆",
    TopicStatus.FADING: "▼",
}


def status_word(texts: Texts, status: TopicStatus) -> str:
    """What a status is called."""
    return {
        TopicStatus.EMERGING: texts.status_emerging,
        TopicStatus.RISING: texts.status_rising,
        TopicStatus.PEAKING: texts.status_peaking,
        TopicStatus.FADING: texts.status_fading,
    }[status]


def category_word(texts: Texts, category: Category) -> str:
    """What a category is called."""
    return {
        Category.FOOD: texts.category_food,
        Category.FASHION: texts.category_fashion,
        Category.BEAUTY: texts.category_beauty,
        Category.TECH: texts.category_tech,
        Category.TRAVEL: texts.category_travel,
        Category.HOME: texts.category_home,
        Category.ENTERTAINMENT: texts.category_entertainment,
        Category.MONEY: texts.category_money,
        Category.HEALTH: texts.category_health,
        Category.POLITICS: texts.category_politics,
        Category.ACCIDENTS: texts.category_accidents,
        Category.SPORT: texts.category_sport,
        Category.OTHER: texts.category_other,
    }[category]


def why_not(texts: Texts, topic: ReportTopic) -> str:
    """Why a watched topic is not claimed."""
    if topic.not_claimed is None:
        return ""
    return {
        NotClaimed.SINGLE_OUTLET: texts.why_single_outlet,
        NotClaimed.BELOW_ERROR_RATE: texts.why_below_error_rate,
        NotClaimed.PAST_TOO_SHORT: texts.why_past_too_short,
    }[topic.not_claimed]


def change_badge(voice: Voice, topic: ReportTopic) -> str:
    """What became of a topic since the last run, where that is worth a mark."""
    texts = voice.texts
    if topic.change is None:
        return ""
    if topic.change is ChangeKind.BACK and topic.back_after_days is not None:
        return voice.count(texts.badge_back, topic.back_after_days)
    return {
        ChangeKind.NEW: texts.badge_new,
        ChangeKind.RISEN: texts.badge_risen,
        ChangeKind.FALLEN: texts.badge_fallen,
    }.get(topic.change, "")


def growth_text(voice: Voice, topic: ReportTopic) -> str:
    """The growth; the word new where there was no past to grow from."""
    return voice.texts.growth_new if topic.is_new else voice.times(topic.growth)


def interval_text(voice: Voice, topic: ReportTopic) -> str:
    """The interval of the growth."""
    return voice.texts.interval.format(
        low=voice.at_least(topic.growth_low), high=voice.times(topic.growth_high)
    )


def seen_text(voice: Voice, topic: ReportTopic) -> str:
    """How many stories there were, and how many were to be expected."""
    texts = voice.texts
    seen = voice.count(texts.stories, topic.stories)
    window = voice.last_days(topic.window_days)
    if topic.expected is None:
        return texts.seen_only.format(seen=seen, window=window)
    return texts.seen_expected.format(
        seen=seen, window=window, expected=voice.decimal(topic.expected)
    )


def persistence_text(voice: Voice, topic: ReportTopic) -> str:
    """On how many days it was above its usual level."""
    return voice.texts.persistence.format(n=topic.persistence_days, of=topic.persistence_of)


def numbers_of(voice: Voice, topic: ReportTopic) -> tuple[str, ...]:
    """The numbers of a topic, one phrase each."""
    texts = voice.texts
    outlets = (voice.count(texts.outlets, len(topic.outlets)),) if topic.outlets else ()
    first = texts.first_seen.format(day=voice.day(voice.local_day(topic.first_seen)))
    about = texts.category.format(name=category_word(texts, topic.category))
    known = (seen_text(voice, topic), persistence_text(voice, topic), *outlets, first, about)
    return (*known, *remembered_of(voice, topic))


def remembered_of(voice: Voice, topic: ReportTopic) -> tuple[str, ...]:
    """What earlier reports and decisions say of a topic; nothing for one that is met for the first time."""
    texts = voice.texts
    facts: list[str] = []
    if topic.since is not None and topic.seen_windows is not None and topic.seen_windows > 1:
        day = voice.day(voice.local_day(topic.since))
        facts.append(voice.count(texts.seen_since, topic.seen_windows, day=day))
    if topic.found_label:
        facts.append(texts.named_by_analyst.format(label=visible(topic.found_label)))
    facts += [
        texts.merged_in.format(
            label=visible(part.label),
            stories=voice.count(texts.stories, part.stories),
            growth=voice.times(part.growth),
        )
        for part in topic.merged
    ]
    if topic.followed:
        facts.append(texts.badge_followed)
    return tuple(facts)


def chart_text(voice: Voice, topic: ReportTopic, days: int) -> str:
    """The chart in a sentence."""
    texts = voice.texts
    series = topic.series[-days:]
    most = max((day.stories for day in series), default=0)
    filled = {
        "days": voice.count(texts.days, len(series)),
        "end": voice.day(series[-1].day) if series else "–",
        "most": voice.number(most),
        "seen": voice.count(texts.stories, topic.stories),
        "window": voice.last_days(topic.window_days),
    }
    if topic.expected is None:
        return texts.chart_desc.format(**filled)
    return texts.chart_desc_expected.format(**filled, expected=voice.decimal(topic.expected))


def evidence_facts(voice: Voice, piece: Evidence) -> tuple[str, ...]:
    """Who told a story, when, and how often it was told."""
    texts = voice.texts
    facts = [visible(piece.outlet)] if piece.outlet else []
    facts.append(voice.day(voice.local_day(piece.published_at)))
    if piece.outlets > 1:
        facts.append(voice.count(texts.carried_by, piece.outlets))
    if piece.items > 1:
        facts.append(voice.count(texts.joined, piece.items))
    return tuple(facts)


def sentences_quoted(topic: ReportTopic) -> tuple[tuple[Quote, Evidence], ...]:
    """Quotations with their story, without headlines that the evidence shows anyway."""
    by_story = {piece.story_id: piece for piece in topic.evidence}
    titles = {piece.title for piece in topic.evidence}
    return tuple(
        (quote, by_story[quote.story_id]) for quote in topic.quotes if quote.text not in titles
    )


def change_text(voice: Voice, change: Change) -> str:
    """How often a topic was told then and now."""
    texts = voice.texts
    parts: list[str] = []
    if change.per_day is not None and change.earlier_per_day is not None:
        now, then = voice.decimal(change.per_day), voice.decimal(change.earlier_per_day)
        parts.append(texts.per_day.format(now=now, then=then))
    if change.watched:
        new = change.kind is ChangeKind.NEW
        parts.append(texts.was_watched if new else texts.still_watched)
    if change.back_after_days is not None:
        parts.append(voice.count(texts.back_after, change.back_after_days))
    if change.kind is ChangeKind.GONE and change.since is not None and change.seen_windows:
        day = voice.short_day(voice.local_day(change.since))
        parts.append(voice.count(texts.told_since, change.seen_windows, day=day))
    if change.other_news:
        parts.append(texts.other_news_mark)
    return " · ".join(parts)


def comparison_heading(voice: Voice, comparison: Comparison) -> str:
    """Which earlier report is meant."""
    previous = comparison.against is Against.PREVIOUS
    template = voice.texts.heading_previous if previous else voice.texts.heading_week_ago
    return template.format(day=voice.short_day(voice.end_day(comparison.window)))


def empty_text(texts: Texts, report: Report) -> str:
    """What stands where no topic is announced."""
    if report.other_news:
        return texts.empty_only_other
    if any(one.announced for one in report.hidden):
        return texts.empty_all_hidden
    return {
        "no_data": texts.empty_no_data,
        "too_short": texts.empty_too_short,
        "calibrated": texts.empty_topics,
    }[report.claim.confidence.value]


def banner_text(texts: Texts, report: Report) -> str:
    """What a report on generated data says above all else; empty for real data."""
    if not report.made_up:
        return ""
    if all_made_up(report.sources):
        return texts.made_up_banner
    names = ", ".join(visible(name) for name in made_up_sources(report.sources))
    return texts.partly_made_up_banner.format(sources=names)


def outcome_text(voice: Voice, outcome: SourceOutcome) -> str:
    """How a source did, in its own words where it failed."""
    if outcome.ok:
        return voice.texts.source_ok
    return f"{voice.texts.source_failed}: {reason_text(voice.texts, outcome.slug)}"


def about(voice: Voice, report: Report) -> tuple[str, ...]:
    """What was asked: span, market, languages, sources."""
    texts = voice.texts
    names = {Language.KO: texts.language_ko, Language.EN: texts.language_en}
    return (
        voice.span(report.window),
        texts.market.format(market=visible(report.question.market)),
        ", ".join(names[language] for language in report.question.languages),
        ", ".join(visible(name) for name in report.question.sources),
    )


def called(monitor: ReportMonitor) -> str:
    """What people and commands call a monitor; once where both call it the same."""
    title, name = visible(monitor.title), visible(monitor.name)
    return title if title == name else f"{title} ({name})"


def counts_of(voice: Voice, report: Report) -> tuple[tuple[str, str, bool], ...]:
    """The steps from headlines to stories: name, number, and whether it is a total; an empty step is left out."""
    texts, counts = voice.texts, report.counts
    steps = (
        (texts.count_items_in, counts.items_in, True),
        (texts.count_other_language, counts.other_language, False),
        (texts.count_outside_window, counts.outside_window, False),
        (texts.count_untitled, counts.untitled, False),
        (texts.count_repeated, counts.repeated, False),
        (texts.count_items_kept, counts.items_kept, True),
        (texts.count_exact_duplicates, counts.exact_duplicates, False),
        (texts.count_near_duplicates, counts.near_duplicates, False),
        (texts.count_stories, counts.stories, True),
        (texts.count_matched_stories, counts.matched_stories, True),
    )
    return tuple((name, voice.number(n), total) for name, n, total in steps if n or total)


def reading(texts: Texts) -> tuple[str, ...]:
    """How to read the numbers."""
    return (
        texts.reading_story,
        texts.reading_growth,
        texts.reading_expected,
        texts.reading_status,
        texts.reading_persistence,
        texts.reading_error_rate,
    )


def foot(voice: Voice, report: Report) -> tuple[str, ...]:
    """What the report was made of."""
    texts = voice.texts
    return (
        texts.times.format(zone=visible(report.time_zone)),
        texts.settings.format(revision=visible(report.settings_revision)),
        texts.schema.format(version=report.schema_version),
    )
