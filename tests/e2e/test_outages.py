"""Temporal or PostgreSQL away for a while: 503 with Retry-After where they are needed, then well by itself."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from engine.ports import claim_port
from engine.server import Engine, server_command
from tests.api_process import api_processes
from tests.postgres_server import PostgresServer
from trends.storage.migrate import migrate

PATIENCE_SECONDS = 120


async def until(well: Callable[[], Awaitable[bool]]) -> None:
    """Await that something is as it should be; other processes tell nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await well():
            await asyncio.sleep(0.1)


async def ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/readyz")).status_code == 200


async def past(lines: AsyncIterator[str], wanted: str) -> None:
    """Read a stream up to a line."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in lines:
            if line == wanted:
                return
    raise AssertionError(f"The stream ended before: {wanted}")


@pytest.mark.engine
async def test_temporal_server_that_stops_is_told_and_met_again(
    engine: Engine, tmp_path: Path
) -> None:
    assert engine.binary is not None
    database = f"sqlite:///{tmp_path / 'trends.db'}"
    migrate(database)
    async with AsyncExitStack() as stack:
        claims = [claim_port(24_000) for _ in range(2)]
        for claim in claims:
            stack.callback(claim.release)
        port, ui_port = (claim.port for claim in claims)
        command = server_command(
            engine.binary, port=port, ui_port=ui_port, database=tmp_path / "temporal.db"
        )
        (api,) = await stack.enter_async_context(
            api_processes(1, tmp_path, database, TEMPORAL_ADDRESS=f"127.0.0.1:{port}")
        )
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=api.url, timeout=PATIENCE_SECONDS)
        )
        # Accepted while there is none: a run is promised before it is begun.
        run = (await http.post("/v1/runs", json={})).json()
        assert run["status"] == "starting"
        for _ in range(2):
            away = await http.post(f"/v1/runs/{run['id']}/retry")
            assert (away.status_code, away.json()["slug"]) in {
                (503, "engine-unreachable"),
                (409, "run-not-blocked"),
            }
            cancelled = await http.get("/readyz")
            assert (cancelled.status_code, "Retry-After" in cancelled.headers) == (503, True)
            assert (await http.get(f"/v1/runs/{run['id']}")).status_code == 200
            server = await asyncio.create_subprocess_exec(
                *command, stdout=DEVNULL, stderr=DEVNULL, env=dict(os.environ)
            )
            try:
                await until(lambda: ready(http))
            finally:
                server.send_signal(signal.SIGKILL)
                await server.wait()
            gone = await http.post(f"/v1/runs/{run['id']}/cancel")
            assert (gone.status_code, gone.json()["slug"]) == (503, "engine-unreachable")
            assert int(gone.headers["Retry-After"]) > 0


@dataclass
class Serving:
    """An API process over a database of its own, and a run that it has accepted."""

    http: httpx.AsyncClient
    run: str

    async def says_later(self, *paths: str) -> None:
        """Ask for what it cannot give, all at once: it says when to come back, and lives."""
        answers = await asyncio.gather(
            *(self.http.get(path) for path in paths),
            self.http.post("/v1/runs", json={"query": "lost"}),
        )
        assert {(answer.status_code, answer.json()["slug"]) for answer in answers} == {
            (503, "storage-unavailable")
        }
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert (await self.http.get("/readyz")).status_code == 503
        assert (await self.http.get("/livez")).status_code == 200

    async def is_well_again(self) -> None:
        """Await that it gives lists again, with the one run that it accepted; and it takes another."""

        async def listed() -> bool:
            return (await self.http.get("/v1/runs")).status_code == 200

        await until(listed)
        (kept,) = (await self.http.get("/v1/runs")).json()["items"]
        assert kept["id"] == self.run
        assert (await self.http.post("/v1/runs", json={})).status_code == 202


@pytest.fixture
async def serving(postgres: PostgresServer, tmp_path: Path) -> AsyncGenerator[Serving]:
    url = postgres.create("outage")
    try:
        migrate(url)
        async with (
            api_processes(1, tmp_path, url) as (api,),
            httpx.AsyncClient(base_url=api.url, timeout=PATIENCE_SECONDS) as http,
        ):
            yield Serving(http, (await http.post("/v1/runs", json={})).json()["id"])
    finally:
        postgres.drop("outage")


async def test_postgresql_that_hangs_is_told_also_to_those_who_watch(
    serving: Serving, postgres: PostgresServer
) -> None:
    async with serving.http.stream("GET", f"/v1/runs/{serving.run}/events") as watched:
        told = watched.aiter_lines()
        await past(told, "event: run.accepted")
        with postgres.hung():
            # More at once than the process has connections.
            await serving.says_later(*("/v1/runs", "/v1/trends", f"/v1/runs/{serving.run}") * 4)
            await past(told, "event: stream.stalled")
        await past(told, "event: stream.resumed")
    await serving.is_well_again()


async def test_postgresql_that_stops_is_told_and_met_again(
    serving: Serving, postgres: PostgresServer
) -> None:
    postgres.stop()
    try:
        await serving.says_later("/v1/runs", f"/v1/runs/{serving.run}", "/v1/trends", "/v1/shares")
    finally:
        postgres.start()
    await serving.is_well_again()
