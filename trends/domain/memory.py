"""What is remembered of topics: a trend is a topic that keeps its identity across the runs of one monitor.

`Past` is what memory knows before a run's window, `Memory` what the run makes of it. Only windows that end before the
run's own belong to the past, so that a run over an old window never sees what came later.
"""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from trends.domain.decisions import Decision, Said
from trends.domain.models import Evidence, Model, Tenant


class Standing(StrEnum):
    """What an announced topic is to somebody who read the earlier reports."""

    NEW = "new"
    BACK = "back"
    THERE = "there"


class LinkKind(StrEnum):
    """How two trends belong together."""

    MERGE = "merge"
    SPLIT = "split"
    RELATED = "related"


class TrendLink(Model):
    """Two trends that met in one window.

    Attributes:
        kind: Merge: `from_trend` went on inside `to_trend`. Split: `to_trend` came out of `from_trend`. Related: both
            were there and share stories or terms; the smaller id stands first.
        from_trend: Id of the one.
        to_trend: Id of the other.
        reason: What they share, as a sentence.
    """

    kind: LinkKind
    from_trend: str
    to_trend: str
    reason: str


class RememberedTrend(Model):
    """One trend as it stood before a window.

    Attributes:
        trend_id: Its id.
        label: What its last topic was called.
        topic_id: Id of its last topic.
        profile: Weight by term, folded, summing to 1: what it has been about, the newest weighing most.
        evidence: Some stories of its last topic.
        first_window_end: End of the first window it appeared in.
        last_window_end: End of the last one.
        windows: How many windows it appeared in.
        last_announced: End of the last window that announced it, if any did.
    """

    trend_id: str
    label: str
    topic_id: str
    profile: dict[str, float]
    evidence: tuple[Evidence, ...] = ()
    first_window_end: AwareDatetime
    last_window_end: AwareDatetime
    windows: int
    last_announced: AwareDatetime | None = None


class Past(Model):
    """What memory knows of one monitor before a window.

    Attributes:
        tenant: Whose it is.
        monitor: The monitor, by the id of its question.
        windows: Ends of the windows that could claim something, newest first.
        trends: Trends by id.
        parts: Trend by trend that came out of it in a split.
        decisions: All decisions on the monitor's trends, oldest first.
    """

    tenant: Tenant
    monitor: str
    windows: tuple[AwareDatetime, ...] = ()
    trends: tuple[RememberedTrend, ...] = ()
    parts: dict[str, str] = Field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


class TopicMemory(Model):
    """What memory and decisions say of one topic.

    Attributes:
        topic_id: The topic, in the analysis.
        found_as: The trend that it was attached to.
        trend_id: The trend it is shown as: another one only where an analyst merged the two.
        reason: Why it is that trend.
        since: End of the first window in which the trend appeared.
        seen_windows: Windows in which it appeared, this one included.
        standing: New, back or still there; null for what is not announced.
        back_after_days: For one that is back: days since a window last announced it.
        profile: Weight by term from here on.
        name: What an analyst calls it; empty where nobody named it.
        hidden: The decision that keeps it out of the report, if any.
        followed: The decision to follow it, if any.
    """

    topic_id: str
    found_as: str
    trend_id: str
    reason: str
    since: AwareDatetime
    seen_windows: int
    standing: Standing | None
    back_after_days: int | None
    profile: dict[str, float]
    name: str = ""
    hidden: Said | None = None
    followed: Said | None = None


class GoneTrend(Model):
    """A trend that the window before announced and this one does not.

    Attributes:
        trend_id: Its id.
        label: What it is called.
        since: End of the first window in which it appeared.
        last_announced: End of the last window that announced it.
        seen_windows: Windows in which it appeared.
    """

    trend_id: str
    label: str
    since: AwareDatetime
    last_announced: AwareDatetime
    seen_windows: int


class Memory(Model):
    """What a run makes of the past: stored by its analyze stage, told by its report, remembered with it.

    Attributes:
        monitor: The monitor.
        topics: One for each topic of the analysis, in its order.
        links: Merges, splits and neighbours seen in this window, sorted.
        gone: Trends that are not announced any more, by id.
    """

    monitor: str
    topics: tuple[TopicMemory, ...]
    links: tuple[TrendLink, ...]
    gone: tuple[GoneTrend, ...]
