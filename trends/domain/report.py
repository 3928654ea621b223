"""The report as data: the public schema that every rendering is drawn from.

A report holds what was asked, what was found and what may be claimed of it. It holds no run id, no duration and no
cost: the same inputs, settings and earlier reports give the same bytes.
"""

from datetime import date
from enum import StrEnum
from operator import not_
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from trends.domain.decisions import Said
from trends.domain.memory import Standing
from trends.domain.models import (
    Category,
    Confidence,
    Edition,
    Evidence,
    Language,
    Model,
    NormalizeCounts,
    Question,
    Quote,
    SourceOutcome,
    TopicStatus,
    WatchedEntity,
    Window,
    WindowTest,
    Written,
)
from trends.domain.plan import Plan

SCHEMA_VERSION: Literal["1"] = "1"


def _is_full(edition: object) -> bool:
    return edition is Edition.FULL


Lines = Annotated[tuple[str, ...], Field(min_length=5, max_length=5)]


class NotClaimed(StrEnum):
    """Why a topic is watched and not announced."""

    SINGLE_OUTLET = "single_outlet"
    BELOW_ERROR_RATE = "below_error_rate"
    PAST_TOO_SHORT = "past_too_short"


class ChangeKind(StrEnum):
    """What became of a topic since an earlier report, in the order they are told."""

    NEW = "new"
    BACK = "back"
    RISEN = "risen"
    FALLEN = "fallen"
    GONE = "gone"
    STEADY = "steady"


class Against(StrEnum):
    """Which earlier report is meant."""

    PREVIOUS = "previous"
    WEEK_AGO = "week_ago"


class NoteCode(StrEnum):
    """What a note is about."""

    PARTIAL_EDITION = "partial_edition"
    MADE_UP = "made_up"
    SOURCES_MISSING = "sources_missing"
    OUTLETS_UNKNOWN = "outlets_unknown"
    ROWS_UNREADABLE = "rows_unreadable"
    DATES_ASSUMED = "dates_assumed"
    DAYS_UNOBSERVED = "days_unobserved"
    SOURCE_OBSERVED = "source_observed"
    SUMMARY_SKIPPED = "summary_skipped"
    NOT_COMPARABLE = "not_comparable"
    SOURCES_CHANGED = "sources_changed"
    SOURCE_SAYS = "source_says"
    HIDDEN = "hidden"
    HOLIDAYS = "holidays"
    MODEL_WROTE = "model_wrote"
    MODEL_WITHHELD = "model_withheld"
    PLANNED = "planned"
    PLAN_MISSING = "plan_missing"


class Note(Model):
    """Something a reader must know before relying on the report."""

    code: NoteCode
    text: str


class Claim(Model):
    """What may be claimed.

    Attributes:
        confidence: Whether the past was long enough to claim a trend.
        error_rate: The false discovery rate that was held.
        days_observed: Observed days at hand, window included.
        tests: Term and window pairs that were tested.
        sentence: The same in the report's language.
    """

    confidence: Confidence
    error_rate: float
    days_observed: int
    tests: int
    sentence: str


class Volume(Model):
    """What the window holds: stories the query matches, the items behind them, and their outlets (0: unknown)."""

    stories: int
    items: int
    outlets: int


class ReportDay(Model):
    """One 24 h bin of a topic.

    Attributes:
        day: Local date on which the bin ends, in the market's zone.
        stories: Stories of the topic.
        expected: Stories at the topic's usual rate and that day's exposure; null where no rate is known.
        exposure: All stories observed.
        observed: False where no source gave anything: missing, not zero.
    """

    day: date
    stories: int
    expected: float | None
    exposure: int
    observed: bool


class MergedTopic(Model):
    """A topic that an analyst counts as part of another one; its numbers are its own."""

    topic_id: str
    trend_id: str
    label: str
    announced: bool
    stories: int
    growth: float
    growth_low: float
    growth_high: float


class ReportTopic(Model):
    """One topic with its numbers, its chart and what it rests on.

    Attributes:
        rank: Place in its list, from 1.
        topic_id: Stable id.
        label: What to call it.
        terms: Its terms, strongest first.
        languages: Languages of its stories.
        status: Emerging, rising, peaking or fading.
        announced: Whether the report claims that it rises.
        not_claimed: Why not, where it does not.
        change: Against the run before, where there is one to compare with.
        window_days: The window length at which it stands out most.
        stories: Stories in that window.
        expected: Stories expected there; null where it could not be tested.
        growth: Rate in that window over the usual rate.
        growth_low: Lower end of the 90 % interval; topics are ranked by it.
        growth_high: Upper end of the 90 % interval.
        is_new: No story of it before the window.
        tests: One per window length that could be tested.
        persistence_days: Days on which it was above its usual rate.
        persistence_of: Days looked at for that, at most 28.
        outlets: Distinct outlets in the window, sorted; empty where unknown.
        single_outlet: Rests on one outlet.
        first_seen: Time of its earliest story at hand.
        series: One bin a day, oldest first.
        quotes: Sentences quoted word for word; each names a story of `evidence`.
        evidence: Stories it rests on, best first.
        trend_id: The trend it is, across the runs of this question; null where nothing is remembered.
        since: End of the first window in which that trend appeared.
        seen_windows: Windows in which it appeared, this one included.
        standing: New, back or still there, for one that is announced; null where that cannot be said.
        back_after_days: For one that is back: days since a report last announced it.
        found_label: What its headlines call it, where an analyst gave it its name.
        followed: An analyst follows it.
        category: What it is about.
        category_reason: Which words and evidence say so.
        merged: Topics that an analyst counts as part of it.
        written: Sentences that a model wrote, each checked by rule against the stories of `evidence` that it names; left
            out where there are none.
        dropped: Sentences of a model that did not hold and are left out; itself left out where there are none.
    """

    rank: int
    topic_id: str
    label: str
    terms: tuple[str, ...]
    languages: tuple[Language, ...]
    status: TopicStatus
    announced: bool
    not_claimed: NotClaimed | None
    change: ChangeKind | None
    window_days: int
    stories: int
    expected: float | None
    growth: float
    growth_low: float
    growth_high: float
    is_new: bool
    tests: tuple[WindowTest, ...]
    persistence_days: int
    persistence_of: int
    outlets: tuple[str, ...]
    single_outlet: bool
    first_seen: AwareDatetime
    series: tuple[ReportDay, ...]
    quotes: tuple[Quote, ...]
    evidence: tuple[Evidence, ...]
    trend_id: str | None = None
    since: AwareDatetime | None = None
    seen_windows: int | None = None
    standing: Standing | None = None
    back_after_days: int | None = None
    found_label: str | None = None
    followed: bool = False
    category: Category = Category.OTHER
    category_reason: str = ""
    merged: tuple[MergedTopic, ...] = ()
    written: Annotated[tuple[Written, ...], Field(exclude_if=not_)] = ()
    dropped: Annotated[int, Field(exclude_if=not_)] = 0


class HiddenTopic(Model):
    """A topic that a decision keeps out of the report; it was found and counted as any other.

    Attributes:
        topic_id: Its id.
        trend_id: The trend it is.
        label: What it is called.
        announced: Whether it would have been announced.
        decision: Which decision hides it, whose, and until when.
    """

    topic_id: str
    trend_id: str
    label: str
    announced: bool
    decision: Said


class Change(Model):
    """One topic in two reports.

    Attributes:
        kind: New, back, risen, fallen, gone or steady.
        label: What to call it.
        topic_id: Its id in this report; null when this report does not hold it at all.
        earlier_topic_id: Its id in the earlier report; null when that one did not hold it at all.
        per_day: Stories a day now, over the days of the topic's window.
        earlier_per_day: Stories a day then, over as many days.
        watched: For a new topic: the earlier report watched it. For one that is gone: this report still does.
        since: End of the first window in which its trend appeared; null where nothing is remembered.
        seen_windows: Windows in which its trend appeared.
        back_after_days: For one that is back: days since a report last announced it.
        other_news: The report that announced it last told of it under other news.
    """

    kind: ChangeKind
    label: str
    topic_id: str | None
    earlier_topic_id: str | None
    per_day: float | None
    earlier_per_day: float | None
    watched: bool
    since: AwareDatetime | None = None
    seen_windows: int | None = None
    back_after_days: int | None = None
    other_news: bool = False


class Comparison(Model):
    """This report against an earlier one of the same question.

    Attributes:
        against: Which one.
        window: The span that one spoke of.
        comparable: False when one of the two could claim nothing; `changes` is empty then.
        changes: Announced topics of either, by kind and then by strength.
    """

    against: Against
    window: Window
    comparable: bool
    changes: tuple[Change, ...]


class ReportMonitor(Model):
    """The monitor that a report was made for, as it was called when the run was asked for.

    Attributes:
        name: What it is called in commands.
        title: What people call it; its name where it has no title.
    """

    name: str
    title: str


class Report(Model):
    """A run's result, complete: what a program reads, and what Markdown and HTML are drawn from.

    Attributes:
        schema_version: Changes when a field changes its meaning or goes away.
        title: What the report is, one phrase.
        question: What was asked.
        window: The span the report speaks of.
        time_zone: Zone of the market; dates of the series are local to it.
        report_language: Language of `title`, `lines`, `claim.sentence` and `notes`.
        settings_revision: Digest of the settings it was made under.
        made_up: Some or all of the data is generated.
        lines: The whole report in five lines of plain text.
        claim: What may be claimed.
        volume: What the window holds.
        topics: Topics announced as rising, strongest first.
        watching: Topics that are not claimed, and why.
        comparisons: Against the run before and the same weekday last week, where there are such.
        sources: How every source did, by name.
        counts: What normalizing did to the items of the window and its past.
        summary_method: `extractive`; `model` where a model wrote some of it; null when the stage was skipped.
        notes: What to know before relying on it.
        other_news: Topics announced as rising that are not of the wanted categories, strongest first.
        hidden: Topics that decisions keep out of it, those first that would have been announced.
        watch: The entities of the watchlist, in its order; left out without one.
        edition: Left out of a report that is no partial edition; one that corrects it is like any other.
        summary_model: The model that wrote, as `provider:model`; left out where none did.
        plan: How a model widened the question before anything was searched; left out where none did.
        monitor: The monitor that asked; left out of a report that none asked for.
    """

    schema_version: Literal["1"]
    title: str
    question: Question
    window: Window
    time_zone: str
    report_language: Language
    settings_revision: str
    made_up: bool
    lines: Lines
    claim: Claim
    volume: Volume
    topics: tuple[ReportTopic, ...]
    watching: tuple[ReportTopic, ...]
    comparisons: tuple[Comparison, ...]
    sources: tuple[SourceOutcome, ...]
    counts: NormalizeCounts
    summary_method: str | None
    notes: tuple[Note, ...]
    other_news: tuple[ReportTopic, ...] = ()
    hidden: tuple[HiddenTopic, ...] = ()
    watch: Annotated[tuple[WatchedEntity, ...], Field(exclude_if=not_)] = ()
    edition: Annotated[Edition, Field(exclude_if=_is_full)] = Edition.FULL
    summary_model: Annotated[str, Field(exclude_if=not_)] = ""
    plan: Annotated[Plan | None, Field(exclude_if=not_)] = None
    monitor: Annotated[ReportMonitor | None, Field(exclude_if=not_)] = None
