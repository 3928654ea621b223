"""A backfill without storage: three windows, two at once, as its steps would tell. For recorded histories."""

from dataclasses import dataclass, field
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle

from activities import contracts
from activities.contracts import (
    BackfillEndInput,
    BackfillInput,
    BackfillOutput,
    BackfillStepInput,
    BackfillStepResult,
    NewsRunInput,
    Release,
    RunRef,
    RunStart,
)
from tests.workflows.stage_fakes import REF
from trends.domain.backfills import BackfillStatus, Standing

Handle = WorkflowHandle[object, BackfillOutput]


@dataclass
class FakeSteps:
    """Says what is next, and remembers how it ended.

    Attributes:
        windows: Windows in all.
        opened: Ids of the runs in order.
        done: Those that have ended.
        ends: How it ended.
    """

    windows: int = 3
    opened: list[str] = field(default_factory=list[str])
    done: list[str] = field(default_factory=list[str])
    ends: list[BackfillStatus] = field(default_factory=list[BackfillStatus])

    @activity.defn(name=contracts.BACKFILL_STEP)
    async def step(self, request: BackfillStepInput) -> BackfillStepResult:
        self.done += [one for one in request.ended if one]
        under_way = [one for one in self.opened if one not in self.done]
        release = None
        if under_way and under_way[0] not in request.passed and not request.paused:
            release = Release(workflow_id=_workflow(under_way[0]), run=_ref(under_way[0]))
        starts: list[RunStart] = []
        while (
            not request.paused and len(under_way) < request.room and len(self.opened) < self.windows
        ):
            run_id = str(uuid4())
            starts.append(_start(run_id, gated=bool(under_way)))
            under_way.append(run_id)
            self.opened.append(run_id)
        standing = Standing(
            windows=self.windows,
            done=len(self.done),
            failed=0,
            cancelled=0,
            running=len(under_way),
            waiting=self.windows - len(self.opened),
            without=0,
            left_seconds=None,
        )
        return BackfillStepResult(opened=tuple(starts), release=release, standing=standing)

    @activity.defn(name=contracts.BACKFILL_END)
    async def end(self, request: BackfillEndInput) -> None:
        self.ends.append(request.status)


async def start_backfill(client: Client, **changes: object) -> Handle:
    """Start a backfill of nothing in particular."""
    request = BackfillInput(
        tenant="local", backfill_id=str(uuid4()), title="desserts", parallel=2
    ).model_copy(update=changes)
    return await client.start_workflow(
        contracts.BACKFILL_WORKFLOW,
        request,
        id=f"backfill-local-{request.backfill_id}",
        task_queue=contracts.WORKFLOW_QUEUE,
        result_type=BackfillOutput,
    )


def _workflow(run_id: str) -> str:
    return f"run-local-{run_id}"


def _ref(run_id: str) -> RunRef:
    return RunRef(tenant="local", run_id=run_id, brief=REF)


def _start(run_id: str, *, gated: bool) -> RunStart:
    gate = "analyze" if gated else ""
    return RunStart(
        workflow_id=_workflow(run_id),
        input=NewsRunInput(
            run=_ref(run_id), sources=("a",), title="kimchi", gate_before=gate, quiet=True
        ),
        agent="news",
        monitor="question",
        priority=5,
        summary="news · kimchi · 7d",
        details="- run",
    )
