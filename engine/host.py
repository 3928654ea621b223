"""A worker process: connects, serves its queues, drains on SIGTERM, and leaves with the status it means."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.alert import AlertActivity
from activities.analyze import AnalyzeActivity
from activities.attempt import StageDoor
from activities.backfill import BackfillActivities
from activities.collect import CollectActivity
from activities.contracts import CPU_QUEUE, IO_QUEUE, LLM_QUEUE, QUEUES
from activities.fire import FireActivities
from activities.normalize import NormalizeActivity
from activities.notify import NotifyActivity
from activities.plan import PlanActivity
from activities.poll import PollActivity
from activities.polling import SourcePoller
from activities.report import ReportActivity
from activities.send import SendActivity
from activities.store import RunRowActivities
from activities.summarize import SummarizeActivity
from engine.connect import connect
from engine.connectors import make_source
from engine.parts import Parts, open_parts
from engine.wiring import make_acceptor, make_scheduled_runs
from engine.worker import Activities, build_workers
from engine.worker_metrics import worker_metrics
from trends.domain.korean import shared_tokenizer
from trends.domain.language import language_of
from trends.errors import TrendsError, UnknownNameError
from trends.telemetry import configure_logging, get_logger

# How long a worker waits for the server at its start; the supervisor starts both at once.
PATIENCE = timedelta(minutes=1)

_log = get_logger(__name__)


def build_activities(parts: Parts, executor: ThreadPoolExecutor) -> Activities:
    """Make every activity with its dependencies, by the queue of the stage table."""
    door = StageDoor(parts.store, parts.artifacts, executor)
    poller = SourcePoller(
        parts.items,
        parts.sources,
        clock=parts.clock,
        history=lambda: timedelta(days=parts.settings.analysis.history_days),
        cache=parts.response_cache,
    )
    collect = CollectActivity(
        door,
        parts.artifacts,
        lambda tenant, spec, settings: make_source(
            spec, settings, parts.state.uploads_of(tenant), parts.settings.sources.file.roots
        ),
        parts.targets.for_run,
        poller,
    )
    poll = PollActivity(
        poller, parts.targets.for_poller, polling=lambda: parts.settings.sources.polling
    )
    rows = RunRowActivities(parts.store)
    backfill = BackfillActivities(
        parts.backfills, parts.store, parts.artifacts, make_acceptor(parts)
    )
    fire = FireActivities(make_scheduled_runs(parts), parts.store)
    report = ReportActivity(door, parts.artifacts, parts.trends)
    settings = parts.settings
    notify = NotifyActivity(
        door, parts.outbox, parts.channels, parts.clock, settings.api.public_url
    )
    alert = AlertActivity(
        parts.artifacts,
        parts.outbox,
        parts.channels,
        settings=parts.live,
        clock=parts.clock,
        public_url=settings.api.public_url,
    )
    return {
        IO_QUEUE: [
            collect.collect,
            poll.poll,
            report.report,
            notify.notify,
            alert.alert,
            rows.mark,
            rows.finish,
            fire.fire,
            fire.due,
            fire.await_run,
            SendActivity(parts.outbox, parts.channels, parts.clock).send,
            backfill.step,
            backfill.end,
        ],
        CPU_QUEUE: [
            NormalizeActivity(door, parts.artifacts).normalize,
            AnalyzeActivity(door, parts.artifacts, parts.trends).analyze,
        ],
        LLM_QUEUE: [
            PlanActivity(door, parts.artifacts, parts.gateways.of_run).plan,
            SummarizeActivity(door, parts.artifacts, parts.gateways.of_run).summarize,
        ],
    }


@asynccontextmanager
async def serving(
    client: Client,
    parts: Parts,
    queues: Sequence[str] = QUEUES,
    interceptors: Sequence[Interceptor] = (),
) -> AsyncGenerator[list[Worker]]:
    """Serve queues for the length of the block, then drain: what runs may end, nothing new is taken."""
    with ThreadPoolExecutor(parts.settings.workers.num_workers + 1, "stage") as executor:
        if CPU_QUEUE in queues:
            # Seconds of loading that the first run would otherwise wait for, deaf to a cancel.
            executor.submit(_load_models)
        activities = build_activities(parts, executor)
        workers = build_workers(client, queues, activities, parts.settings, interceptors)
        async with AsyncExitStack() as stack:
            for worker in workers:
                await stack.enter_async_context(worker)
            yield workers


def _load_models() -> None:
    shared_tokenizer().cut(("날씨",), ())
    language_of("what a headline may look like", None)


async def serve(
    queues: Sequence[str], stop: asyncio.Event, interceptors: Sequence[Interceptor] = ()
) -> None:
    """Serve until told to stop.

    Raises:
        TrendsError: Settings, storage or server are not fit to start.
    """
    async with open_parts() as parts:
        configure_logging(parts.settings.monitoring.log_level, json=not sys.stderr.isatty())
        address = parts.settings.workers.metrics_address
        metrics = worker_metrics(address) if address else None
        client = await connect(
            namespace=parts.settings.engine.namespace,
            patience=PATIENCE,
            runtime=metrics.runtime if metrics else None,
        )
        async with serving(client, parts, queues, interceptors):
            shown = {"metrics": metrics.url} if metrics else {}
            _log.info("worker.ready", queues=list(queues), pid=os.getpid(), **shown)
            await stop.wait()
            _log.info("worker.draining")


def main(argv: Sequence[str] | None = None, interceptors: Sequence[Interceptor] = ()) -> None:
    """Parse the command line, serve, and end the process."""
    parser = argparse.ArgumentParser(prog="worker.py", description="Host workflows and activities.")
    parser.add_argument(
        "--queues",
        default=",".join(QUEUES),
        help=f"task queues to serve, by comma; default: all ({', '.join(QUEUES)})",
    )
    chosen = tuple(name.strip() for name in parser.parse_args(argv).queues.split(","))
    status = 0
    try:
        for name in chosen:
            if name not in QUEUES:
                raise UnknownNameError("task queue", name, QUEUES)
        asyncio.run(_until_signal(chosen, interceptors))
    except TrendsError as error:
        sys.stderr.write(f"{error}\n")
        status = 2
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    # The Temporal client may abort while the interpreter shuts down; everything is closed by now.
    os._exit(status)


async def _until_signal(queues: Sequence[str], interceptors: Sequence[Interceptor]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with contextlib.suppress(asyncio.CancelledError):
        await serve(queues, stop, interceptors)
