"""Lay memory and decisions over the topics of a report: which trend each is, its name, and what is not shown.

No number changes here. A hidden topic was counted and tested like any other, and is told of as hidden.
"""

from collections.abc import Sequence
from typing import NamedTuple

from trends.domain.decisions import Said
from trends.domain.memory import Memory, TopicMemory
from trends.domain.report import HiddenTopic, MergedTopic, ReportTopic
from trends.reports.topics import ranked


class Shown(NamedTuple):
    """What of the topics a report shows, and what it hides."""

    announced: tuple[ReportTopic, ...]
    watching: tuple[ReportTopic, ...]
    hidden: tuple[HiddenTopic, ...]


def as_remembered(
    announced: Sequence[ReportTopic], watching: Sequence[ReportTopic], memory: Memory | None
) -> Shown:
    """Say of every topic which trend it is, leave out what is hidden, fold together what is merged."""
    if memory is None:
        return Shown(tuple(announced), tuple(watching), ())
    known = {one.topic_id: one for one in memory.topics}
    shown: dict[str, ReportTopic] = {}
    hidden: list[HiddenTopic] = []
    for topic in (*announced, *watching):
        of = known[topic.topic_id]
        named = _remembered(topic, of)
        if of.hidden is not None:
            hidden.append(_hidden(named, of.trend_id, of.hidden))
        elif of.trend_id in shown:
            whole = shown[of.trend_id]
            shown[of.trend_id] = whole.model_copy(
                update={"merged": (*whole.merged, _merged(topic, of))}
            )
        else:
            shown[of.trend_id] = named
    topics = shown.values()
    return Shown(
        ranked([topic for topic in topics if topic.announced]),
        ranked([topic for topic in topics if not topic.announced]),
        tuple(hidden),
    )


def _remembered(topic: ReportTopic, memory: TopicMemory) -> ReportTopic:
    renamed = memory.name if memory.name != topic.label else ""
    return topic.model_copy(
        update={
            "label": renamed or topic.label,
            "found_label": topic.label if renamed else None,
            "trend_id": memory.trend_id,
            "since": memory.since,
            "seen_windows": memory.seen_windows,
            "standing": memory.standing,
            "back_after_days": memory.back_after_days,
            "followed": memory.followed is not None,
        }
    )


def _hidden(topic: ReportTopic, trend_id: str, decision: Said) -> HiddenTopic:
    return HiddenTopic(
        topic_id=topic.topic_id,
        trend_id=trend_id,
        label=topic.label,
        announced=topic.announced,
        decision=decision,
    )


def _merged(topic: ReportTopic, memory: TopicMemory) -> MergedTopic:
    return MergedTopic(
        topic_id=topic.topic_id,
        trend_id=memory.found_as,
        label=topic.label,
        announced=topic.announced,
        stories=topic.stories,
        growth=topic.growth,
        growth_low=topic.growth_low,
        growth_high=topic.growth_high,
    )
