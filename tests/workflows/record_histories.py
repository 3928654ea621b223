"""Record the histories that the replay test plays, and the fingerprint of the workflows' commands.

Usage: python -m tests.workflows.record_histories. Run it in the commit that changes what a workflow does, and say so in
the changelog; from 1.0 on use `workflow.patched` instead.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from temporalio.client import Client, WorkflowFailureError, WorkflowHistory

from activities import contracts
from activities.contracts import Resolution
from benchmarks.server import own_server
from tests.workflows.backfill_steps import FakeSteps, start_backfill
from tests.workflows.backfill_steps import Handle as BackfillHandle
from tests.workflows.fake_runs import Handle, start, working
from tests.workflows.poll_fakes import RETIRED, FakePolls, answered, polling, start_poller
from tests.workflows.poll_fakes import Handle as PollHandle
from tests.workflows.schedule_fakes import (
    FakeFires,
    ScheduledHandle,
    SenderHandle,
    firing,
    sends_twice,
    start_scheduled,
    start_sender,
)
from tests.workflows.stage_fakes import REF, FakeStages, broken
from tests.workflows.test_fingerprint import FINGERPRINTS, fingerprints
from trends.domain.models import RunStatus
from workflows.stages import stage as stage_row

HISTORIES = Path(__file__).parent / "histories"
Scene = Callable[[Client, FakeStages], Awaitable[Handle]]


async def completed(client: Client, stages: FakeStages) -> Handle:
    """Nothing happens."""
    del stages
    handle = await start(client)
    await handle.result()
    return handle


async def partial(client: Client, stages: FakeStages) -> Handle:
    """One source of two fails for good."""
    stages.failures["collect:b"] = [broken("source-unreadable", final=True)]
    handle = await start(client, "a", "b")
    await handle.result()
    return handle


async def parked(client: Client, stages: FakeStages) -> Handle:
    """Analyze parks and is retried; summarize parks and is skipped."""
    for stage in ("analyze", "summarize"):
        stages.failures[stage] = [broken() for _ in range(stage_row("news", stage).attempts)]
    handle = await start(client)
    for stage, resolution in (("analyze", Resolution.RETRY), ("summarize", Resolution.SKIP)):
        await stages.until(
            lambda stage=stage: (RunStatus.BLOCKED, stage) in [row[:2] for row in stages.row]
        )
        decision = contracts.ResolveInput(resolution=resolution)
        await handle.execute_update(contracts.RESOLVE_UPDATE, decision)  # pyright: ignore[reportUnknownMemberType]  # an overload of the SDK is untyped
    await handle.result()
    return handle


async def cancelled(client: Client, stages: FakeStages) -> Handle:
    """Cancelled in analyze."""
    stages.hold.add("analyze")
    handle = await start(client)
    await stages.until(lambda: "analyze" in stages.calls)
    await handle.cancel()
    try:
        await handle.result()
    except WorkflowFailureError:
        return handle
    message = "a cancelled run has no result"
    raise AssertionError(message)


async def paused(client: Client, stages: FakeStages) -> Handle:
    """Paused while it is read, and resumed; then it waits at its gate, and is released."""
    stages.deaf.add("collect:a")
    handle = await start(client, gate_before="analyze")
    await stages.until(lambda: "collect:a" in stages.calls)
    await handle.signal(contracts.PAUSE_SIGNAL)
    stages.release.set()
    await stages.until(lambda: (RunStatus.PAUSED, "normalize") in [row[:2] for row in stages.row])
    await handle.signal(contracts.RESUME_SIGNAL)
    await stages.until(lambda: "normalize" in stages.calls)
    run = contracts.RunRef(tenant="local", run_id=handle.id.removeprefix("run-local-"), brief=REF)
    await handle.signal(contracts.RELEASE_SIGNAL, run)
    await handle.result()
    return handle


async def planned(client: Client, stages: FakeStages) -> Handle:
    """Plans first."""
    del stages
    handle = await start(client, plan=True)
    await handle.result()
    return handle


async def overdue(client: Client, stages: FakeStages) -> Handle:
    """Summarize is out of attempts behind the deadline: topics are quoted."""
    attempts = stage_row("news", "summarize").attempts
    stages.failures["summarize"] = [broken() for _ in range(attempts)]
    handle = await start(client, deadline_seconds=0)
    await handle.result()
    return handle


async def outlasted(client: Client, stages: FakeStages) -> Handle:
    """Analyze meets no database in all of its attempts, and is tried again a little later."""
    attempts = stage_row("news", "analyze").attempts
    stages.failures["analyze"] = [broken("storage-unavailable") for _ in range(attempts)]
    handle = await start(client)
    await handle.result()
    return handle


SCENES: dict[str, Scene] = {
    "completed": completed,
    "planned": planned,
    "overdue": overdue,
    "outlasted": outlasted,
    "partial": partial,
    "parked": parked,
    "cancelled": cancelled,
    "paused": paused,
}


async def poller_retired(client: Client, polls: FakePolls) -> PollHandle:
    """Two polls, the source is down in the second, people are told; then it is retired."""
    since = datetime(2026, 1, 8, tzinfo=UTC)
    polls.answers = [answered(0.01), answered(0.01, slug="source", down_since=since), RETIRED]
    handle = await start_poller(client)
    await handle.result()
    return handle


async def poller_steered(client: Client, polls: FakePolls) -> PollHandle:
    """Paused, polled by hand, let go on, given another cadence; then retired."""
    handle = await start_poller(client)
    await polls.until(lambda: len(polls.asked) == 1)
    await handle.signal(contracts.PAUSE_SIGNAL)
    await handle.signal(contracts.POLL_NOW_SIGNAL)
    await polls.until(lambda: len(polls.asked) == 2)
    polls.answers = [RETIRED]
    await handle.signal(contracts.RESUME_SIGNAL)
    await handle.signal(contracts.CADENCE_SIGNAL, 1)
    await handle.result()
    return handle


POLL_SCENES: dict[str, Callable[[Client, FakePolls], Awaitable[PollHandle]]] = {
    "poller_retired": poller_retired,
    "poller_steered": poller_steered,
}


async def backfill(client: Client, steps: FakeSteps) -> BackfillHandle:
    """Three windows, two at once."""
    del steps
    handle = await start_backfill(client)
    await handle.result()
    return handle


async def scheduled(client: Client, stages: FakeStages) -> ScheduledHandle:
    """A run that is not there when its report is due: a partial edition beside it."""
    stages.deaf.add("collect:a")
    handle = await start_scheduled(client)
    await stages.until(lambda: stages.calls.count("collect:a") == 2)  # the run's and the edition's
    stages.release.set()
    await handle.result()
    return handle


async def sender(client: Client, fires: FakeFires) -> SenderHandle:
    """Sends, waits for the next time, sends."""
    fires.sends = sends_twice(datetime.now(UTC))
    handle = await start_sender(client)
    await handle.result()
    return handle


async def main() -> None:
    """Record every scene on a server of its own."""
    HISTORIES.mkdir(exist_ok=True)
    async with own_server() as server:
        client = server.client
        for name, scene in SCENES.items():
            stages = FakeStages()
            async with working(client, stages):
                keep(name, await (await scene(client, stages)).fetch_history())
        for name, scene in POLL_SCENES.items():
            polls = FakePolls()
            async with polling(client, polls):
                keep(name, await (await scene(client, polls)).fetch_history())
        stages, steps = FakeStages(), FakeSteps()
        async with working(client, stages, steps=steps):
            keep("backfill", await (await backfill(client, steps)).fetch_history())
        stages, fires = FakeStages(), FakeFires()
        async with firing(client, stages, fires):
            keep("scheduled", await (await scheduled(client, stages)).fetch_history())
            keep("sender", await (await sender(client, fires)).fetch_history())
    FINGERPRINTS.write_text(json.dumps(fingerprints(), indent=2) + "\n")


def keep(name: str, history: WorkflowHistory) -> None:
    """Write a history for the replay test."""
    text = json.dumps(anonymous(json.loads(history.to_json())), indent=1, sort_keys=True)
    (HISTORIES / f"{name}.json").write_text(text + "\n")


def anonymous(value: Any) -> Any:
    """Leave out what tells of the recorder's machine: process identities and the paths in stack traces."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {
            key: anonymous(member)
            for key, member in members.items()
            if key not in {"identity", "stackTrace"}
        }
    if isinstance(value, list):
        return [anonymous(member) for member in cast("list[Any]", value)]
    return value


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)
