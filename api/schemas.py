"""What goes in and out, and how rows become it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, cast
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from engine.executing import PendingStage
from engine.requests import PRIORITIES, StartRun
from engine.spending import RunSpending
from engine.stuck import SLUG as STUCK
from engine.stuck import Stuck
from trends.domain.models import Edition, Language, RunStatus
from trends.limits.quotas import usd
from trends.storage.rows import RunEvent, RunRow, StageRow
from workflows.stages import OPTIONAL, PIPELINES, Stage

StageStatus = Literal[
    "waiting",
    "taken_over",
    "running",
    "retrying",
    "blocked",
    "completed",
    "failed",
    "skipped",
    "stopped",
    "not_run",
]
# A database may take neither, and neither can be sent back.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_PRIORITY_NAMES = {key: name for name, key in PRIORITIES.items()}


def _is_written(value: object) -> object:
    """Refuse a bare number: it would be read as seconds since 1970, which nobody means here."""
    if isinstance(value, int | float) or (
        isinstance(value, str) and _NUMBER.fullmatch(value.strip())
    ):
        message = "is a number; write a time as 2026-01-08T00:00:00Z"
        raise ValueError(message)
    return value


_NUMBER = re.compile(r"[+-]?[0-9_.]+(?:[eE][+-]?[0-9]+)?")
Moment = Annotated[AwareDatetime, BeforeValidator(_is_written)]


class Out(BaseModel):
    """Base of every answer. No field has a default, so that generated clients know what is always there."""

    model_config = ConfigDict(frozen=True)


class TextOnly(BaseModel):
    """Base of bodies: text in them can be stored anywhere."""

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        if not all(_NO_TEXT.search(text) is None for text in _texts(value)):
            message = "holds NUL or half a surrogate pair, which are no text"
            raise ValueError(message)
        return value


def explain_fields(schema: dict[str, Any]) -> None:
    """Say what each field means: the request itself is defined where no schema is drawn from it."""
    for name, text in _FIELDS.items():
        schema["properties"][name]["description"] = text
    schema["examples"] = [
        {"query": '저속노화 OR "slow aging"', "window": "7d", "market": "KR"},
        {"sources": ["sample"], "report_language": "ko", "wait": 60},
    ]


_FIELDS = {
    "agent": "`news`.",
    "query": 'Words, "phrases", `AND`, `OR`, `-`; empty means everything.',
    "window": "`24h`, `7d`, `4w`, or its two ends, each with a time zone.",
    "market": "Market whose clock makes the days, such as `KR`.",
    "languages": "Languages to read.",
    "sources": "Such as `sample`, `file:/a/path/under/a/root`, or the `source` of an upload.",
    "priority": "`interactive`, `scheduled` or `backfill`.",
    "report_language": "Language of the report.",
    "channels": "Names of the channels that hear of it, as `GET /v1/channels` lists them.",
    "monitor": "Name of the monitor to run; then only `window` (of its length), `priority`, `report_language` and "
    "`channels` may be said besides.",
    "start_from": "Take the stages before `stage` over from an earlier run; the question is then that run's.",
}


class StartRunBody(TextOnly, StartRun):
    """What to look for. Everything may be left out: the settings (`runs.*`) say the rest."""

    model_config = ConfigDict(json_schema_extra=explain_fields)

    wait: float = Field(
        default=0,
        ge=0,
        strict=True,
        allow_inf_nan=False,
        description="Hold the answer back until the run has ended or is parked, at most so many seconds "
        "(and at most `api.wait_timeout_seconds`); the answer is then the run as it stands.",
    )

    def asked(self) -> StartRun:
        """The request without how its answer should come: the same run, however long one waits."""
        return StartRun.model_validate(self.model_dump(exclude={"wait"}))


class StageBody(TextOnly):
    """Which stage is meant, to be safe from a decision about another one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"stage": "notify"}]})

    stage: str | None = Field(
        default=None, max_length=40, description="Only if the run is parked at this stage."
    )


class RerunBody(TextOnly):
    """Where to begin again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"stage": "report"}]})

    stage: str = Field(
        min_length=1,
        max_length=40,
        description="First stage to execute; those before are taken over.",
    )


class RunWindow(Out):
    """The span a run speaks of: start ≤ t < end."""

    start: AwareDatetime
    end: AwareDatetime
    text: str = Field(description="Its length, such as `7d`.")


class Reason(Out):
    """Why a run is parked or did not complete, or an attempt failed."""

    slug: str = Field(description="Stable short name, as in the reference of errors.")
    message: str


class RunStage(Out):
    """One stage of a run, or one part of it, such as a source of `collect`."""

    name: str
    part: str = Field(description="Empty where the stage has one part.")
    status: StageStatus
    attempt: int = Field(description="Number of the last attempt; 0 before the first.")
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    seconds: float | None = Field(description="What the last finished attempt took.")
    reason: Reason | None = Field(description="Why the last attempt failed, if it did.")


class Links(Out):
    """Where more of a run is."""

    self: str
    events: str = Field(description="Server-sent events.")
    report: str | None = Field(description="Null until there is a report.")
    temporal_ui: str | None = Field(description="The run's execution history, where there is a UI.")


class RunSummary(Out):
    """One run, as in lists."""

    id: str
    monitor: str | None = Field(
        description="The monitor that its question belongs to, whether it was run by name or by hand."
    )
    monitor_id: str = Field(
        description="Name of its question; runs of one question are comparable."
    )
    status: RunStatus
    stage: str | None = Field(description="The stage it is at, or ended at.")
    agent: str
    query: str = Field(description="Empty means everything.")
    window: RunWindow
    market: str
    languages: list[Language]
    sources: list[str]
    priority: str
    report_language: Language
    requested_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    parent_run: str | None = Field(description="The run whose earlier stages were taken over.")
    start_from: str | None = Field(description="First stage that was executed, in such a run.")
    edition: Edition = Field(
        description="`partial`: went out at its due time without what was not read by then; `corrected`: follows such a one."
    )
    reason: Reason | None = Field(description="Why it is parked, or did not complete.")
    lines: list[str] = Field(description="The report's five lines; empty until there is a report.")
    links: Links


class RunCallsOut(Out):
    """What a run asked of models."""

    asked: int = Field(description="Requests that left for a provider, repeated ones included.")
    repeated: int = Field(
        description="Made again because an earlier one may have been answered unheard."
    )
    failed: int = Field(description="Came back without an answer.")
    from_log: int = Field(description="How often an answer was taken from the log.")
    from_cache: int = Field(description="Answered from the cache.")


class Run(RunSummary):
    """One run."""

    reason: Reason | None = Field(
        description="Why it is parked, or did not complete; `workflow-stuck` while it runs and gets nowhere, since its "
        "workflow's task fails."
    )
    calls: RunCallsOut
    cost_micro_usd: int = Field(
        description="What was charged, as the ledger has it, in whole micro-USD: a millionth of a USD."
    )
    cost_usd: str = Field(description="The same in USD, as decimal text.")
    stages: list[RunStage] = Field(description="Every stage in order, those to come included.")


class RunPage(Out):
    """One page of runs, newest first."""

    items: list[RunSummary]
    next_cursor: str | None = Field(description="Null on the last page.")


class Event(Out):
    """Something that happened in a run; the `data` of a server-sent event."""

    run_id: str
    seq: int | None = Field(
        description="From 1 without gaps; null for what nobody can ask for again: progress, and the stream's own."
    )
    at: AwareDatetime | None
    type: str = Field(
        description="`run.accepted`, `stage.started`, `stage.completed`, `stage.failed`, `run.blocked`, `run.resumed`, "
        "`progress`, `stream.stalled` while events cannot be read and `stream.resumed` once they can, and last one of `run.completed`, `run.failed`, `run.cancelled`, `run.terminated`, "
        "`run.timed_out`, `run.lost`."
    )
    stage: str | None
    part: str | None
    attempt: int | None
    data: dict[str, Any]


class Upload(Out):
    """A stored file."""

    source: str = Field(description="What to name as a run's source.")
    bytes: int
    sha256: str


class Health(Out):
    """How the process, or its parts, are: `ok`, or why not."""

    status: str
    parts: dict[str, str]


def run_item(row: RunRow, ui_base: str | None, monitor: str | None = None) -> RunSummary:
    """Show a row as in lists.

    Args:
        row: The row.
        ui_base: The Temporal UI's address of all workflows, where there is one.
        monitor: Name of the monitor that its question belongs to.
    """
    return RunSummary(**_fields(row, ui_base, monitor))


def run_out(
    row: RunRow,
    stages: Iterable[StageRow],
    spending: RunSpending,
    ui_base: str | None,
    monitor: str | None = None,
    stuck: Stuck | None = None,
) -> Run:
    """Show a row with its stages, what it cost, and what holds it up."""
    calls = spending.calls.model_dump(include=set(RunCallsOut.model_fields))
    fields = _fields(row, ui_base, monitor)
    if stuck is not None:
        fields["reason"] = Reason(slug=STUCK, message=stuck.reason)
    return Run(
        **fields,
        calls=RunCallsOut(**calls),
        cost_micro_usd=spending.cost_micro,
        cost_usd=usd_text(spending.cost_micro),
        stages=_stages(row, tuple(stages)),
    )


def usd_text(micro_usd: int) -> str:
    """Write micro-USD in USD, exactly: `0.0123`; at least two decimals."""
    return usd(micro_usd).replace("$", "").replace(",", "")


def event_out(event: RunEvent) -> Event:
    """Show a stored event."""
    return Event(
        run_id=event.run_id,
        seq=event.seq,
        at=event.at,
        type=event.type,
        stage=event.stage or None,
        part=event.part or None,
        attempt=event.attempt or None,
        data=event.data,
    )


def progress_out(run_id: str, pending: PendingStage, agent: str) -> Event | None:
    """Show what the server is executing, in the same envelope; None where it has nothing to tell yet."""
    names = {row.activity: row.name for row in PIPELINES[agent]}
    done, total = pending.progress or (0, 0)
    told = {
        "done": done,
        "total": total,
        "last_failure": pending.last_failure,
        "slug": pending.slug,
    }
    if not any(told.values()):
        return None
    return Event(
        run_id=run_id,
        seq=None,
        at=None,
        type="progress",
        stage=names.get(pending.activity),
        part=None,
        attempt=pending.attempt,
        data={name: value for name, value in told.items() if value},
    )


def stalled_out(run_id: str, why: str) -> Event:
    """Tell that a run's events cannot be read and why, or, with an empty `why`, that they can be again."""
    return Event(
        run_id=run_id,
        seq=None,
        at=None,
        type="stream.stalled" if why else "stream.resumed",
        stage=None,
        part=None,
        attempt=None,
        data={"reason": why} if why else {},
    )


def self_link(run_id: str) -> str:
    """Path of a run."""
    return f"/v1/runs/{run_id}"


def _fields(row: RunRow, ui_base: str | None, monitor: str | None) -> dict[str, Any]:
    path = self_link(row.run_id)
    return {
        "id": row.run_id,
        "monitor": monitor,
        "monitor_id": row.question_hash,
        "status": row.status,
        "stage": row.stage or None,
        "agent": row.agent,
        "query": row.query,
        "window": RunWindow(start=row.window_start, end=row.window_end, text=row.window_text),
        "market": row.market,
        "languages": list(row.languages),
        "sources": list(row.sources),
        "priority": _PRIORITY_NAMES.get(row.priority, str(row.priority)),
        "report_language": row.report_language,
        "requested_at": row.requested_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "parent_run": row.parent_run,
        "edition": row.edition,
        "start_from": row.start_from if row.parent_run else None,
        "reason": _reason(row.slug, row.reason),
        "lines": list(row.lines),
        "links": Links(
            self=path,
            events=f"{path}/events",
            report=f"{path}/report" if row.report else None,
            temporal_ui=f"{ui_base}/{quote(row.workflow_id, safe='')}" if ui_base else None,
        ),
    }


def _texts(value: object) -> Iterator[str]:
    """Find every piece of text in JSON, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in cast("dict[str, object]", value).items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for member in cast("list[object]", value):
            yield from _texts(member)


def _reason(slug: str, message: str) -> Reason | None:
    return Reason(slug=slug, message=message) if slug or message else None


def _stages(run: RunRow, rows: Sequence[StageRow]) -> list[RunStage]:
    table = PIPELINES[run.agent]
    names = [stage.name for stage in table]
    begun = {row.stage for row in rows}
    # A run that begins at collect plans first, where it is to plan at all.
    first = 0 if run.start_from == "collect" else names.index(run.start_from)
    shown: list[RunStage] = []
    for place, stage in enumerate(table):
        parts = [row for row in rows if row.stage == stage.name]
        passed = run.status is RunStatus.COMPLETED or any(
            later in begun for later in names[place + 1 :]
        )
        shown += [_stage(run, stage, row, passed=passed) for row in parts]
        if not parts and (stage.name not in OPTIONAL or run.input.get("plan")):
            ahead: StageStatus = "not_run" if run.status.ended else "waiting"
            shown.append(_blank(stage.name, "taken_over" if place < first else ahead))
    return shown


def _stage(run: RunRow, stage: Stage, row: StageRow, *, passed: bool) -> RunStage:
    status: StageStatus = _STATUSES.get(row.status, "failed")
    if status == "failed" and run.status is RunStatus.BLOCKED and run.stage == stage.name:
        status = "blocked"
    if status == "failed" and stage.may_skip and passed:
        status = "skipped"
    return RunStage(
        name=stage.name,
        part=row.part,
        status=status,
        attempt=row.attempt,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=row.seconds,
        reason=_reason(row.slug, row.reason),
    )


_STATUSES: dict[str, StageStatus] = {
    "running": "running",
    "retrying": "retrying",
    "completed": "completed",
    "failed": "failed",
    "stopped": "stopped",
}


def _blank(name: str, status: StageStatus) -> RunStage:
    return RunStage(
        name=name,
        part="",
        status=status,
        attempt=0,
        started_at=None,
        ended_at=None,
        seconds=None,
        reason=None,
    )
