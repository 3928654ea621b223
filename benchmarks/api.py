"""How long the API takes with ten thousand stored runs, on each database.

An API process and a Temporal server stand by themselves; requests come one after the other over one connection.

Usage: python -m benchmarks.api [--runs 10000]
"""

import argparse
import asyncio
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
import uuid_utils

from benchmarks.figures import Figures
from benchmarks.server import own_server
from tests.api_process import api_processes
from tests.postgres_server import NoPostgresError, postgres_cluster
from tests.unit.trends.storage.record_cases import TENANT, new_run
from trends.domain.models import RunStatus
from trends.storage.database import Database
from trends.storage.events import NewEvent
from trends.storage.migrate import migrate
from trends.storage.record import accept, finish
from trends.storage.statements import RunKey

RUNS = 10_000
BATCH = 500
TIMES = 200
QUESTIONS = 50
START = datetime(2026, 1, 1, tzinfo=UTC)
UNLIMITED = {
    "TRENDS_API__LIMITS__READS_PER_MINUTE": "1000000",
    "TRENDS_API__LIMITS__READS_BURST": "100000",
    "TRENDS_API__LIMITS__WRITES_PER_MINUTE": "100000",
    "TRENDS_API__LIMITS__WRITES_BURST": "10000",
    "TRENDS_SOURCES__POLLING": "false",
}


def ends() -> Iterator[RunStatus]:
    """How runs end: nearly all well."""
    while True:
        yield RunStatus.FAILED
        for _ in range(19):
            yield RunStatus.COMPLETED


async def fill(url: str, count: int) -> None:
    """Store runs that have ended, an hour apart."""
    how = ends()
    async with await Database.open(url) as database:
        for begin in range(0, count, BATCH):
            numbers = range(begin, min(begin + BATCH, count))

            def some(connection: sa.Connection, numbers: range = numbers) -> None:
                for number in numbers:
                    at = START + timedelta(minutes=number)
                    run_id = str(uuid_utils.uuid7())
                    asked = {"requested_at": at, "question_hash": f"q{number % QUESTIONS}"}
                    accept(connection, new_run(run_id, **asked), at)
                    event = NewEvent("", at + timedelta(minutes=1), "")
                    finish(connection, RunKey(TENANT, run_id), next(how), event)

            await database.write(some)


async def timed(
    http: httpx.AsyncClient, method: str, path: str, body: object = None
) -> list[float]:
    """Ask the same again and again; gives the seconds, sorted."""
    found: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        response = await http.request(method, path, json=body)
        found.append(time.perf_counter() - began)
        response.raise_for_status()
    return sorted(found)


async def deep_page(http: httpx.AsyncClient) -> str:
    """Address of a page far behind the first."""
    path = "/v1/runs?limit=200"
    for _ in range(30):
        cursor = (await http.get(path)).raise_for_status().json()["next_cursor"]
        if cursor is None:
            break
        path = f"/v1/runs?limit=200&cursor={cursor}"
    return path.replace("limit=200", "limit=50")


async def measure(name: str, url: str, state: Path, runs: int, figures: Figures) -> None:
    """Measure on one database."""
    await asyncio.to_thread(migrate, url)
    await fill(url, runs)
    async with own_server() as server:
        more = {**UNLIMITED, "TEMPORAL_ADDRESS": server.address}
        async with api_processes(1, state, url, **more) as (api,):
            async with httpx.AsyncClient(base_url=api.url, timeout=60) as http:
                newest = (await http.get("/v1/runs?limit=1")).raise_for_status().json()["items"][0]
                asked = {
                    "GET /v1/runs, newest 50": "/v1/runs",
                    "GET /v1/runs, a page far behind": await deep_page(http),
                    "GET /v1/runs, one in twenty (status=failed)": "/v1/runs?status=failed",
                    "GET /v1/runs, none (status=blocked)": "/v1/runs?status=blocked",
                    "GET /v1/runs/{id}": f"/v1/runs/{newest['id']}",
                    "GET /v1/monitors": "/v1/monitors",
                    "GET /v1/trends": "/v1/trends",
                    "GET /v1/items": "/v1/items",
                }
                for what, path in asked.items():
                    tell(figures, f"{name}: {what}", await timed(http, "GET", path))
                body = {"sources": ["sample"], "window": "7d"}
                tell(figures, f"{name}: POST /v1/runs", await timed(http, "POST", "/v1/runs", body))
            await api.end(signal.SIGTERM)


def tell(figures: Figures, name: str, seconds: list[float]) -> None:
    """Add the median and the 95th percentile."""
    cuts = statistics.quantiles(seconds, n=20)
    figures.add(f"{name}, p50", cuts[9] * 1000, "ms")
    figures.add(f"{name}, p95", cuts[18] * 1000, "ms")


async def main(runs: int) -> bool:
    """Measure on SQLite, and on PostgreSQL where it is installed."""
    figures = Figures("api", "python -m benchmarks.api")
    figures.add("stored runs", runs, "runs")
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder, ExitStack() as stack:
        sqlite, postgres = Path(folder) / "sqlite", Path(folder) / "postgres"
        for state in (sqlite, postgres):
            state.mkdir()
        await measure("SQLite", f"sqlite:///{sqlite / 'trends.db'}", sqlite, runs, figures)
        try:
            server = stack.enter_context(postgres_cluster())
        except NoPostgresError as error:
            print(f"PostgreSQL is left out: {error}")
        else:
            await measure("PostgreSQL", server.create("bench"), postgres, runs, figures)
    return figures.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    met = asyncio.run(main(parser.parse_known_args()[0].runs))
    os._exit(0 if met else 1)
