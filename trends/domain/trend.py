"""A trend as people look at it: how it stands, its whole life, and two windows side by side."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.decisions import Decision, Said
from trends.domain.memory import LinkKind
from trends.domain.models import Evidence, Language, Model, TopicStatus
from trends.domain.report import ChangeKind


class TrendSort(StrEnum):
    """Orders of a list."""

    SEEN = "seen"
    STRENGTH = "strength"


class HandState(StrEnum):
    """What an analyst made of a trend."""

    FOLLOWED = "followed"
    MUTED = "muted"
    REJECTED = "rejected"
    RENAMED = "renamed"
    MERGED = "merged"


class Trend(Model):
    """One trend, with the numbers of its newest appearance.

    Attributes:
        trend_id: Its id.
        monitor: The monitor it belongs to, by the id of its question.
        label: What to call it: the analyst's name where there is one.
        found_label: What its headlines call it.
        terms: Its terms, strongest first.
        languages: Languages of its stories.
        category: What it is about; empty where nothing said.
        status: Emerging, rising, peaking or fading.
        announced: Whether the newest window that holds it announced it.
        stories: Stories in that window.
        growth: Rate over the usual rate.
        growth_low: Lower end of the 90 % interval; the strength that lists are sorted by.
        growth_high: Upper end.
        since: End of the first window it appeared in.
        last_seen: End of the newest one.
        last_announced: End of the newest one that announced it, if any did.
        windows: Windows it appeared in.
        live: Whether the monitor's newest window holds it.
        hidden: The decision that keeps it out of reports, if any.
        followed: The decision to follow it, if any.
        merged_into: The trend that stands for it, where an analyst merged the two.
    """

    trend_id: str
    monitor: str
    label: str
    found_label: str
    terms: tuple[str, ...]
    languages: tuple[Language, ...]
    category: str
    status: TopicStatus
    announced: bool
    stories: int
    growth: float
    growth_low: float
    growth_high: float
    since: AwareDatetime
    last_seen: AwareDatetime
    last_announced: AwareDatetime | None
    windows: int
    live: bool
    hidden: Said | None
    followed: Said | None
    merged_into: str | None


class TrendPage(Model):
    """One page of a list; `next_cursor` is None on the last."""

    items: tuple[Trend, ...]
    next_cursor: str | None


class TrendDay(Model):
    """One day of a trend, as the newest window that holds it counted it."""

    day: date
    stories: int
    exposure: int
    observed: bool


class Appearance(Model):
    """A trend in one window."""

    window_end: AwareDatetime
    run_id: str
    topic_id: str
    reason: str
    label: str
    rank: int
    status: TopicStatus
    announced: bool
    window_days: int
    stories: int
    growth: float
    growth_low: float
    growth_high: float


class Tie(Model):
    """A trend that belongs to another one.

    Attributes:
        kind: Merge, split or related.
        trend_id: The other trend.
        label: What it is called.
        onward: For merge and split: whether it goes from this trend to the other, and not the other way round.
        window_end: End of the window it was seen in, the newest for one that is related.
        reason: What they share.
    """

    kind: LinkKind
    trend_id: str
    label: str
    onward: bool
    window_end: AwareDatetime
    reason: str


class MadeDecision(Model):
    """A decision on a trend, and what became of it.

    Attributes:
        decision: The decision.
        in_force: Whether it holds in the monitor's newest window.
        undone_by: The decision that took it back, if one did.
    """

    decision: Decision
    in_force: bool
    undone_by: str | None


class TrendEvidence(Model):
    """A story of a trend, and the newest window that rests on it."""

    run_id: str
    topic_id: str
    window_end: AwareDatetime
    story: Evidence


class TrendEvidencePage(Model):
    """One page of stories, newest first; `next_cursor` is None on the last."""

    items: tuple[TrendEvidence, ...]
    next_cursor: str | None


class TrendLife(Model):
    """Everything that is known of a trend.

    Attributes:
        trend: How it stands.
        days: Stories by day over its whole life, oldest first.
        appearances: The windows it was seen in, newest first.
        evidence: Stories it rests on, newest first.
        ties: Merges, splits and neighbours.
        decisions: Decisions on it, oldest first.
    """

    trend: Trend
    days: tuple[TrendDay, ...]
    appearances: tuple[Appearance, ...]
    evidence: tuple[Evidence, ...]
    ties: tuple[Tie, ...]
    decisions: tuple[MadeDecision, ...]


class ComparedTrend(Model):
    """A trend in two windows; what a window does not hold is null."""

    trend_id: str
    label: str
    change: ChangeKind
    before: Appearance | None
    after: Appearance | None


class ComparedWindows(Model):
    """Two windows of one monitor: `a` is the earlier one."""

    monitor: str
    a: AwareDatetime
    b: AwareDatetime
    trends: tuple[ComparedTrend, ...]
