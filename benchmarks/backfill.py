"""A backfill of sample headlines under a real `trends up`: seconds, memory, history; and what is left of it by kills.

Usage: python -m benchmarks.backfill [--days 8] [--headlines 20000] [--parallel 2] [--kills 6] [--seed 1]

The large one: --days 90 --headlines 1000000 --kills 100. Headlines are those of all windows together. Each kill is a
SIGKILL of the worker, the API or the Temporal server at a random moment; if a backfill ends before all of them are
spent, the same span is made anew. Every round must give the reports of the undisturbed one, byte for byte.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from benchmarks.figures import Figures
from engine.connect import connect
from trends_client import TrendsClient, TrendsClientError
from trends_client.backfill_models import Backfill

ROOT = Path(__file__).parents[1]
MONITOR = "sample"
END = datetime(2026, 3, 1, tzinfo=UTC)
HISTORY_DAYS = 90
MAX_EVENTS, MAX_KB = 120, 50
VICTIMS = ("worker", "api", "engine")
# A run that loses its worker in every stage, on a loaded machine.
PATIENCE_SECONDS = 600.0
RESTART_SECONDS = 120.0
LOOK_SECONDS = 0.5
PORTS = {"TRENDS_API__PORT": "22700", "TRENDS_ENGINE__PORT": "22800"}


@dataclass
class Stack:
    """A running `trends up`."""

    state: Path
    client: TrendsClient

    def running(self) -> dict[str, Any]:
        """Addresses and process ids, as the stack writes them."""
        return json.loads((self.state / "running.json").read_text())

    def peak_mb(self, name: str) -> float:
        """The most memory that a process has held."""
        status = Path(f"/proc/{self.running()['pids'][name]}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    async def temporal(self) -> Client:
        """A client of its server."""
        address = self.running()["urls"]["temporal"].removeprefix("http://")
        return await connect({}, address=address, patience=timedelta(seconds=30))


@dataclass
class Killing:
    """Kills processes of a stack at random moments until as many are spent as there are to be.

    Attributes:
        stack: Whose processes.
        left: Kills to come.
        chance: Says when and which.
        pause_seconds: Longest wait between a process that is back and the next kill.
        made: Kills by process.
        order: Those that come next.
    """

    stack: Stack
    left: int
    chance: random.Random
    pause_seconds: float
    made: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VICTIMS, 0))
    order: list[str] = field(default_factory=list[str])

    async def go_on(self) -> None:
        """Kill, wait until the process is back, and again."""
        while self.left:
            await asyncio.sleep(self.chance.uniform(0, self.pause_seconds))
            if not self.order:
                # Each in its turn, in an order that nobody chose.
                self.order = self.chance.sample(VICTIMS, len(VICTIMS))
            victim = self.order.pop()
            pid = self.stack.running()["pids"][victim]
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.made[victim] += 1
                self.left -= 1
            async with asyncio.timeout(RESTART_SECONDS):
                while self.stack.running()["pids"][victim] == pid:
                    await asyncio.sleep(0.1)


@asynccontextmanager
async def stack(per_day: int, parallel: int) -> AsyncGenerator[Stack]:
    """Start a stack over a temporary state, with the monitor saved."""
    with tempfile.TemporaryDirectory(prefix="trends-bench-") as folder:
        env = {
            name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")
        }
        env |= {
            **PORTS,
            "PYTHONPATH": str(ROOT),
            "TRENDS_STATE": folder,
            "TRENDS_WORKERS__HEARTBEAT_TIMEOUT_SECONDS": "3",
            "TRENDS_SOURCES__SAMPLE__PER_DAY": str(per_day),
            "TRENDS_BACKFILL__PARALLEL": str(parallel),
        }
        process = await asyncio.to_thread(_up, env)
        try:
            running = json.loads((Path(folder) / "running.json").read_text())
            with TrendsClient(running["urls"]["api"], patience=RESTART_SECONDS) as client:
                client.monitors.add(MONITOR, sources=["sample"], window="7d", cadence="1d")
                yield Stack(Path(folder), client)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def _up(env: dict[str, str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--json"], env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
    if not ready:
        process.kill()
        message = "the stack did not come up"
        raise SystemExit(message)
    process.stdout.readline()
    return process


async def backfilled(built: Stack, days: int) -> Backfill:
    """Run a backfill to its end."""
    made = await persistently(
        built.client.backfills.start,
        MONITOR,
        (END - timedelta(days=days)).isoformat(),
        END.isoformat(),
        step="1d",
        idempotency_key=f"{time.time_ns()}",
    )
    while not made.ended:
        await asyncio.sleep(LOOK_SECONDS)
        made = await persistently(built.client.backfills.get, made.id)
    return made


async def persistently(call: Any, *arguments: Any, **options: Any) -> Any:
    """Ask until the API answers: it may be the one that was killed."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await asyncio.to_thread(call, *arguments, **options)
            except TrendsClientError:
                await asyncio.sleep(LOOK_SECONDS)


async def reports(built: Stack, made: Backfill) -> dict[datetime, str]:
    """The reports of a backfill, by the end of their window; a window without one is left out."""
    found: dict[datetime, str] = {}
    for window in made.windows:
        if window.state == "done" and window.run_id is not None:
            found[window.window_end] = await persistently(
                built.client.report, window.run_id, "json"
            )
    return found


async def histories(built: Stack, made: Backfill, figures: Figures) -> None:
    """How much the server keeps of it: of the backfill's own workflow, and of the largest run."""
    client = await built.temporal()
    runs: list[tuple[int, int]] = []
    query = f"WorkflowId STARTS_WITH 'backfill-local-{made.id}'"
    chain = [each async for each in client.list_workflows(query)]
    own = [(each.history_length, await _size(client, each.id, each.run_id)) for each in chain]
    for window in made.windows:
        if window.run_id is not None:
            described = await client.get_workflow_handle(f"run-local-{window.run_id}").describe()
            info = described.raw_description.workflow_execution_info
            runs.append((info.history_length, info.history_size_bytes))
    figures.add("histories of the backfill, one after another", len(own), "histories")
    for name, sizes in (("the backfill", own), ("a window's run", runs)):
        events, size = max(one[0] for one in sizes), max(one[1] for one in sizes)
        target = f"<= {MAX_EVENTS}" if name != "the backfill" else "info"
        figures.add(f"longest history, {name}", events, "events", target)
        figures.add(f"largest history, {name}", size / 1024, "KB", f"<= {MAX_KB}")


async def _size(client: Client, workflow_id: str, run_id: str) -> int:
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    described = await handle.describe()
    return described.raw_description.workflow_execution_info.history_size_bytes


async def undisturbed(
    asked: argparse.Namespace, per_day: int, figures: Figures
) -> dict[datetime, str]:
    """One backfill that nothing happens to, measured."""
    async with stack(per_day, asked.parallel) as built:
        began = time.perf_counter()
        made = await backfilled(built, asked.days)
        seconds = time.perf_counter() - began
        figures.add("windows with a report", made.progress.done, "windows", f">= {asked.days}")
        figures.add("whole backfill", seconds, "s")
        figures.add("for each window", seconds / asked.days, "s")
        figures.add("most memory of the worker", built.peak_mb("worker"), "MB")
        figures.add("most memory of the API", built.peak_mb("api"), "MB")
        await histories(built, made, figures)
        return await reports(built, made)


async def killed(
    asked: argparse.Namespace, per_day: int, calm: dict[datetime, str], figures: Figures
) -> None:
    """The same span, while processes are killed."""
    async with stack(per_day, asked.parallel) as built:
        chance = random.Random(asked.seed)
        killing = Killing(built, asked.kills, chance, asked.pause)
        rounds = lost = others = 0
        began = time.perf_counter()
        killer = asyncio.create_task(killing.go_on())
        while True:
            made = await backfilled(built, asked.days)
            found = await reports(built, made)
            rounds += 1
            lost += len(calm.keys() - found.keys())
            others += sum(found[end] != calm[end] for end in found)
            if killer.done():
                break
        await killer
        for name, number in killing.made.items():
            figures.add(f"kills of the {name}", number, "kills")
        figures.add("kills in all", sum(killing.made.values()), "kills", f">= {asked.kills}")
        figures.add("rounds", rounds, "rounds")
        figures.add("with kills, all rounds", time.perf_counter() - began, "s")
        figures.add("windows lost", lost, "windows", "== 0")
        figures.add("reports unlike the undisturbed", others, "reports", "== 0")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--days", type=int, default=8, help="windows, a day apart")
    parser.add_argument("--headlines", type=int, default=20_000, help="of all windows together")
    parser.add_argument("--parallel", type=int, default=2, help="windows under way at once")
    parser.add_argument("--kills", type=int, default=6, help="processes killed at random moments")
    parser.add_argument("--pause", type=float, default=6.0, help="longest wait before a kill, s")
    parser.add_argument("--seed", type=int, default=1, help="of the kills")
    parser.add_argument("--data", help="taken and not used: as the other benchmarks")
    return parser.parse_args()


async def main(asked: argparse.Namespace) -> bool:
    """Measure an undisturbed backfill, then one with kills."""
    per_day = max(1, asked.headlines // asked.days // HISTORY_DAYS)
    command = f"python -m benchmarks.backfill --days {asked.days} --headlines {asked.headlines}"
    figures = Figures("backfill", f"{command} --kills {asked.kills} --seed {asked.seed}")
    figures.add("headlines of all windows together", per_day * HISTORY_DAYS * asked.days, "items")
    calm = await undisturbed(asked, per_day, figures)
    if asked.kills:
        await killed(asked, per_day, calm, figures)
    return figures.finish()


if __name__ == "__main__":
    met = asyncio.run(main(options()))
    sys.stdout.flush()
    os._exit(0 if met else 1)
