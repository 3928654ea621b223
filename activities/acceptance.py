"""Accept a run: its brief as an artifact, its row, and the input of its workflow. Whoever starts runs does it here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.contracts import Given, NewsRunInput, ReportResult, RunBrief, RunRef, RunStart
from trends.domain.models import ArtifactRef
from trends.settings_sections import RunDefaults, WorkerSettings
from trends.storage.artifacts import ArtifactStore
from trends.storage.runs import NewRun, RunRow, RunStore

WEEK = timedelta(days=7)
HALF_A_DAY = timedelta(hours=12)

# The server cuts a summary at 200 bytes; Korean takes three a letter.
LONGEST_SUMMARY_BYTES = 190


@dataclass(frozen=True)
class Acceptance:
    """A run that is to be accepted.

    Attributes:
        tenant: Whose it is.
        brief: Everything its report derives from.
        question_hash: Name of its question.
        priority: Temporal's priority key.
        key: Idempotency key; None where each is another run.
        fingerprint: Digest of the request; tells a replay from a conflict.
        start_from: First stage to execute.
        given: Results of the stages before.
        parent_run: The run they are from.
        gate_before: Stage before which it waits to be released; empty: it waits for nobody.
        quiet: Nobody is told that it is parked or has failed.
        deadline: How long it may stay parked; None: as the settings say.
    """

    tenant: str
    brief: RunBrief
    question_hash: str
    priority: int
    key: str | None
    fingerprint: str
    start_from: str = "collect"
    given: Given = field(default_factory=Given)
    parent_run: str | None = None
    gate_before: str = ""
    quiet: bool = False
    deadline: timedelta | None = None


class Acceptor:
    """Accepts runs. The row is the promise: what it takes to start the workflow is in it.

    Args:
        store: Run rows.
        artifacts: Where briefs go.
        workers: How long an attempt may take.
        defaults: How long a run may stay parked.
        clock: Now, in UTC.
        new_id: Makes run ids that sort by time.
        may_plan: Whether there is a model that could plan. May block.
    """

    def __init__(
        self,
        store: RunStore,
        artifacts: ArtifactStore,
        workers: WorkerSettings,
        defaults: RunDefaults,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        may_plan: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._artifacts = artifacts
        self._workers = workers
        self._deadline = timedelta(hours=defaults.deadline_hours)
        self._clock = clock
        self._new_id = new_id
        self._may_plan = may_plan

    async def accept(self, asked: Acceptance) -> tuple[RunRow, bool]:
        """Write the run down as `starting`.

        Returns:
            The row, and whether it had been there already under the same idempotency key.

        Raises:
            IdempotencyConflictError: The key was used for another request.
            StorageError: The database or the artifact store failed.
        """
        brief = asked.brief
        stored = await put_brief(self._artifacts, brief)
        run_id = self._new_id()
        deadline = self._deadline if asked.deadline is None else asked.deadline
        run_input = NewsRunInput(
            run=RunRef(tenant=asked.tenant, run_id=run_id, brief=stored),
            sources=brief.question.sources,
            title=brief.question.query[:100] or "everything",
            start_from=asked.start_from,
            given=asked.given,
            timeout_seconds=self._workers.timeout_seconds,
            heartbeat_timeout_seconds=self._workers.heartbeat_timeout_seconds,
            deadline_seconds=int(deadline.total_seconds()),
            gate_before=asked.gate_before,
            quiet=asked.quiet,
            plan=await self._plans(asked),
        )
        return await self._store.insert(
            NewRun(
                tenant=asked.tenant,
                run_id=run_id,
                workflow_id=f"run-{asked.tenant}-{run_id}",
                agent=brief.question.agent,
                priority=asked.priority,
                question=brief.question,
                question_hash=asked.question_hash,
                window=brief.window,
                report_language=brief.report_language,
                requested_at=self._clock(),
                idempotency_key=asked.key,
                fingerprint=asked.fingerprint,
                parent_run=asked.parent_run,
                start_from=asked.start_from,
                brief=stored,
                settings_revision=brief.settings_revision,
                input=run_input.model_dump(mode="json"),
                artifacts=beyond(brief),
                edition=brief.edition,
            )
        )

    async def _plans(self, asked: Acceptance) -> bool:
        """Whether the run plans: a question of words from its beginning on, or one whose parent did."""
        if asked.start_from != "collect" or asked.given.planned is not None:
            return asked.given.planned is not None
        return bool(asked.brief.question.query) and await asyncio.to_thread(self._may_plan)

    async def earlier(
        self, tenant: str, monitor: str, end: datetime
    ) -> tuple[ArtifactRef | None, ArtifactRef | None]:
        """Find the reports that a report over a window compares itself with.

        Args:
            tenant: Whose.
            monitor: Hash of the question.
            end: End of the window.

        Returns:
            JSON report of the run before, and of one week before, where there are any.

        Raises:
            StorageError: The database failed.
        """
        before = await self._store.latest_report(tenant, monitor, end)
        about = (end - WEEK - HALF_A_DAY, end - WEEK + HALF_A_DAY)
        ago = await self._store.report_at(tenant, monitor, about)
        return _json_report(before), _json_report(ago)


async def put_brief(artifacts: ArtifactStore, brief: RunBrief) -> ArtifactRef:
    """Write a brief down.

    Raises:
        StorageError: The artifact store failed.
    """
    return await artifacts.put(brief.model_dump_json().encode(), "application/json")


def beyond(brief: RunBrief) -> tuple[ArtifactRef, ...]:
    """Name what a brief refers to, so that it is kept as long as the run."""
    return tuple(ref for ref in (brief.settings, brief.previous, brief.week_ago) if ref)


def start_of(row: RunRow, brief: RunBrief) -> RunStart:
    """Say how the workflow of an accepted run is to be started."""
    question = brief.question
    summary = f"{row.agent} · {question.query or 'everything'} · {question.window}"
    details = [
        f"- window: {brief.window.start.isoformat()} to {brief.window.end.isoformat()}",
        f"- market: {question.market}",
        f"- languages: {', '.join(question.languages)}",
        f"- sources: {', '.join(question.sources)[:2000]}",
        f"- settings: {brief.settings_revision}",
        f"- run: {row.run_id}" + (f", from {row.parent_run}" if row.parent_run else ""),
    ]
    return RunStart(
        workflow_id=row.workflow_id,
        input=NewsRunInput.model_validate(row.input),
        agent=row.agent,
        monitor=row.question_hash,
        priority=row.priority,
        summary=summary.encode()[:LONGEST_SUMMARY_BYTES].decode(errors="ignore"),
        details="\n".join(details),
    )


def _json_report(row: RunRow | None) -> ArtifactRef | None:
    if row is None or row.report is None:
        return None
    return ReportResult.model_validate(row.report).json_report
