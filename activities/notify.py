"""Notify: send the five lines to the run's channels, through the outbox."""

from collections.abc import Callable

from temporalio import activity

from activities import contracts
from activities.attempt import Attempt, Finished, StageDoor
from activities.contracts import NotifyInput, NotifyResult
from trends.domain.delivery import DeliveryState
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.base import Channel, Message, message_id
from trends.notify.deliver import deliver
from trends.storage.outbox import Outbox

ChannelFactory = Callable[[str], Channel]


class NotifyActivity:
    """Doorway of the notify stage.

    Args:
        door: Opens attempts.
        outbox: Remembers what went out.
        make_channel: Makes a channel by name.
    """

    def __init__(self, door: StageDoor, outbox: Outbox, make_channel: ChannelFactory) -> None:
        self._door = door
        self._outbox = outbox
        self._make_channel = make_channel

    @activity.defn(name=contracts.NOTIFY)
    async def notify(self, request: NotifyInput) -> NotifyResult:
        """Send to every channel; each fails on its own."""

        async def work(attempt: Attempt) -> tuple[NotifyResult, Finished]:
            states = await self._deliver_all(request, attempt.brief.channels)
            result = NotifyResult(
                sent=_of(states, DeliveryState.SENT),
                uncertain=_of(states, DeliveryState.UNCERTAIN),
                failed=_of(states, DeliveryState.FAILED),
            )
            detail: dict[str, int | str] = {
                state: ", ".join(names) for state, names in result.model_dump().items() if names
            }
            return result, Finished(detail=detail)

        return await self._door.run(request.run, "notify", NotifyResult, work)

    async def _deliver_all(
        self, request: NotifyInput, channels: tuple[str, ...]
    ) -> dict[str, DeliveryState]:
        """Deliver to each; a channel that is away is tried again after the others had their turn.

        Raises:
            DeliveryUnavailableError: At least one channel took nothing.
        """
        states: dict[str, DeliveryState] = {}
        away: DeliveryUnavailableError | None = None
        for name in channels:
            try:
                states[name] = await self._deliver(request, name)
            except DeliveryUnavailableError as error:
                away = error
            except DeliveryError as error:
                # The report is there: a channel that refuses for good is shown, it does not fail the run.
                activity.logger.warning(
                    "delivery refused", extra={"channel": name, "why": str(error)}
                )
                states[name] = DeliveryState.FAILED
        if away is not None:
            raise away
        return states

    async def _deliver(self, request: NotifyInput, name: str) -> DeliveryState:
        run = request.run
        message = Message(
            id=message_id(run.tenant, run.run_id, name),
            tenant=run.tenant,
            run_id=run.run_id,
            lines=request.report.lines,
            report_path=f"/v1/runs/{run.run_id}/report",
        )
        return await deliver(self._outbox, self._make_channel(name), message)


def _of(states: dict[str, DeliveryState], wanted: DeliveryState) -> tuple[str, ...]:
    return tuple(sorted(name for name, state in states.items() if state is wanted))
