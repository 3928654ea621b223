"""Tell what a window makes of the past: which trend each topic is, what is new, back or gone, and what is decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from trends.domain.decisions import HIDING, Said, Verb
from trends.domain.hand import Hand
from trends.domain.identity import Attachments, attach, faded, remembered
from trends.domain.likeness import mixed, profile_of
from trends.domain.memory import (
    GoneTrend,
    LinkKind,
    Memory,
    Past,
    RememberedTrend,
    Standing,
    TopicMemory,
)
from trends.domain.models import Analysis, Confidence, Topic

BACK_AFTER_WINDOWS = 1
"""A trend is gone once so many windows in a row do not announce it, and back when one does again."""


def remember(analysis: Analysis, past: Past, as_of: datetime) -> Memory:
    """Attach an analysis to what is remembered.

    Args:
        analysis: What was found; nothing in it is changed, and no decision ever changes a number.
        past: What memory knows of the windows before.
        as_of: End of the window: the clock by which decisions expire.
    """
    hand = Hand(past.decisions, as_of)
    found = attach(analysis.topics, past, as_of, hand)
    known = remembered(past, as_of, hand)
    parts = {
        **{one.to_trend: one.from_trend for one in found.links if one.kind is LinkKind.SPLIT},
        **past.parts,
    }
    told = _Telling(past, as_of, hand, found, known, parts)
    announcing = analysis.confidence is Confidence.CALIBRATED
    topics = tuple(told.topic(topic, announcing=announcing) for topic in analysis.topics)
    return Memory(
        monitor=past.monitor,
        topics=topics,
        links=found.links,
        gone=tuple(told.gone(analysis.topics)) if announcing else (),
    )


class _Telling:
    """One window's view of the past."""

    def __init__(
        self,
        past: Past,
        as_of: datetime,
        hand: Hand,
        found: Attachments,
        known: Mapping[str, RememberedTrend],
        parts: Mapping[str, str],
    ) -> None:
        self._past = past
        self._as_of = as_of
        self._hand = hand
        self._found = found
        self._known = known
        self._parts = parts

    def topic(self, topic: Topic, *, announcing: bool) -> TopicMemory:
        """What memory and decisions say of a topic."""
        found_as = self._found.trend_ids[topic.topic_id]
        shown = self._hand.shown_as(found_as)
        own, trend = self._known.get(found_as), self._known.get(shown)
        last = _latest(own, trend)
        standing = self._standing(last) if announcing and topic.announced else None
        stance = self._hand.stance(shown, self._parts)
        first = trend or own
        return TopicMemory(
            topic_id=topic.topic_id,
            found_as=found_as,
            trend_id=shown,
            reason=self._found.reasons[topic.topic_id],
            since=first.first_window_end if first else self._as_of,
            seen_windows=(first.windows if first else 0) + 1,
            standing=standing,
            back_after_days=(self._as_of - last).days
            if last is not None and standing is Standing.BACK
            else None,
            profile=self._profile(own, topic),
            name=self._name(shown, trend if shown != found_as else None),
            hidden=_if(stance, HIDING),
            followed=_if(stance, {Verb.FOLLOW}),
        )

    def gone(self, topics: Sequence[Topic]) -> Iterator[GoneTrend]:
        """Trends that have now been missing for as long as it takes to be gone."""
        here = {
            self._hand.shown_as(self._found.trend_ids[topic.topic_id])
            for topic in topics
            if topic.announced
        }
        for trend in self._past.trends:
            last = trend.last_announced
            shown = self._hand.shown_as(trend.trend_id)
            if last is None or shown in here or shown != trend.trend_id:
                continue
            if self._missed(last) + 1 != BACK_AFTER_WINDOWS:
                continue
            if _if(self._hand.stance(trend.trend_id, self._parts), HIDING) is None:
                yield GoneTrend(
                    trend_id=trend.trend_id,
                    label=self._hand.name(trend.trend_id) or trend.label,
                    since=trend.first_window_end,
                    last_announced=last,
                    seen_windows=trend.windows,
                )

    def _standing(self, last: datetime | None) -> Standing:
        if last is None:
            return Standing.NEW
        return Standing.BACK if self._missed(last) >= BACK_AFTER_WINDOWS else Standing.THERE

    def _missed(self, last: datetime) -> int:
        """Windows between the last one that announced a trend and this one."""
        return sum(window > last for window in self._past.windows)

    def _profile(self, trend: RememberedTrend | None, topic: Topic) -> dict[str, float]:
        now = profile_of(topic)
        return mixed(trend.profile, now, faded(trend, self._as_of)) if trend else now

    def _name(self, shown: str, merged_into: RememberedTrend | None) -> str:
        named = self._hand.name(shown)
        return named or (merged_into.label if merged_into else "")


def _latest(*trends: RememberedTrend | None) -> datetime | None:
    moments = [one.last_announced for one in trends if one and one.last_announced]
    return max(moments, default=None)


def _if(stance: Said | None, verbs: set[Verb] | frozenset[Verb]) -> Said | None:
    return stance if stance is not None and stance.verb in verbs else None
