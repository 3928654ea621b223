"""How a message walks through the outbox to its channel."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from trends.domain.delivery import DeliveryState
from trends.domain.delivery_policy import DeliveryPolicy, Release, Urgency, day_start, release
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
    @property
    def subject(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def not_before(self) -> datetime | None: ...


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
        alert: bool = False,
        decide: Callable[[int], Release] | None = None,
        day_start: datetime | None = None,
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

    async def open(self, tenant: str, name: str) -> Channel:
        """Make a channel of a tenant.

        Raises:
            UnknownNameError: No such channel.
            SettingsError: Something that it needs is missing.
            StorageError: The database failed.
        """
        ...


class ListeningChannels(ChannelMaker, Protocol):
    """What knows, besides, who asks to be told of what belongs to no run."""

    async def listening(self, tenant: str, kind: str) -> tuple[str, ...]:
        """Name those channels of a tenant.

        Raises:
            StorageError: The database failed.
        """
        ...


async def deliver(outbox: OutboxLedger, channel: Channel, notice: Notice) -> DeliveryState:
    """Bring a notice to a channel at most as often as the channel bears.

    May be called again after any crash: what was sent is not sent again; what may have been sent goes again under its
    id where the channel recognises it, and becomes `uncertain` where not. What had failed for good is tried again, for
    that is what calling again asks for. What was written down first stands: a later wording is not sent.

    Where the channel's policy lets it go out later only, it is written down with its time, and its sender has it.

    Returns:
        `sent` or `uncertain`; `pending` or `digested` where it goes out later, or otherwise.

    Raises:
        DeliveryUnavailableError: The channel took nothing; the message waits as `pending`.
        DeliveryError: The channel refused it for good; the message is `failed`.
        StorageError: The outbox failed.
    """
    row = await write_down(outbox, channel, notice)
    if row.not_before is not None:
        return row.state
    return await hand_over(outbox, channel, row)


async def write_down(
    outbox: OutboxLedger, channel: Channel, notice: Notice, *, for_sender: bool = False
) -> OutboxEntry:
    """Write a notice down for a channel, with the time at which it may go out.

    Args:
        outbox: Where to.
        channel: Where it goes.
        notice: What it says.
        for_sender: Whoever calls does not send: also what may go out at once is left to the channel's sender.

    Raises:
        StorageError: The outbox failed.
    """
    message = Message.of(notice, channel.name)
    urgency = notice.kind.urgency
    policy = channel.policy
    decide: Callable[[int], Release] | None = None
    if for_sender or not policy.asks_nothing:
        decide = partial(_decide, policy, urgency, notice.at, for_sender)
    return await outbox.enqueue(
        notice.tenant,
        notice.subject,
        channel.name,
        message.model_dump(mode="json"),
        message_id=message.id,
        run_id=notice.run_id,
        alert=urgency is Urgency.ALERT,
        decide=decide,
        day_start=day_start(policy, notice.at),
    )


async def hand_over(outbox: OutboxLedger, channel: Channel, row: OutboxEntry) -> DeliveryState:
    """Bring a message that is written down to its channel, if it has not been there.

    Returns:
        `sent` or `uncertain`.

    Raises:
        DeliveryUnavailableError: The channel took nothing; the message waits as `pending`.
        DeliveryError: The channel refused it for good; the message is `failed`.
        StorageError: The outbox failed.
    """
    key = (row.tenant, row.subject, channel.name)
    if row.state in {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.DIGESTED}:
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


async def leave_to_senders(
    outbox: OutboxLedger, channels: ChannelMaker, names: Iterable[str], notice: Notice
) -> None:
    """Write a notice down for channels, each to be sent by its sender as soon as it may go out.

    Raises:
        StorageError: The outbox failed.
    """
    for name in dict.fromkeys(names):
        channel = await usable(channels, notice.tenant, name)
        if not channel.kinds or notice.kind in channel.kinds:
            await write_down(outbox, channel, notice, for_sender=True)


def _decide(
    policy: DeliveryPolicy,
    urgency: Urgency,
    at: datetime,
    for_sender: bool,  # bound by partial
    alerts_today: int,
) -> Release:
    decided = release(policy, urgency, at, alerts_today)
    return decided.model_copy(update={"at": at}) if for_sender and decided.at is None else decided


async def deliver_all(
    outbox: OutboxLedger, channels: ChannelMaker, names: Iterable[str], notice: Notice
) -> dict[str, DeliveryState]:
    """Deliver to each channel, each failing on its own.

    A channel that refuses for good is shown and holds nobody up. One that is away is tried again by calling again, after
    the others had their turn.

    Returns:
        How far each came: `sent`, `uncertain` or `failed`; `pending` or `digested` where it goes out later.

    Raises:
        DeliveryUnavailableError: At least one channel took nothing; of several, the one that asks for the longest wait.
        StorageError: The outbox failed.
    """
    states: dict[str, DeliveryState] = {}
    away: list[DeliveryUnavailableError] = []
    for name in dict.fromkeys(names):
        try:
            channel = await usable(channels, notice.tenant, name)
            if channel.kinds and notice.kind not in channel.kinds:
                continue  # it asked not to hear of this
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


async def usable(channels: ChannelMaker, tenant: str, name: str) -> Channel:
    """Make a channel; one that cannot be made refuses whatever is sent to it, with the reason.

    Raises:
        StorageError: The database failed.
    """
    # Set up otherwise since the run began: the run is done, and this channel says why it was not told.
    try:
        return await channels.open(tenant, name)
    except (UnknownNameError, SettingsError) as error:
        return UnusableChannel(name, error)
