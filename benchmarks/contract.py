"""`python -m benchmarks.contract`: what Schemathesis finds in the API, over every operation of the OpenAPI document.

A real API process over a database of its own, with authentication on and no Temporal server: the routes that need one
answer 503, as they declare. The same requests every time.
"""

import asyncio
import os
import re
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figures
from tests.api_process import ROOT, api_processes
from trends.storage.migrate import migrate

CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES = "examples,coverage,fuzzing"
SECONDS = 600
# Streams end with their run, and none of these does.
STREAMS = r"/v1/runs/\{run_id\}/events"

_GENERATED = re.compile(r"([0-9]+) generated")
_UNIQUE = re.compile(r"([0-9]+) unique failures?")
_OPERATIONS = re.compile(r"Operations:\s+([0-9]+) selected")

ENVIRON = {
    "TRENDS_AUTH__MODE": "required",
    # Wrong credentials are part of what is tried.
    "TRENDS_AUTH__FAILURES": "1000000",
    "TRENDS_API__LIMITS__READS_PER_MINUTE": "0",
    "TRENDS_API__LIMITS__WRITES_PER_MINUTE": "0",
    "TRENDS_API__WAIT_TIMEOUT_SECONDS": "1",
    "TRENDS_OUTBOUND__CONNECT_TIMEOUT_SECONDS": "1",
    "TRENDS_OUTBOUND__TOTAL_TIMEOUT_SECONDS": "1",
    "TRENDS_MONITORING__LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True)
class Contract:
    """What was found.

    Attributes:
        operations: Operations that were tried.
        cases: Requests that were made.
        failures: Different things that were wrong; -1 where the run itself did not end well.
        said: What Schemathesis wrote.
    """

    operations: int
    cases: int
    failures: int
    said: str


async def try_everything(folder: Path, phases: str = PHASES, more: Sequence[str] = ()) -> Contract:
    """Start an API process in a folder, and let Schemathesis at it.

    Args:
        folder: Where its state lies.
        phases: Phases of Schemathesis.
        more: Further arguments.
    """
    database = f"sqlite:///{folder / 'trends.db'}"
    await asyncio.to_thread(migrate, database)
    key = await _key(folder, database)
    async with api_processes(1, folder, database, **ENVIRON) as (api,):
        status, said = await _run(
            "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run",
            f"{api.url}/openapi.json",
            "--phases", phases,
            "--header", f"Authorization: Bearer {key}",
            "--exclude-path-regex", STREAMS,
            "--continue-on-failure", "--no-color", "--warnings", "off",
            *more,
            cwd=folder,
        )  # fmt: skip
    failures = _number(_UNIQUE, said)
    if status and not failures:
        failures = -1
    return Contract(_number(_OPERATIONS, said), _number(_GENERATED, said), failures, said)


async def _key(folder: Path, database: str) -> str:
    environ = {**os.environ, "TRENDS_STATE": str(folder), "TRENDS_DATABASE_URL": database}
    words = ("keys", "create", "contract", "--scope", "admin", "--local", "--quiet")
    status, said = await _run("-m", "cli", *words, cwd=ROOT, environ=environ)
    found = re.search(r"trk_[0-9a-f]{16}_[0-9a-f]{64}", said)
    if status or found is None:
        message = f"no key was made: {said}"
        raise RuntimeError(message)
    return found[0]


async def _run(*words: str, cwd: Path, environ: dict[str, str] | None = None) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=cwd, env=environ, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said.decode("utf-8", "replace")


def _number(pattern: re.Pattern[str], said: str) -> int:
    found = pattern.search(said)
    return int(found[1]) if found else 0


def main() -> int:
    """Measure, print the table, and give the exit status."""
    with tempfile.TemporaryDirectory(prefix="trends-contract-") as folder:
        found = asyncio.run(try_everything(Path(folder)))
    if found.failures:
        print(found.said)
    figures = Figures("contract", "python -m benchmarks.contract")
    figures.add("operations", found.operations, "")
    figures.add("cases", found.cases, "requests")
    figures.add("failures", found.failures, "", "== 0")
    return 0 if figures.finish() else 1


if __name__ == "__main__":
    sys.exit(main())
