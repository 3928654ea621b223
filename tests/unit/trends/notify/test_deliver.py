"""A message's walk through the outbox, cut off at every point."""

import asyncio
from typing import ClassVar

import pytest

from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.domain.delivery import DeliveryState
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.base import Channel, Message, message_id
from trends.notify.deliver import deliver
from trends.storage.database import Database
from trends.storage.outbox import Outbox, OutboxRow
from trends.storage.runs import RunStore


class Box(Channel):
    """The smallest channel: keeps what it was given, and raises what it is told to."""

    name: ClassVar[str] = "box"
    resend_from_sending: ClassVar[bool] = True

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.raises: BaseException | None = None

    async def send(self, message: Message) -> None:
        if self.raises is not None:
            raise self.raises
        self.got.append(message)


class OnceBox(Box):
    """A channel whose receiver cannot tell a repetition."""

    resend_from_sending: ClassVar[bool] = False


MESSAGE = Message(
    id=message_id(TENANT, "run-1", "box"),
    tenant=TENANT,
    run_id="run-1",
    lines=("하나", "둘", "셋", "넷", "다섯"),
    report_path="/v1/runs/run-1/report",
)


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    await RunStore(database, Clock()).insert(new_run())
    return Outbox(database, Clock())


async def row_of(outbox: Outbox) -> OutboxRow:
    (row,) = await outbox.rows(TENANT, "run-1")
    return row


async def pending(outbox: Outbox) -> None:
    await outbox.enqueue(
        TENANT, "run-1", "box", MESSAGE.model_dump(mode="json"), message_id=MESSAGE.id
    )


async def sending(outbox: Outbox) -> None:
    await pending(outbox)
    await outbox.claim(TENANT, "run-1", "box")


async def test_message_arrives_once_and_is_sent(outbox: Outbox) -> None:
    box = Box()

    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT

    assert box.got == [MESSAGE]
    assert (await row_of(outbox)).state is DeliveryState.SENT


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_sent_message_is_not_sent_again(outbox: Outbox, kind: type[Box]) -> None:
    box = kind()
    await deliver(outbox, box, MESSAGE)

    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT

    assert len(box.got) == 1


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_message_cut_off_while_pending_is_sent(outbox: Outbox, kind: type[Box]) -> None:
    box = kind()
    await pending(outbox)

    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT

    assert len(box.got) == 1


async def test_message_cut_off_while_sending_goes_again_under_its_id(outbox: Outbox) -> None:
    box = Box()
    await sending(outbox)

    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT

    assert [message.id for message in box.got] == [MESSAGE.id]
    assert (await row_of(outbox)).attempts == 2


async def test_message_cut_off_while_sending_becomes_uncertain_where_it_could_arrive_twice(
    outbox: Outbox,
) -> None:
    box = OnceBox()
    await sending(outbox)

    first = await deliver(outbox, box, MESSAGE)
    second = await deliver(outbox, box, MESSAGE)

    assert (first, second, box.got) == (DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN, [])


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_channel_that_is_away_leaves_the_message_pending(
    outbox: Outbox, kind: type[Box]
) -> None:
    box = kind()
    box.raises = DeliveryUnavailableError("The channel is away.")

    with pytest.raises(DeliveryUnavailableError):
        await deliver(outbox, box, MESSAGE)

    row = await row_of(outbox)
    assert (row.state, row.error) == (DeliveryState.PENDING, "The channel is away.")
    box.raises = None
    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT


async def test_refused_message_is_failed_until_someone_asks_again(outbox: Outbox) -> None:
    box = Box()
    box.raises = DeliveryError("No such channel.")

    with pytest.raises(DeliveryError):
        await deliver(outbox, box, MESSAGE)

    assert (await row_of(outbox)).state is DeliveryState.FAILED
    box.raises = None
    assert await deliver(outbox, box, MESSAGE) is DeliveryState.SENT


@pytest.mark.parametrize("raised", [asyncio.CancelledError(), LookupError()])
async def test_unknown_outcome_stays_sending(outbox: Outbox, raised: BaseException) -> None:
    box = Box()
    box.raises = raised

    with pytest.raises(type(raised)):
        await deliver(outbox, box, MESSAGE)

    assert (await row_of(outbox)).state is DeliveryState.SENDING


async def test_what_was_written_down_is_what_is_sent(outbox: Outbox) -> None:
    box = Box()
    await pending(outbox)

    await deliver(outbox, box, MESSAGE.model_copy(update={"lines": ("changed",)}))

    assert box.got == [MESSAGE]


def test_id_is_the_message_s_own() -> None:
    ids = {
        message_id(tenant, run, channel)
        for tenant in ("a", "b")
        for run in ("1", "2")
        for channel in ("log", "box")
    }

    assert len(ids) == 8
    assert message_id(TENANT, "run-1", "box") == MESSAGE.id
