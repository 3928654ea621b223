"""The analyst's hand: which decisions are in force in a window, and what they say of a trend.

Rules. The latest decision of a kind wins. Mute, reject and follow are of one kind. What a part decides for itself goes
before what it inherits from the trend it came out of. A merge or a split that would make a circle of those in force is
passed over; none can be made, but an old window may bring two together that were never in force at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from trends.domain.decisions import HIDING, Decision, Said, Verb
from trends.domain.likeness import Traits

_STANCES = HIDING | {Verb.FOLLOW}
_MOST_OF_IT = 0.5


class Hand:
    """The decisions in force in one window.

    Args:
        decisions: All of a monitor's, in any order.
        as_of: End of the window: the clock by which decisions expire.
    """

    def __init__(self, decisions: Sequence[Decision], as_of: datetime) -> None:
        undone = {one.other for one in decisions if one.verb is Verb.UNDO}
        self.decisions: tuple[Decision, ...] = tuple(
            one
            for one in sorted(decisions, key=lambda one: (one.decided_at, one.decision_id))
            if one.verb is not Verb.UNDO
            and one.decision_id not in undone
            and (one.until is None or as_of < one.until)
        )
        self.splits: tuple[Decision, ...] = tuple(
            one for one in self.decisions if one.verb is Verb.SPLIT
        )
        self._into = _merges(self.decisions)

    def on(self, trend_id: str) -> tuple[Decision, ...]:
        """Decisions on a trend, oldest first."""
        return tuple(one for one in self.decisions if one.trend_id == trend_id)

    def last(self, trend_id: str, verbs: frozenset[Verb]) -> Decision | None:
        """The latest decision on a trend of the given verbs."""
        return next((one for one in reversed(self.on(trend_id)) if one.verb in verbs), None)

    def merged(self, trend_id: str) -> Decision | None:
        """The merge that takes a trend into another."""
        return self._into.get(trend_id)

    def shown_as(self, trend_id: str) -> str:
        """The trend that stands for one: where merges lead, itself where there is none."""
        while (merge := self._into.get(trend_id)) is not None:
            trend_id = merge.other
        return trend_id

    def part_for(self, topic: Traits) -> Decision | None:
        """The split that claims a topic: its leading term, or half of its weight, is among the part's terms."""
        for split in reversed(self.splits):
            weight = sum(topic.profile.get(term, 0.0) for term in split.terms)
            if topic.lead in split.terms or weight >= _MOST_OF_IT:
                return split
        return None

    def apart(self, one: str, other: str) -> bool:
        """Whether a split holds two trends apart."""
        return any({split.trend_id, split.other} == {one, other} for split in self.splits)

    def stance(self, trend_id: str, parts: Mapping[str, str]) -> Said | None:
        """Whether a trend is followed, muted or rejected: by its own decision, else by that of what it came out of.

        Args:
            trend_id: The trend.
            parts: Trend by trend that came out of it.
        """
        for place, each in enumerate(self._line(trend_id, parts)):
            decision = self.last(each, _STANCES)
            if decision is not None:
                return said(decision, of=decision.label if place else "")
        return None

    def name(self, trend_id: str) -> str:
        """What an analyst calls a trend; empty where nobody named it."""
        renamed = self.last(trend_id, frozenset({Verb.RENAME}))
        if renamed is not None:
            return renamed.name
        return next((one.name for one in reversed(self.splits) if one.other == trend_id), "")

    def _line(self, trend_id: str, parts: Mapping[str, str]) -> Iterator[str]:
        """A trend, then what it came out of, then what that came out of."""
        origins = {**parts, **{split.other: split.trend_id for split in self.splits}}
        seen: set[str] = set()
        here: str | None = trend_id
        while here is not None and here not in seen:
            yield here
            seen.add(here)
            here = origins.get(here)


def said(decision: Decision, of: str = "") -> Said:
    """A decision as a report tells it."""
    return Said(
        decision_id=decision.decision_id,
        verb=decision.verb,
        author=decision.author,
        until=decision.until,
        reason=decision.reason,
        of=of,
    )


def _merges(decisions: Sequence[Decision]) -> dict[str, Decision]:
    into: dict[str, Decision] = {}
    for one in reversed(decisions):
        if one.verb is Verb.MERGE and one.trend_id not in into:
            end = one.other
            while end in into:
                end = into[end].other
            if end != one.trend_id:
                into[one.trend_id] = one
    return into
