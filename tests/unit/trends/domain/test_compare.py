"""What became of topics between two reports."""

from collections.abc import Sequence

import pytest

from tests.unit.trends.reports.report_cases import analysis, evidence, report, topic
from trends.domain.compare import Found, compare, match
from trends.domain.memory import Standing
from trends.domain.models import Confidence, Topic
from trends.domain.report import Against, Change, ChangeKind, Comparison, Report


def _report(*topics: Topic, confidence: Confidence = Confidence.CALIBRATED) -> Report:
    return report(analysis(*topics, confidence=confidence))


def _compare(now: Report, then: Report) -> Comparison:
    found = Found(now.claim.confidence, now.topics, now.watching)
    return compare(found, then, Against.PREVIOUS)


def _kinds(changes: Sequence[Change]) -> list[tuple[ChangeKind, str]]:
    return [(change.kind, change.label) for change in changes]


def test_a_topic_that_was_not_announced_is_new() -> None:
    found = _compare(_report(topic("a", "젤리 슈즈")), _report())
    assert _kinds(found.changes) == [(ChangeKind.NEW, "젤리 슈즈")]


def test_a_topic_that_was_watched_is_new_and_says_so() -> None:
    then = _report(topic("a", "젤리 슈즈", announced=False))
    (change,) = _compare(_report(topic("a", "젤리 슈즈")), then).changes
    assert (change.kind, change.watched) == (ChangeKind.NEW, True)


def test_a_topic_that_is_not_announced_any_more_is_gone() -> None:
    (change,) = _compare(_report(), _report(topic("a", "젤리 슈즈"))).changes
    assert (change.kind, change.topic_id, change.watched) == (ChangeKind.GONE, None, False)


def test_a_topic_that_is_only_watched_now_is_gone_and_still_watched() -> None:
    now = _report(topic("a", "젤리 슈즈", announced=False))
    (change,) = _compare(now, _report(topic("a", "젤리 슈즈"))).changes
    assert (change.kind, change.topic_id, change.watched) == (ChangeKind.GONE, "a", True)


@pytest.mark.parametrize(
    ("now", "then", "kind"),
    [
        ((4, 4, 4, 4, 4, 4, 4), (2, 2, 2, 2, 2, 2, 2), ChangeKind.RISEN),
        ((2, 2, 2, 2, 2, 2, 2), (4, 4, 4, 4, 4, 4, 4), ChangeKind.FALLEN),
        ((4, 4, 4, 4, 4, 4, 4), (4, 4, 4, 4, 4, 4, 3), ChangeKind.STEADY),
        # One story more is a third more, and still no change worth telling.
        ((0, 0, 0, 1, 1, 1, 1), (0, 0, 0, 0, 1, 1, 1), ChangeKind.STEADY),
    ],
)
def test_a_topic_in_both_is_judged_by_its_stories_over_its_window(
    now: tuple[int, ...], then: tuple[int, ...], kind: ChangeKind
) -> None:
    found = _compare(_report(topic("a", daily=now)), _report(topic("a", daily=then)))
    assert [change.kind for change in found.changes] == [kind]


def test_days_nobody_observed_do_not_make_a_topic_fall() -> None:
    now = topic("a", daily=(4,) * 7, missing=(0, 1, 2))
    found = _compare(_report(now), _report(topic("a", daily=(4,) * 7)))
    assert [change.kind for change in found.changes] == [ChangeKind.STEADY]


def test_changes_come_as_new_back_risen_fallen_gone_steady() -> None:
    now = _report(
        topic("steady", "s"),
        topic("fallen", "f", daily=(1,) * 7),
        topic("risen", "r", daily=(5,) * 7),
        topic("back", "b"),
        topic("new", "n"),
    )
    then = _report(
        topic("risen", "r", daily=(1,) * 7),
        topic("gone", "g"),
        topic("fallen", "f", daily=(5,) * 7),
        topic("steady", "s"),
    )
    returned = tuple(
        each.model_copy(update={"standing": Standing.BACK}) if each.topic_id == "back" else each
        for each in now.topics
    )
    kinds = [
        change.kind
        for change in _compare(now.model_copy(update={"topics": returned}), then).changes
    ]
    assert kinds == list(ChangeKind)


@pytest.mark.parametrize("short", [Confidence.TOO_SHORT, Confidence.NO_DATA])
def test_a_report_that_could_claim_nothing_is_not_compared(short: Confidence) -> None:
    found = _compare(_report(topic("a")), _report(confidence=short))
    assert (found.comparable, found.changes) == (False, ())


def _paired(now: Topic, then: Topic) -> bool:
    return bool(match(_report(now).topics, _report(then).topics))


def test_the_same_id_is_the_same_topic() -> None:
    assert _paired(topic("a", "말차"), topic("a", "말차 라테"))


def test_the_same_label_is_the_same_topic_whatever_its_case() -> None:
    assert _paired(topic("a", "Run Club", terms=()), topic("b", "run club", terms=()))


def test_topics_that_share_a_third_of_their_terms_are_the_same() -> None:
    now = topic("a", "말차", terms=("말차", "제주"))
    assert _paired(now, topic("b", "말차 라테", terms=("말차", "라테")))


def test_topics_that_share_half_of_their_stories_are_the_same() -> None:
    shared, own = evidence("s:1", "하나"), evidence("s:2", "둘")
    now = topic("a", "말차", pieces=(shared, own))
    assert _paired(now, topic("b", "라테", pieces=(shared,)))


def test_topics_with_nothing_in_common_are_different() -> None:
    now = topic("a", "말차", pieces=(evidence("s:1", "하나"),))
    assert not _paired(now, topic("b", "라테", pieces=(evidence("s:2", "둘"),)))


def test_every_topic_is_paired_once_and_the_surest_pair_first() -> None:
    now = _report(topic("x", "말차"), topic("a", "말차 라테", terms=("말차", "라테")))
    then = _report(topic("a", "말차 음료", terms=("말차",)))
    assert match(now.topics, then.topics) == {"a": "a"}
