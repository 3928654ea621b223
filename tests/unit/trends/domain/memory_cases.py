"""Topics, pasts and decisions for tests of trend memory."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.trends.reports.report_cases import analysis, evidence, topic
from trends.domain.decisions import Decision, Verb
from trends.domain.likeness import profile_of
from trends.domain.memory import Memory, Past, RememberedTrend, TopicMemory
from trends.domain.models import Confidence, Evidence, Topic
from trends.domain.remember import remember

END = datetime(2026, 11, 22, tzinfo=UTC)
MONITOR = "monitor-1"


def day(number: int) -> datetime:
    """End of the window of a day, counted from the first."""
    return END + timedelta(days=number)


def found(topic_id: str, *terms: str, label: str | None = None, **more: Any) -> Topic:
    """A topic of its terms; without pieces of its own it rests on a story of its own."""
    more.setdefault("pieces", (evidence(f"s:{topic_id}", f"{' '.join(terms)} 기사"),))
    return topic(topic_id, label if label is not None else terms[0], terms=terms, **more)


def told(story: str, title: str) -> Evidence:
    """A story."""
    return evidence(story, title)


class History:
    """A monitor that is run window by window, remembering in plain values what storage keeps in rows."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self._seen: dict[str, list[tuple[datetime, Topic, TopicMemory]]] = {}
        self._windows: list[datetime] = []
        self._parts: dict[str, str] = {}

    def past(self) -> Past:
        """What is known so far."""
        return Past(
            tenant="local",
            monitor=MONITOR,
            windows=tuple(reversed(self._windows)),
            trends=tuple(self._trend(trend_id) for trend_id in sorted(self._seen)),
            parts=dict(self._parts),
            decisions=tuple(self.decisions),
        )

    def run(
        self,
        number: int,
        *topics: Topic,
        confidence: Confidence = Confidence.CALIBRATED,
    ) -> Memory:
        """Run the window of a day, and remember it."""
        memory = remember(analysis(*topics, confidence=confidence), self.past(), day(number))
        if confidence is Confidence.CALIBRATED:
            self._windows.append(day(number))
        for one, of in zip(topics, memory.topics, strict=True):
            self._seen.setdefault(of.found_as, []).append((day(number), one, of))
        for link in memory.links:
            if link.kind == "split":
                self._parts.setdefault(link.to_trend, link.from_trend)
        return memory

    def decide(self, verb: Verb, of: TopicMemory, number: int = 0, **more: Any) -> Decision:
        """Decide about the trend of a topic."""
        moment, seen, memory = self._seen[of.found_as][-1]
        made = Decision(
            decision_id=f"d{len(self.decisions)}",
            monitor=MONITOR,
            trend_id=of.found_as,
            verb=verb,
            author="kim",
            decided_at=day(number) + timedelta(seconds=len(self.decisions)),
            label=seen.label,
            profile=memory.profile,
            window_end=moment,
            **more,
        )
        self.decisions.append(made)
        return made

    def _trend(self, trend_id: str) -> RememberedTrend:
        seen = self._seen[trend_id]
        end, last, memory = seen[-1]
        announced = [moment for moment, each, _ in seen if each.announced]
        return RememberedTrend(
            trend_id=trend_id,
            label=last.label,
            topic_id=last.topic_id,
            profile=memory.profile,
            evidence=last.evidence[:5],
            first_window_end=seen[0][0],
            last_window_end=end,
            windows=len(seen),
            last_announced=announced[-1] if announced else None,
        )


def remembered(one: Topic, trend_id: str = "trend-1", end: datetime = END) -> RememberedTrend:
    """A trend that was this topic in one window."""
    return RememberedTrend(
        trend_id=trend_id,
        label=one.label,
        topic_id=one.topic_id,
        profile=profile_of(one),
        evidence=one.evidence,
        first_window_end=end,
        last_window_end=end,
        windows=1,
        last_announced=end,
    )
