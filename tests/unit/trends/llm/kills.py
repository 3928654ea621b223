"""Kills callers again and again around their calls, and counts what the provider was asked and what was booked."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.unit.trends.llm.dying_caller import RUN
from tests.unit.trends.llm.ledger_file import FileLedger, Row
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from tests.unit.trends.web_server import LOOPBACK, Exchange, open_web_server
from trends.storage.call_tables import model_calls
from trends.storage.calls import CallStore, RunCalls
from trends.storage.database import Database
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
        parts: Part of each call, by the digest that its reservations are named after.
        figures: What the run counts.
    """

    statuses: list[int]
    answers: dict[str, str]
    asked: Counter[str]
    given: dict[str, list[str]]
    after_logged: int
    reservations: list[Row]
    parts: dict[str, str]
    figures: RunCalls


async def shake(url: str, folder: Path, calls: int, deaths: Sequence[tuple[str, int]]) -> Aftermath:
    """Start a process for each death, each going on where the one before it ended, and one that comes to the end.

    Args:
        url: A migrated, empty database.
        folder: Where the ledger's file lies.
        calls: Calls of the run.
        deaths: At which moment each process dies, and the how manieth time it comes there.
    """
    provider = Provider()
    ledger = folder / "ledger.db"
    statuses: list[int] = []
    said = b""
    when_logged: dict[str, int] = {}
    async with open_web_server() as server, await Database.open(url) as database:
        server.routes["/call"] = provider.answer
        await RunStore(database, Clock()).insert(new_run(RUN))
        words = ["--database", url, "--ledger", str(ledger), "--calls", str(calls)]
        words += ["--server", server.url("/call", LOOPBACK)]
        for moment, time in [*deaths, ("", 1)]:
            status, said = await _process([*words, "--die", moment, "--time", str(time)])
            statuses.append(status)
            for part in (await _logged(database)).values():
                when_logged.setdefault(part, provider.asked[part])
        return Aftermath(
            statuses=statuses,
            answers=json.loads(said),
            asked=provider.asked,
            given=provider.given,
            after_logged=sum(provider.asked[part] - known for part, known in when_logged.items()),
            reservations=FileLedger(ledger).rows(),
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


async def _logged(database: Database) -> dict[str, str]:
    """Parts of the calls whose answer is in the log, by digest."""
    columns = model_calls.select().with_only_columns(model_calls.c.call_key, model_calls.c.part)
    rows = await database.read(lambda connection: connection.execute(columns).all())
    return {row.call_key: row.part for row in rows}
