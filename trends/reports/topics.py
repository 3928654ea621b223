"""Turn the topics of an analysis into those of a report: claimed or watched, with their usual level drawn in."""

import math
from collections.abc import Collection, Sequence

from trends.domain.models import (
    Analysis,
    Category,
    Confidence,
    Summary,
    Topic,
    TopicSummary,
    WindowTest,
)
from trends.domain.report import Comparison, NotClaimed, ReportDay, ReportTopic

PERSISTENCE_DAYS = 28
NOT_NEWS = frozenset(Category) - {Category.POLITICS, Category.ACCIDENTS}
"""What a report is about where nobody says: politics and accidents are news, and kept apart."""

# Figures are stored at the precision they mean; the last bits of a float differ between machines.
_FACTOR_DECIMALS = 3
_EXPECTED_DECIMALS = 2
_HIGHEST = 9999.0


def report_topics(
    analysis: Analysis, summary: Summary | None
) -> tuple[tuple[ReportTopic, ...], tuple[ReportTopic, ...]]:
    """Return the announced topics and the watched ones, each ranked from 1."""
    said = {part.topic_id: part for part in summary.topics} if summary else {}
    announced: list[ReportTopic] = []
    watching: list[ReportTopic] = []
    for topic in analysis.topics:
        reason = _not_claimed(topic, analysis.confidence)
        into = watching if reason else announced
        into.append(_report_topic(topic, len(into) + 1, reason, said.get(topic.topic_id)))
    return tuple(announced), tuple(watching)


def folded(
    topics: tuple[ReportTopic, ...], wanted: Collection[Category]
) -> tuple[tuple[ReportTopic, ...], tuple[ReportTopic, ...]]:
    """Part announced topics into those of the wanted categories and other news, each ranked anew from 1.

    One that an analyst follows is wanted whatever it is about.
    """
    is_wanted = [topic.followed or topic.category in wanted for topic in topics]
    first = [topic for topic, holds in zip(topics, is_wanted, strict=True) if holds]
    rest = [topic for topic, holds in zip(topics, is_wanted, strict=True) if not holds]
    return ranked(first), ranked(rest)


def ranked(topics: Sequence[ReportTopic]) -> tuple[ReportTopic, ...]:
    """Number topics in their order, from 1."""
    return tuple(topic.model_copy(update={"rank": rank}) for rank, topic in enumerate(topics, 1))


def with_changes(
    topics: tuple[ReportTopic, ...], comparison: Comparison | None
) -> tuple[ReportTopic, ...]:
    """Mark every topic with what became of it."""
    if comparison is None or not comparison.comparable:
        return topics
    kinds = {change.topic_id: change.kind for change in comparison.changes if change.topic_id}
    return tuple(topic.model_copy(update={"change": kinds.get(topic.topic_id)}) for topic in topics)


def _not_claimed(topic: Topic, confidence: Confidence) -> NotClaimed | None:
    if confidence is not Confidence.CALIBRATED:
        return NotClaimed.PAST_TOO_SHORT
    if topic.single_outlet:
        return NotClaimed.SINGLE_OUTLET
    return None if topic.announced else NotClaimed.BELOW_ERROR_RATE


def _report_topic(
    topic: Topic,
    rank: int,
    reason: NotClaimed | None,
    said: TopicSummary | None,
) -> ReportTopic:
    test = next((test for test in topic.tests if test.days == topic.window_days), None)
    stories = {piece.story_id for piece in topic.evidence}
    return ReportTopic(
        rank=rank,
        topic_id=topic.topic_id,
        label=topic.label,
        terms=topic.terms,
        languages=topic.languages,
        status=topic.status,
        announced=reason is None,
        not_claimed=reason,
        change=None,
        window_days=topic.window_days,
        stories=topic.stories,
        expected=round(test.expected, _EXPECTED_DECIMALS) if test else None,
        growth=_factor(topic.growth),
        growth_low=_factor(topic.growth_low),
        growth_high=_factor(topic.growth_high),
        is_new=topic.is_new,
        tests=tuple(_rounded(test) for test in topic.tests),
        persistence_days=topic.persistence_days,
        persistence_of=min(PERSISTENCE_DAYS, len(topic.series)),
        outlets=topic.outlets,
        single_outlet=topic.single_outlet,
        first_seen=topic.first_seen,
        series=_series(topic, test),
        # A sentence whose story is not at hand cannot be checked, so it is not shown.
        quotes=tuple(quote for quote in (said.quotes if said else ()) if quote.story_id in stories),
        evidence=topic.evidence,
        category=topic.category,
        category_reason=topic.category_reason,
        written=tuple(
            one for one in (said.written if said else ()) if stories.issuperset(one.story_ids)
        ),
        dropped=said.dropped if said else 0,
    )


def _series(topic: Topic, test: WindowTest | None) -> tuple[ReportDay, ...]:
    rate = _usual_rate(topic, test)
    return tuple(
        ReportDay(
            day=day.day,
            stories=day.stories,
            expected=None if rate is None else round(rate * day.exposure, _EXPECTED_DECIMALS),
            exposure=day.exposure,
            observed=day.observed,
        )
        for day in topic.series
    )


def _usual_rate(topic: Topic, test: WindowTest | None) -> float | None:
    """Stories of the topic per story observed, so that the expected line sums to the test's figure over the window."""
    window = [day for day in topic.series[-topic.window_days :] if day.observed]
    exposure = sum(day.exposure for day in window)
    if test is None or not exposure:
        return None
    return test.expected / exposure


def _rounded(test: WindowTest) -> WindowTest:
    return test.model_copy(
        update={
            "expected": round(test.expected, _EXPECTED_DECIMALS),
            "p_value": float(f"{test.p_value:.3g}"),
            "q_value": float(f"{test.q_value:.3g}"),
        }
    )


def _factor(value: float) -> float:
    if math.isnan(value):
        return 0.0
    return round(min(max(value, 0.0), _HIGHEST), _FACTOR_DECIMALS)
