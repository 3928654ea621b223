"""One attempt at one stage: recorded, heartbeating, cancellable, and never done twice."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import RunBrief, RunRef
from activities.errors import as_application_error
from trends.domain.models import ArtifactRef, Model
from trends.errors import TrendsError
from trends.settings import Settings
from trends.settings_snapshot import read_snapshot
from trends.storage.artifacts import ArtifactStore
from trends.storage.runs import RunStore

Result = TypeVar("Result", bound=Model)
Value = TypeVar("Value")

HEARTBEAT_SECONDS = 0.5


class Stopped(Exception):  # noqa: N818  # it is an outcome, not an error
    """Raised inside a work thread when its activity was cancelled."""


@dataclass
class Progress:
    """How far an attempt is; `total` is 0 where it cannot be known."""

    done: int = 0
    total: int = 0


class Attempt:
    """What a stage's work may touch: its brief, its settings, its progress, and a thread to burn."""

    def __init__(
        self, brief: RunBrief, settings: Settings, executor: Executor, progress: Progress
    ) -> None:
        self.brief = brief
        self.settings = settings
        self._executor = executor
        self._progress = progress
        self._stop = threading.Event()

    def tick(self, done: int, total: int) -> None:
        """Say how far the work is; ends it when the activity was cancelled.

        Raises:
            Stopped: The activity was cancelled.
        """
        self._progress.done, self._progress.total = done, total
        if self._stop.is_set():
            raise Stopped

    async def in_thread(self, work: Callable[[], Value]) -> Value:
        """Run blocking work on the worker's threads. On cancel it is told to stop, and waited for.

        The wait is what makes a cancel clean: nothing goes on behind a run that is shown as cancelled.
        """
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self._stop.set()
            with contextlib.suppress(Stopped):
                await future
            raise


@dataclass(frozen=True)
class Finished:
    """What a stage made, for the record.

    Attributes:
        artifacts: What the run refers to from now on.
        detail: A few figures for people.
        also: What is to be written in the transaction that completes the stage, and so exactly once.
    """

    artifacts: Sequence[ArtifactRef] = ()
    detail: dict[str, int | str] | None = None
    also: Callable[[Connection], None] | None = None


class StageDoor:
    """Opens and closes attempts; every stage's doorway goes through it.

    Args:
        runs: The run record.
        artifacts: Where stage outputs lie.
        executor: Threads for blocking work.
    """

    def __init__(self, runs: RunStore, artifacts: ArtifactStore, executor: Executor) -> None:
        self.runs = runs
        self.artifacts = artifacts
        self._executor = executor

    async def run(
        self,
        run: RunRef,
        stage: str,
        result: type[Result],
        work: Callable[[Attempt], Awaitable[tuple[Result, Finished]]],
        part: str = "",
    ) -> Result:
        """Execute one attempt.

        A stage that was completed before a crash kept the server from hearing of it is answered from the record.

        Raises:
            ApplicationError: The translated failure.
        """
        number = activity.info().attempt
        progress = Progress()
        # From the first moment: an attempt that waits for the database must hear of a cancel, too.
        beating = asyncio.create_task(beat(progress))
        try:
            known = await self._recorded(run, stage, part)
            if known is not None:
                return result.model_validate(known)
            await self.runs.stage_started(run.tenant, run.run_id, stage, part, number)
            answer, finished = await work(await self._open(run, progress))
            await self.runs.stage_completed(
                run.tenant,
                run.run_id,
                stage,
                part,
                number,
                answer.model_dump(mode="json"),
                finished.artifacts,
                finished.detail or {},
                finished.also,
            )
        except Exception as error:
            failure = as_application_error(error, backoff_of(activity.info()))
            activity.logger.warning("stage attempt failed", exc_info=error)
            with contextlib.suppress(TrendsError):  # the record may be what failed
                await self._record_failure(run, stage, part, number, failure)
            raise failure from error
        else:
            return answer
        finally:
            beating.cancel()

    async def _record_failure(
        self, run: RunRef, stage: str, part: str, number: int, failure: ApplicationError
    ) -> None:
        await self.runs.stage_failed(
            run.tenant,
            run.run_id,
            stage,
            part,
            number,
            failure.type or "internal",
            failure.message,
            retrying=not failure.non_retryable and number < attempts_of(activity.info()),
        )

    async def _recorded(self, run: RunRef, stage: str, part: str) -> dict[str, object] | None:
        for row in await self.runs.stages(run.tenant, run.run_id):
            if (row.stage, row.part, row.status) == (stage, part, "completed"):
                return row.result
        return None

    async def _open(self, run: RunRef, progress: Progress) -> Attempt:
        brief = RunBrief.model_validate_json(await self.artifacts.get(run.brief))
        settings = read_snapshot(await self.artifacts.get(brief.settings))
        return Attempt(brief, settings, self._executor, progress)


async def beat(progress: Progress) -> None:
    """Tell the server, until cancelled, that an attempt lives and how far it is."""
    # Cancellation reaches an activity through its heartbeats only: this interval bounds how fast.
    while True:
        activity.heartbeat(progress.done, progress.total)
        await asyncio.sleep(HEARTBEAT_SECONDS)


def backoff_of(info: activity.Info) -> timedelta:
    """What the workflow's retry policy waits after this attempt; nothing where it says nothing."""
    policy = info.retry_policy
    if policy is None:
        return timedelta(0)
    longest = policy.maximum_interval or policy.initial_interval * 100
    # Beyond so many doublings every policy is at its longest, and the power would not fit.
    doublings = min(info.attempt - 1, 30)
    return min(policy.initial_interval * policy.backoff_coefficient**doublings, longest)


def attempts_of(info: activity.Info) -> int:
    """Attempts that the workflow's retry policy allows; no limit where it names none."""
    policy = info.retry_policy
    return policy.maximum_attempts if policy and policy.maximum_attempts else sys.maxsize
