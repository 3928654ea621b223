"""One demo from start to stop: the stack, the run, and what is kept of it."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.board import Board
from cli.session import Session
from cli.watch import open_view
from engine.stack import open_stack
from engine.state import State
from trends.settings import load_settings
from trends.storage.migrate import migrate
from trends_client import AsyncTrendsClient, Run

LONGEST_RUN_SECONDS = 300.0

# What a demo must not touch: a state, a database or a store of yours; nor serve others.
NOT_OURS = (
    "ENVIRONMENT",
    "TRENDS_API__HOST",
    "TRENDS_ARTIFACTS_URL",
    "TRENDS_DATABASE_URL",
    "TRENDS_STATE",
)
# It serves this machine alone, has nobody who could show a key, and spends nobody's money.
OURS = {
    "TRENDS_ENV": "development",
    "TRENDS_AUTH__MODE": "off",
    "TRENDS_LLM__ENABLED": "false",
}


def demo_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out of an environment what would lead a demo to data that is not its own."""
    return {name: value for name, value in environ.items() if name not in NOT_OURS} | OURS


@dataclass
class Show:
    """One demo and what came of it.

    Attributes:
        session: How to speak.
        language: Language of the report.
        folder: Stays, with the report's files in it.
        clock: Seconds, monotonic.
        run: The run as it ended.
        board: Its stages.
        report: The report as data; None when there is none.
        files: The report's files, by name.
        ready_seconds: How long the stack took until everything answered.
        total_seconds: The whole, stopping included.
    """

    session: Session
    language: str
    folder: Path
    clock: Callable[[], float] = time.monotonic
    run: Run | None = None
    board: Board | None = None
    report: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict[str, str])
    ready_seconds: float = 0.0
    total_seconds: float = 0.0

    @property
    def state(self) -> Path:
        """The temporary state."""
        return self.folder / "state"

    async def give(self, hurry: asyncio.Event) -> None:
        """Start the stack, run, save the report, stop the stack.

        Raises:
            TrendsError: The stack does not start.
            TimeoutError: The run takes too long.
        """
        began = self.clock()
        environ = demo_environ(os.environ)
        stack = open_stack(
            environ,
            state=State(self.state),
            settings=load_settings(environ),
            migrate=migrate,
            say=self.session.out.say,
            hurry=hurry,
            # On a cluster of yours, workers of yours would take the demo's tasks.
            allow_remote=False,
        )
        async with stack as running:
            self.ready_seconds = self.clock() - began
            self.session.out.say(
                f"Everything answers after {self.ready_seconds:.1f} s, for as long as this run takes: "
                f"API {running.urls['api']}/docs, Temporal UI {running.urls['temporal_ui']}"
            )
            async with AsyncTrendsClient(running.urls["api"]) as client:
                await self._run(client)
        self.total_seconds = self.clock() - began

    async def _run(self, client: AsyncTrendsClient) -> None:
        out = self.session.out
        # Named one by one, so that settings of yours do not turn the demo into something else.
        run = await client.submit(
            agent="news",
            window="7d",
            market="KR",
            languages=("ko", "en"),
            sources=("sample",),
            report_language=self.language,
        )
        run = await client.get(run.id)
        board = self.board = Board.of(run)
        stream = out.stderr if out.as_json else out.stdout
        with open_view(out, stream, board, run) as view:
            async with asyncio.timeout(LONGEST_RUN_SECONDS):
                async for event in client.events(run.id):
                    view(event, board.apply(event))
                    if event.type == "run.blocked":
                        break
        self.run = await client.get(run.id)
        if self.run.completed:
            await self._save(client, run.id)

    async def _save(self, client: AsyncTrendsClient, run_id: str) -> None:
        texts = {
            "report.html": await client.report(run_id, "html"),
            "report.md": await client.report(run_id, "markdown"),
            "report.json": await client.report(run_id, "json"),
        }
        for name, text in texts.items():
            (self.folder / name).write_bytes(text.encode())
            self.files[name] = str(self.folder / name)
        self.report = json.loads(texts["report.json"])
