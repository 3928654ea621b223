"""From `freeze` to the last paid call that any process begins: how long it takes to stop everything.

Four processes reserve and settle, and ask as well what a schedule's time asks before it begins a run. Meanwhile an API
process is told to freeze, again and again: by a request while sixteen callers of each process reserve as fast as the
ledger lets them, and by the command while the calls of four callers of each take as long as a model's.

Usage: python -m benchmarks.freeze
"""

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import httpx

from benchmarks.figures import Figures
from benchmarks.ledger import PROCESSES, UNLIMITED, Store, ledger_at
from tests.api_process import ApiProcess, api_processes
from tests.postgres_server import postgres_cluster
from tests.unit.trends.limits.ledger_cases import ask
from trends.errors import FrozenError, LimitReachedError
from trends.limits.freeze import Freezer
from trends.storage.database import Database
from trends.storage.migrate import migrate

ROUNDS = 20
# Frozen for so long, since a call that is begun late would be missed in less; then free for so long.
FROZEN_SECONDS, FREE_SECONDS = 1.5, 0.7
# Of the clock that all processes of a machine share.
CLOCK = time.monotonic
ROOT = Path(__file__).parents[1]
_RECOMPILES = "PYTHONDONTWRITEBYTECODE"


@dataclass
class Seen:
    """What one process did, and when.

    Attributes:
        calls: A call was granted: from here on it would be sent.
        fires: A schedule asked, and would have begun its run.
    """

    calls: list[float] = field(default_factory=list[float])
    fires: list[float] = field(default_factory=list[float])


@dataclass(frozen=True)
class Load:
    """What each process does.

    Attributes:
        callers: Calls at once.
        least: Seconds that a call takes at the least.
        most: At the most.
    """

    callers: int
    least: float = 0
    most: float = 0


FAST, USUAL = Load(16), Load(4, 0.2, 0.6)


@dataclass(frozen=True)
class Round:
    """One freeze: when it was asked for, answered, and lifted."""

    asked: float
    answered: float
    lifted: float


async def spend(store: Store, process: int, load: Load) -> Seen:
    """Be one of the processes until standard input ends."""
    seen, ended, chance = Seen(), asyncio.Event(), random.Random(process)
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)

    async def call(name: int) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            try:
                given = await ledger.reserve(ask(f"{os.getpid()}-{name}-{number}"))
            except (FrozenError, LimitReachedError):
                await asyncio.sleep(0.01)
                continue
            seen.calls.append(CLOCK())
            await asyncio.sleep(chance.uniform(load.least, load.most))
            await ledger.settle(given, tokens=50, cost_micro=40)

    async def fire() -> None:
        async with await Database.open(store.database_url) as database:
            freezer = Freezer(database)
            while not ended.is_set():
                if await freezer.standing("local") is None:
                    seen.fires.append(CLOCK())
                await asyncio.sleep(0.005)

    async with ledger_at(store, UNLIMITED) as ledger:
        print("ready", flush=True)
        await asyncio.gather(fire(), *(call(name) for name in range(load.callers)))
    return seen


@asynccontextmanager
async def spending(store: Store, load: Load) -> AsyncGenerator[list[Seen]]:
    """Run the processes for the length of the block; what they saw is there after it.

    Raises:
        RuntimeError: One of them failed.
    """
    found: list[Seen] = []
    children: list[Process] = []
    try:
        for process in range(PROCESSES):
            given = json.dumps([store.database_url, process, asdict(load)])
            command = (sys.executable, "-m", "benchmarks.freeze", "--child", given)
            children.append(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE))
        for child in children:
            assert child.stdout is not None
            await child.stdout.readline()
        yield found
        for said, _ in await asyncio.gather(*(child.communicate(b"") for child in children)):
            if not said:
                raise RuntimeError("a process that spends has failed")
            found.append(Seen(**json.loads(said)))
    finally:
        for child in children:
            if child.returncode is None:
                child.kill()
            await child.wait()


async def freezes(
    freeze: Callable[[], Awaitable[None]], thaw: Callable[[], Awaitable[None]]
) -> list[Round]:
    """Freeze and thaw."""
    chance, rounds = random.Random(4), list[Round]()
    for _ in range(ROUNDS):
        await asyncio.sleep(FREE_SECONDS * chance.uniform(1, 2))
        asked = CLOCK()
        await freeze()
        answered = CLOCK()
        await asyncio.sleep(FROZEN_SECONDS)
        lifted = CLOCK()
        await thaw()
        rounds.append(Round(asked, answered, lifted))
    return rounds


async def by_request(http: httpx.AsyncClient, verb: str) -> None:
    """Send one request."""
    (await http.post(f"/v1/{verb}", json={})).raise_for_status()


async def by_command(api: ApiProcess, verb: str) -> None:
    """Run one command, from its start to its end."""
    # Compiled once and kept, as after anybody's first command.
    environ = {key: value for key, value in api.environ.items() if key != _RECOMPILES}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", verb, "--api-url", api.url),
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await child.wait():
        raise RuntimeError(f"trends {verb} ended with {child.returncode}")


def last_after(rounds: Sequence[Round], moments: Sequence[float]) -> list[float]:
    """Milliseconds from each request to the last of these moments before the freeze was lifted; 0 where there is none.

    Raises:
        RuntimeError: Nothing happened before a freeze: then its end is no news.
    """
    found: list[float] = []
    for each in rounds:
        if not any(each.asked - FREE_SECONDS < at <= each.asked for at in moments):
            raise RuntimeError("nothing was under way when it was frozen")
        later = [at - each.asked for at in moments if each.asked < at < each.lifted]
        found.append(max(later, default=0) * 1000)
    return found


async def measure(store: Store, folder: Path, figures: Figures) -> None:
    """All figures of one store."""
    async with AsyncExitStack() as stack:
        (api,) = await stack.enter_async_context(api_processes(1, folder, store.database_url))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=api.url))
        thaw = partial(by_request, http, "thaw")
        ways: list[tuple[str, Load, Callable[[], Awaitable[None]]]] = [
            ("request", FAST, partial(by_request, http, "freeze")),
            ("command", USUAL, partial(by_command, api, "freeze")),
        ]
        for way, load, freeze in ways:
            async with spending(store, load) as found:
                rounds = await freezes(freeze, thaw)
            calls = [at for each in found for at in each.calls]
            fires = [at for each in found for at in each.fires]
            name = f"{store.name}: {way}"
            tell(figures, f"{name} to the last call begun", last_after(rounds, calls))
            tell(figures, f"{name} to the last fire let go", last_after(rounds, fires))
            answers = [(each.answered - each.asked) * 1000 for each in rounds]
            figures.add(f"{name} to its answer, p50", statistics.median(answers), "ms")
            before = rounds[0].asked
            free = sum(before - FREE_SECONDS < at < before for at in calls) / FREE_SECONDS
            figures.add(f"{name}, calls a second before", round(free), "/s")


def tell(figures: Figures, name: str, taken: Sequence[float]) -> None:
    """Add one way's figures."""
    figures.add(f"{name}, p50", statistics.median(taken), "ms")
    figures.add(f"{name}, longest of {len(taken)}", max(taken), "ms", "<= 1000")


def main() -> int:
    """Measure every store; 0 where all targets are met."""
    figures = Figures("freeze", "python -m benchmarks.freeze")
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trends-bench-")))
        postgres = stack.enter_context(postgres_cluster())
        for store in (
            Store("SQLite", f"sqlite:///{folder / 'trends.db'}"),
            Store("PostgreSQL", postgres.create("freezes")),
        ):
            migrate(store.database_url)
            asyncio.run(measure(store, folder, figures))
    loads = f"{load:.1f} / {os.getloadavg()[0]:.1f}"
    figures.add("load of the machine before and after", loads, "")
    return 0 if figures.finish() else 1


def measure_as_child(given: str) -> int:
    """Be one of several processes; what it saw goes to standard output."""
    database_url, process, load = json.loads(given)
    seen = asyncio.run(spend(Store("", database_url), process, Load(**load)))
    print(json.dumps(asdict(seen)))
    return 0


if __name__ == "__main__":
    status = measure_as_child(sys.argv[2]) if sys.argv[1:2] == ["--child"] else main()
    sys.stdout.flush()
    sys.exit(status)
