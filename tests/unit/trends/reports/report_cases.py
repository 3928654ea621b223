"""Analyses and reports made by hand, as a reader would meet them."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from trends.domain.holidays import Holiday
from trends.domain.models import (
    Analysis,
    Confidence,
    DayCount,
    Evidence,
    Language,
    NormalizeCounts,
    Question,
    SourceOutcome,
    Summary,
    Topic,
    TopicStatus,
    Window,
    WindowTest,
)
from trends.domain.plan import Planned
from trends.domain.report import Report, ReportMonitor
from trends.domain.summarize import summarize
from trends.reports.build import build_report

END = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
SEOUL = "Asia/Seoul"
PAST_DAYS = 90

QUESTION = Question(
    agent="news",
    query="",
    window="7d",
    market="KR",
    languages=(Language.KO, Language.EN),
    sources=("file:press", "sample"),
)

COUNTS = NormalizeCounts(
    items_in=5_812,
    items_kept=5_774,
    other_language=21,
    outside_window=14,
    untitled=3,
    exact_duplicates=212,
    near_duplicates=538,
    stories=5_024,
    matched_stories=5_024,
    date_only=0,
    missing_time=0,
    future_time=0,
)

PRESS = SourceOutcome(source="file:press", ok=True, items=2_904)
SAMPLE = SourceOutcome(source="sample", ok=True, items=5_812, made_up=True)


def series(
    daily: Sequence[int], *, days: int = PAST_DAYS, missing: Sequence[int] = ()
) -> tuple[DayCount, ...]:
    """Zeros, then `daily` at the end; `missing` are days back from the last one."""
    counts = [0] * (days - len(daily)) + list(daily)
    return tuple(
        DayCount(
            day=date(2026, 11, 22) - timedelta(days=back),
            stories=0 if back in missing else count,
            exposure=0 if back in missing else 50 + 10 * (back % 3),
            observed=back not in missing,
        )
        for back, count in zip(range(days - 1, -1, -1), counts, strict=True)
    )


def shape(kind: str, base: float, height: float, days: int = PAST_DAYS) -> tuple[int, ...]:
    """Daily counts of a spike, ramp, slow burn or fading topic, with a fixed ripple."""
    counts: list[int] = []
    for day in range(days):
        back = days - 1 - day
        lift = {
            "spike": height if back <= 1 else 0.0,
            "ramp": height * max(0, 7 - back) / 7,
            "slow": height * max(0, 28 - back) / 28 + (height * 0.3 if back < 28 else 0.0),
            "fading": height * math.exp(-((back - 11) ** 2) / 40),
            "flat": 0.0,
        }[kind]
        ripple = 0.6 * math.sin(day * 1.7) + 0.5 * math.sin(day * 0.61 + 1)
        counts.append(max(0, round(base + lift + ripple * math.sqrt(base + lift * 0.5))))
    return tuple(counts)


def evidence(
    story_id: str,
    title: str,
    *,
    summary: str = "",
    outlet: str | None = "한강일보",
    url: str | None = "https://news.example/a",
    place: str | None = None,
    hours_back: int = 20,
    outlets: int = 1,
    items: int = 1,
) -> Evidence:
    """One story."""
    return Evidence(
        story_id=story_id,
        title=title,
        url=url,
        place=place,
        outlet=outlet,
        published_at=END - timedelta(hours=hours_back),
        outlets=outlets,
        items=items,
        summary=summary,
    )


def topic(
    topic_id: str = "t-matcha",
    label: str = "말차 라테",
    *,
    terms: tuple[str, ...] | None = None,
    languages: tuple[Language, ...] = (Language.KO,),
    status: TopicStatus = TopicStatus.RISING,
    window_days: int = 7,
    daily: Sequence[int] = (1, 0, 1, 2, 3, 4, 4, 5, 6),
    missing: Sequence[int] = (),
    growth: float = 3.24,
    growth_low: float = 2.15,
    growth_high: float = 4.61,
    expected: float | None = 7.5,
    is_new: bool = False,
    persistence: int = 9,
    outlets: tuple[str, ...] = ("남산경제", "한강일보"),
    announced: bool = True,
    pieces: tuple[Evidence, ...] | None = None,
    first_seen_days: int = 51,
) -> Topic:
    """One topic; every number can be set."""
    days = series(daily, missing=missing)
    stories = sum(day.stories for day in days[-window_days:])
    tests = ()
    if expected is not None:
        tests = tuple(
            WindowTest(
                days=span,
                stories=sum(day.stories for day in days[-span:]),
                expected=expected * span / window_days,
                p_value=1.234567e-7 if span == window_days else 0.0213,
                q_value=2.345678e-5 if span == window_days else 0.1,
                alarmed=announced and span == window_days,
            )
            for span in (1, 7, 28)
        )
    return Topic(
        topic_id=topic_id,
        label=label,
        terms=terms if terms is not None else (label,),
        languages=languages,
        status=status,
        window_days=window_days,
        stories=stories,
        growth=growth,
        growth_low=growth_low,
        growth_high=growth_high,
        is_new=is_new,
        tests=tests,
        persistence_days=persistence,
        outlets=outlets,
        single_outlet=len(outlets) == 1,
        announced=announced,
        first_seen=END - timedelta(days=first_seen_days),
        series=days,
        evidence=pieces if pieces is not None else (evidence(f"s:{topic_id}", f"{label} 인기"),),
    )


def analysis(
    *topics: Topic,
    confidence: Confidence = Confidence.CALIBRATED,
    stories: int = 412,
    outlets: int = 38,
    days_observed: int = PAST_DAYS,
) -> Analysis:
    """An analysis that found these topics."""
    return Analysis(
        confidence=confidence,
        error_rate=0.05,
        days_observed=days_observed,
        stories=stories,
        items=stories + 61 if stories else 0,
        outlets=outlets,
        terms_tested=1_214 if confidence is Confidence.CALIBRATED else 0,
        topics=topics,
        announced=sum(topic.announced for topic in topics),
    )


def report(
    found: Analysis,
    *,
    language: Language = Language.EN,
    outcomes: Sequence[SourceOutcome] = (PRESS,),
    counts: NormalizeCounts = COUNTS,
    query: str = "",
    summary: Summary | None = None,
    skip_summary: bool = False,
    previous: Report | None = None,
    week_ago: Report | None = None,
    days_earlier: int = 0,
    holidays: tuple[Holiday, ...] = (),
    planned: Planned | None = None,
    monitor: ReportMonitor | None = None,
) -> Report:
    """The report of an analysis, `days_earlier` than the others."""
    end = END - timedelta(days=days_earlier)
    return build_report(
        question=QUESTION.model_copy(update={"query": query}),
        window=Window(start=end - timedelta(days=7), end=end),
        time_zone=SEOUL,
        report_language=language,
        settings_revision="9f1c2ab4",
        outcomes=outcomes,
        counts=counts,
        analysis=found,
        summary=None if skip_summary else summary or summarize(found),
        previous=previous,
        week_ago=week_ago,
        holidays=holidays,
        planned=planned,
        monitor=monitor,
    )
