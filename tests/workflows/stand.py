"""A test stand: a state folder, its database, and worker processes that can be told where to die."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError

from activities.contracts import ReportResult
from engine.doors import Doors, open_doors
from engine.requests import StartRun, WindowSpan
from tests.databases import put_database
from trends.domain.models import RunStatus
from trends.storage.migrate import migrate
from trends.storage.rows import RunEvent
from trends.storage.runs import RunRow

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
WINDOW = WindowSpan(start=datetime(2026, 2, 22, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
REQUEST = StartRun(window=WINDOW, sources=("sample",))
KEY = "the-same-key"
# A run on a loaded machine that loses its worker at every stage.
PATIENCE_SECONDS = 240


def environment(address: str, state: Path, **more: str) -> dict[str, str]:
    """The variables of a process of this stand: a small sample, and deaths noticed soon."""
    return {
        **os.environ,
        "TEMPORAL_ADDRESS": address,
        "TRENDS_STATE": str(state),
        "TRENDS_WORKERS__HEARTBEAT_TIMEOUT_SECONDS": "3",
        "TRENDS_SOURCES__SAMPLE__PER_DAY": "15",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@dataclass
class Stand:
    """One state folder on one Temporal server.

    Attributes:
        doors: What the API would serve from, with the clock standing still.
        env: Environment of its processes.
        deaths: How its workers ended: signal numbers, negative.
    """

    doors: Doors
    env: dict[str, str]
    deaths: list[int] = field(default_factory=list[int])
    _processes: list[asyncio.subprocess.Process] = field(
        default_factory=list[asyncio.subprocess.Process]
    )

    async def start(self) -> RunRow:
        """Ask for the one run that every test asks for."""
        return (await self.doors.runs.start("local", REQUEST, KEY)).run

    async def worker(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a worker process; with arguments, one that can be told where to die."""
        script = [str(ROOT / "tests/workflows/dying_worker.py"), *arguments]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *(script if arguments else [str(ROOT / "worker.py")]), env=self.env
        )
        self._processes.append(process)
        return process

    async def workers_that_die(self, moments: Sequence[str]) -> None:
        """One worker after the other, each killed at its moment; then one that lives."""
        for moment in moments:
            process = await self.worker("--die", moment)
            self.deaths.append(await process.wait())
        await self.worker()

    async def begun(self, row: RunRow, stage: str) -> None:
        """Await the event that a stage has begun."""
        await self._until(row, lambda event: (event.type, event.stage) == ("stage.started", stage))

    async def completed(self, row: RunRow, stage: str) -> None:
        """Await the event that a stage has ended well."""
        await self._until(
            row, lambda event: (event.type, event.stage) == ("stage.completed", stage)
        )

    async def told(self, row: RunRow, kind: str) -> None:
        """Await an event of a kind."""
        await self._until(row, lambda event: event.type == kind)

    async def ended(self, row: RunRow) -> RunRow:
        """Await the run's last event, whatever it is."""
        ends = {f"run.{status.value}" for status in RunStatus if status.ended}
        await self._until(row, lambda event: event.type in ends)
        return await self.doors.store.get("local", row.run_id)

    async def _until(self, row: RunRow, wanted: Callable[[RunEvent], bool]) -> None:
        # Another process writes the table, and tells nobody.
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(map(wanted, await self.doors.events.after("local", row.run_id, 0))):
                await asyncio.sleep(0.05)

    async def forget(self, row: RunRow) -> None:
        """Make the server forget a run, as a lost disk would."""
        await self.forget_workflow(row.workflow_id)

    async def forget_workflow(self, workflow_id: str) -> None:
        """Make the server forget a workflow, as a lost disk would."""
        await self.doors.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=self.doors.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            )
        )
        handle = self.doors.client.get_workflow_handle(workflow_id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            with contextlib.suppress(RPCError):
                while True:
                    await handle.describe()
                    await asyncio.sleep(0.05)

    async def finished(self, row: RunRow) -> RunRow:
        """Await the end of a run by its workflow's own result."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.doors.client.get_workflow_handle(row.workflow_id).result()
        return await self.doors.store.get("local", row.run_id)

    async def report(self, row: RunRow) -> dict[str, bytes]:
        """The three forms of a run's report."""
        assert row.status is RunStatus.COMPLETED, row.reason
        result = ReportResult.model_validate(row.report)
        refs = (result.json_report, result.markdown, result.html)
        return {ref.media_type: await self.doors.artifacts.get(ref) for ref in refs}

    async def stop(self) -> None:
        """Stop the workers that still live."""
        for process in self._processes:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()


@asynccontextmanager
async def stand(
    address: str, state: Path, clock: Callable[[], datetime] = lambda: NOW, /, **more: str
) -> AsyncGenerator[Stand]:
    """Set up a stand over an empty state folder."""
    env = environment(address, state, **more)
    state.mkdir(parents=True, exist_ok=True)
    if url := env.get("TRENDS_DATABASE_URL"):
        migrate(url)
    else:
        put_database(state / "trends.db")
    async with open_doors(env, clock) as doors:
        built = Stand(doors=doors, env=env)
        try:
            yield built
        finally:
            await built.stop()


async def undisturbed(address: str, state: Path) -> dict[str, bytes]:
    """The report of a run that nothing happened to, under another hash seed."""
    async with stand(address, state, PYTHONHASHSEED="4242") as calm:
        await calm.worker()
        return await calm.report(await calm.finished(await calm.start()))
