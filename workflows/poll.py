"""`SourcePollWorkflow`: asks one source on its own cadence, for as long as it is wanted.

One endless loop for each tenant and source: poll, wait, poll. The wait is a durable timer, so that neither a restart nor
a killed worker moves it or loses it. This file defines only the workflow, as the sandbox re-creates what it defines.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities import contracts
    from activities.contracts import (
        AlertInput,
        NotifyResult,
        PollerInput,
        PollInput,
        PollResult,
        SourceAlert,
    )
    from workflows.attributes import STATUS

# A poll leaves about ten events; history is begun anew long before it grows heavy.
POLLS_PER_RUN = 100
# Longer than the slowest poll may take, which the source's own limits bound far below.
POLL_TIMEOUT = timedelta(minutes=5)
HEARTBEAT_TIMEOUT = timedelta(seconds=10)
# The next failed poll tries again, too.
ALERT_ATTEMPTS = 3


@workflow.defn(name=contracts.POLL_WORKFLOW)
class SourcePollWorkflow:
    """Polls one source of one tenant."""

    @workflow.init
    def __init__(self, poller: PollerInput) -> None:
        self._poller = poller
        self._paused = poller.paused
        self._cadence_seconds = poller.cadence_seconds
        self._wanted = False
        self._cadence_changed = False
        self._last: PollResult | None = None
        self._told_since = poller.told_since

    @workflow.run
    async def run(self, poller: PollerInput) -> None:
        """Poll until the source is retired; then end."""
        wait_seconds = poller.wait_seconds
        for _ in range(POLLS_PER_RUN):
            await self._rest(wait_seconds)
            self._last = await self._poll()
            wait_seconds = self._last.wait_seconds
            await self._tell_if_down(self._last)
            if self._last.retired or poller.once:
                self._show("It has ended.")
                return
        workflow.continue_as_new(
            poller.model_copy(
                update={
                    "cadence_seconds": self._cadence_seconds,
                    "wait_seconds": 0.0 if self._wanted else wait_seconds,
                    "paused": self._paused,
                    "told_since": self._told_since,
                }
            )
        )

    @workflow.signal(name=contracts.PAUSE_SIGNAL)
    def pause(self) -> None:
        """Stop asking, until told to go on."""
        self._paused = True

    @workflow.signal(name=contracts.RESUME_SIGNAL)
    def resume(self) -> None:
        """Go on asking."""
        self._paused = False

    @workflow.signal(name=contracts.POLL_NOW_SIGNAL)
    def poll_now(self) -> None:
        """Ask at once, also where it is paused; the cadence goes on from there."""
        self._wanted = True

    @workflow.signal(name=contracts.CADENCE_SIGNAL)
    def cadence(self, seconds: int) -> None:
        """Ask this often from now on."""
        self._cadence_changed = seconds != self._cadence_seconds
        self._cadence_seconds = seconds

    async def _rest(self, seconds: float) -> None:
        """Wait for the next poll: its time, or a person's word. A pause lasts until it is taken back."""
        due = workflow.now() + timedelta(seconds=seconds)
        while not self._wanted:
            if self._paused:
                self._file_under("Paused")
                self._show("Paused.")
                await workflow.wait_condition(lambda: self._wanted or not self._paused)
                self._file_under("Running")
                continue
            if self._cadence_changed:
                # The wait under way was measured by the old one.
                soonest = workflow.now() + timedelta(seconds=self._cadence_seconds)
                due, self._cadence_changed = min(due, soonest), False
            left = due - workflow.now()
            if left <= timedelta():
                break
            self._show(f"Next poll at {due:%Y-%m-%d %H:%M:%S} UTC.")
            try:
                await workflow.wait_condition(
                    lambda: self._wanted or self._paused or self._cadence_changed,
                    timeout=left,
                    timeout_summary="until the next poll",
                )
            except TimeoutError:
                break
        self._wanted = False

    async def _poll(self) -> PollResult:
        self._show("Polling.")
        return await workflow.execute_activity(
            contracts.POLL,
            PollInput(
                tenant=self._poller.tenant,
                source=self._poller.source,
                cadence_seconds=self._cadence_seconds,
                once=self._poller.once,
            ),
            result_type=PollResult,
            task_queue=contracts.IO_QUEUE,
            summary=f"poll {self._poller.source}"[:60],
            start_to_close_timeout=POLL_TIMEOUT,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            # A source that fails is an answer; what is tried again here is storage and lost workers, for ever.
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
            ),
        )

    async def _tell_if_down(self, last: PollResult) -> None:
        """Tell people once of each silence of a day. That nobody could be told is no reason to stop asking."""
        since = last.down_since
        if since is None or since == self._told_since:
            return
        alert = SourceAlert(
            tenant=self._poller.tenant,
            source=self._poller.source,
            since=since,
            slug=last.slug,
            reason=last.says,
        )
        try:
            await workflow.execute_activity(
                contracts.ALERT,
                AlertInput(alert=alert),
                result_type=NotifyResult,
                task_queue=contracts.IO_QUEUE,
                summary="say that the source is down",
                start_to_close_timeout=POLL_TIMEOUT,
                retry_policy=RetryPolicy(maximum_attempts=ALERT_ATTEMPTS),
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            return
        self._told_since = since

    def _show(self, standing: str) -> None:
        lines = [
            f"**{self._poller.source}**, every {self._cadence_seconds // 60} min",
            "",
            standing,
        ]
        if self._last is not None:
            lines += ["", f"Last poll: {self._last.says}"]
        workflow.set_current_details("\n".join(lines))

    def _file_under(self, status: str) -> None:
        workflow.upsert_search_attributes([STATUS.value_set(status)])  # pyright: ignore[reportUnknownMemberType]  # the SDK leaves its sequence untyped
