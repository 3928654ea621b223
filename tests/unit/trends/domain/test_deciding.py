"""Which decisions contradict each other."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.trends.domain.memory_cases import END, MONITOR, day
from trends.domain.deciding import check
from trends.domain.decisions import Decision, Verb
from trends.errors import DecisionConflictError, DecisionNotFoundError, InvalidRequestError

PROFILE = {"사과": 0.5, "애플": 0.3, "파이": 0.2}


def decision(verb: Verb, trend_id: str = "a", **more: Any) -> Decision:
    values: dict[str, Any] = {
        "decision_id": f"{verb.value}-{trend_id}",
        "monitor": MONITOR,
        "trend_id": trend_id,
        "verb": verb,
        "author": "kim",
        "decided_at": END,
        "label": trend_id,
        "profile": PROFILE,
        "window_end": END,
        **more,
    }
    return Decision.model_validate(values)


FOLLOWED = decision(Verb.FOLLOW)
MUTED = decision(Verb.MUTE)
A_INTO_B = decision(Verb.MERGE, "a", other="b")
B_INTO_C = decision(Verb.MERGE, "b", other="c")
SPLIT = decision(Verb.SPLIT, "a", other="part", terms=("파이",))


@pytest.mark.parametrize(
    ("made", "new"),
    [
        ((FOLLOWED,), MUTED),
        ((FOLLOWED,), decision(Verb.REJECT)),
        ((MUTED,), FOLLOWED),
        ((decision(Verb.REJECT),), FOLLOWED),
        ((A_INTO_B,), decision(Verb.MERGE, "b", other="a")),
        ((A_INTO_B, B_INTO_C), decision(Verb.MERGE, "c", other="a")),
        ((B_INTO_C,), decision(Verb.MERGE, "a", other="b")),
        ((A_INTO_B,), decision(Verb.MUTE, "a")),
        ((A_INTO_B,), decision(Verb.MERGE, "a", other="c")),
        ((A_INTO_B,), decision(Verb.SPLIT, "b", other="part", terms=("사과",))),
        ((SPLIT,), decision(Verb.MERGE, "part", other="a")),
        ((SPLIT,), decision(Verb.MERGE, "a", other="part")),
        (
            (decision(Verb.RENAME, "b", name="사과"),),
            decision(Verb.RENAME, "a", name="사과"),
        ),
    ],
    ids=[
        "mute what is followed",
        "reject what is followed",
        "follow what is muted",
        "follow what is rejected",
        "merge in a circle of two",
        "merge in a circle of three",
        "merge into what is merged away",
        "mute what is merged away",
        "merge what is merged away",
        "split what was merged in",
        "merge a part back",
        "merge into a part",
        "a name twice",
    ],
)
def test_a_decision_against_one_in_force_is_refused_and_names_it(
    made: tuple[Decision, ...], new: Decision
) -> None:
    with pytest.raises(DecisionConflictError) as refused:
        check(new, made, END)
    assert "kim" in refused.value.why
    assert any(
        f"trends undo {one.trend_id} {one.decision_id}" in refused.value.next_step for one in made
    )


@pytest.mark.parametrize(
    ("made", "new"),
    [
        ((MUTED,), decision(Verb.REJECT)),
        ((MUTED,), decision(Verb.MUTE)),
        ((decision(Verb.MUTE, until=END),), FOLLOWED),
        ((MUTED, decision(Verb.UNDO, other=MUTED.decision_id)), FOLLOWED),
        ((A_INTO_B,), decision(Verb.FOLLOW, "b")),
        ((A_INTO_B,), decision(Verb.MERGE, "c", other="b")),
        ((FOLLOWED,), decision(Verb.RENAME, name="사과")),
        ((), SPLIT),
    ],
    ids=[
        "reject what is muted",
        "mute again",
        "what expired",
        "what was taken back",
        "follow the whole",
        "merge a third in",
        "rename what is followed",
        "a plain split",
    ],
)
def test_what_contradicts_nothing_is_allowed(made: tuple[Decision, ...], new: Decision) -> None:
    check(new, made, END)


@pytest.mark.parametrize(
    "new",
    [
        decision(Verb.MUTE, until=END),
        decision(Verb.MUTE, until=END - timedelta(days=1)),
        decision(Verb.MERGE, "a", other="a"),
        decision(Verb.RENAME, name=""),
        decision(Verb.SPLIT, other="part"),
        decision(Verb.SPLIT, other="part", terms=("배",)),
        decision(Verb.SPLIT, other="part", terms=tuple(PROFILE)),
    ],
    ids=["ends now", "ended", "itself", "no name", "no terms", "strange terms", "all terms"],
)
def test_a_decision_that_says_nothing_is_refused(new: Decision) -> None:
    with pytest.raises(InvalidRequestError):
        check(new, (), END)


def test_only_what_was_decided_can_be_taken_back() -> None:
    with pytest.raises(DecisionNotFoundError):
        check(decision(Verb.UNDO, other="nothing"), (MUTED,), END)


def test_a_decision_is_taken_back_once_and_taking_back_is_final() -> None:
    undo = decision(Verb.UNDO, other=MUTED.decision_id)
    check(undo, (MUTED,), END)
    with pytest.raises(DecisionConflictError, match="already"):
        check(undo.model_copy(update={"decision_id": "again"}), (MUTED, undo), END)
    with pytest.raises(DecisionConflictError, match="again"):
        check(decision(Verb.UNDO, other=undo.decision_id), (MUTED, undo), END)


def test_an_expired_decision_can_still_be_taken_back() -> None:
    expired = decision(Verb.MUTE, until=day(1))
    check(decision(Verb.UNDO, other=expired.decision_id), (expired,), day(3))
