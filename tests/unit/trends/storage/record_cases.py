"""Runs, references and a clock for tests of the run record."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from trends.domain.models import ArtifactRef, Language, Question, Window
from trends.storage.artifacts import key_of
from trends.storage.rows import NewRun

NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
TENANT = "local"


@dataclass
class Clock:
    """A clock that stands still until it is told otherwise."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def reference(digit: str = "a") -> ArtifactRef:
    """A reference to an artifact that need not exist."""
    sha256 = digit * 64
    return ArtifactRef(
        uri=key_of(sha256), sha256=sha256, media_type="application/json", rows=1, size_bytes=3
    )


def new_run(run_id: str = "run-1", **changes: Any) -> NewRun:
    """A run as a start request makes it."""
    question = Question(
        agent="news",
        query="비건 간식",
        window="7d",
        market="KR",
        languages=(Language.KO, Language.EN),
        sources=("sample",),
    )
    brief = reference()
    values: dict[str, Any] = {
        "tenant": TENANT,
        "run_id": run_id,
        "workflow_id": f"run-local-{run_id}",
        "agent": "news",
        "priority": 2,
        "question": question,
        "question_hash": "q1",
        "window": Window(start=NOON - timedelta(days=7), end=NOON),
        "report_language": Language.KO,
        "requested_at": NOON,
        "start_from": "collect",
        "brief": brief,
        "settings_revision": "abc",
        "input": {"run": {"brief": brief.model_dump(mode="json")}},
    }
    return NewRun.model_validate({**values, **changes})


def report_result(digit: str = "e") -> dict[str, Any]:
    """What the report stage answers."""
    form = reference(digit).model_dump(mode="json")
    return {"json_report": form, "lines": ["하나", "둘"], "announced": 1}
