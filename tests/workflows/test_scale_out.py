"""Workers in many processes: each serves the queues it is told, one may die, and the server knows who is at work."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from activities.contracts import CPU_QUEUE, IO_QUEUE, LLM_QUEUE, QUEUES, WORKFLOW_QUEUE
from engine.connect import connect
from engine.liveness import check_worker
from engine.namespace import create_namespace
from engine.readiness import worker_check
from tests.workflows.stand import PATIENCE_SECONDS, ROOT, Stand, stand
from trends.domain.models import RunStatus
from trends.errors import EngineUnreachableError, StackError
from workflows import attributes

pytestmark = pytest.mark.engine

NOWHERE = {"TEMPORAL_CONFIG_FILE": os.devnull}


@asynccontextmanager
async def workers(
    built: Stand, *groups: Sequence[str]
) -> AsyncGenerator[list[asyncio.subprocess.Process]]:
    """A worker process for each group of queues, all ready; ended at the end if they are not by then."""
    processes = [await _start(built, queues) for queues in groups]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for process, queues in zip(processes, groups, strict=True):
                check = worker_check(built.env, namespace="default", queues=queues)
                while not await _holds(check(process.pid)):
                    await asyncio.sleep(0.1)
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _start(built: Stand, queues: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cli", "worker", "--queues", ",".join(queues)),
        env={**built.env, "PYTHONPATH": str(ROOT)},
    )


async def _holds(check: Awaitable[None]) -> bool:
    try:
        await check
    except StackError:
        return False
    return True


async def test_a_run_goes_through_one_process_for_each_queue(
    engine_server: str, tmp_path: Path, calm_report: dict[str, bytes]
) -> None:
    groups = [(queue,) for queue in QUEUES]
    async with stand(engine_server, tmp_path) as built, workers(built, *groups):
        row = await built.finished(await built.start())
        assert await built.report(row) == calm_report


@pytest.mark.slow
async def test_a_queue_whose_worker_was_killed_is_served_by_the_next(
    engine_server: str, tmp_path: Path, calm_report: dict[str, bytes]
) -> None:
    rest = (WORKFLOW_QUEUE, IO_QUEUE, LLM_QUEUE)
    async with (
        stand(engine_server, tmp_path) as built,
        workers(built, rest, (CPU_QUEUE,)) as (_, first),
    ):
        row = await built.start()
        await built.begun(row, "normalize")
        first.kill()
        async with workers(built, (CPU_QUEUE,)):
            ended = await built.finished(row)
        assert await built.report(ended) == calm_report


async def test_a_queue_that_nobody_serves_makes_a_run_wait_and_loses_nothing(
    engine_server: str, tmp_path: Path
) -> None:
    async with (
        stand(engine_server, tmp_path) as built,
        workers(built, (WORKFLOW_QUEUE, IO_QUEUE)),
    ):
        row = await built.start()
        await built.completed(row, "collect")
        assert (await built.doors.store.get("local", row.run_id)).status is RunStatus.RUNNING
        async with workers(built, (CPU_QUEUE, LLM_QUEUE)):
            assert (await built.finished(row)).status is RunStatus.COMPLETED


async def test_a_worker_drains_and_leaves_well_when_it_is_told_to_stop(
    engine_server: str, tmp_path: Path
) -> None:
    async with stand(engine_server, tmp_path) as built, workers(built, QUEUES) as (process,):
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.wait() == 0


async def test_a_worker_of_this_host_is_known_by_its_polls(
    engine_server: str, tmp_path: Path
) -> None:
    queues = (LLM_QUEUE,)
    async with stand(engine_server, tmp_path) as built, workers(built, queues):
        now = datetime.now(UTC)
        await check_worker(built.env, namespace="default", queues=queues, now=now)
        later = now + timedelta(hours=2)
        with pytest.raises(StackError, match="last polled the task queue 'trends-llm' 7"):
            await check_worker(built.env, namespace="default", queues=queues, now=later)
        with pytest.raises(StackError, match="No worker on elsewhere polls the task queue"):
            await check_worker(
                built.env, namespace="default", queues=queues, now=now, host="elsewhere"
            )


async def test_a_queue_that_was_never_polled_is_named(engine_server: str) -> None:
    environ = {**NOWHERE, "TEMPORAL_ADDRESS": engine_server}
    with pytest.raises(StackError) as failure:
        await check_worker(environ, namespace="default", queues=("nobodys",), now=datetime.now(UTC))
    assert str(failure.value) == (
        f"No worker on {socket.gethostname()} polls the task queue 'nobodys'. "
        "Its log says whether it still starts, or why it ended."
    )


async def test_a_worker_is_not_blamed_for_a_server_that_is_away() -> None:
    environ = {**NOWHERE, "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    with pytest.raises(EngineUnreachableError):
        await check_worker(environ, namespace="default", queues=QUEUES, now=datetime.now(UTC))


async def test_a_namespace_is_made_once_with_all_that_runs_need(
    engine_server: str, temporal: Client
) -> None:
    assert temporal.namespace == "default"
    name = f"made-{uuid4().hex}"
    client = await connect(NOWHERE, address=engine_server, namespace=name)
    assert await create_namespace(client, retention=timedelta(days=7)) is True
    assert await create_namespace(client, retention=timedelta(days=7)) is False
    # A server that does not know them would call the question wrong.
    for key in attributes.ALL:
        assert [run.id async for run in client.list_workflows(f"{key.name} = 'x'")] == []
