"""Send: what waits for a channel, when its time has come."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities import contracts
from activities.contracts import SenderInput, SendResult
from activities.errors import as_application_error
from trends.notify.deliver import ChannelMaker
from trends.notify.sending import SenderLedger, send_due


class SendActivity:
    """Doorway of a channel's sender.

    Args:
        outbox: What waits.
        channels: Makes channels by name.
        clock: Says what is due.
    """

    def __init__(
        self, outbox: SenderLedger, channels: ChannelMaker, clock: Callable[[], datetime]
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._clock = clock

    @activity.defn(name=contracts.SEND_DUE)
    async def send(self, request: SenderInput) -> SendResult:
        """Send what is due to one channel, and say when something is to go out next."""
        try:
            done = await send_due(
                self._outbox,
                self._channels,
                request.tenant,
                request.channel,
                now=self._clock(),
                beat=activity.heartbeat,
            )
        except Exception as error:
            raise as_application_error(error) from error
        return SendResult(sent=done.sent, failed=done.failed, next_at=done.next_at)
