"""What workflows and activities say to each other: names, queues, and one frozen model in and out of each stage.

Imports pydantic and `trends.domain.models` only, so that workflow code stays deterministic and cheap to sandbox.
"""

from enum import StrEnum

from pydantic import AwareDatetime

from trends.domain.models import (
    ArtifactRef,
    Language,
    Model,
    NormalizeCounts,
    Question,
    RunStatus,
    SourceOutcome,
    Tenant,
    Window,
)

WORKFLOW_QUEUE = "trends"
IO_QUEUE = "trends-io"
LLM_QUEUE = "trends-llm"
CPU_QUEUE = "trends-cpu"
QUEUES = (WORKFLOW_QUEUE, IO_QUEUE, LLM_QUEUE, CPU_QUEUE)

NEWS_WORKFLOW = "NewsTrendWorkflow"

COLLECT = "news.collect.v1"
NORMALIZE = "news.normalize.v1"
ANALYZE = "news.analyze.v1"
SUMMARIZE = "news.summarize.v1"
REPORT = "news.report.v1"
NOTIFY = "news.notify.v1"
MARK = "runs.mark.v1"
FINISH = "runs.finish.v1"

RESOLVE_UPDATE = "resolve"
MAX_SOURCES = 16


class Resolution(StrEnum):
    """What a person decides for a parked run."""

    RETRY = "retry"
    SKIP = "skip"
    ABORT = "abort"


class MarketClock(Model):
    """The part of a market that analysis needs."""

    name: str
    time_zone: str


class RunBrief(Model):
    """Everything a run's report derives from, stored once as an artifact and referred to by every stage.

    Attributes:
        question: What was asked.
        window: The span the report speaks of.
        history_start: Where collecting begins, so that the window has a past.
        requested_at: When the run was asked for: the only "now" a stage ever sees.
        market: Clock of the market.
        report_language: Language of the report.
        previous: JSON report of the run before, same question, if any.
        week_ago: JSON report of the same question one week earlier, if any.
        settings: The settings snapshot.
        settings_revision: Its short digest.
        channels: Where word of the report goes.
    """

    question: Question
    window: Window
    history_start: AwareDatetime
    requested_at: AwareDatetime
    market: MarketClock
    report_language: Language
    previous: ArtifactRef | None = None
    week_ago: ArtifactRef | None = None
    settings: ArtifactRef
    settings_revision: str
    channels: tuple[str, ...] = ("log",)


class RunRef(Model):
    """Which run a stage works for, and where its brief lies."""

    tenant: Tenant
    run_id: str
    brief: ArtifactRef


class CollectInput(Model):
    """Read one source."""

    run: RunRef
    source: str


class CollectResult(Model):
    """What one source gave; `items` is None when it failed for good."""

    outcome: SourceOutcome
    items: ArtifactRef | None = None


class NormalizeInput(Model):
    """Clean and join what the sources gave."""

    run: RunRef
    collected: tuple[CollectResult, ...]


class NormalizeResult(Model):
    """Stories as JSON Lines of `Story`, oldest first."""

    stories: ArtifactRef
    counts: NormalizeCounts


class AnalyzeInput(Model):
    """Find what rises."""

    run: RunRef
    normalized: NormalizeResult
    outlets_known: bool


class AnalyzeResult(Model):
    """An `Analysis`."""

    analysis: ArtifactRef
    topics: int
    announced: int


class SummarizeInput(Model):
    """Extract the sentences that say what a topic is about."""

    run: RunRef
    analyzed: AnalyzeResult


class SummarizeResult(Model):
    """A `Summary`."""

    summary: ArtifactRef
    method: str


class ReportInput(Model):
    """Write the report; `summarized` is None when that stage was skipped."""

    run: RunRef
    collected: tuple[CollectResult, ...]
    normalized: NormalizeResult
    analyzed: AnalyzeResult
    summarized: SummarizeResult | None


class ReportResult(Model):
    """The report in its three forms, and its five lines."""

    json_report: ArtifactRef
    markdown: ArtifactRef
    html: ArtifactRef
    lines: tuple[str, ...]
    announced: int


class NotifyInput(Model):
    """Send word of the report to the run's channels."""

    run: RunRef
    report: ReportResult


class NotifyResult(Model):
    """Channels by outcome."""

    sent: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class MarkInput(Model):
    """Show in the run row that the run is parked, or goes on."""

    tenant: Tenant
    run_id: str
    status: RunStatus
    stage: str
    slug: str = ""
    reason: str = ""


class FinishInput(Model):
    """Write how the run ended."""

    tenant: Tenant
    run_id: str
    status: RunStatus
    stage: str = ""
    slug: str = ""
    reason: str = ""


class Given(Model):
    """Stage results that a re-run takes over from its parent."""

    collected: tuple[CollectResult, ...] | None = None
    normalized: NormalizeResult | None = None
    analyzed: AnalyzeResult | None = None
    summarized: SummarizeResult | None = None
    report: ReportResult | None = None


class NewsRunInput(Model):
    """Input of `NewsTrendWorkflow`.

    Attributes:
        run: The run and its brief.
        sources: Sources to collect, at most `MAX_SOURCES`.
        title: First 100 characters of the query, for current details in the Temporal UI.
        start_from: First stage to execute; the stages before it are in `given`.
        given: Results taken over from the parent run.
        timeout_seconds: Longest a single attempt of a stage may take.
        heartbeat_timeout_seconds: Silence after which an attempt is taken for dead.
        deadline_seconds: How long the run may stay parked before it fails with its reason.
    """

    run: RunRef
    sources: tuple[str, ...]
    title: str
    start_from: str = "collect"
    given: Given = Given()
    timeout_seconds: int = 600
    heartbeat_timeout_seconds: int = 10
    deadline_seconds: int = 86_400


class NewsRunOutput(Model):
    """Result of `NewsTrendWorkflow`."""

    status: RunStatus
    report: ReportResult | None = None


class ResolveInput(Model):
    """A person's decision on a parked run."""

    resolution: Resolution
    stage: str | None = None
