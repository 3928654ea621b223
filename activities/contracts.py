"""What workflows and activities say to each other: names, queues, and one frozen model in and out of each stage.

Imports pydantic and models of `trends.domain` only, so that workflow code stays deterministic and cheap to sandbox.
"""

from enum import StrEnum
from operator import not_
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from trends.domain.backfills import BackfillStatus, Standing
from trends.domain.holidays import Holiday
from trends.domain.models import (
    ArtifactRef,
    Category,
    Edition,
    Language,
    Model,
    NormalizeCounts,
    Question,
    RunStatus,
    SourceOutcome,
    Tenant,
    Window,
)
from trends.domain.watchlist import Watchlist

WORKFLOW_QUEUE = "trends"
IO_QUEUE = "trends-io"
LLM_QUEUE = "trends-llm"
CPU_QUEUE = "trends-cpu"
QUEUES = (WORKFLOW_QUEUE, IO_QUEUE, LLM_QUEUE, CPU_QUEUE)

NEWS_WORKFLOW = "NewsTrendWorkflow"
POLL_WORKFLOW = "SourcePollWorkflow"
BACKFILL_WORKFLOW = "BackfillWorkflow"
SCHEDULED_WORKFLOW = "ScheduledRunWorkflow"
SENDER_WORKFLOW = "ChannelSenderWorkflow"

PLAN = "news.plan.v1"
COLLECT = "news.collect.v1"
NORMALIZE = "news.normalize.v1"
ANALYZE = "news.analyze.v1"
SUMMARIZE = "news.summarize.v1"
REPORT = "news.report.v1"
NOTIFY = "news.notify.v1"
ALERT = "notify.alert.v1"
MARK = "runs.mark.v1"
FINISH = "runs.finish.v1"
POLL = "sources.poll.v1"
FIRE = "monitors.fire.v1"
DUE = "monitors.due.v1"
AWAIT_RUN = "runs.await.v1"
SEND_DUE = "notify.send.v1"
BACKFILL_STEP = "backfill.step.v1"
BACKFILL_END = "backfill.end.v1"

RESOLVE_UPDATE = "resolve"
PAUSE_SIGNAL = "pause"
RESUME_SIGNAL = "resume"
RELEASE_SIGNAL = "release"
POLL_NOW_SIGNAL = "poll-now"
CADENCE_SIGNAL = "cadence"
WAKE_SIGNAL = "wake"
MAX_SOURCES = 16


class Resolution(StrEnum):
    """What a person decides for a parked run."""

    RETRY = "retry"
    SKIP = "skip"
    ABORT = "abort"


class MarketClock(Model):
    """The part of a market that a report needs; `holidays` are those in the window and the time before it."""

    name: str
    time_zone: str
    holidays: tuple[Holiday, ...] = ()


# Written only where there is one, so that what was written down before there were titles stays as it was, to the byte.
MonitorTitle = Annotated[str, Field(exclude_if=not_)]


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
        monitor: Name of the monitor that asks, if one does.
        monitor_title: What people called that monitor then; empty: its name.
        watchlist: Entities to count besides topics.
        categories: Kinds of topics that the monitor wants; empty: nothing was said of that.
        edition: Which edition of its window's report it is.
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
    monitor: str = ""
    monitor_title: MonitorTitle = ""
    watchlist: Watchlist = ()
    categories: tuple[Category, ...] = ()
    edition: Edition = Edition.FULL


class RunRef(Model):
    """Which run a stage works for, and where its brief lies."""

    tenant: Tenant
    run_id: str
    brief: ArtifactRef


class PlanInput(Model):
    """Ask a model for other words for the question."""

    run: RunRef


class PlanResult(Model):
    """A `Plan`; without one, `slug` says why: an error slug, or empty where there was nothing to add."""

    plan: ArtifactRef | None = None
    slug: str = ""


class CollectInput(Model):
    """Read one source."""

    run: RunRef
    source: str


class CollectResult(Model):
    """What one source gave; `items` is None when it failed for good."""

    outcome: SourceOutcome
    items: ArtifactRef | None = None


class NormalizeInput(Model):
    """Clean and join what the sources gave; what counts is what the plan's query matches, or the question's."""

    run: RunRef
    collected: tuple[CollectResult, ...]
    plan: ArtifactRef | None = None


class NormalizeResult(Model):
    """Stories as JSON Lines of `Story`, oldest first."""

    stories: ArtifactRef
    counts: NormalizeCounts


class AnalyzeInput(Model):
    """Find what rises; `observed` is None when the sources speak for the whole span."""

    run: RunRef
    normalized: NormalizeResult
    outlets_known: bool
    observed: tuple[Window, ...] | None = None


class AnalyzeResult(Model):
    """An `Analysis`, and the `Memory` of what its topics are; none in runs from before there was memory."""

    analysis: ArtifactRef
    topics: int
    announced: int
    memory: ArtifactRef | None = None


class SummarizeInput(Model):
    """Say what each topic is about; `extractive`: by quotations alone, whatever model there is."""

    run: RunRef
    analyzed: AnalyzeResult
    extractive: bool = False


class SummarizeResult(Model):
    """A `Summary`."""

    summary: ArtifactRef
    method: str


class ReportInput(Model):
    """Write the report; `summarized` is None when that stage was skipped, `planned` when the run was not to plan."""

    run: RunRef
    collected: tuple[CollectResult, ...]
    normalized: NormalizeResult
    analyzed: AnalyzeResult
    summarized: SummarizeResult | None
    planned: PlanResult | None = None


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
    """Channels by outcome; `deferred` are those that get it later, by their sender."""

    sent: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()


class RunAlert(Model):
    """Say that a run is parked, has failed, or is late, on the run's own channels.

    Attributes:
        kind: Which of these.
        run: The run.
        stage: Where it is.
        slug: Why: error slug.
        reason: The same as a sentence.
        park: How often it has parked by now, from 1; each park is said once. 0 for a failure.
        may_skip: Whether it can go on without the stage.
    """

    kind: Literal["run.blocked", "run.failed", "report.late"]
    run: RunRef
    stage: str
    slug: str
    reason: str
    park: int = 0
    may_skip: bool = False


class SourceAlert(Model):
    """Say that a source has not answered for a day, on the channels of `notify.alert_channels`.

    Attributes:
        kind: The same for all of these.
        tenant: Whose source.
        source: Which source.
        since: Its last answer, or its first attempt where it never answered; each silence is said once.
        slug: Why its last attempt failed: error slug.
        reason: The same as a sentence.
    """

    kind: Literal["source.down"] = "source.down"
    tenant: Tenant
    source: str
    since: AwareDatetime
    slug: str
    reason: str


class AlertInput(Model):
    """Tell people of something that needs them; told again, it is not said again."""

    alert: Annotated[RunAlert | SourceAlert, Field(discriminator="kind")]


class MarkInput(Model):
    """Show in the run row that the run is parked or paused, or goes on."""

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

    planned: PlanResult | None = None
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
        deadline_seconds: How long the run may stay parked before it fails with its reason; 0: it does not park. The time
            for which a person paused it does not count.
        gate_before: Stage before which the run waits for `RELEASE_SIGNAL`; empty: it waits for nobody.
        quiet: Nobody is told that it is parked or has failed: who started it sees to that.
        plan: A model is asked for other words for the question before anything is looked for.
    """

    run: RunRef
    sources: tuple[str, ...]
    title: str
    start_from: str = "collect"
    given: Given = Given()
    timeout_seconds: int = 600
    heartbeat_timeout_seconds: int = 10
    deadline_seconds: int = 86_400
    gate_before: str = ""
    quiet: bool = False
    plan: bool = False


class RunStart(Model):
    """What it takes to start the workflow of an accepted run so that a person finds it in the Temporal UI.

    Attributes:
        workflow_id: Id of the workflow.
        input: Its input.
        agent: Pipeline, such as `news`.
        monitor: Hash of its question.
        priority: Temporal's priority key.
        summary: One line about it.
        details: More about it, Markdown.
    """

    workflow_id: str
    input: NewsRunInput
    agent: str
    monitor: str
    priority: int
    summary: str
    details: str


class NewsRunOutput(Model):
    """Result of `NewsTrendWorkflow`."""

    status: RunStatus
    report: ReportResult | None = None


class ResolveInput(Model):
    """A person's decision on a parked run."""

    resolution: Resolution
    stage: str | None = None


class PollerInput(Model):
    """Input of `SourcePollWorkflow`: one source of one tenant, polled until it is retired.

    Attributes:
        tenant: Whose source.
        source: Its spec, such as `rss:hani`; the key of its items.
        cadence_seconds: How often it is asked.
        wait_seconds: Before the first poll.
        paused: Begin paused: a person paused it before the server lost the workflow.
        once: Poll once and end, where sources are not polled by themselves.
        told_since: The silence of the source that people were told of last.
    """

    tenant: Tenant
    source: str
    cadence_seconds: int
    wait_seconds: float = 0.0
    paused: bool = False
    once: bool = False
    told_since: AwareDatetime | None = None


class PollInput(Model):
    """Poll a source once."""

    tenant: Tenant
    source: str
    cadence_seconds: int
    once: bool = False


class PollResult(Model):
    """How a poll went.

    Attributes:
        says: The same in a sentence, for the Temporal UI.
        items: Items in the list.
        new: Those that the store did not have.
        slug: Why it failed: error slug; empty when it did not.
        down_since: Since when the source has not answered, once that is a day.
        wait_seconds: Until the next one.
        retired: The source is no longer to be polled: the poller ends.
    """

    says: str
    items: int = 0
    new: int = 0
    slug: str = ""
    down_since: AwareDatetime | None = None
    wait_seconds: float = 0.0
    retired: bool = False


class ScheduledInput(Model):
    """Input of `ScheduledRunWorkflow`: which monitor. What it asks is read when it runs; an argument would be frozen."""

    tenant: Tenant
    monitor: str


class FireInput(Model):
    """Begin the run of one time at which a monitor is to run."""

    tenant: Tenant
    monitor: str
    scheduled_at: AwareDatetime


class FireResult(Model):
    """What came of it.

    Attributes:
        start: How its workflow is to be started; None where there is no run.
        note: Why there is none.
        due_at: When its report is due, if ever.
        ends_with: The run ends when this workflow is terminated, as the monitor's overlap rule wants it.
    """

    start: RunStart | None = None
    note: str = ""
    due_at: AwareDatetime | None = None
    ends_with: bool = False


class DueInput(Model):
    """The report of a run is due, and not there."""

    tenant: Tenant
    run_id: str
    due_at: AwareDatetime


class DueResult(Model):
    """What is done about it: a partial edition, or an alert, or nothing where it came in the meantime."""

    start: RunStart | None = None
    alert: RunAlert | None = None


class AwaitRunInput(Model):
    """Wait for the end of a run that somebody else started."""

    tenant: Tenant
    run_id: str


class ScheduledOutput(Model):
    """Result of `ScheduledRunWorkflow`; `run_id` is None where there was no run, and `note` says why."""

    run_id: str | None = None
    note: str = ""
    partial_run: str | None = None


class SenderInput(Model):
    """Input of `ChannelSenderWorkflow`: whose messages it sends, and where to."""

    tenant: Tenant
    channel: str


class SendResult(Model):
    """What a sender did.

    Attributes:
        sent: Messages that the channel took, or may have taken.
        failed: Messages that it refused for good.
        next_at: When something is to go out next; None where nothing waits.
    """

    sent: int = 0
    failed: int = 0
    next_at: AwareDatetime | None = None


class BackfillPlan(Model):
    """Everything the runs of a backfill are made of, pinned when it was asked for: no later change parts its windows.

    Attributes:
        question: What the monitor asked then.
        monitor_id: Name of the question.
        monitor: Name of the monitor.
        monitor_title: What people called it then; empty: its name.
        requested_at: When the backfill was asked for: the "now" of all its runs.
        history_days: How much past each window has.
        market: Clock of the market, with the holidays about the whole span.
        report_language: Language of the reports.
        settings: The settings snapshot.
        settings_revision: Its short digest.
        channels: Where word of the reports goes.
        priority: Temporal's priority key of the runs.
        watchlist: Entities to count besides topics.
        categories: Kinds of topics that the monitor wants.
    """

    question: Question
    monitor_id: str
    monitor: str
    requested_at: AwareDatetime
    history_days: int
    market: MarketClock
    report_language: Language
    settings: ArtifactRef
    settings_revision: str
    channels: tuple[str, ...]
    priority: int
    monitor_title: MonitorTitle = ""
    watchlist: Watchlist = ()
    categories: tuple[Category, ...] = ()


class BackfillInput(Model):
    """Input of `BackfillWorkflow`. Where its windows stand is in storage, so that it may begin anew at any time.

    Attributes:
        tenant: Whose backfill.
        backfill_id: Which one.
        title: What it is about, for the Temporal UI.
        parallel: Windows under way at once.
        paused: Begin paused.
        history_limit_bytes: History beyond which it goes on as a new run of its own.
        look_seconds: How often it looks after a run that somebody else started.
    """

    tenant: Tenant
    backfill_id: str
    title: str
    parallel: int
    paused: bool = False
    history_limit_bytes: int = 36_000
    look_seconds: float = 10.0


class BackfillStepInput(Model):
    """Write down what has ended, and say what is next.

    Attributes:
        tenant: Whose backfill.
        backfill_id: Which one.
        following: Ids of the runs that the workflow follows.
        ended: Ids of those that have ended since the last step.
        passed: Ids of those that were let pass their gate.
        room: How many windows may be under way; none are opened beyond it.
        paused: Nothing is opened, nothing let pass, and people are to see that.
    """

    tenant: Tenant
    backfill_id: str
    following: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    room: int = 0
    paused: bool = False


class Release(Model):
    """Let a run pass its gate: its brief names the reports of the windows before it now."""

    workflow_id: str
    run: RunRef


class BackfillStepResult(Model):
    """What a backfill is to do next.

    Attributes:
        opened: Runs to start and to follow.
        release: The run to let pass, if any.
        standing: How far the backfill is.
        stop: A window failed, and those after it are not to be made without it.
        slug: Why the first window failed that did: error slug.
        reason: The same as a sentence.
    """

    opened: tuple[RunStart, ...] = ()
    release: Release | None = None
    standing: Standing
    stop: bool = False
    slug: str = ""
    reason: str = ""


class BackfillEndInput(Model):
    """Write how a backfill ended."""

    tenant: Tenant
    backfill_id: str
    status: BackfillStatus
    slug: str = ""
    reason: str = ""


class BackfillOutput(Model):
    """Result of `BackfillWorkflow`, where every window has its report."""

    standing: Standing
