"""Notices, and a clock, for tests of channels."""

from datetime import UTC, datetime, timedelta
from typing import Any

from trends.domain.models import Language, Window
from trends.notify.alerts import RunFacts, report_ready
from trends.notify.base import Message, Notice

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
LINES = ("비건 간식 3.2배", "둘", "셋", "넷", "다섯 & <여섯>")


def now() -> datetime:
    """A clock that stands still."""
    return NOON


def facts(run_id: str = "run-1", **changes: object) -> RunFacts:
    """A run as messages see it."""
    whole = RunFacts(
        tenant="local",
        run_id=run_id,
        language=Language.KO,
        query="비건 간식",
        market="KR",
        window=Window(start=NOON - timedelta(days=7), end=NOON),
    )
    return whole.model_copy(update=changes)


def notice(run_id: str = "run-1") -> Notice:
    """Word of a report."""
    return report_ready(facts(run_id), lines=LINES, announced=1, at=NOON)


def message(run_id: str = "run-1", channel: str = "box", **changes: Any) -> Message:
    """The same, on its way to a channel."""
    return Message.of(notice(run_id), channel).model_copy(update=changes)
