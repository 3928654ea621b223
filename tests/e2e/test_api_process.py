"""`python -m api` as a process of its own: how it starts, serves without a Temporal server, and leaves."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.unit.api.fake_doors import TENANT, FakeRuns, open_fake_doors
from trends.domain.models import RunStatus
from trends_client import AsyncTrendsClient

ROOT = Path(__file__).parents[2]
Start = Callable[..., Awaitable[Process]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def start(tmp_path: Path, port: int) -> AsyncGenerator[Start]:
    """Start the API over the state in `tmp_path`; no Temporal server is there."""
    started: list[Process] = []

    async def begin(**environ: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api",
            cwd=ROOT,
            env={
                **os.environ,
                "TRENDS_STATE": str(tmp_path),
                "TRENDS_API__PORT": str(port),
                "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
                **environ,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def trends(port: int) -> AsyncGenerator[AsyncTrendsClient]:
    """A client that bears the API's start."""
    async with AsyncTrendsClient(f"http://127.0.0.1:{port}", patience=60) as client:
        yield client


async def accepted(folder: Path) -> str:
    async with open_fake_doors(folder) as doors:
        doors.runs = FakeRuns(
            doors.store,
            doors.artifacts,
            doors.settings,
            lambda: datetime.now(UTC),
            doors.monitors.store,
        )
        return await doors.accept()


async def test_told_to_stop_it_ends_streams_and_leaves_with_0(
    start: Start, trends: AsyncTrendsClient, port: int, tmp_path: Path
) -> None:
    run_id = await accepted(tmp_path)
    process = await start()
    await trends.get(run_id)
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http,
        http.stream("GET", f"/v1/runs/{run_id}/events") as response,
    ):
        chunks = response.aiter_text()
        said = await anext(chunks)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(4):
            said += "".join([chunk async for chunk in chunks])
    async with asyncio.timeout(5):
        assert await process.wait() == 0
    assert "event: reconnect" in said


async def test_killed_while_watched_it_is_followed_on(
    start: Start, trends: AsyncTrendsClient, tmp_path: Path
) -> None:
    run_id = await accepted(tmp_path)
    process = await start()
    seen: list[int | None] = []
    async with asyncio.timeout(60):
        async for event in trends.events(run_id):
            seen.append(event.seq)
            if event.seq == 1:
                process.kill()
                await process.wait()
                async with open_fake_doors(tmp_path) as doors:
                    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")
                await start()
    assert seen == [1, 2]


async def test_without_a_temporal_server_it_lives_and_says_what_is_down(
    start: Start, trends: AsyncTrendsClient, port: int, tmp_path: Path
) -> None:
    run_id = await accepted(tmp_path)
    await start()
    await trends.get(run_id)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        assert (await http.get("/livez")).status_code == 200
        ready = await http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["storage"] == "ok"
    assert "does not answer" in ready.json()["parts"]["temporal"]


async def test_run_is_accepted_without_a_temporal_server(
    start: Start, trends: AsyncTrendsClient, tmp_path: Path
) -> None:
    await accepted(tmp_path)
    await start()
    run = await trends.submit("저속노화", sources=["sample"])
    assert (run.status, run.query) == ("starting", "저속노화")


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"TRENDS_API__HOST": "0.0.0.0"}, "no authentication"),
        ({"TRENDS_API__PROT": "1"}, "TRENDS_API__PORT"),
        ({}, "trends migrate"),
    ],
)
async def test_what_cannot_be_served_is_said_in_a_line(
    start: Start, environ: dict[str, str], word: str
) -> None:
    process = await start(**environ)
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 1
    assert word in said.decode()
    assert "Traceback" not in said.decode()


async def test_taken_port_is_a_failure(start: Start, port: int, tmp_path: Path) -> None:
    await accepted(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = await start()
        async with asyncio.timeout(60):
            assert await process.wait() == 1
