"""Runs a second of `NewsTrendWorkflow` with empty stages, beside a bare workflow with as many activities.

Usage: python benchmarks/throughput.py
"""

import asyncio
import os
import resource
import statistics
import time
from contextlib import AsyncExitStack
from typing import Self
from uuid import uuid4

from temporalio import activity
from temporalio.worker import Worker

from activities import contracts
from activities.contracts import NewsRunInput, RunRef
from benchmarks.figures import Figures
from benchmarks.lean_workflow import ACTIVITIES, LeanWorkflow
from benchmarks.server import Server, own_server
from engine.worker import build_workers, workflow_runner
from tests.workflows.stage_fakes import REF, FakeStages
from trends.settings import load_settings

RUNS = 50
ROUNDS = 5
# 215 activities a second were measured on two quiet cores with a tuned server and a lean workflow.
KNOWN_ACTIVITIES_PER_SECOND = 215.0
LEAN_QUEUE = "lean"


@activity.defn(name="lean")
async def lean(number: int) -> int:
    """Do nothing."""
    return number


class Stopwatch:
    """Wall and CPU seconds of a block, for this process and the server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def _now(self) -> tuple[float, float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), used.ru_utime + used.ru_stime, self._server.cpu_seconds()

    def __enter__(self) -> Self:
        self._start = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.worker, self.server = (
            now - then for now, then in zip(self._now(), self._start, strict=True)
        )


async def news_runs(server: Server) -> Stopwatch:
    """Fifty news runs at once, activity bodies empty."""

    async def one() -> None:
        run_id = str(uuid4())
        run = NewsRunInput(
            run=RunRef(tenant="local", run_id=run_id, brief=REF), sources=("sample",), title="bench"
        )
        await server.client.execute_workflow(
            contracts.NEWS_WORKFLOW,
            run,
            id=f"run-local-{run_id}",
            task_queue=contracts.WORKFLOW_QUEUE,
        )

    with Stopwatch(server) as watch:
        await asyncio.gather(*(one() for _ in range(RUNS)))
    return watch


async def lean_runs(server: Server) -> Stopwatch:
    """Fifty bare runs at once."""
    with Stopwatch(server) as watch:
        await asyncio.gather(
            *(
                server.client.execute_workflow(
                    LeanWorkflow.run, 1, id=str(uuid4()), task_queue=LEAN_QUEUE
                )
                for _ in range(RUNS)
            )
        )
    return watch


async def main() -> bool:
    """Measure both in turns, so that a busy moment hits both."""
    figures = Figures("throughput", "python benchmarks/throughput.py")
    settings = load_settings({})
    async with own_server() as server, AsyncExitStack() as stack:
        stages = FakeStages()
        for worker in build_workers(server.client, contracts.QUEUES, stages.by_queue(), settings):
            await stack.enter_async_context(worker)
        await stack.enter_async_context(
            Worker(
                server.client,
                task_queue=LEAN_QUEUE,
                workflows=[LeanWorkflow],
                activities=[lean],
                workflow_runner=workflow_runner(),
            )
        )
        await lean_runs(server)
        await news_runs(server)
        pairs = [(await lean_runs(server), await news_runs(server)) for _ in range(ROUNDS)]
    report(figures, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    return figures.finish()


def report(figures: Figures, bare: list[Stopwatch], news: list[Stopwatch]) -> None:
    """Turn the rounds into figures; the ratio is the median of the rounds' ratios."""
    lean_rate = statistics.median(RUNS / watch.wall for watch in bare)
    news_rate = statistics.median(RUNS / watch.wall for watch in news)
    ratio = statistics.median(one.wall / two.wall for one, two in zip(bare, news, strict=True))
    figures.add("news runs per second, empty stages", news_rate, "runs/s")
    figures.add("bare runs per second", lean_rate, "runs/s")
    figures.add("news to bare", ratio, "ratio", ">= 0.8")
    figures.add("bare activities per second", lean_rate * ACTIVITIES, "1/s")
    share = lean_rate * ACTIVITIES / KNOWN_ACTIVITIES_PER_SECOND
    figures.add("bare activities to the known figure of two quiet cores", share, "ratio")
    if share < 0.85:
        print(f"This machine is slow or busy: {share:.0%} of the known figure.")
    for name, watches in (("news", news), ("bare", bare)):
        worker = statistics.median(watch.worker for watch in watches) / RUNS
        server = statistics.median(watch.server for watch in watches) / RUNS
        figures.add(f"{name}: CPU per run, worker and client", worker * 1000, "ms")
        figures.add(f"{name}: CPU per run, server", server * 1000, "ms")


if __name__ == "__main__":
    met = asyncio.run(main())
    os._exit(0 if met else 1)
