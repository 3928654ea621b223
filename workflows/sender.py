"""`ChannelSenderWorkflow`: sends what waits for a channel, each thing at its time, and ends when nothing waits.

The outbox says what, and when; this is its alarm clock, which neither a restart nor a killed worker stops. This file
defines only the workflow.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from activities.contracts import SenderInput, SendResult

ROUNDS_PER_RUN = 100
SEND_TIMEOUT = timedelta(minutes=10)
HEARTBEAT_TIMEOUT = timedelta(seconds=30)


@workflow.defn(name=contracts.SENDER_WORKFLOW)
class ChannelSenderWorkflow:
    """Sends what waits for one channel of one tenant."""

    @workflow.init
    def __init__(self, sender: SenderInput) -> None:
        self._sender = sender
        self._woken = False

    @workflow.run
    async def run(self, sender: SenderInput) -> None:
        """Send, wait for the next time, send; until nothing waits."""
        for _ in range(ROUNDS_PER_RUN):
            self._woken = False
            result = await self._send()
            if result.next_at is None:
                return
            left = result.next_at - workflow.now()
            workflow.set_current_details(
                f"**{self._sender.channel}**\n\nNext at {result.next_at:%Y-%m-%d %H:%M:%S} UTC."
            )
            if left <= timedelta():
                continue
            try:
                await workflow.wait_condition(
                    lambda: self._woken, timeout=left, timeout_summary="until something may go out"
                )
            except TimeoutError:
                continue
        workflow.continue_as_new(sender)

    @workflow.signal(name=contracts.WAKE_SIGNAL)
    def wake(self) -> None:
        """Look again: something may have to go out sooner."""
        self._woken = True

    async def _send(self) -> SendResult:
        return await workflow.execute_activity(
            contracts.SEND_DUE,
            self._sender,
            result_type=SendResult,
            task_queue=contracts.IO_QUEUE,
            summary=f"send what is due to {self._sender.channel}"[:60],
            start_to_close_timeout=SEND_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            # A channel that is away may be so for a day; the message waits with it.
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)
            ),
        )
