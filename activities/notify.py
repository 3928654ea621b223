"""Notify: send word of the report to the run's channels, through the outbox."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import NotifyInput, NotifyResult, RunBrief, RunRef
from trends.domain.delivery import DeliveryState
from trends.notify.alerts import RunFacts, report_ready
from trends.notify.deliver import ChannelMaker, OutboxLedger, deliver_all


class NotifyActivity:
    """Doorway of the notify stage.

    Args:
        door: Opens attempts.
        outbox: Remembers what went out.
        channels: Makes channels by name.
        clock: Dates messages.
        public_url: Address under which people reach the API; empty where there is none.
    """

    def __init__(
        self,
        door: StageDoor,
        outbox: OutboxLedger,
        channels: ChannelMaker,
        clock: Callable[[], datetime],
        public_url: str,
    ) -> None:
        self._door = door
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._public_url = public_url

    @activity.defn(name=contracts.NOTIFY)
    async def notify(self, request: NotifyInput) -> NotifyResult:
        """Send to every channel; each fails on its own."""

        async def work(attempt: Attempt) -> tuple[NotifyResult, Finished]:
            notice = report_ready(
                facts_of(request.run, attempt.brief),
                lines=request.report.lines,
                announced=request.report.announced,
                at=self._clock(),
                public_url=self._public_url,
            )
            states = await deliver_all(self._outbox, self._channels, attempt.brief.channels, notice)
            result = result_of(states)
            detail: dict[str, int | str] = {
                state: ", ".join(names) for state, names in result.model_dump().items() if names
            }
            return result, Finished(detail=detail)

        return await self._door.run(request.run, "notify", NotifyResult, work)


def facts_of(run: RunRef, brief: RunBrief) -> RunFacts:
    """What messages say of a run."""
    return RunFacts(
        tenant=run.tenant,
        run_id=run.run_id,
        language=brief.report_language,
        query=brief.question.query,
        market=brief.market.name,
        window=brief.window,
        monitor=brief.monitor,
    )


def result_of(states: dict[str, DeliveryState]) -> NotifyResult:
    """Sort channels by how far the message came."""

    def those(wanted: DeliveryState) -> tuple[str, ...]:
        return tuple(sorted(name for name, state in states.items() if state is wanted))

    return NotifyResult(
        sent=those(DeliveryState.SENT),
        uncertain=those(DeliveryState.UNCERTAIN),
        failed=those(DeliveryState.FAILED),
    )
