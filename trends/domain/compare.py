"""Find what became of a topic between two reports of the same question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trends.domain.memory import GoneTrend, Standing
from trends.domain.models import Confidence
from trends.domain.report import (
    Against,
    Change,
    ChangeKind,
    Comparison,
    HiddenTopic,
    Report,
    ReportTopic,
)

# Less than this is the ordinary coming and going of a few stories.
CHANGE_RATIO = 1.25
CHANGE_STORIES = 2

_SAME_TERMS = 1 / 3
_SAME_STORIES = 0.5
_ORDER = {kind: place for place, kind in enumerate(ChangeKind)}


@dataclass(frozen=True)
class Found:
    """The part of a report that a comparison looks at, and what is remembered of trends that it does not hold."""

    confidence: Confidence
    topics: tuple[ReportTopic, ...]
    watching: tuple[ReportTopic, ...]
    other_news: tuple[ReportTopic, ...] = ()
    hidden: tuple[HiddenTopic, ...] = ()
    gone: tuple[GoneTrend, ...] = ()


def compare(current: Found, earlier: Report, against: Against) -> Comparison:
    """Tell which announced topics are new, back, risen, fallen, gone or steady since `earlier`.

    New is announced now and was not then; gone was announced then and is not now. A topic in both has risen or fallen
    when its stories over its window, at equal exposure, moved by a quarter and by two at least. Against the run before,
    memory tells a topic that is back from one that is new. What a decision hides now is not gone.
    """
    comparable = (
        current.confidence is Confidence.CALIBRATED
        and earlier.claim.confidence is Confidence.CALIBRATED
    )
    return Comparison(
        against=against,
        window=earlier.window,
        comparable=comparable,
        changes=tuple(_changes(current, earlier, against)) if comparable else (),
    )


def match(current: Sequence[ReportTopic], earlier: Sequence[ReportTopic]) -> dict[str, str]:
    """Pair topics one to one, current id to earlier id, the surest pairs first.

    Two topics are the same when they are one trend, share the id, the label, a third of their terms (Jaccard) or half of the smaller
    one's evidence stories.
    """
    scored = sorted(
        (
            (-likeness, now.rank, now.topic_id, then.topic_id)
            for now in current
            for then in earlier
            if (likeness := _likeness(now, then)) > 0
        ),
    )
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, now_id, then_id in scored:
        if now_id not in pairs and then_id not in taken:
            pairs[now_id] = then_id
            taken.add(then_id)
    return pairs


def _likeness(now: ReportTopic, then: ReportTopic) -> float:
    if now.trend_id is not None and now.trend_id == then.trend_id:
        return 5.0
    if now.topic_id == then.topic_id:
        return 4.0
    if now.label.casefold() == then.label.casefold():
        return 3.0
    ours, theirs = _folded(now.terms), _folded(then.terms)
    terms = len(ours & theirs) / max(len(ours | theirs), 1)
    our_stories = {piece.story_id for piece in now.evidence}
    their_stories = {piece.story_id for piece in then.evidence}
    smaller = max(min(len(our_stories), len(their_stories)), 1)
    stories = len(our_stories & their_stories) / smaller
    if terms < _SAME_TERMS and stories < _SAME_STORIES:
        return 0.0
    return terms + stories


def _folded(terms: Iterable[str]) -> set[str]:
    return {term.casefold() for term in terms}


def _changes(current: Found, earlier: Report, against: Against) -> list[Change]:
    now_announced = (*current.topics, *current.other_news)
    then_announced = (*earlier.topics, *earlier.other_news)
    now_all = (*now_announced, *current.watching)
    then_all = (*then_announced, *earlier.watching)
    now_other = {topic.topic_id for topic in current.other_news}
    then_other = {topic.topic_id for topic in earlier.other_news}
    pairs = match(now_all, then_all)
    then_by_id = {topic.topic_id: topic for topic in then_all}
    now_by_earlier = {then_id: now_id for now_id, then_id in pairs.items()}
    now_by_id = {topic.topic_id: topic for topic in now_all}

    remembering = against is Against.PREVIOUS
    changes = [
        _of_announced(
            topic,
            then_by_id.get(pairs.get(topic.topic_id, "")),
            topic.standing if remembering else None,
            other_news=topic.topic_id in now_other,
        )
        for topic in now_announced
    ]
    hidden = {name for one in current.hidden for name in (one.topic_id, one.trend_id)}
    gone = {one.trend_id: one for one in current.gone} if remembering else {}
    for topic in then_announced:
        now = now_by_id.get(now_by_earlier.get(topic.topic_id, ""))
        if (now is None or not now.announced) and not hidden & {topic.topic_id, topic.trend_id}:
            trend = gone.get(topic.trend_id or "")
            changes.append(_gone(topic, now, trend, other_news=topic.topic_id in then_other))
    # sorted() is stable: within a kind the order stays that of strength.
    return sorted(changes, key=lambda change: (_ORDER[change.kind], change.other_news))


# What a topic is that the earlier report did not announce. Still there: a decision had hidden it.
_OF_STANDING = {
    Standing.NEW: ChangeKind.NEW,
    Standing.BACK: ChangeKind.BACK,
    Standing.THERE: ChangeKind.STEADY,
}


def _of_announced(
    now: ReportTopic, then: ReportTopic | None, standing: Standing | None, *, other_news: bool
) -> Change:
    if then is not None and then.announced:
        kind = _moved(now, then)
    else:
        kind = _OF_STANDING[standing or Standing.NEW]
    return Change(
        kind=kind,
        label=now.label,
        topic_id=now.topic_id,
        earlier_topic_id=then.topic_id if then else None,
        per_day=_per_day(now, now.window_days),
        earlier_per_day=_per_day(then, now.window_days) if then else None,
        watched=then is not None and not then.announced,
        since=now.since,
        seen_windows=now.seen_windows,
        back_after_days=now.back_after_days if kind is ChangeKind.BACK else None,
        other_news=other_news,
    )


def _gone(
    then: ReportTopic, now: ReportTopic | None, trend: GoneTrend | None, *, other_news: bool
) -> Change:
    return Change(
        kind=ChangeKind.GONE,
        label=then.label,
        topic_id=now.topic_id if now else None,
        earlier_topic_id=then.topic_id,
        per_day=_per_day(now, then.window_days) if now else None,
        earlier_per_day=_per_day(then, then.window_days),
        watched=now is not None,
        since=trend.since if trend else then.since,
        seen_windows=trend.seen_windows if trend else then.seen_windows,
        other_news=other_news,
    )


def _moved(now: ReportTopic, then: ReportTopic) -> ChangeKind:
    stories, exposure, _ = _last(now, now.window_days)
    before, before_exposure, _ = _last(then, now.window_days)
    return moved((stories, exposure), (before, before_exposure))


def moved(now: tuple[int, int], then: tuple[int, int]) -> ChangeKind:
    """Tell whether stories rose or fell at equal exposure; each side is (stories, exposure)."""
    stories, exposure = now
    before, before_exposure = then
    before_alike = before * exposure / before_exposure if before_exposure else float(before)
    if stories >= before_alike * CHANGE_RATIO and stories - before_alike >= CHANGE_STORIES:
        return ChangeKind.RISEN
    if stories * CHANGE_RATIO <= before_alike and before_alike - stories >= CHANGE_STORIES:
        return ChangeKind.FALLEN
    return ChangeKind.STEADY


def _per_day(topic: ReportTopic, days: int) -> float | None:
    stories, _, observed = _last(topic, days)
    return round(stories / observed, 2) if observed else None


def _last(topic: ReportTopic, days: int) -> tuple[int, int, int]:
    """Stories, exposure and number of the observed ones among the last `days` days."""
    seen = [day for day in topic.series[-days:] if day.observed]
    return sum(day.stories for day in seen), sum(day.exposure for day in seen), len(seen)
