"""PostgreSQL, or the Temporal server, away for several passes of the reconciler: told in bounded time, then all is well."""

import asyncio
import contextlib
import os
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from structlog.testing import capture_logs
from temporalio.service import RPCError

from engine.connect import connect
from engine.doors import Doors, open_doors
from engine.namespace import ensure_namespace
from engine.ports import claim_port
from engine.reconciler import Reconciler
from engine.retention import Retention
from engine.server import Engine, server_command
from tests.databases import put_database
from tests.postgres_server import PostgresServer
from tests.unit.api.fake_doors import FakeDoors, LiveApi
from tests.workflows.stand import REQUEST, environment
from trends.storage.migrate import migrate

pytestmark = pytest.mark.engine

# What a request may take while something is away: requests to the Temporal server are given up after two to four.
LONGEST_ANSWER_SECONDS = 6
PATIENCE_SECONDS = 60
PASSES = 2


@dataclass
class Serving:
    """An API over real storage, in this process, whose reconciler passes ten times a second."""

    doors: Doors
    http: httpx.AsyncClient

    async def status(self, run_id: str) -> str:
        """Status of a run, as callers see it."""
        return str((await self.http.get(f"/v1/runs/{run_id}")).json()["status"])

    async def failed_passes(self) -> None:
        """Await that the reconciler has passed in vain several times."""
        with capture_logs() as said:
            await until(lambda: _true(_failures(said) >= PASSES))


def _failures(said: Sequence[Mapping[str, Any]]) -> int:
    return sum(each["event"] == "reconcile.failed" for each in said)


async def _true(value: bool) -> bool:
    return value


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Await a state of another process, which tells nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


def reconciler_over(doors: Doors, **paces: timedelta) -> Reconciler:
    """One that is past the grace for runs that are just being started."""
    return Reconciler(
        doors.runs,
        doors.artifacts,
        lambda: datetime.now(UTC) + timedelta(minutes=1),
        Retention(doors.parts.database, lambda: doors.settings),
        **paces,
    )


@asynccontextmanager
async def serving(address: str, state: Path, database: str) -> AsyncGenerator[Serving]:
    """Serve for the length of the block."""
    env = environment(address, state, TRENDS_DATABASE_URL=database)
    async with open_doors(env) as opened:
        doors = replace(
            opened,
            reconciler=reconciler_over(opened, interval=timedelta(seconds=0.1)),
        )
        # It serves from whatever has the doors of the API; its other users look into the fake ones.
        api = LiveApi(cast("FakeDoors", doors))
        await api.start()
        try:
            async with httpx.AsyncClient(base_url=api.url, timeout=LONGEST_ANSWER_SECONDS) as http:
                yield Serving(doors, http)
        finally:
            await api.stop()


@dataclass
class TemporalServer:
    """A Temporal server that can be killed and started again."""

    command: tuple[str, ...]
    process: Process | None = None

    async def start(self) -> None:
        """Start it; whoever needs it waits until it answers."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdout=DEVNULL, stderr=DEVNULL
        )

    async def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def temporal_server(
    engine: Engine, folder: Path
) -> AsyncGenerator[tuple[TemporalServer, str]]:
    """A server of one's own, and its address."""
    assert engine.binary is not None
    async with AsyncExitStack() as stack:
        claims = [claim_port(24_500) for _ in range(2)]
        for claim in claims:
            stack.callback(claim.release)
        port, ui_port = (claim.port for claim in claims)
        server = TemporalServer(
            server_command(engine.binary, port=port, ui_port=ui_port, database=folder / "t.db")
        )
        stack.push_async_callback(server.kill)
        await server.start()
        address = f"127.0.0.1:{port}"
        nowhere = {"TEMPORAL_CONFIG_FILE": os.devnull}
        client = await connect(nowhere, address=address, patience=timedelta(seconds=30))
        await ensure_namespace(client, retention=timedelta(days=1))
        yield server, address


async def told(stream: httpx.Response) -> AsyncGenerator[str]:
    """Names of the events of a stream."""
    async for line in stream.aiter_lines():
        if line.startswith("event: "):
            yield line.removeprefix("event: ")


async def test_postgresql_away_is_told_and_what_ended_meanwhile_is_found(
    engine_server: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create("reconciled")
    try:
        migrate(url)
        async with serving(engine_server, tmp_path, url) as api:
            run = (await api.http.post("/v1/runs", json={})).json()
            events = f"/v1/runs/{run['id']}/events"
            async with api.http.stream("GET", events, timeout=PATIENCE_SECONDS) as stream:
                seen = told(stream)
                assert await anext(seen) == "run.accepted"
                postgres.stop()
                try:
                    await api.failed_passes()
                    for method, path in (
                        ("GET", "/v1/runs"),
                        ("GET", f"/v1/runs/{run['id']}"),
                        ("GET", events),
                        ("GET", "/v1/limits"),
                        ("GET", "/v1/schedules"),
                        ("POST", "/v1/runs"),
                        ("POST", f"/v1/runs/{run['id']}/cancel"),
                        ("POST", "/v1/freeze"),
                    ):
                        answer = await api.http.request(
                            method, path, json={} if method == "POST" else None
                        )
                        told_as = (answer.status_code, answer.json()["slug"])
                        assert told_as == (503, "storage-unavailable"), path
                        assert int(answer.headers["Retry-After"]) > 0
                    # Who may end it is the server alone now.
                    await api.doors.client.get_workflow_handle(f"run-local-{run['id']}").terminate()
                finally:
                    postgres.start()
                # The stream was not lost: it goes on to the end that the reconciler found.
                async with asyncio.timeout(PATIENCE_SECONDS):
                    assert [each async for each in seen if each != "progress"] == [
                        "stream.stalled",
                        "stream.resumed",
                        "run.terminated",
                    ]
            assert await api.status(run["id"]) == "terminated"
            assert (await api.http.get("/readyz")).status_code == 200
    finally:
        postgres.drop("reconciled")


async def test_temporal_away_is_told_and_runs_that_were_accepted_meanwhile_begin(
    engine: Engine, tmp_path: Path
) -> None:
    async with (
        temporal_server(engine, tmp_path) as (server, address),
        serving(address, tmp_path, put_database(tmp_path / "trends.db")) as api,
    ):
        await until(lambda: _ready(api))
        ends = (await api.http.post("/v1/runs", json={})).json()["id"]
        await api.doors.client.get_workflow_handle(f"run-local-{ends}").terminate()
        await until(lambda: _is(api, ends, "terminated"))
        kept = (await api.http.post("/v1/runs", json={"query": "kept"})).json()["id"]
        await server.kill()
        await api.failed_passes()
        accepted = await api.http.post("/v1/runs", json={"query": "meanwhile"})
        assert accepted.status_code == 202
        assert await api.status(kept) == "starting"
        for path in (f"/v1/runs/{kept}/cancel", f"/v1/runs/{kept}/pause"):
            refused = await api.http.post(path)
            assert (refused.status_code, refused.json()["slug"]) == (503, "engine-unreachable")
            assert int(refused.headers["Retry-After"]) > 0
        await server.start()
        meanwhile = f"run-local-{accepted.json()['id']}"
        await until(lambda: _known(api, meanwhile))
        await until(lambda: _known(api, f"run-local-{kept}"))
        assert await api.status(kept) == "starting"


async def _ready(api: Serving) -> bool:
    return (await api.http.get("/readyz")).status_code == 200


async def _is(api: Serving, run_id: str, status: str) -> bool:
    return await api.status(run_id) == status


async def _known(api: Serving, workflow_id: str) -> bool:
    with contextlib.suppress(RPCError, RuntimeError):
        await api.doors.client.get_workflow_handle(workflow_id).describe(
            rpc_timeout=timedelta(seconds=1)
        )
        return True
    return False


async def test_a_pass_that_failed_is_made_again_long_before_the_next_is_due(tmp_path: Path) -> None:
    put_database(tmp_path / "trends.db")
    # Nobody listens there.
    env = environment("127.0.0.1:1", tmp_path)
    async with open_doors(env) as doors:
        await doors.runs.start("local", REQUEST, None)
        reconciler = reconciler_over(
            doors, interval=timedelta(hours=1), again=timedelta(seconds=0.05)
        )
        stop = asyncio.Event()
        with capture_logs() as said:
            passing = asyncio.create_task(reconciler.run_forever(stop))
            await until(lambda: _true(_failures(said) >= PASSES))
            stop.set()
            await passing
