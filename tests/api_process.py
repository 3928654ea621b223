"""API processes of the tests' own, several on one database, without a Temporal server unless one is named."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from engine.ports import claim_port

ROOT = Path(__file__).parents[1]
FIRST_PORT = 23_000
# Several start on a machine that does other things as well.
START_SECONDS = 90


@dataclass
class ApiProcess:
    """An API process that can be ended and started again on its port."""

    environ: dict[str, str]
    port: int
    log: Path
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None
        return self.process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended since it was started."""
        return self.process is not None and self.process.returncode is not None

    async def start(self) -> None:
        """Start it, and wait until it serves.

        Raises:
            RuntimeError: It ended instead; says what it wrote.
        """
        with self.log.open("ab") as said:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "api",
                cwd=ROOT,
                env={**self.environ, "TRENDS_API__PORT": str(self.port)},
                stdout=said,
                stderr=said,
            )  # fmt: skip
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(base_url=self.url) as http:
            while True:
                try:
                    await http.get("/livez")
                except httpx.TransportError as error:
                    if self.process.returncode is not None:
                        raise RuntimeError(self.log.read_text()[-2000:]) from error
                    await asyncio.sleep(0.05)
                else:
                    return

    async def end(self, number: signal.Signals) -> int:
        """Send it a signal, and wait until it is gone."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@asynccontextmanager
async def api_processes(
    count: int, state: Path, database: str, **more: str
) -> AsyncGenerator[Sequence[ApiProcess]]:
    """Run API processes over one database for the length of the block.

    Args:
        count: How many.
        state: Their state folder.
        database: URL of their database, which is set up.
        more: Further environment variables, such as TEMPORAL_ADDRESS.
    """
    async with AsyncExitStack() as stack:
        claims = [claim_port(FIRST_PORT) for _ in range(count + 1)]
        for claim in claims:
            stack.callback(claim.release)
        nowhere = claims.pop().port
        environ = {
            **os.environ,
            "TRENDS_ENV": "development",
            "TRENDS_STATE": str(state),
            "TRENDS_DATABASE_URL": database,
            "TEMPORAL_ADDRESS": f"127.0.0.1:{nowhere}",
            "TEMPORAL_CONFIG_FILE": os.devnull,
            **more,
        }
        apis = [
            ApiProcess(environ, claim.port, state / f"api-{claim.port}.log") for claim in claims
        ]
        for api in apis:
            stack.push_async_callback(_kill, api)
        await asyncio.gather(*(api.start() for api in apis))
        yield apis


async def _kill(api: ApiProcess) -> None:
    if api.process is not None:
        await api.end(signal.SIGKILL)
