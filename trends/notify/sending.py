"""What a channel's sender does each time it wakes: gather digests, send what is due, say when to wake again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from trends.domain.delivery import DeliveryState
from trends.domain.delivery_policy import opens_at
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.base import Channel, Message
from trends.notify.deliver import ChannelMaker, OutboxEntry, OutboxLedger, hand_over, usable
from trends.notify.digests import Bundle, bundle
from trends.telemetry import get_logger

_log = get_logger(__name__)


class SenderLedger(OutboxLedger, Protocol):
    """What a sender needs of the outbox; `trends.storage.outbox.Outbox` is one."""

    async def due(self, tenant: str, channel: str, now: datetime) -> Sequence[OutboxEntry]: ...
    async def next_due(self, tenant: str, channel: str) -> datetime | None: ...
    async def gather(
        self,
        tenant: str,
        channel: str,
        now: datetime,
        make: Callable[[Sequence[OutboxEntry]], Bundle],
    ) -> OutboxEntry | None: ...


class Sent(NamedTuple):
    """What a sender did, and when something is to go out next."""

    sent: int
    failed: int
    next_at: datetime | None


async def send_due(
    outbox: SenderLedger,
    channels: ChannelMaker,
    tenant: str,
    name: str,
    *,
    now: datetime,
    beat: Callable[[], None],
) -> Sent:
    """Send what is due to a channel. Called again after any crash, it sends nothing twice knowingly.

    Args:
        outbox: What waits.
        channels: Makes the channel.
        tenant: Whose messages.
        name: Which channel.
        now: What is due by then.
        beat: Called before each message, so that a long list is not taken for a dead worker.

    Raises:
        DeliveryUnavailableError: The channel took nothing; the rest waits with it.
        StorageError: The outbox failed.
    """
    channel = await usable(channels, tenant, name)
    opens = opens_at(channel.policy, now)
    if opens > now:
        # It was late, or the settings changed: what was due goes out when the channel opens.
        waiting = await outbox.next_due(tenant, name)
        return Sent(0, 0, max(waiting, opens) if waiting else None)
    while await outbox.gather(tenant, name, now, lambda rows: _bundle(rows, name, channel, now)):
        beat()
    sent = failed = 0
    for row in await outbox.due(tenant, name, now):
        beat()
        try:
            state = await hand_over(outbox, channel, row)
        except DeliveryUnavailableError:
            raise
        except DeliveryError as error:
            failed += 1
            _log.warning("notify.refused", channel=name, subject=row.subject, why=str(error))
        else:
            sent += 1
            if state is DeliveryState.UNCERTAIN:
                _log.warning("notify.uncertain", channel=name, subject=row.subject)
    return Sent(sent, failed, await outbox.next_due(tenant, name))


def _bundle(rows: Sequence[OutboxEntry], name: str, channel: Channel, now: datetime) -> Bundle:
    messages = [Message.model_validate(row.payload) for row in rows]
    return bundle(messages, name, at=now, most_alerts=channel.policy.max_alerts_per_day)
