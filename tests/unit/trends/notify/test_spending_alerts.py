"""What people are told of money."""

from datetime import UTC, datetime

import pytest

from tests.unit.trends.notify.notice_cases import NOON
from trends.domain.delivery_policy import Urgency
from trends.domain.models import Language
from trends.notify.base import Notice, NoticeKind
from trends.notify.spending_alerts import (
    BudgetFacts,
    FreezeFacts,
    budget_crossed,
    schedule_frozen,
)


def crossed(language: Language = Language.EN, **facts: object) -> Notice:
    values: dict[str, object] = {
        "tenant": "local",
        "kind": "day",
        "scope": "openai",
        "name": "2026-11-20",
        "full": False,
        "spent": "$4.00",
        "cap": "$5.00",
        "spent_micro": 4_000_000,
        "cap_micro": 5_000_000,
    }
    facts_ = BudgetFacts.model_validate({**values, **facts})
    return budget_crossed(facts_, language=language, at=NOON)


def frozen(reason: str = "a leak", number: int = 1) -> Notice:
    return schedule_frozen(
        "local",
        "daily",
        FreezeFacts(number=number, author="key:1", reason=reason),
        time=datetime(2026, 2, 25, 23, 0, tzinfo=UTC),
        zone="Asia/Seoul",
        language=Language.EN,
        at=NOON,
    )


def test_warning_and_end_of_one_window_are_two_things() -> None:
    warning, end = crossed(), crossed(full=True)
    assert (warning.kind, end.kind) == (NoticeKind.BUDGET_WARNING, NoticeKind.BUDGET_SPENT)
    assert warning.subject == "budget/day/openai/2026-11-20/warning"
    assert end.subject == "budget/day/openai/2026-11-20/spent"
    assert warning.kind.urgency is end.kind.urgency is Urgency.ALERT


@pytest.mark.parametrize("language", list(Language))
def test_every_kind_of_window_is_told_in_both_languages(language: Language) -> None:
    month = crossed(language, kind="month", scope="id-1", name="2026-11", monitor="daily")
    run = crossed(language, kind="run", scope="r1", name="")
    assert "daily" in month.title
    assert "id-1" not in month.title
    assert "r1" in run.title
    assert (month.monitor, month.run_id, run.run_id) == ("daily", None, "r1")
    assert run.subject == "budget/run/r1/warning"
    for notice in (month, run):
        assert "{" not in notice.title + "".join(notice.lines)
        assert "$4.00" in notice.lines[0]


def test_money_is_told_to_programs_in_whole_micro_usd() -> None:
    facts = crossed().facts
    assert (facts["spent_micro_usd"], facts["cap_micro_usd"]) == ("4000000", "5000000")


def test_schedule_that_stands_still_is_told_once_for_each_freeze() -> None:
    first, second = frozen(), frozen(number=2)
    assert first.kind is NoticeKind.SCHEDULE_MISSED
    assert (first.subject, second.subject) == ("schedule/daily/frozen/1", "schedule/daily/frozen/2")
    assert "2026-02-26 08:00 (Asia/Seoul)" in first.lines[0]
    assert "a leak" in first.lines


def test_freeze_without_a_reason_leaves_no_empty_line() -> None:
    assert len(frozen(reason="").lines) == 2
