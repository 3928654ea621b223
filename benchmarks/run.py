"""One real run from inside: seconds by stage, what remains of the wall time, size of its history, time to cancel.

Usage: python benchmarks/run.py
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import WorkflowFailureError

from benchmarks.figures import Figures
from benchmarks.server import Server, own_server
from engine.doors import Doors, open_doors
from engine.host import serving
from engine.requests import StartRun, WindowSpan
from trends.domain.korean import shared_tokenizer
from trends.storage.migrate import migrate
from trends.storage.runs import RunRow

WINDOW = WindowSpan(start=datetime(2026, 2, 22, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
# Enough for a stage that is still at work when the word arrives.
LONG_PER_DAY = 300
MAX_EVENTS, MAX_KB = 120, 50


@asynccontextmanager
async def stack(server: Server, per_day: int) -> AsyncGenerator[Doors]:
    """A state folder of its own, doors, and a worker in this process."""
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        env = {
            **os.environ,
            "TRENDS_STATE": folder,
            "TEMPORAL_ADDRESS": server.address,
            "TRENDS_SOURCES__SAMPLE__PER_DAY": str(per_day),
        }
        migrate(f"sqlite:///{Path(folder) / 'trends.db'}")
        async with open_doors(env) as doors, serving(server.client, doors.parts):
            yield doors


async def start(doors: Doors) -> RunRow:
    """Start a run over the sample."""
    request = StartRun(window=WINDOW, sources=("sample",))
    return (await doors.runs.start("local", request, None)).run


async def watched(doors: Doors, row: RunRow) -> None:
    """Watch as an API process does, until the run's last event."""
    seq = 0
    while True:
        for event in await doors.events.after("local", row.run_id, seq):
            seq = event.seq
            if event.type == "run.completed":
                return
        await doors.runs.attempts("local", row.run_id)
        await asyncio.sleep(0.2)


async def one_run(doors: Doors, figures: Figures, name: str, *, watching: bool) -> None:
    """Run once; its history's size is what is asked."""
    row = await start(doors)
    handle = doors.client.get_workflow_handle(row.workflow_id)
    tasks = [asyncio.create_task(watched(doors, row))] if watching else []
    await handle.result()
    for task in tasks:
        await task
    described = await handle.describe()
    info = described.raw_description.workflow_execution_info
    figures.add(f"history events, {name}", info.history_length, "events", f"<= {MAX_EVENTS}")
    figures.add(f"history size, {name}", info.history_size_bytes / 1024, "KB", f"<= {MAX_KB}")


async def histories(server: Server) -> bool:
    """History with 100 items and with 10,000, watched and not."""
    figures = Figures("history", "python benchmarks/run.py")
    for per_day, items in ((1, "about 100 items"), (112, "about 10,000 items")):
        async with stack(server, per_day) as doors:
            for watching in (False, True):
                watchers = "1 watching API process" if watching else "nobody watching"
                await one_run(doors, figures, f"{items}, {watchers}", watching=watching)
    return figures.finish()


async def stages(server: Server) -> bool:
    """Seconds by stage by the activity's own clock, and what remains of the wall time."""
    figures = Figures("run", "python benchmarks/run.py")
    async with stack(server, 60) as doors:
        shared_tokenizer().cut(("날씨",), ())  # loaded once a process, not once a run
        await doors.client.get_workflow_handle((await start(doors)).workflow_id).result()
        began = time.perf_counter()
        row = await start(doors)
        await doors.client.get_workflow_handle(row.workflow_id).result()
        wall = time.perf_counter() - began
        inside = 0.0
        for stage in await doors.store.stages("local", row.run_id):
            assert stage.seconds is not None
            inside += stage.seconds
            figures.add(f"stage {stage.stage}", stage.seconds, "s")
        figures.add("whole run, request to result", wall, "s")
        figures.add("wall time outside the stages", (wall - inside) * 1000, "ms", "<= 150")
    async with stack(server, LONG_PER_DAY) as doors:
        await cancels(doors, figures)
    return figures.finish()


async def cancels(doors: Doors, figures: Figures) -> None:
    """From the word to the run's last event, in the middle of a stage that computes."""
    for stage in ("normalize", "analyze"):
        row = await start(doors)
        while not any(
            event.type == "stage.started" and event.stage == stage
            for event in await doors.events.after("local", row.run_id, 0)
        ):
            await asyncio.sleep(0.01)
        began = time.perf_counter()
        await doors.runs.cancel("local", row.run_id)
        try:
            await doors.client.get_workflow_handle(row.workflow_id).result()
        except WorkflowFailureError:
            figures.add(f"cancel in {stage}", time.perf_counter() - began, "s", "<= 2")
        else:
            message = f"the run ended before the cancel in {stage}: raise LONG_PER_DAY"
            raise SystemExit(message)


async def main() -> bool:
    """Measure everything on one server."""
    async with own_server() as server:
        return all([await stages(server), await histories(server)])


if __name__ == "__main__":
    met = asyncio.run(main())
    os._exit(0 if met else 1)
