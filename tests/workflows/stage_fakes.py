"""The smallest activities that speak the stages' contracts, so that workflow tests see order and nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import contracts
from trends.domain.models import ArtifactRef, NormalizeCounts, RunStatus, SourceOutcome

REF = ArtifactRef(
    uri="sha256/ab/cd", sha256="ab" * 32, media_type="application/json", rows=1, size_bytes=2
)
COUNTS = NormalizeCounts(
    items_in=1,
    items_kept=1,
    other_language=0,
    outside_window=0,
    untitled=0,
    exact_duplicates=0,
    near_duplicates=0,
    stories=1,
    matched_stories=1,
    date_only=0,
    missing_time=0,
    future_time=0,
)
QUICK = timedelta(milliseconds=1)


def broken(slug: str = "source-unavailable", *, final: bool = False) -> ApplicationError:
    """A failure as a stage reports it; retried at once, so that tests do not wait."""
    return ApplicationError(
        f"{slug} happened.",
        type=slug,
        non_retryable=final,
        next_retry_delay=None if final else QUICK,
    )


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class FakeStages:
    """Every stage answers at once, unless told otherwise.

    Attributes:
        failures: Activity name or `collect:SOURCE` to the failures it raises before it answers.
        hold: Activity names that wait until they are cancelled.
        deaf: Activity names that wait until `release`, and never hear of a cancel.
        calls: Names in the order of execution.
        row: What was written to the run row: (status, stage, slug).
        told: What people were told: (kind, stage, park).
        alert_failure: Why nobody can be told, if so.
        alert_answers: Set when the channels may answer; they do at once.
        briefs: The brief that a stage was given.
        extractive: Whether each attempt to summarize was to do without a model.
    """

    failures: dict[str, list[ApplicationError]] = field(
        default_factory=dict[str, list[ApplicationError]]
    )
    hold: set[str] = field(default_factory=set[str])
    deaf: set[str] = field(default_factory=set[str])
    release: asyncio.Event = field(default_factory=asyncio.Event)
    cleaned: list[str] = field(default_factory=list[str])
    calls: list[str] = field(default_factory=list[str])
    row: list[tuple[RunStatus, str, str]] = field(default_factory=list[tuple[RunStatus, str, str]])
    told: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    alert_failure: ApplicationError | None = None
    alert_answers: asyncio.Event = field(default_factory=_set_event)

    counts: NormalizeCounts = COUNTS
    briefs: dict[str, ArtifactRef] = field(default_factory=dict[str, ArtifactRef])
    extractive: list[bool] = field(default_factory=list[bool])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, true: Callable[[], bool]) -> None:
        """Await a state of these stages, 20 s at most."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(true)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _play(self, name: str) -> None:
        self.calls.append(name)
        await self._tell()
        waiting = self.failures.get(name, [])
        if waiting:
            raise waiting.pop(0)
        if name in self.deaf:
            await self.release.wait()
        if name in self.hold:
            try:
                while True:
                    activity.heartbeat()
                    await asyncio.sleep(0.05)
            finally:
                self.cleaned.append(name)

    @activity.defn(name=contracts.PLAN)
    async def plan(self, _: contracts.PlanInput) -> contracts.PlanResult:
        await self._play("plan")
        return contracts.PlanResult(plan=REF)

    @activity.defn(name=contracts.COLLECT)
    async def collect(self, request: contracts.CollectInput) -> contracts.CollectResult:
        await self._play(f"collect:{request.source}")
        outcome = SourceOutcome(source=request.source, ok=True, items=1)
        return contracts.CollectResult(outcome=outcome, items=REF)

    @activity.defn(name=contracts.NORMALIZE)
    async def normalize(self, request: contracts.NormalizeInput) -> contracts.NormalizeResult:
        self.collected = request.collected
        self.plan_given = request.plan
        self.briefs["normalize"] = request.run.brief
        await self._play("normalize")
        return contracts.NormalizeResult(stories=REF, counts=COUNTS)

    @activity.defn(name=contracts.ANALYZE)
    async def analyze(self, request: contracts.AnalyzeInput) -> contracts.AnalyzeResult:
        self.briefs["analyze"] = request.run.brief
        await self._play("analyze")
        return contracts.AnalyzeResult(analysis=REF, topics=1, announced=1)

    @activity.defn(name=contracts.SUMMARIZE)
    async def summarize(self, request: contracts.SummarizeInput) -> contracts.SummarizeResult:
        self.extractive.append(request.extractive)
        await self._play("summarize")
        return contracts.SummarizeResult(summary=REF, method="extractive")

    @activity.defn(name=contracts.REPORT)
    async def report(self, request: contracts.ReportInput) -> contracts.ReportResult:
        self.summarized = request.summarized
        self.planned = request.planned
        self.briefs["report"] = request.run.brief
        await self._play("report")
        return contracts.ReportResult(
            json_report=REF, markdown=REF, html=REF, lines=("one",), announced=1
        )

    @activity.defn(name=contracts.NOTIFY)
    async def notify(self, _: contracts.NotifyInput) -> contracts.NotifyResult:
        await self._play("notify")
        return contracts.NotifyResult(sent=("log",))

    @activity.defn(name=contracts.ALERT)
    async def alert(self, request: contracts.AlertInput) -> contracts.NotifyResult:
        alert = request.alert
        assert isinstance(alert, contracts.RunAlert)
        self.told.append((alert.kind, alert.stage, alert.park))
        await self._tell()
        await self.alert_answers.wait()
        if self.alert_failure is not None:
            raise self.alert_failure
        return contracts.NotifyResult(sent=("log",))

    @activity.defn(name=contracts.MARK)
    async def mark(self, request: contracts.MarkInput) -> None:
        self.row.append((request.status, request.stage, request.slug))
        await self._tell()

    @activity.defn(name=contracts.FINISH)
    async def finish(self, request: contracts.FinishInput) -> None:
        if "finish" in self.deaf:
            await self._play("finish")
        self.row.append((request.status, request.stage, request.slug))
        await self._tell()

    def by_queue(self) -> dict[str, list[Callable[..., Any]]]:
        """Activities by the queue of the stage table."""
        return {
            contracts.IO_QUEUE: [
                self.collect,
                self.report,
                self.notify,
                self.alert,
                self.mark,
                self.finish,
            ],
            contracts.CPU_QUEUE: [self.normalize, self.analyze],
            contracts.LLM_QUEUE: [self.plan, self.summarize],
        }
