"""Run what `compose.yaml` describes without containers: the same services, commands and configuration files.

    python -m deploy.prod_like                     everything, until Ctrl-C
    python -m deploy.prod_like --check             everything, one news run through TLS, status 0 if all is well
    python -m deploy.prod_like --temporal -- CMD   PostgreSQL and the Temporal server alone, for the length of CMD

PostgreSQL and nginx are Debian's; the Temporal server is built once with Go and kept in this user's cache. Everything
listens on loopback, on ports that are free, and ends with this process, however that ends.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from deploy.native import Native, Stage
from engine.commands import run_bounded
from engine.fetch import PRODUCTION_SERVER, SQL_TOOL, build_program
from engine.signals import run_until_signal
from engine.supervisor import StackSpec, supervise
from trends.errors import StackError, TrendsError

ROOT = Path(__file__).resolve().parents[1]
FAILED = 1
RUN_SECONDS = 300.0
COMMAND_GRACE_SECONDS = 30.0
CHECK_QUESTION = ("run", "--source", "sample", "--window", "7d", "--json")


def say(line: str) -> None:
    """Tell the person at the terminal; stdout is for addresses and results."""
    sys.stderr.write(f"prod-like: {line}\n")
    sys.stderr.flush()


async def enter(stage: Stage, stack: AsyncExitStack, hurry: asyncio.Event) -> None:
    """Run a stage's jobs to their end, then keep its processes running.

    Raises:
        StackError: A job failed, or a process does not start.
    """
    for job in stage.jobs:
        say(f"{job.name}: {' '.join(job.command[:6])}")
        outcome = await run_bounded(
            job.command, environ=job.environ, limit_seconds=job.limit_seconds
        )
        if not outcome.ok:
            raise StackError(
                f"The job {job.name} failed.", why=f"{outcome.reason}.\n{outcome.output[-2000:]}"
            )
    if stage.children:
        say(f"starting {', '.join(child.name for child in stage.children)}")
        spec = StackSpec(groups=(stage.children,))
        await stack.enter_async_context(supervise(spec, say=say, hurry=hurry))


async def check(native: Native) -> int:
    """Ask for a news run over the sample as a user would: through TLS, with a key and the CA's certificate."""
    key = await native.make_key()
    say(f"a news run over the sample, through {native.url}")
    outcome = await run_bounded(
        native.trends(*CHECK_QUESTION, "--api-url", native.url),
        environ=native.user_environ(key),
        limit_seconds=RUN_SECONDS,
    )
    if not outcome.ok:
        say(f"the run failed: {outcome.output[-2000:]}")
        return FAILED
    for line in await native.witnesses():
        say(line)
    say("the run completed, through edge, API, Temporal and one worker for each queue")
    return 0


async def serve(folder: Path, options: argparse.Namespace, hurry: asyncio.Event) -> int:
    """Start everything in order, then do what was asked for."""
    server = await build_program(PRODUCTION_SERVER, os.environ, say=say)
    sql_tool = await build_program(SQL_TOOL, os.environ, say=say)
    async with AsyncExitStack() as stack:
        native = Native.prepare(folder, server=server, sql_tool=sql_tool, stack=stack)
        stages = native.temporal_stages() if options.temporal else native.stages()
        for stage in stages:
            await enter(stage, stack, hurry)
        if options.temporal:
            return await _command(options.words, {"TRENDS_TEST_TEMPORAL": native.temporal_address})
        for line in native.announcement():
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if options.check:
            return await check(native)
        say("Ctrl-C ends everything")
        await asyncio.Event().wait()
    return 0


async def _command(words: Sequence[str], more: dict[str, str]) -> int:
    """Run a command on our own streams and give its status; nothing that it started outlives it.

    What it leaves behind would meet the next stack on the same ports.
    """
    process = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, **more}, start_new_session=True
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            # As Ctrl-C does, so that it clears up by itself.
            process.send_signal(signal.SIGINT)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), COMMAND_GRACE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.prod_like", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--state", type=Path, help="where the data lies; else a folder that goes away"
    )
    parser.add_argument("--check", action="store_true", help="one news run, then end")
    parser.add_argument("--temporal", action="store_true", help="PostgreSQL and Temporal alone")
    parser.add_argument("words", nargs="*", help="with --temporal: the command to run meanwhile")
    options = parser.parse_args(argv)
    if options.temporal != bool(options.words):
        parser.error("--temporal and a command belong together: --temporal -- COMMAND…")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run, and give the exit status."""
    options = _options(argv)
    folder = options.state or Path(tempfile.mkdtemp(prefix="trends-prod-like-"))
    try:
        ended = asyncio.run(run_until_signal(lambda hurry: serve(folder, options, hurry)))
    except TrendsError as error:
        say(f"{error}\nWhat it left, for you to look at: {folder}")
        return FAILED
    if ended.value:
        say(f"what it left, for you to look at: {folder}")
    elif options.state is None:
        shutil.rmtree(folder, ignore_errors=True)
    say("stopped")
    return 0 if ended.by is not None else (ended.value or 0)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A process that used a Temporal client may abort while Python shuts down.
    os._exit(status)
