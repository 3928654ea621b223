"""Find what became of a topic between two reports of the same question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trends.domain.models import Confidence
from trends.domain.report import (
    Against,
    Change,
    ChangeKind,
    Comparison,
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
    """The part of a report that a comparison looks at."""

    confidence: Confidence
    topics: tuple[ReportTopic, ...]
    watching: tuple[ReportTopic, ...]


def compare(current: Found, earlier: Report, against: Against) -> Comparison:
    """Tell which announced topics are new, risen, fallen, gone or steady since `earlier`.

    New is announced now and was not then; gone was announced then and is not now. A topic in both has risen or fallen
    when its stories over its window, at equal exposure, moved by a quarter and by two at least.
    """
    comparable = (
        current.confidence is Confidence.CALIBRATED
        and earlier.claim.confidence is Confidence.CALIBRATED
    )
    return Comparison(
        against=against,
        window=earlier.window,
        comparable=comparable,
        changes=tuple(_changes(current, earlier)) if comparable else (),
    )


def match(current: Sequence[ReportTopic], earlier: Sequence[ReportTopic]) -> dict[str, str]:
    """Pair topics one to one, current id to earlier id, the surest pairs first.

    Two topics are the same when they share the id, the label, a third of their terms (Jaccard) or half of the smaller
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


def _changes(current: Found, earlier: Report) -> list[Change]:
    now_all = (*current.topics, *current.watching)
    then_all = (*earlier.topics, *earlier.watching)
    pairs = match(now_all, then_all)
    then_by_id = {topic.topic_id: topic for topic in then_all}
    now_by_earlier = {then_id: now_id for now_id, then_id in pairs.items()}
    now_by_id = {topic.topic_id: topic for topic in now_all}

    changes = [
        _of_announced(topic, then_by_id.get(pairs.get(topic.topic_id, "")))
        for topic in current.topics
    ]
    for topic in earlier.topics:
        now = now_by_id.get(now_by_earlier.get(topic.topic_id, ""))
        if now is None or not now.announced:
            changes.append(_gone(topic, now))
    # sorted() is stable: within a kind the order stays that of strength.
    return sorted(changes, key=lambda change: _ORDER[change.kind])


def _of_announced(now: ReportTopic, then: ReportTopic | None) -> Change:
    kind = ChangeKind.NEW if then is None or not then.announced else _moved(now, then)
    return Change(
        kind=kind,
        label=now.label,
        topic_id=now.topic_id,
        earlier_topic_id=then.topic_id if then else None,
        per_day=_per_day(now, now.window_days),
        earlier_per_day=_per_day(then, now.window_days) if then else None,
        watched=then is not None and not then.announced,
    )


def _gone(then: ReportTopic, now: ReportTopic | None) -> Change:
    return Change(
        kind=ChangeKind.GONE,
        label=then.label,
        topic_id=now.topic_id if now else None,
        earlier_topic_id=then.topic_id,
        per_day=_per_day(now, then.window_days) if now else None,
        earlier_per_day=_per_day(then, then.window_days),
        watched=now is not None,
    )


def _moved(now: ReportTopic, then: ReportTopic) -> ChangeKind:
    stories, exposure, _ = _last(now, now.window_days)
    before, before_exposure, _ = _last(then, now.window_days)
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
