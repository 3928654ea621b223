"""What the API answers about trends, typed."""

from datetime import date, datetime
from typing import Any, Literal

from trends_client.models import Model

TrendFormat = Literal["csv", "rss"]


class Said(Model):
    """A decision that holds a trend, in short.

    Attributes:
        of: The trend it was made on, where this one is only a part of that; else empty.
    """

    decision_id: str
    verb: str
    author: str
    until: datetime | None = None
    reason: str = ""
    of: str = ""


class Trend(Model):
    """One trend, with the numbers of the newest window that holds it.

    Attributes:
        label: What to call it: the analyst's name where there is one.
        found_label: What its headlines call it.
        since: End of the first window it appeared in.
        last_seen: End of the newest one.
        last_announced: End of the newest one that announced it, if any did.
        windows: Windows it appeared in.
        live: Whether its monitor's newest window holds it.
        merged_into: The trend that stands for it, where an analyst merged the two.
    """

    trend_id: str
    monitor: str
    label: str
    found_label: str
    terms: tuple[str, ...]
    languages: tuple[str, ...]
    category: str
    status: str
    announced: bool
    stories: int
    growth: float
    growth_low: float
    growth_high: float
    since: datetime
    last_seen: datetime
    last_announced: datetime | None = None
    windows: int
    live: bool
    hidden: Said | None = None
    followed: Said | None = None
    merged_into: str | None = None


class TrendPage(Model):
    """One page of trends."""

    items: tuple[Trend, ...]
    next_cursor: str | None = None


class TrendDay(Model):
    """One day of a trend; unobserved is missing, not zero."""

    day: date
    stories: int
    exposure: int
    observed: bool


class Appearance(Model):
    """A trend in one window."""

    window_end: datetime
    run_id: str
    topic_id: str
    reason: str
    label: str
    rank: int
    status: str
    announced: bool
    window_days: int
    stories: int
    growth: float
    growth_low: float
    growth_high: float


class TrendEvidence(Model):
    """One story that a trend rests on."""

    story_id: str
    title: str
    url: str | None = None
    place: str | None = None
    outlet: str | None = None
    published_at: datetime


class Tie(Model):
    """Another trend that belongs to this one.

    Attributes:
        kind: merge, split or related.
        onward: For merge and split: whether it goes from this trend to the other.
    """

    kind: str
    trend_id: str
    label: str
    onward: bool
    window_end: datetime
    reason: str


class MadeDecision(Model):
    """A decision on a trend: `decision` as it was made, and what became of it."""

    decision: dict[str, Any]
    in_force: bool
    undone_by: str | None = None


class TrendLife(Model):
    """Everything that is known of a trend."""

    trend: Trend
    days: tuple[TrendDay, ...]
    appearances: tuple[Appearance, ...]
    evidence: tuple[TrendEvidence, ...]
    ties: tuple[Tie, ...]
    decisions: tuple[MadeDecision, ...]


class ComparedTrend(Model):
    """A trend in two windows; what a window does not hold is None."""

    trend_id: str
    label: str
    change: str
    before: Appearance | None = None
    after: Appearance | None = None


class ComparedWindows(Model):
    """Two windows of one monitor, the earlier one as `a`."""

    monitor: str
    a: datetime
    b: datetime
    trends: tuple[ComparedTrend, ...]
