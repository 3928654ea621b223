"""What the run record holds, as plain values."""

from collections.abc import Iterator
from typing import Any, cast

from pydantic import AwareDatetime, ValidationError

from trends.domain.models import (
    ArtifactRef,
    Edition,
    Language,
    Model,
    Question,
    RunStatus,
    Tenant,
    Window,
)

JsonObject = dict[str, Any]


class NewRun(Model):
    """A run that is asked for.

    Attributes:
        tenant: Whose it is.
        run_id: Its id, sortable by time.
        workflow_id: Id of its workflow.
        agent: Pipeline, such as `news`.
        priority: Temporal's priority key; lower is sooner.
        question: What was asked.
        question_hash: Same question, same hash: it makes runs comparable.
        window: The span the report speaks of.
        report_language: Language of the report.
        requested_at: When it was asked for.
        idempotency_key: The caller's key, if any.
        fingerprint: Digest of the request; tells a replay from a conflict.
        parent_run: The run it re-runs, if any.
        start_from: First stage it executes.
        brief: Everything its report derives from.
        settings_revision: Revision of the settings it began with.
        input: Input of its workflow, so that a reconciler can start it.
        report: The parent's report, where that is taken over.
        artifacts: What it refers to beyond brief and input, such as the settings snapshot.
        edition: Which edition of its window's report it makes.
    """

    tenant: Tenant
    run_id: str
    workflow_id: str
    agent: str
    priority: int
    question: Question
    question_hash: str
    window: Window
    report_language: Language
    requested_at: AwareDatetime
    idempotency_key: str | None = None
    fingerprint: str = ""
    parent_run: str | None = None
    start_from: str
    brief: ArtifactRef
    settings_revision: str
    input: JsonObject
    report: JsonObject | None = None
    artifacts: tuple[ArtifactRef, ...] = ()
    edition: Edition = Edition.FULL


class RunRow(Model):
    """How a run stands.

    Attributes:
        status: `starting` until its first stage begins.
        stage: The stage it is at, or ended at.
        query: Query text of the question.
        window_text: Window as asked for, such as `7d`.
        started_at: When its first stage began.
        ended_at: When it ended.
        updated_at: Last change of this row.
        slug: Why it is blocked or failed: error slug.
        reason: The same as a sentence.
        report: Result of the report stage, once there is one.
        lines: The report's five lines.
        resumes: How often it went on after being parked or paused.
        edition: Which edition of its window's report it makes.
    """

    tenant: Tenant
    run_id: str
    workflow_id: str
    agent: str
    status: RunStatus
    stage: str
    priority: int
    question: Question
    question_hash: str
    query: str
    window_text: str
    window_start: AwareDatetime
    window_end: AwareDatetime
    market: str
    languages: tuple[Language, ...]
    sources: tuple[str, ...]
    report_language: Language
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    updated_at: AwareDatetime
    idempotency_key: str | None
    fingerprint: str
    parent_run: str | None
    start_from: str
    brief: ArtifactRef
    settings_revision: str
    slug: str
    reason: str
    report: JsonObject | None
    lines: tuple[str, ...]
    input: JsonObject
    resumes: int
    edition: Edition = Edition.FULL


class RunPage(Model):
    """One page of a list; `next_cursor` is None on the last."""

    items: tuple[RunRow, ...]
    next_cursor: str | None


class StageRow(Model):
    """How one stage, or one part of it, stands.

    Attributes:
        part: What of the stage, such as a source; empty where there is one part.
        status: `running`, `retrying`, `completed`, `failed`, or `stopped` with its run.
        resumes: `resumes` of the run when it began.
        attempt: Attempt since then, from 1.
        result: What it answered, once completed.
        slug: Why its last attempt failed: error slug.
        reason: The same as a sentence.
        seconds: Length of the last finished attempt.
    """

    tenant: Tenant
    run_id: str
    stage: str
    part: str
    status: str
    resumes: int
    attempt: int
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    result: JsonObject | None
    slug: str
    reason: str
    seconds: float | None


class RunEvent(Model):
    """Something that happened to a run; `seq` counts from 1 without gaps."""

    run_id: str
    seq: int
    at: AwareDatetime
    type: str
    stage: str
    part: str
    attempt: int
    data: JsonObject


def artifacts_in(value: Any) -> Iterator[ArtifactRef]:
    """Find every reference to an artifact inside JSON."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if set(members) == set(ArtifactRef.model_fields):
            try:
                yield ArtifactRef.model_validate(members)
            except ValidationError:
                return
        else:
            for member in members.values():
                yield from artifacts_in(member)
    elif isinstance(value, list):
        for member in cast("list[Any]", value):
            yield from artifacts_in(member)
