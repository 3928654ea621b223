"""Kills callers again and again around their calls, and counts what the provider was asked and what was booked."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from tests.unit.trends.limits.ledger_cases import WIDE, ask
from tests.unit.trends.llm.dying_caller import RUN
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from tests.unit.trends.web_server import LOOPBACK, Exchange, open_web_server
from trends.limits.ledger import SqlLedger
from trends.storage.call_tables import model_calls
from trends.storage.calls import CallStore, RunCalls
from trends.storage.database import Database
from trends.storage.limit_tables import limit_reservations, limit_windows
from trends.storage.runs import RunStore

ROOT = Path(__file__).parents[4]
SCRIPT = Path(__file__).with_name("dying_caller.py")


@dataclass
class Provider:
    """Answers each request with a text of its own, and counts them by part."""

    asked: Counter[str] = field(default_factory=Counter[str])
    given: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def answer(self, exchange: Exchange) -> None:
        part = json.loads(exchange.body)["part"]
        self.asked[part] += 1
        text = f"{part}/{self.asked[part]}"
        self.given.setdefault(part, []).append(text)
        await exchange.answer(body=json.dumps({"text": text, "id": f"req-{text}"}).encode())


class Row(NamedTuple):
    """How a reservation stands, in micro-USD."""

    id: str
    state: str
    held_micro: int
    spent_micro: int


@dataclass
class Aftermath:
    """What is left when all is done.

    Attributes:
        statuses: How each process ended.
        answers: What the last one printed, by part.
        asked: Requests that reached the provider, by part.
        given: Texts it gave, by part.
        after_logged: Requests that came though their answer was in the log.
        reservations: How each stands.
        lapsed: The same once every lease has run out.
        spent_micro: What the day has cost then, as everybody is shown.
        parts: Part of each call, by the digest that its reservations are named after.
        figures: What the run counts.
    """

    statuses: list[int]
    answers: dict[str, str]
    asked: Counter[str]
    given: dict[str, list[str]]
    after_logged: int
    reservations: list[Row]
    lapsed: list[Row]
    spent_micro: int
    parts: dict[str, str]
    figures: RunCalls


async def shake(url: str, calls: int, deaths: Sequence[tuple[str, int]]) -> Aftermath:
    """Start a process for each death, each going on where the one before it ended, and one that comes to the end.

    Args:
        url: A migrated, empty database.
        calls: Calls of the run.
        deaths: At which moment each process dies, and the how manieth time it comes there.
    """
    provider = Provider()
    statuses: list[int] = []
    said = b""
    when_logged: dict[str, int] = {}
    async with open_web_server() as server, await Database.open(url) as database:
        server.routes["/call"] = provider.answer
        await RunStore(database, Clock()).insert(new_run(RUN))
        words = ["--database", url, "--calls", str(calls)]
        words += ["--server", server.url("/call", LOOPBACK)]
        for moment, time in [*deaths, ("", 1)]:
            status, said = await _process([*words, "--die", moment, "--time", str(time)])
            statuses.append(status)
            for part in (await _logged(database)).values():
                when_logged.setdefault(part, provider.asked[part])
        reservations = await _reservations(database)
        await _let_lapse(database)
        return Aftermath(
            statuses=statuses,
            answers=json.loads(said),
            asked=provider.asked,
            given=provider.given,
            after_logged=sum(provider.asked[part] - known for part, known in when_logged.items()),
            reservations=reservations,
            lapsed=await _reservations(database),
            spent_micro=await _spent(database),
            parts=await _logged(database),
            figures=await CallStore(database, Clock()).figures(TENANT, RUN),
        )


async def _process(words: Sequence[str]) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), *words, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip  # one line of words
    said, _ = await process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}, process.returncode
    return process.returncode, said


async def _reservations(database: Database) -> list[Row]:
    columns = [limit_reservations.c[name] for name in Row._fields]
    query = sa.select(*columns).order_by(limit_reservations.c.granted_at)
    return await database.read(lambda connection: [Row(*row) for row in connection.execute(query)])


async def _let_lapse(database: Database) -> None:
    """Bring forward what a minute brings: the next that reserves finds every lease run out."""
    change = sa.update(limit_reservations).values(expires_at=limit_reservations.c.granted_at)
    await database.write(lambda connection: connection.execute(change))
    ledger = SqlLedger(database, lambda _: WIDE)
    after = await ledger.reserve(ask("after", 1, tenant=TENANT))
    await ledger.release(after)


async def _spent(database: Database) -> int:
    day = sa.select(sa.func.sum(limit_windows.c.spent_micro)).where(limit_windows.c.kind == "day")
    return int(await database.read(lambda connection: connection.scalar(day)) or 0)


async def _logged(database: Database) -> dict[str, str]:
    """Parts of the calls whose answer is in the log, by digest."""
    columns = model_calls.select().with_only_columns(model_calls.c.call_key, model_calls.c.part)
    rows = await database.read(lambda connection: connection.execute(columns).all())
    return {row.call_key: row.part for row in rows}
