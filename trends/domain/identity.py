"""Which trend a topic is: attach the topics of a window to the trends that are remembered from earlier ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid5

from trends.domain.hand import Hand
from trends.domain.likeness import (
    Likeness,
    Traits,
    even,
    likeness,
    traits_of_topic,
    traits_of_trend,
)
from trends.domain.memory import LinkKind, Past, RememberedTrend, TrendLink
from trends.domain.models import Topic
from trends.domain.text import fold

# The namespace of trend ids; any fixed value will do, this one has been used from the start.
TRENDS = UUID("b1f6c7a2-64f0-5c0e-8f0e-2a4f0a1d7c35")

SAME = 0.3
"""From this likeness on a topic is the trend."""

TOGETHER = 0.5
"""A trend of the window before that is so like another one's topic has gone on inside that."""

NEAR = 0.15
"""Two topics of a window that are so alike are neighbours."""

BOUND = 0.5
"""A topic so like what a decision was made on falls under it, however long ago that was."""

HALF_LIFE_DAYS = 90.0
"""Likeness to a trend fades by half in so many days without it."""

REMEMBERED = timedelta(days=160)
"""By then even a perfect likeness has faded below `SAME`: nothing older need be read."""

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Attachments:
    """What became of the topics of a window.

    Attributes:
        trend_ids: Trend by topic.
        reasons: Why, by topic.
        links: Merges, splits and neighbours, sorted.
    """

    trend_ids: Mapping[str, str]
    reasons: Mapping[str, str]
    links: tuple[TrendLink, ...]


@dataclass(frozen=True)
class _Pair:
    """A topic and a trend that may be the same."""

    score: float
    likeness: Likeness
    topic_id: str
    trend_id: str


def attach(topics: Sequence[Topic], past: Past, as_of: datetime, hand: Hand) -> Attachments:
    """Give every topic its trend, one to one, the surest pairs first; a topic that is like none is a new trend.

    Args:
        topics: Topics of the window.
        past: What is remembered from earlier windows.
        as_of: End of the window.
        hand: Decisions in force: they keep parts apart, and hold on to what they were made on.
    """
    known = remembered(past, as_of, hand)
    ours = {topic.topic_id: traits_of_topic(topic) for topic in topics}
    pairs = sorted(
        _pairs(ours, known, as_of, hand),
        key=lambda pair: (-pair.score, pair.topic_id, pair.trend_id),
    )
    held: dict[str, _Pair] = {}
    taken: set[str] = set()
    for pair in pairs:
        if pair.topic_id not in held and pair.trend_id not in taken:
            held[pair.topic_id] = pair
            taken.add(pair.trend_id)
    trend_ids = {
        topic_id: held[topic_id].trend_id
        if topic_id in held
        else new_trend_id(past, topic_id, as_of)
        for topic_id in ours
    }
    links = (
        *_merges(pairs, held, past, hand),
        *_splits(pairs, held, trend_ids),
        *_neighbours(ours, trend_ids),
    )
    return Attachments(
        trend_ids=trend_ids,
        reasons={
            topic_id: held[topic_id].likeness.reason
            if topic_id in held
            else "Nothing remembered is like it."
            for topic_id in ours
        },
        links=tuple(sorted(links, key=lambda one: (one.kind, one.from_trend, one.to_trend))),
    )


def new_trend_id(past: Past, topic_id: str, as_of: datetime) -> str:
    """Name a trend that begins in this window: the same run again gives the same id."""
    moment = int(as_of.timestamp())
    return str(uuid5(TRENDS, f"{past.tenant}:{past.monitor}:{topic_id}:{moment}"))


def remembered(past: Past, as_of: datetime, hand: Hand) -> dict[str, RememberedTrend]:
    """Every trend that a topic may be: those of the past, and those that only a decision defines any more."""
    known = {trend.trend_id: trend for trend in past.trends}
    for decision in hand.decisions:
        known.setdefault(
            decision.trend_id,
            _defined(decision.trend_id, decision.label, decision.profile, as_of),
        )
    for split in hand.splits:
        called = split.name or split.terms[0]
        known.setdefault(split.other, _defined(split.other, called, even(split.terms), as_of))
    return {trend_id: known[trend_id] for trend_id in sorted(known)}


def faded(trend: RememberedTrend, as_of: datetime) -> float:
    """How much of a likeness is left after the days since the trend was last seen: 1 at once, a half later."""
    days = (as_of - trend.last_window_end).total_seconds() / _DAY_SECONDS
    return float(0.5 ** (max(days, 0.0) / HALF_LIFE_DAYS))


def _defined(
    trend_id: str, label: str, profile: Mapping[str, float], as_of: datetime
) -> RememberedTrend:
    return RememberedTrend(
        trend_id=trend_id,
        label=label,
        topic_id="",
        profile=dict(profile),
        first_window_end=as_of,
        last_window_end=as_of,
        windows=0,
    )


def _pairs(
    ours: Mapping[str, Traits],
    known: Mapping[str, RememberedTrend],
    as_of: datetime,
    hand: Hand,
) -> Iterator[_Pair]:
    theirs = {trend_id: traits_of_trend(trend) for trend_id, trend in known.items()}
    bound = {trend_id: _definitions(trend_id, hand) for trend_id in known}
    for topic_id, topic in ours.items():
        part = hand.part_for(topic)
        for trend_id, trend in known.items():
            if part is not None and trend_id == part.trend_id:
                continue  # a split keeps its part out of what it came from
            found = likeness(topic, theirs[trend_id])
            held = max((likeness(topic, each).score for each in bound[trend_id]), default=0.0)
            if part is not None and trend_id == part.other:
                held = max(held, BOUND)
            score = max(found.score * faded(trend, as_of), held if held >= BOUND else 0.0)
            if score >= SAME:
                yield _Pair(score, found, topic_id, trend_id)


def _definitions(trend_id: str, hand: Hand) -> list[Traits]:
    """What the decisions on a trend were made on."""
    return [Traits(fold(one.label), one.profile, ()) for one in hand.on(trend_id)]


def _merges(
    pairs: Sequence[_Pair], held: Mapping[str, _Pair], past: Past, hand: Hand
) -> Iterator[TrendLink]:
    """Trends of the window before that have no topic of their own any more, and are most of another one's."""
    before = max((trend.last_window_end for trend in past.trends), default=None)
    there = {trend.trend_id for trend in past.trends if trend.last_window_end == before}
    left = there - {pair.trend_id for pair in held.values()}
    for pair in pairs:  # the surest first, so that each is told of once
        into = held.get(pair.topic_id)
        if pair.trend_id not in left or pair.score < TOGETHER or into is None:
            continue
        if into.trend_id in there and not hand.apart(pair.trend_id, into.trend_id):
            left.discard(pair.trend_id)
            yield _link(LinkKind.MERGE, pair.trend_id, into.trend_id, pair.likeness)


def _splits(
    pairs: Sequence[_Pair], held: Mapping[str, _Pair], trend_ids: Mapping[str, str]
) -> Iterator[TrendLink]:
    """New trends that are like one whose name went to another topic."""
    told: set[str] = set()
    for pair in pairs:
        if pair.topic_id not in held and pair.topic_id not in told:
            told.add(pair.topic_id)
            yield _link(LinkKind.SPLIT, pair.trend_id, trend_ids[pair.topic_id], pair.likeness)


def _neighbours(ours: Mapping[str, Traits], trend_ids: Mapping[str, str]) -> Iterator[TrendLink]:
    for one, other in combinations(sorted(ours, key=lambda topic_id: trend_ids[topic_id]), 2):
        found = likeness(ours[one], ours[other])
        if found.score >= NEAR:
            yield _link(LinkKind.RELATED, trend_ids[one], trend_ids[other], found)


def _link(kind: LinkKind, from_trend: str, to_trend: str, found: Likeness) -> TrendLink:
    return TrendLink(kind=kind, from_trend=from_trend, to_trend=to_trend, reason=found.reason)
