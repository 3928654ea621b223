"""Which decisions can be made: refuses those that contradict one in force, with the decision that stands in the way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from trends.domain.decisions import HIDING, Decision, Verb
from trends.domain.hand import Hand
from trends.errors import DecisionConflictError, DecisionNotFoundError, InvalidRequestError

LONGEST_NAME = 120
LONGEST_REASON = 500
LONGEST_AUTHOR = 80
MOST_TERMS = 24

# What goes against what: a followed trend is not hidden, a hidden one not followed.
_AGAINST: Mapping[Verb, frozenset[Verb]] = {
    Verb.FOLLOW: HIDING,
    Verb.MUTE: frozenset({Verb.FOLLOW}),
    Verb.REJECT: frozenset({Verb.FOLLOW}),
}


def check(new: Decision, made: Sequence[Decision], as_of: datetime) -> None:
    """Refuse a decision that cannot be.

    Args:
        new: The decision.
        made: All decisions of its monitor so far.
        as_of: End of the monitor's newest window: what has expired by then stands in no one's way.

    Raises:
        InvalidRequestError: It lacks something, or says nothing.
        DecisionNotFoundError: It takes a decision back that is not there.
        DecisionConflictError: One in force says otherwise.
    """
    if new.until is not None and new.until <= as_of:
        raise InvalidRequestError(
            f"The decision would end at {new.until.isoformat()}, before it begins.",
            why=f"Decisions run by the ends of windows, and the newest ends at {as_of.isoformat()}.",
            next_step="Name a later moment, or none.",
        )
    if new.verb is Verb.UNDO:
        _check_undo(new, made)
        return
    hand = Hand(made, as_of)
    merge = hand.merged(new.trend_id)
    if merge is not None:
        raise _against(merge, "The trend is merged into another one.", "Decide on that one")
    _CHECKS.get(new.verb, _check_stance)(new, hand)


def _check_undo(new: Decision, made: Sequence[Decision]) -> None:
    known = {one.decision_id: one for one in made}
    taken_back = known.get(new.other)
    if taken_back is None:
        raise DecisionNotFoundError(
            f"There is no decision '{new.other[:80]}' on this monitor.",
            next_step="See them: trends show TREND",
        )
    if taken_back.verb is Verb.UNDO:
        raise DecisionConflictError(
            "What took a decision back cannot be taken back itself.",
            next_step="Make the decision again.",
        )
    earlier = next((one for one in made if one.verb is Verb.UNDO and one.other == new.other), None)
    if earlier is not None:
        raise DecisionConflictError(
            f"The decision was taken back already, by {earlier.author}.",
            next_step="Nothing is left to do.",
        )


def _check_stance(new: Decision, hand: Hand) -> None:
    standing = hand.last(new.trend_id, frozenset(_AGAINST))
    if standing is not None and standing.verb in _AGAINST[new.verb]:
        raise _against(standing, f"The trend cannot be {_DONE[new.verb]} as well.")


def _check_name(new: Decision, hand: Hand) -> None:
    if not new.name:
        raise InvalidRequestError("The name is empty.", next_step="Give the trend a name.")
    for one in hand.decisions:
        if one.trend_id != new.trend_id and hand.name(one.trend_id) == new.name:
            raise _against(one, "Another trend of this monitor has that name.", "Merge the two")


def _check_merge(new: Decision, hand: Hand) -> None:
    if new.other == new.trend_id:
        raise InvalidRequestError(
            "A trend cannot be merged into itself.", next_step="Name another trend."
        )
    onward = hand.merged(new.other)
    if onward is not None and hand.shown_as(new.other) == new.trend_id:
        raise _against(onward, "The two are merged already, the other way round.")
    if onward is not None:
        raise _against(
            onward, "That trend is merged into a third one.", f"Merge into {onward.other}"
        )
    for split in hand.splits:
        if {split.trend_id, split.other} == {new.trend_id, new.other}:
            raise _against(split, "The two are held apart.")


def _check_split(new: Decision, hand: Hand) -> None:
    if not new.terms:
        raise InvalidRequestError(
            "The split names no term.", next_step="Name the terms of the part that is to go."
        )
    wanted = set(new.terms)
    shared = wanted & set(new.profile)
    for one in hand.decisions:
        gone_in = one.verb is Verb.MERGE and hand.shown_as(one.trend_id) == new.trend_id
        if gone_in and hand.merged(one.trend_id) is one and wanted & set(one.profile):
            raise _against(one, "What is to be split off was merged in.")
    if not shared:
        raise InvalidRequestError(
            "None of the terms is one of the trend's.",
            next_step=f"Its terms: {', '.join(list(new.profile)[:MOST_TERMS])}.",
        )
    if shared == set(new.profile):
        raise InvalidRequestError(
            "The split would leave nothing behind.", next_step="Leave the trend a term."
        )


def _against(standing: Decision, what: str, otherwise: str = "") -> DecisionConflictError:
    until = f" until {standing.until.isoformat()}" if standing.until else ""
    undo = f"take that back: trends undo {standing.trend_id} {standing.decision_id}"
    return DecisionConflictError(
        what,
        why=f"'{standing.label}' was {_DONE[standing.verb]} by {standing.author}{until}.",
        next_step=f"{otherwise}, or {undo}" if otherwise else f"First {undo}",
    )


_CHECKS: Mapping[Verb, Callable[[Decision, Hand], None]] = {
    Verb.RENAME: _check_name,
    Verb.MERGE: _check_merge,
    Verb.SPLIT: _check_split,
}

_DONE = {
    Verb.FOLLOW: "followed",
    Verb.MUTE: "muted",
    Verb.REJECT: "rejected",
    Verb.RENAME: "renamed",
    Verb.MERGE: "merged",
    Verb.SPLIT: "split",
    Verb.UNDO: "undone",
}
