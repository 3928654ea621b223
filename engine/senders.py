"""The senders: one durable workflow for each channel to which something waits. Started here, and woken when its time comes sooner."""

from datetime import datetime

from temporalio.client import Client
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)

from activities import contracts
from activities.contracts import SenderInput
from engine.launch import RPC_TIMEOUT, answering
from engine.requests import PRIORITIES
from trends.storage.outbox import Outbox
from workflows import attributes


def sender_id(tenant: str, channel: str) -> str:
    """Name a channel's sender. The dot can be in neither part."""
    return f"send-{tenant}.{channel}"


class Senders:
    """Starts and wakes senders; each ends by itself when nothing waits.

    Args:
        client: Temporal client; may be lazy.
        outbox: What waits.
    """

    def __init__(self, client: Client, outbox: Outbox) -> None:
        self._client = client
        self._outbox = outbox
        self._told: dict[tuple[str, str], datetime | None] = {}

    async def look(self) -> int:
        """See that there is a sender wherever something waits; answers how many were started or woken.

        Raises:
            EngineUnreachableError: The server does not answer.
            StorageError: The database failed.
        """
        waiting = await self._outbox.waiting()
        self._told = {key: at for key, at in self._told.items() if key in waiting}
        changed = 0
        for key in waiting:
            next_at = await self._outbox.next_due(*key)
            # One that runs knows the time that it saw last; it is woken when that is another.
            signal = None if self._told.get(key) == next_at else contracts.WAKE_SIGNAL
            await self._start(*key, signal)
            changed += signal is not None
            self._told[key] = next_at
        return changed

    async def _start(self, tenant: str, channel: str, signal: str | None) -> None:
        with answering():
            await self._client.start_workflow(
                contracts.SENDER_WORKFLOW,
                SenderInput(tenant=tenant, channel=channel),
                id=sender_id(tenant, channel),
                task_queue=contracts.WORKFLOW_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal=signal,
                static_summary=f"send · {channel}",
                search_attributes=TypedSearchAttributes(
                    [
                        SearchAttributePair(attributes.PIPELINE, "send"),
                        SearchAttributePair(attributes.STATUS, "Running"),
                        SearchAttributePair(attributes.TENANT, tenant),
                    ]
                ),
                priority=Priority(priority_key=PRIORITIES["scheduled"], fairness_key=tenant),
                rpc_timeout=RPC_TIMEOUT,
            )
