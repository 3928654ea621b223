"""How a message walks through the outbox to its channel."""

from typing import Any, Protocol

from trends.domain.delivery import DeliveryState
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.base import Channel, Message

MAX_ERROR = 500


class OutboxEntry(Protocol):
    """What `deliver` reads of an outbox row."""

    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def state(self) -> DeliveryState: ...


class OutboxLedger(Protocol):
    """What `deliver` needs of the outbox; `trends.storage.outbox.Outbox` is one."""

    async def enqueue(
        self, tenant: str, run_id: str, channel: str, payload: dict[str, Any], *, message_id: str
    ) -> OutboxEntry: ...
    async def claim(self, tenant: str, run_id: str, channel: str) -> OutboxEntry: ...
    async def release(self, tenant: str, run_id: str, channel: str, error: str) -> OutboxEntry: ...
    async def sent(self, tenant: str, run_id: str, channel: str) -> OutboxEntry: ...
    async def uncertain(
        self, tenant: str, run_id: str, channel: str, error: str
    ) -> OutboxEntry: ...
    async def failed(self, tenant: str, run_id: str, channel: str, error: str) -> OutboxEntry: ...


async def deliver(outbox: OutboxLedger, channel: Channel, message: Message) -> DeliveryState:
    """Bring a message to a channel at most as often as the channel bears.

    May be called again after any crash: what was sent is not sent again; what may have been sent goes again under its
    id where the channel recognises it, and becomes `uncertain` where not. What had failed for good is tried again, for
    that is what calling again asks for.

    Returns:
        `sent` or `uncertain`.

    Raises:
        DeliveryUnavailableError: The channel took nothing; the message waits as `pending`.
        DeliveryError: The channel refused it for good; the message is `failed`.
        StorageError: The outbox failed.
    """
    key = (message.tenant, message.run_id, channel.name)
    row = await outbox.enqueue(*key, message.model_dump(mode="json"), message_id=message.id)
    if row.state in {DeliveryState.SENT, DeliveryState.UNCERTAIN}:
        return row.state
    if row.state is DeliveryState.SENDING and not channel.resend_from_sending:
        why = "An attempt was cut off while the channel had it."
        return (await outbox.uncertain(*key, why)).state
    # Persist before sending: a crash from here on finds `sending`, never a `pending` that went out.
    row = await outbox.claim(*key)
    if row.state is not DeliveryState.SENDING:
        return row.state  # another attempt was faster
    try:
        await channel.send(Message.model_validate(row.payload))
    except DeliveryUnavailableError as error:
        await outbox.release(*key, str(error)[:MAX_ERROR])
        raise
    except DeliveryError as error:
        await outbox.failed(*key, str(error)[:MAX_ERROR])
        raise
    return (await outbox.sent(*key)).state
