"""PostgreSQL or the Temporal server away for a minute, gone or hung: what callers are told, and what becomes of runs.

An API process and a worker over a real PostgreSQL and a real Temporal server. Callers go on asking all the time, and
runs go on being started; every one that was accepted must end as completed, by itself.

Usage: python -m benchmarks.outages [--seconds 60]
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import httpx

from benchmarks.figures import Figures
from benchmarks.reload import worker
from engine.connect import connect
from engine.namespace import ensure_namespace
from engine.ports import claim_port
from engine.server import find_engine, server_command
from tests.api_process import api_processes
from tests.postgres_server import PostgresServer, postgres_cluster
from trends.storage.migrate import migrate

PAUSE_SECONDS = 0.5
# A caller who gets nothing for so long has given up.
PATIENCE_SECONDS = 30
RECOVERY_SECONDS = 180


# Takes something away; what it returns brings it back.
Restore = Callable[[], Awaitable[None]]
Outage = Callable[[], Awaitable[Restore]]


@dataclass
class Temporal:
    """A server that can be killed and started again where it was."""

    command: tuple[str, ...]
    address: str
    process: Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdout=DEVNULL, stderr=DEVNULL
        )
        client = await connect({}, address=self.address, patience=timedelta(seconds=60))
        await ensure_namespace(client, retention=timedelta(days=30))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.returncode is None:
            self.send(signal.SIGKILL)
            await self.process.wait()


@dataclass
class Callers:
    """What callers asked, and what they were told.

    Attributes:
        told: How often each answer came.
        wrong: Answers that were neither good nor a 503 that says when to come back.
        longest: Longest wait for an answer, in seconds.
        runs: Ids of runs that were accepted.
    """

    http: httpx.AsyncClient
    told: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    longest: float = 0.0
    runs: list[str] = field(default_factory=list[str])

    async def ask(self, method: str, path: str) -> None:
        """Ask once."""
        began = time.perf_counter()
        try:
            answer = await self.http.request(method, path, json={} if method == "POST" else None)
        except httpx.HTTPError as error:
            self.wrong.append(f"{method} {path}: {type(error).__name__}")
            return
        finally:
            self.longest = max(self.longest, time.perf_counter() - began)
        self.told[str(answer.status_code)] += 1
        if answer.status_code == HTTPStatus.ACCEPTED:
            self.runs.append(answer.json()["id"])
        again = answer.headers.get("Retry-After", "")
        later = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and again.isdigit()
        if not answer.is_success and not later:
            self.wrong.append(f"{method} {path}: {answer.status_code}")

    async def go_on(self, method: str, path: str, stop: asyncio.Event) -> None:
        """Ask again and again until told to stop."""
        while not stop.is_set():
            await self.ask(method, path)
            await asyncio.sleep(PAUSE_SECONDS)

    async def well(self) -> bool:
        """Whether all is well: ready, and a run that is started now is completed."""
        try:
            if (await self.http.get("/readyz")).status_code != HTTPStatus.OK:
                return False
            answer = await self.http.post("/v1/runs", json={})
            if answer.status_code != HTTPStatus.ACCEPTED:
                return False
            self.runs.append(answer.json()["id"])
            return await self.status(self.runs[-1], wait=10) == "completed"
        except httpx.HTTPError:
            return False

    async def status(self, run_id: str, wait: int) -> str:
        """How a run stands, after waiting for its end so many seconds."""
        answer = await self.http.get(
            f"/v1/runs/{run_id}", params={"wait": wait}, timeout=wait + PATIENCE_SECONDS
        )
        return str(answer.json().get("status", answer.status_code))


async def suffer(
    name: str, outage: Outage, http: httpx.AsyncClient, seconds: float, figures: Figures
) -> None:
    """Take something away for a while, bring it back, and tell what callers saw.

    Args:
        name: What is away.
        outage: Takes it away; what it returns brings it back.
        http: The API.
        seconds: How long it is away.
        figures: Where the figures go.
    """
    callers = Callers(http)
    # Under way when it happens.
    for _ in range(3):
        await callers.ask("POST", "/v1/runs")
    restore = await outage()
    stop = asyncio.Event()
    asked = [("GET", "/v1/runs"), ("GET", "/readyz"), ("POST", "/v1/runs")]
    asked.append(("GET", f"/v1/runs/{callers.runs[0]}"))
    try:
        async with asyncio.TaskGroup() as tasks:
            for method, path in asked:
                tasks.create_task(callers.go_on(method, path, stop))
            await asyncio.sleep(seconds)
            stop.set()
    finally:
        await restore()
    began = time.perf_counter()
    async with asyncio.timeout(RECOVERY_SECONDS):
        while not await callers.well():
            await asyncio.sleep(PAUSE_SECONDS)
    recovered = time.perf_counter() - began
    ends = Counter([await callers.status(run, wait=RECOVERY_SECONDS) for run in callers.runs])
    ended = time.perf_counter() - began
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(callers.told.items()))
    figures.add(f"{name}: answers", answers, "")
    figures.add(
        f"{name}: neither good nor 503 with Retry-After", len(callers.wrong), "answers", "== 0"
    )
    figures.add(f"{name}: longest wait for an answer", callers.longest, "s")
    figures.add(f"{name}: until ready and a new run completes", recovered, "s")
    figures.add(f"{name}: runs accepted before, in and after it", len(callers.runs), "runs")
    figures.add(f"{name}: until all of them had ended", ended, "s")
    lost = len(callers.runs) - ends["completed"]
    figures.add(f"{name}: of these not completed", lost, "runs", "== 0")
    for each in (*callers.wrong[:5], *(f"{end}: {count}" for end, count in ends.items())):
        print(f"  {name}: {each}")


@asynccontextmanager
async def temporal_server(folder: Path) -> AsyncGenerator[Temporal]:
    """A Temporal server for the length of the block."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
    engine = await find_engine(environ, say=print)
    assert engine.binary is not None
    async with AsyncExitStack() as stack:
        claims = [claim_port(7233), claim_port(8233)]
        for claim in claims:
            stack.callback(claim.release)
        port, ui_port = (claim.port for claim in claims)
        command = server_command(
            engine.binary, port=port, ui_port=ui_port, database=folder / "temporal.db"
        )
        server = Temporal(tuple(map(str, command)), f"127.0.0.1:{port}")
        stack.push_async_callback(server.kill)
        await server.start()
        yield server


async def measure(folder: Path, postgres: PostgresServer, seconds: float, figures: Figures) -> None:
    """Start the processes, and take away what they need."""

    async def stop_postgres() -> Restore:
        await asyncio.to_thread(postgres.stop)
        return lambda: asyncio.to_thread(postgres.start)

    async def hang_postgres() -> Restore:
        hung = AsyncExitStack()
        hung.enter_context(postgres.hung())
        return hung.aclose

    async def kill_temporal() -> Restore:
        await temporal.kill()
        return temporal.start

    async def hang_temporal() -> Restore:
        temporal.send(signal.SIGSTOP)

        async def go_on() -> None:
            temporal.send(signal.SIGCONT)

        return go_on

    url = postgres.create("outages")
    migrate(url)
    async with AsyncExitStack() as stack:
        temporal = await stack.enter_async_context(temporal_server(folder))
        (api,) = await stack.enter_async_context(
            api_processes(1, folder, url, TEMPORAL_ADDRESS=temporal.address)
        )
        environ = {**api.environ, "TRENDS_STATE": str(folder)}
        await stack.enter_async_context(worker(environ, folder / "worker.log"))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=api.url, timeout=PATIENCE_SECONDS)
        )
        for name, outage in {
            "PostgreSQL stopped": stop_postgres,
            "PostgreSQL hung": hang_postgres,
            "Temporal killed": kill_temporal,
            "Temporal hung": hang_temporal,
        }.items():
            await suffer(name, outage, http, seconds, figures)


async def main() -> bool:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    figures = Figures("outages", "python -m benchmarks.outages")
    figures.add("each away for", seconds, "s")
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder, postgres_cluster() as found:
        await measure(Path(folder), found, seconds, figures)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
