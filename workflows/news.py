"""`NewsTrendWorkflow`: (plan →) collect → normalize → analyze → summarize → report → notify.

Order, retries, parking, pausing and cancelling live here; the work lives in activities. This file defines only the workflow:
the sandbox re-creates whatever a workflow file defines for every run.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeUpdate
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    is_cancelled_exception,
)

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from activities.contracts import RunStatus
    from trends.domain.models import Model, SourceOutcome
    from trends.domain.spans import observed_by
    from workflows import stages
    from workflows.attributes import STAGE, STATUS
    from workflows.failures import Failure, failure_of
    from workflows.outages import outlast
    from workflows.progress import Progress

Result = TypeVar("Result", bound=Model)

# Channels go one after another, and a mail server may be slow to the last line.
ALERT_TIMEOUT = timedelta(minutes=10)
ALERT_ATTEMPTS = 6


@workflow.defn(name=contracts.NEWS_WORKFLOW)
class NewsTrendWorkflow:
    """One news trend run, from sources to word that reaches people."""

    @workflow.init
    def __init__(self, run: contracts.NewsRunInput) -> None:
        self._run = run
        self._ref = run.run
        rows = tuple(row for row in stages.NEWS if run.plan or row.name not in stages.OPTIONAL)
        self._progress = Progress(title=run.title or "everything", stages=rows)
        order = [row.name for row in stages.NEWS]
        # A run that begins at collect plans first, unless it was given the plan of another run.
        fresh = run.start_from == "collect" and run.given.planned is None
        first = 0 if fresh else order.index(run.start_from)
        self._taken_over = frozenset(order[:first])
        for row in rows:
            if row.name in self._taken_over:
                self._progress.set(row.name, "taken over")
        self._parked_at: str | None = None
        self._parks = 0
        self._gave_up = False
        self._resolution: contracts.Resolution | None = None
        self._paused = False
        self._paused_for = timedelta(0)
        self._released = not run.gate_before

    @workflow.run
    async def run(self, run: contracts.NewsRunInput) -> contracts.NewsRunOutput:
        """Walk the stages; whatever happens, the run row learns how it ended."""
        try:
            report = await self._pipeline(run)
        except BaseException as error:
            if not isinstance(error, Exception | asyncio.CancelledError):
                raise  # the SDK's own eviction; nothing has ended
            if is_cancelled_exception(error):
                self._show(self._progress.current(), "cancelled")
                await self._finish(
                    RunStatus.CANCELLED, Failure("cancelled", "Cancelled on request.")
                )
                raise
            if not isinstance(error, ActivityError | ApplicationError):
                raise  # a bug in workflow code: the task is retried until a fixed worker takes it
            failure = failure_of(error)
            self._show(self._progress.current(), "failed", failure.reason)
            await self._finish(RunStatus.FAILED, failure)
            await self._tell("run.failed", self._progress.current(), failure)
            raise ApplicationError(failure.reason, type=failure.slug, non_retryable=True) from error
        await self._finish(RunStatus.COMPLETED, None)
        return contracts.NewsRunOutput(status=RunStatus.COMPLETED, report=report)

    @workflow.update(name=contracts.RESOLVE_UPDATE)
    async def resolve(self, decision: contracts.ResolveInput) -> str:
        """Take a person's decision on the parked stage; answers with the stage's name."""
        parked_at = self._parked_at
        assert parked_at is not None  # the validator has seen to it
        self._resolution = decision.resolution
        return parked_at

    @resolve.validator
    def validate_resolve(self, decision: contracts.ResolveInput) -> None:
        """Refuse a decision that does not fit where the run stands."""
        if self._parked_at is None or self._resolution is not None:
            raise ApplicationError("The run is not parked.", type="run-not-blocked")
        if decision.stage not in {None, self._parked_at}:
            raise ApplicationError(
                f"The run is parked at {self._parked_at}.", type="run-not-blocked"
            )
        skipping = decision.resolution is contracts.Resolution.SKIP
        if skipping and not stages.stage("news", self._parked_at).may_skip:
            message = f"The stage {self._parked_at} cannot be skipped: the report rests on it."
            raise ApplicationError(message, type="stage-not-skippable")

    @workflow.signal(name=contracts.PAUSE_SIGNAL)
    def pause(self) -> None:
        """Begin no stage until told to go on; the one under way ends."""
        self._paused = True

    @workflow.signal(name=contracts.RESUME_SIGNAL)
    def resume(self) -> None:
        """Go on."""
        self._paused = False

    @workflow.signal(name=contracts.RELEASE_SIGNAL)
    def release(self, ref: contracts.RunRef) -> None:
        """Let the run pass its gate, with the brief that says what lies before it."""
        if not self._released:
            self._ref, self._released = ref, True

    async def _pipeline(self, run: contracts.NewsRunInput) -> contracts.ReportResult:
        given = run.given
        planned = await self._plan(run)
        collected = await self._collect(run)
        normalized = given.normalized or await self._required(
            "normalize",
            lambda: contracts.NormalizeInput(
                run=self._ref, collected=collected, plan=planned.plan if planned else None
            ),
            contracts.NormalizeResult,
        )
        analyzed = given.analyzed or await self._required(
            "analyze",
            lambda: contracts.AnalyzeInput(
                run=self._ref,
                normalized=normalized,
                outlets_known=all(part.outcome.outlets_known for part in collected),
                observed=observed_by(part.outcome for part in collected),
            ),
            contracts.AnalyzeResult,
        )
        summarized = given.summarized
        if "summarize" not in self._taken_over:
            summarized = await self._summarize(analyzed)
        report = given.report or await self._required(
            "report",
            lambda: contracts.ReportInput(
                run=self._ref,
                collected=collected,
                normalized=normalized,
                analyzed=analyzed,
                summarized=summarized,
                planned=planned,
            ),
            contracts.ReportResult,
        )
        await self._stage(
            "notify",
            lambda: contracts.NotifyInput(run=self._ref, report=report),
            contracts.NotifyResult,
        )
        return report

    async def _plan(self, run: contracts.NewsRunInput) -> contracts.PlanResult | None:
        """Plan where the run is to; a plan that fails leaves the question as it is, and parks nothing."""
        if not run.plan or "plan" in self._taken_over:
            return run.given.planned
        await self._may_begin("plan")
        self._show("plan", "running")
        row = stages.stage("news", "plan")
        request = contracts.PlanInput(run=self._ref)
        try:
            planned = await self._execute(row, request, contracts.PlanResult, row.says)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            failure = failure_of(error)
            self._show("plan", "skipped", failure.reason)
            return contracts.PlanResult(slug=failure.slug)
        self._show("plan", "done")
        return planned

    async def _summarize(
        self, analyzed: contracts.AnalyzeResult
    ) -> contracts.SummarizeResult | None:
        """Summarize; when the deadline comes before the model does, by quotations alone."""
        for extractive in (False, True):
            self._gave_up = False
            summarized = await self._stage(
                "summarize",
                lambda extractive=extractive: contracts.SummarizeInput(
                    run=self._ref, analyzed=analyzed, extractive=extractive
                ),
                contracts.SummarizeResult,
            )
            if not self._gave_up:
                return summarized
        return None

    async def _collect(self, run: contracts.NewsRunInput) -> tuple[contracts.CollectResult, ...]:
        if run.given.collected is not None:
            return run.given.collected
        row = stages.stage("news", "collect")
        pending = run.sources
        got: dict[str, contracts.CollectResult] = {}
        while True:
            await self._may_begin("collect")
            self._show("collect", "running", f"reading {', '.join(pending)}")
            answers = await asyncio.gather(*(self._read(row, name) for name in pending))
            for name, answer in zip(pending, answers, strict=True):
                got[name] = _failed(name, answer) if isinstance(answer, Failure) else answer
            if any(part.outcome.ok for part in got.values()):
                break
            reasons = "; ".join(f"{name}: {got[name].outcome.reason}" for name in run.sources)
            failure = Failure("all-sources-failed", f"No source gave anything. {reasons}")
            # Only what may mend is worth a person's time; the rest has failed for good.
            pending = tuple(
                name
                for name, answer in zip(pending, answers, strict=True)
                if isinstance(answer, Failure) and answer.may_mend
            )
            if not pending:
                raise ApplicationError(failure.reason, type=failure.slug, non_retryable=True)
            await self._park("collect", failure)
        items = sum(part.outcome.items for part in got.values())
        self._show("collect", "done", f"{items:,} items from {', '.join(run.sources)}")
        return tuple(got[name] for name in run.sources)

    async def _read(self, row: stages.Stage, source: str) -> contracts.CollectResult | Failure:
        """Read one source; a failure is a value here, so that each source fails on its own."""
        request = contracts.CollectInput(run=self._ref, source=source)
        try:
            return await self._execute(
                row, request, contracts.CollectResult, f"read {source}"[:190]
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return failure_of(error)

    async def _may_begin(self, name: str) -> None:
        """Hold a stage back as long as a person wants it, or until what lies before the run has ended."""
        if not self._released and name == self._run.gate_before:
            self._show(name, "held", "until the window before has ended")
            await workflow.wait_condition(lambda: self._released)
        if not self._paused:
            return
        self._show(name, "paused")
        self._file_under(STATUS.value_set("Paused"), STAGE.value_set(name))
        began = workflow.now()
        await self._mark(RunStatus.PAUSED, name, None)
        await workflow.wait_condition(lambda: not self._paused)
        self._paused_for += workflow.now() - began
        self._file_under(STATUS.value_set("Running"))
        await self._mark(RunStatus.RUNNING, name, None)
        await self._may_begin(name)  # it may have been paused again while its row was written

    async def _required(
        self, name: str, request: Callable[[], Model], result: type[Result]
    ) -> Result:
        answer = await self._stage(name, request, result)
        assert answer is not None  # the table does not let it be skipped
        return answer

    async def _stage(
        self, name: str, request: Callable[[], Model], result: type[Result]
    ) -> Result | None:
        """Run one stage to its end; None when a person, or the deadline, let it be skipped.

        What it is asked is made when it begins: the brief may be another one after the gate.
        """
        row = stages.stage("news", name)
        while True:
            await self._may_begin(name)
            self._show(name, "running")
            try:
                answer = await self._execute(row, request(), result, row.says)
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                failure = failure_of(error)
                if not failure.may_mend:
                    raise
                if await self._park(name, failure) is contracts.Resolution.SKIP:
                    self._show(name, "skipped", failure.reason)
                    return None
            else:
                self._show(name, "done")
                return answer

    async def _execute(
        self, row: stages.Stage, request: Model, result: type[Result], summary: str
    ) -> Result:
        answer = await outlast(
            lambda: workflow.execute_activity(
                row.activity,
                request,
                result_type=result,
                task_queue=row.queue,
                summary=summary,
                start_to_close_timeout=timedelta(seconds=self._run.timeout_seconds),
                heartbeat_timeout=timedelta(seconds=self._run.heartbeat_timeout_seconds),
                retry_policy=RetryPolicy(
                    initial_interval=row.first_retry,
                    maximum_interval=row.longest_retry,
                    maximum_attempts=row.attempts,
                ),
                # The activity cleans up before the run is called cancelled.
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            ),
            self._deadline,
        )
        # A stage that ends before it hears of a cancel answers, and the SDK hands the answer on as if nothing had
        # been asked: the run would walk on to its end.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        return answer

    @property
    def _deadline(self) -> datetime:
        """When the run is to have ended; later by as long as it was paused."""
        due = workflow.info().start_time + timedelta(seconds=self._run.deadline_seconds)
        return due + self._paused_for

    async def _park(self, name: str, failure: Failure) -> contracts.Resolution:
        """Wait, holding nothing, until a person decides or the deadline passes.

        Raises:
            ApplicationError: The decision was to abort, or the deadline passed.
        """
        left = self._deadline - workflow.now()
        if left <= timedelta(0):
            return self._overdue(name, failure)
        self._parked_at, self._resolution = name, None
        self._parks += 1
        self._show(name, "blocked", failure.reason)
        self._file_under(STATUS.value_set("Blocked"), STAGE.value_set(name))
        await self._mark(RunStatus.BLOCKED, name, failure)
        # Beside the wait: whoever looks at the run may decide before the channels have answered. Once it was sent off it
        # is never given up: the SDK takes no failure of an activity that was abandoned, and the run would hang
        # (measured on 1.35).
        decided = self._resolution is not None
        telling = asyncio.ensure_future(self._tell("run.blocked", name, failure))
        try:
            await workflow.wait_condition(lambda: self._resolution is not None, timeout=left)
        except TimeoutError:
            decision = self._overdue(name, failure)
        else:
            assert self._resolution is not None
            decision = self._resolution
        finally:
            self._parked_at = None
            if decided:
                # Decided while the park was written down: there is nothing to tell, and nothing was sent off yet.
                telling.cancel()
        if decision is contracts.Resolution.ABORT:
            raise ApplicationError(failure.reason, type=failure.slug, non_retryable=True)
        self._file_under(STATUS.value_set("Running"))
        await self._mark(RunStatus.RUNNING, name, None)
        return decision

    def _overdue(self, name: str, failure: Failure) -> contracts.Resolution:
        """Decide for whoever did not, or may not."""
        if name == "summarize":
            # A report without sentences of a model is still a report; anything else the report rests on.
            self._gave_up = True
            return contracts.Resolution.SKIP
        raise ApplicationError(failure.reason, type=failure.slug, non_retryable=True)

    async def _tell(
        self, kind: Literal["run.blocked", "run.failed"], name: str, failure: Failure
    ) -> None:
        """Tell people on the run's channels. That nobody could be told changes nothing for the run."""
        if self._run.quiet:
            return
        parked = kind == "run.blocked"
        alert = contracts.RunAlert(
            kind=kind,
            run=self._ref,
            stage=name,
            slug=failure.slug,
            reason=failure.reason,
            park=self._parks if parked else 0,
            may_skip=parked and stages.stage("news", name).may_skip,
        )
        with contextlib.suppress(ActivityError, asyncio.CancelledError):
            await workflow.execute_activity(
                contracts.ALERT,
                contracts.AlertInput(alert=alert),
                result_type=contracts.NotifyResult,
                task_queue=contracts.IO_QUEUE,
                summary="say that the run waits for a decision" if parked else "say that it failed",
                start_to_close_timeout=ALERT_TIMEOUT,
                schedule_to_close_timeout=ALERT_TIMEOUT * 2,
                retry_policy=RetryPolicy(maximum_attempts=ALERT_ATTEMPTS),
            )

    async def _mark(self, status: RunStatus, name: str, failure: Failure | None) -> None:
        request = contracts.MarkInput(
            tenant=self._run.run.tenant,
            run_id=self._run.run.run_id,
            status=status,
            stage=name,
            slug=failure.slug if failure else "",
            reason=failure.reason if failure else "",
        )
        await self._project(contracts.MARK, request, f"show that the run is {status.value}")

    async def _finish(self, status: RunStatus, failure: Failure | None) -> None:
        request = contracts.FinishInput(
            tenant=self._run.run.tenant,
            run_id=self._run.run.run_id,
            status=status,
            stage=self._progress.current(),
            slug=failure.slug if failure else "",
            reason=failure.reason if failure else "",
        )
        self._file_under(
            STATUS.value_set(status.value.capitalize()), STAGE.value_set(request.stage)
        )
        workflow.set_current_details(self._progress.markdown(failure.reason if failure else ""))
        writing = asyncio.ensure_future(
            self._project(contracts.FINISH, request, f"write that the run {status.value}")
        )
        while not writing.done():
            # A cancel that comes now comes too late: the run has ended, and its row must say so.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(writing)
        await writing

    async def _project(self, activity: str, request: Model, summary: str) -> None:
        """Write to the run row. Tried until storage is back: a list that lies is worse than a wait."""
        await workflow.execute_activity(
            activity,
            request,
            task_queue=contracts.IO_QUEUE,
            summary=summary,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
            ),
        )

    def _file_under(self, *updates: SearchAttributeUpdate[str]) -> None:
        """Move the run to where filters of the Temporal UI look for it.

        At a park and at the end only: filing every stage costs a quarter of the throughput (measured), and where a
        running run stands is on its page and in its events.
        """
        workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType]  # the SDK leaves its sequence untyped

    def _show(self, name: str, state: str, note: str = "") -> None:
        self._progress.set(name, state, note)
        workflow.set_current_details(self._progress.markdown())


def _failed(source: str, failure: Failure) -> contracts.CollectResult:
    """Turn a source's failure into the outcome that the report names."""
    return contracts.CollectResult(
        outcome=SourceOutcome(
            source=source, ok=False, items=0, reason=failure.reason, slug=failure.slug
        )
    )
