"""What more slots bring where stages wait, and what a tenant with a long queue costs another one.

Stages wait 250 ms in a blocking call, as those that call a model do. Beside it, in the same run, an asyncio queue with as
many consumers: once written as people do, with the blocking call in the coroutine, and once with a call that yields.

Usage: python -m benchmarks.scale [--queued 10000]
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from uuid import uuid4

from temporalio import activity
from temporalio.common import Priority
from temporalio.worker import Worker

from activities import contracts
from activities.contracts import NewsRunInput, RunRef
from benchmarks.figures import Figures
from benchmarks.server import Server, own_server
from benchmarks.waiting_workflow import STAGES, WaitingWorkflow
from engine.requests import PRIORITIES
from engine.worker import build_workers, workflow_runner
from tests.workflows.stage_fakes import REF, FakeStages
from trends.settings import load_settings

WAIT_SECONDS = 0.25
SLOTS = (1, 4, 16)
# Beyond what one server on this machine passes on.
MANY_SLOTS = 64
# Each slot's share, so that every measurement takes about as long.
RUNS_A_SLOT = 4
WAITING_QUEUE = "waiting"
QUEUED = 10_000
FEW = 5


async def engine_rate(server: Server, slots: int) -> float:
    """Stages a second with so many slots, from the first stage's beginning to the last one's end."""
    moments: list[float] = []

    @activity.defn(name="wait")
    async def wait(number: int) -> int:
        moments.append(time.perf_counter())
        await asyncio.get_running_loop().run_in_executor(threads, time.sleep, WAIT_SECONDS)
        moments.append(time.perf_counter())
        return number

    settings = load_settings({"TRENDS_WORKERS__NUM_WORKERS": str(slots)})
    with ThreadPoolExecutor(slots) as threads:
        async with AsyncExitStack() as stack:
            workflows = Worker(
                server.client,
                task_queue=WAITING_QUEUE,
                workflows=[WaitingWorkflow],
                workflow_runner=workflow_runner(),
            )
            await stack.enter_async_context(workflows)
            served = {contracts.LLM_QUEUE: [wait]}
            for worker in build_workers(server.client, [contracts.LLM_QUEUE], served, settings):
                await stack.enter_async_context(worker)
            await asyncio.gather(
                *(
                    server.client.execute_workflow(
                        WaitingWorkflow.run, 1, id=str(uuid4()), task_queue=WAITING_QUEUE
                    )
                    for _ in range(slots * RUNS_A_SLOT)
                )
            )
    return len(moments) / 2 / (max(moments) - min(moments))


async def queue_rate(consumers: int, call: Callable[[], Awaitable[None]]) -> float:
    """The same with an asyncio queue in memory, which loses everything when its process ends."""
    jobs: asyncio.Queue[int] = asyncio.Queue()
    count = consumers * RUNS_A_SLOT * STAGES
    for number in range(count):
        jobs.put_nowait(number)

    async def consume() -> None:
        while True:
            await jobs.get()
            await call()
            jobs.task_done()

    began = time.perf_counter()
    tasks = [asyncio.create_task(consume()) for _ in range(consumers)]
    await jobs.join()
    for task in tasks:
        task.cancel()
    return count / (time.perf_counter() - began)


async def blocking() -> None:
    """Call a model as people do: the client's plain method, within a coroutine."""
    time.sleep(WAIT_SECONDS)  # noqa: ASYNC251  # what is measured


async def yielding() -> None:
    """Call a model by a client that yields."""
    await asyncio.sleep(WAIT_SECONDS)


async def throughput(server: Server, figures: Figures) -> None:
    """Stages a second, by slots."""
    await engine_rate(server, SLOTS[0])
    rates = {slots: await engine_rate(server, slots) for slots in (*SLOTS, MANY_SLOTS)}
    first = rates[SLOTS[0]]
    for slots in SLOTS:
        figures.add(f"stages that wait, {slots} slots", rates[slots], "1/s")
        ideal = slots / WAIT_SECONDS
        figures.add(f"of what {slots} slots could at best", rates[slots] / ideal, "ratio")
        if slots > 1:
            linear = rates[slots] / (slots * first)
            figures.add(f"{slots} slots to {slots} times one slot", linear, "ratio", ">= 0.95")
    figures.add(f"stages that wait, {MANY_SLOTS} slots: the engine's limit", rates[64], "1/s")
    plain = {slots: await queue_rate(slots, blocking) for slots in (1, 4)}
    figures.add(
        "asyncio queue as people write it: 4 consumers to one", plain[4] / plain[1], "ratio"
    )
    easy = {slots: await queue_rate(slots, yielding) for slots in (1, 16)}
    figures.add(
        "asyncio queue with calls that yield: 16 consumers to one", easy[16] / easy[1], "ratio"
    )


async def held_back(server: Server, queued: int) -> tuple[int, int, float]:
    """Let one tenant have a queue, then another ask for one run.

    Returns:
        Runs of the first tenant that began, and that ended, between the other's wish and its run's first stage and
        end; and the seconds until that end.
    """
    stages = FakeStages()
    await _in_batches([_start(server, "many", "a") for _ in range(queued)])
    async with AsyncExitStack() as stack:
        settings = load_settings({})
        for worker in build_workers(server.client, contracts.QUEUES, stages.by_queue(), settings):
            await stack.enter_async_context(worker)
        await stages.until(lambda: "collect:a" in stages.calls)
        asked = time.perf_counter()
        handle = server.client.get_workflow_handle(await _start(server, "one", "b"))
        # From here on the server knows of both, and chooses.
        before = len(stages.calls)
        await stages.until(lambda: "collect:b" in stages.calls)
        began = stages.calls[before : stages.calls.index("collect:b")].count("collect:a")
        await handle.result()
        seconds = time.perf_counter() - asked
        ended = stages.calls[before:].count("notify") - 1
        left = queued - stages.calls.count("notify") + 1
        if left <= 0:
            message = "the queue was empty before the other run had ended: raise --queued"
            raise SystemExit(message)
    return began, ended, seconds


async def _start(server: Server, tenant: str, source: str) -> str:
    run_id = str(uuid4())
    workflow_id = f"run-{tenant}-{run_id}"
    run = NewsRunInput(
        run=RunRef(tenant=tenant, run_id=run_id, brief=REF), sources=(source,), title="bench"
    )
    await server.client.start_workflow(
        contracts.NEWS_WORKFLOW,
        run,
        id=workflow_id,
        task_queue=contracts.WORKFLOW_QUEUE,
        priority=Priority(priority_key=PRIORITIES["interactive"], fairness_key=tenant),
    )
    return workflow_id


async def _in_batches(starts: list[Awaitable[str]], size: int = 50) -> None:
    for place in range(0, len(starts), size):
        await asyncio.gather(*starts[place : place + size])


async def main(queued: int) -> bool:
    """Measure both, each on a server of its own."""
    figures = Figures("scale", "python -m benchmarks.scale")
    async with own_server() as server:
        await throughput(server, figures)
    async with own_server() as server:
        began, ended, seconds = await held_back(server, queued)
    figures.add("runs that another tenant has queued", queued, "runs")
    figures.add("of them begun before a tenant's first run begins", began, "runs", f"<= {FEW}")
    figures.add("of them ended before it ends", ended, "runs")
    figures.add("seconds from its start request to its end", seconds, "s")
    return figures.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queued", type=int, default=QUEUED)
    met = asyncio.run(main(parser.parse_known_args()[0].queued))
    os._exit(0 if met else 1)
