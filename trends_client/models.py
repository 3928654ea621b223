"""What the API answers, typed. Fields that a newer API adds are ignored; names of statuses and events are plain text."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ReportFormat = Literal["markdown", "json", "html"]

# Everything else is final, including statuses that a newer API may add.
GOING_ON = frozenset({"starting", "running", "blocked", "paused"})
FINAL_EVENTS = frozenset(
    {
        "run.completed",
        "run.failed",
        "run.cancelled",
        "run.terminated",
        "run.timed_out",
        "run.lost",
    }
)


class Model(BaseModel):
    """Base of every answer: frozen, and open to fields of a newer API."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Window(Model):
    """The span a run speaks of; `text` as it was asked for."""

    start: datetime
    end: datetime
    text: str


class Reason(Model):
    """Why a run is parked or did not complete."""

    slug: str
    message: str


class StartFrom(Model):
    """The earlier run whose stages before `stage` were taken over."""

    run_id: str
    stage: str


class Stage(Model):
    """One stage of a run, or one part of it.

    Attributes:
        name: Such as `collect`.
        part: Such as the source, where a stage has parts; else empty.
        status: waiting, running, retrying, completed, failed, skipped or taken_over.
        attempt: Number of the attempt; 0 before the first.
        started_at: Start of the first attempt.
        ended_at: When it ended.
        seconds: What the attempt that ended took.
        reason: Why the last attempt failed, if it did.
    """

    name: str
    part: str = ""
    status: str
    attempt: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    reason: Reason | None = None


class Links(Model):
    """Where more of a run is; paths are relative to the API."""

    self: str
    events: str
    report: str | None = None
    temporal_ui: str | None = None


class RunCalls(Model):
    """What a run asked of models.

    Attributes:
        asked: Requests that left for a provider, repeated ones included.
        repeated: Made again because an earlier one may have been answered unheard.
        failed: Came back without an answer.
        from_log: How often an answer was taken from the log.
        from_cache: Answered from the cache.
    """

    asked: int = 0
    repeated: int = 0
    failed: int = 0
    from_log: int = 0
    from_cache: int = 0


class Run(Model):
    """One run. `stages` is empty in lists, and `calls` and what it cost are not told there."""

    id: str
    monitor: str | None = None
    monitor_id: str = ""
    status: str
    stage: str | None = None
    agent: str
    query: str
    window: Window
    market: str
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    priority: str
    report_language: str
    requested_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    parent_run: str | None = None
    start_from: str | None = None
    edition: str = "full"
    reason: Reason | None = None
    lines: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    calls: RunCalls | None = None
    cost_micro_usd: int | None = None
    cost_usd: str | None = None
    links: Links
    replayed: bool = False

    @property
    def ended(self) -> bool:
        """Whether the run can change no more."""
        return self.status not in GOING_ON

    @property
    def parked(self) -> bool:
        """Whether the run waits for a person to retry, skip or abort."""
        return self.status == "blocked"

    @property
    def completed(self) -> bool:
        """Whether the run ended well."""
        return self.status == "completed"


class RunPage(Model):
    """One page of runs, newest first."""

    items: tuple[Run, ...]
    next_cursor: str | None = None


class Event(Model):
    """Something that happened in a run.

    Attributes:
        run_id: The run.
        seq: Its place in the run's story, from 1, without gaps; None for what nobody can ask for again.
        at: When it happened; None where `seq` is.
        type: Such as `stage.completed`.
        stage: The stage it belongs to, if any.
        part: The part of the stage, if any.
        attempt: The attempt it belongs to, if any.
        data: What else there is to say.
    """

    run_id: str
    seq: int | None = None
    at: datetime | None = None
    type: str
    stage: str | None = None
    part: str | None = None
    attempt: int | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self.type in FINAL_EVENTS


class Upload(Model):
    """A stored file; `source` is what to name as a run's source."""

    source: str
    bytes: int
    sha256: str


class Channel(Model):
    """A way to reach people; `trouble` says why nothing can be sent to it, if so."""

    name: str
    type: str
    trouble: str | None = None


class ChannelList(Model):
    """Every channel, by name."""

    items: tuple[Channel, ...]


class ChannelTest(Model):
    """What became of a test: `state` is `sent`, or `uncertain` where nobody can tell."""

    channel: str
    state: str
    remark: str | None = None


class ProblemError(Model):
    """One thing that is wrong with a request; says where by one of the three."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Problem(Model):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    slug: str = "unknown"
    title: str = ""
    status: int
    detail: str = ""
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[ProblemError, ...] = ()
