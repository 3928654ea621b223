"""The smallest poll activity: answers what a test tells it, and lets tests await what happened."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError

from activities import contracts
from activities.contracts import AlertInput, NotifyResult, PollerInput, PollInput, PollResult
from engine.worker import build_workers
from trends.settings import load_settings

Handle = WorkflowHandle[object, None]
HOUR = 3600.0
QUICK = timedelta(milliseconds=1)


def answered(wait_seconds: float = HOUR, **changes: object) -> PollResult:
    """A poll that was answered."""
    given = {"says": "3 items, 1 of them new.", "items": 3, "new": 1, "wait_seconds": wait_seconds}
    return PollResult.model_validate({**given, **changes})


RETIRED = PollResult(says="It is no longer to be polled.", retired=True)


@dataclass
class FakePolls:
    """Answers polls in the order it was told; the last answer stays.

    Attributes:
        answers: What polls answer.
        asked: What was asked.
        told: Alerts that were asked for.
        alerts_fail: How many of them fail.
    """

    answers: list[PollResult | Exception] = field(
        default_factory=lambda: list[PollResult | Exception]([answered()])
    )
    asked: list[PollInput] = field(default_factory=list[PollInput])
    told: list[AlertInput] = field(default_factory=list[AlertInput])
    alerts_fail: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, true: Callable[[], bool]) -> None:
        """Await a state, 20 s at most."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(true)

    @activity.defn(name=contracts.POLL)
    async def poll(self, request: PollInput) -> PollResult:
        async with self._changed:
            self.asked.append(request)
            self._changed.notify_all()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @activity.defn(name=contracts.ALERT)
    async def alert(self, request: AlertInput) -> NotifyResult:
        async with self._changed:
            self.told.append(request)
            self._changed.notify_all()
        if len(self.told) <= self.alerts_fail:
            raise ApplicationError("Away.", type="delivery-unavailable", next_retry_delay=QUICK)
        return NotifyResult(sent=("log",))


@asynccontextmanager
async def polling(client: Client, polls: FakePolls) -> AsyncGenerator[None]:
    """Workers as worker.py makes them."""
    queues = (contracts.WORKFLOW_QUEUE, contracts.IO_QUEUE)
    activities = {contracts.IO_QUEUE: [polls.poll, polls.alert]}
    async with AsyncExitStack() as stack:
        for worker in build_workers(client, queues, activities, load_settings({})):
            await stack.enter_async_context(worker)
        yield


async def start_poller(client: Client, **changes: object) -> Handle:
    """Start a poller that asks at once and then every hour."""
    given: dict[str, object] = {"tenant": "local", "source": "rss:hani", "cadence_seconds": 3600}
    return await client.start_workflow(
        contracts.POLL_WORKFLOW,
        PollerInput.model_validate({**given, **changes}),
        id=f"poll-local-{uuid4().hex}",
        task_queue=contracts.WORKFLOW_QUEUE,
    )
