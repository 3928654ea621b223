"""How a message walks through the outbox to its channel."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

from trends.domain.delivery import DeliveryState
from trends.errors import (
    DeliveryError,
    DeliveryUnavailableError,
    DeliveryUncertainError,
    SettingsError,
    UnknownNameError,
)
from trends.notify.base import Channel, Message, Notice, UnusableChannel
from trends.telemetry import get_logger

MAX_ERROR = 500

_log = get_logger(__name__)


class OutboxEntry(Protocol):
    """What `deliver` reads of an outbox row."""

    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def state(self) -> DeliveryState: ...


class OutboxLedger(Protocol):
    """What `deliver` needs of the outbox; `trends.storage.outbox.Outbox` is one."""

    async def enqueue(
        self,
        tenant: str,
        subject: str,
        channel: str,
        payload: dict[str, Any],
        *,
        message_id: str,
        run_id: str | None = None,
    ) -> OutboxEntry: ...
    async def claim(self, tenant: str, subject: str, channel: str) -> OutboxEntry: ...
    async def release(self, tenant: str, subject: str, channel: str, error: str) -> OutboxEntry: ...
    async def sent(
        self, tenant: str, subject: str, channel: str, remark: str = ""
    ) -> OutboxEntry: ...
    async def uncertain(
        self, tenant: str, subject: str, channel: str, error: str
    ) -> OutboxEntry: ...
    async def failed(self, tenant: str, subject: str, channel: str, error: str) -> OutboxEntry: ...


class ChannelMaker(Protocol):
    """What makes channels by name; `trends.notify.registry.Channels` does it."""

    def create(self, name: str) -> Channel:
        """Make a channel.

        Raises:
            UnknownNameError: No such channel.
            SettingsError: Something that it needs is missing.
        """
        ...


async def deliver(outbox: OutboxLedger, channel: Channel, notice: Notice) -> DeliveryState:
    """Bring a notice to a channel at most as often as the channel bears.

    May be called again after any crash: what was sent is not sent again; what may have been sent goes again under its
    id where the channel recognises it, and becomes `uncertain` where not. What had failed for good is tried again, for
    that is what calling again asks for. What was written down first stands: a later wording is not sent.

    Returns:
        `sent` or `uncertain`.

    Raises:
        DeliveryUnavailableError: The channel took nothing; the message waits as `pending`.
        DeliveryError: The channel refused it for good; the message is `failed`.
        StorageError: The outbox failed.
    """
    message = Message.of(notice, channel.name)
    key = (notice.tenant, notice.subject, channel.name)
    row = await outbox.enqueue(
        *key, message.model_dump(mode="json"), message_id=message.id, run_id=notice.run_id
    )
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
        remark = await channel.send(Message.model_validate(row.payload))
    except DeliveryUncertainError as error:
        return (await outbox.uncertain(*key, str(error)[:MAX_ERROR])).state
    except DeliveryUnavailableError as error:
        await outbox.release(*key, str(error)[:MAX_ERROR])
        raise
    except DeliveryError as error:
        await outbox.failed(*key, str(error)[:MAX_ERROR])
        raise
    return (await outbox.sent(*key, remark[:MAX_ERROR])).state


async def deliver_all(
    outbox: OutboxLedger, channels: ChannelMaker, names: Iterable[str], notice: Notice
) -> dict[str, DeliveryState]:
    """Deliver to each channel, each failing on its own.

    A channel that refuses for good is shown and holds nobody up. One that is away is tried again by calling again, after
    the others had their turn.

    Returns:
        How far each came: `sent`, `uncertain` or `failed`.

    Raises:
        DeliveryUnavailableError: At least one channel took nothing; of several, the one that asks for the longest wait.
        StorageError: The outbox failed.
    """
    states: dict[str, DeliveryState] = {}
    away: list[DeliveryUnavailableError] = []
    for name in dict.fromkeys(names):
        try:
            # On a thread: a secret may stand in a file.
            channel = await asyncio.to_thread(_usable, channels, name)
            states[name] = await deliver(outbox, channel, notice)
        except DeliveryUnavailableError as error:
            away.append(error)
        except DeliveryError as error:
            states[name] = DeliveryState.FAILED
            _log.warning("notify.refused", channel=name, subject=notice.subject, why=str(error))
        if states.get(name) is DeliveryState.UNCERTAIN:
            _log.warning("notify.uncertain", channel=name, subject=notice.subject)
    if away:
        raise max(away, key=lambda error: error.retry_after or timedelta())
    return states


def _usable(channels: ChannelMaker, name: str) -> Channel:
    # Set up otherwise since the run began: the run is done, and this channel says why it was not told.
    try:
        return channels.create(name)
    except (UnknownNameError, SettingsError) as error:
        return UnusableChannel(name, error)
