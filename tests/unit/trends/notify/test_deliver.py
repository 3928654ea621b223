"""A message's walk through the outbox, cut off at every point."""

import asyncio
from datetime import timedelta
from typing import ClassVar

import pytest

from tests.unit.trends.notify.notice_cases import notice
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.domain.delivery import DeliveryState
from trends.errors import (
    DeliveryError,
    DeliveryUnavailableError,
    DeliveryUncertainError,
    UnknownNameError,
)
from trends.notify.base import Channel, Message, message_id
from trends.notify.deliver import deliver, deliver_all
from trends.storage.database import Database
from trends.storage.outbox import Outbox, OutboxRow
from trends.storage.runs import RunStore


class Box(Channel):
    """The smallest channel: keeps what it was given, and raises what it is told to."""

    resend_from_sending: ClassVar[bool] = True

    def __init__(self, name: str = "box") -> None:
        super().__init__(name)
        self.got: list[Message] = []
        self.raises: BaseException | None = None
        self.remark = ""

    async def send(self, message: Message) -> str:
        if self.raises is not None:
            raise self.raises
        self.got.append(message)
        return self.remark


class OnceBox(Box):
    """A channel whose receiver cannot tell a repetition."""

    resend_from_sending: ClassVar[bool] = False


class Boxes:
    """Channels by name."""

    def __init__(self, *boxes: Box) -> None:
        self._boxes = {box.name: box for box in boxes}

    async def open(self, tenant: str, name: str) -> Channel:
        del tenant
        if name not in self._boxes:
            kind = "channel"
            raise UnknownNameError(kind, name, self._boxes)
        return self._boxes[name]


NOTICE = notice()
MESSAGE = Message.of(NOTICE, "box")
KEY = (TENANT, NOTICE.subject, "box")


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    await RunStore(database, Clock()).insert(new_run())
    return Outbox(database, Clock())


async def row_of(outbox: Outbox) -> OutboxRow:
    (row,) = await outbox.rows(TENANT, "run-1")
    return row


async def pending(outbox: Outbox) -> None:
    await outbox.enqueue(
        *KEY, MESSAGE.model_dump(mode="json"), message_id=MESSAGE.id, run_id="run-1"
    )


async def sending(outbox: Outbox) -> None:
    await pending(outbox)
    await outbox.claim(*KEY)


async def test_message_arrives_once_and_is_sent(outbox: Outbox) -> None:
    box = Box()

    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT

    assert box.got == [MESSAGE]
    assert (await row_of(outbox)).state is DeliveryState.SENT


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_sent_message_is_not_sent_again(outbox: Outbox, kind: type[Box]) -> None:
    box = kind()
    await deliver(outbox, box, NOTICE)

    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT

    assert len(box.got) == 1


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_message_cut_off_while_pending_is_sent(outbox: Outbox, kind: type[Box]) -> None:
    box = kind()
    await pending(outbox)

    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT

    assert len(box.got) == 1


async def test_message_cut_off_while_sending_goes_again_under_its_id(outbox: Outbox) -> None:
    box = Box()
    await sending(outbox)

    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT

    assert [message.id for message in box.got] == [MESSAGE.id]
    assert (await row_of(outbox)).attempts == 2


async def test_message_cut_off_while_sending_becomes_uncertain_where_it_could_arrive_twice(
    outbox: Outbox,
) -> None:
    box = OnceBox()
    await sending(outbox)

    first = await deliver(outbox, box, NOTICE)
    second = await deliver(outbox, box, NOTICE)

    assert (first, second, box.got) == (DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN, [])


@pytest.mark.parametrize("kind", [Box, OnceBox])
async def test_channel_that_is_away_leaves_the_message_pending(
    outbox: Outbox, kind: type[Box]
) -> None:
    box = kind()
    box.raises = DeliveryUnavailableError("The channel is away.")

    with pytest.raises(DeliveryUnavailableError):
        await deliver(outbox, box, NOTICE)

    row = await row_of(outbox)
    assert (row.state, row.error) == (DeliveryState.PENDING, "The channel is away.")
    box.raises = None
    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT


async def test_refused_message_is_failed_until_someone_asks_again(outbox: Outbox) -> None:
    box = Box()
    box.raises = DeliveryError("No such channel.")

    with pytest.raises(DeliveryError):
        await deliver(outbox, box, NOTICE)

    assert (await row_of(outbox)).state is DeliveryState.FAILED
    box.raises = None
    assert await deliver(outbox, box, NOTICE) is DeliveryState.SENT


@pytest.mark.parametrize("raised", [asyncio.CancelledError(), LookupError()])
async def test_unknown_outcome_stays_sending(outbox: Outbox, raised: BaseException) -> None:
    box = Box()
    box.raises = raised

    with pytest.raises(type(raised)):
        await deliver(outbox, box, NOTICE)

    assert (await row_of(outbox)).state is DeliveryState.SENDING


async def test_what_was_written_down_is_what_is_sent(outbox: Outbox) -> None:
    box = Box()
    await pending(outbox)

    await deliver(outbox, box, NOTICE.model_copy(update={"lines": ("changed",)}))

    assert box.got == [MESSAGE]


async def test_lost_answer_becomes_uncertain_and_is_not_sent_again(outbox: Outbox) -> None:
    box = OnceBox()
    box.raises = DeliveryUncertainError("No answer came.")

    first = await deliver(outbox, box, NOTICE)
    box.raises = None
    second = await deliver(outbox, box, NOTICE)

    assert (first, second, box.got) == (DeliveryState.UNCERTAIN, DeliveryState.UNCERTAIN, [])
    assert (await row_of(outbox)).error == "No answer came."


async def test_what_the_channel_had_to_say_is_kept(outbox: Outbox) -> None:
    box = Box()
    box.remark = "It refused one recipient."

    await deliver(outbox, box, NOTICE)

    row = await row_of(outbox)
    assert (row.state, row.error) == (DeliveryState.SENT, "It refused one recipient.")


async def test_channels_fail_each_on_their_own(outbox: Outbox) -> None:
    broken, well = Box("broken"), Box("well")
    broken.raises = DeliveryError("No such channel.")

    states = await deliver_all(outbox, Boxes(broken, well), ("broken", "well", "well"), NOTICE)

    assert states == {"broken": DeliveryState.FAILED, "well": DeliveryState.SENT}
    assert len(well.got) == 1


async def test_channel_that_is_away_lets_the_others_have_their_turn(outbox: Outbox) -> None:
    away, well = Box("away"), Box("well")
    away.raises = DeliveryUnavailableError("Away.")
    boxes = Boxes(away, well)

    with pytest.raises(DeliveryUnavailableError):
        await deliver_all(outbox, boxes, ("away", "well"), NOTICE)
    away.raises = None
    states = await deliver_all(outbox, boxes, ("away", "well"), NOTICE)

    assert states == {"away": DeliveryState.SENT, "well": DeliveryState.SENT}
    assert (len(away.got), len(well.got)) == (1, 1)


async def test_of_several_that_are_away_the_longest_wait_counts(outbox: Outbox) -> None:
    soon, late = Box("soon"), Box("late")
    soon.raises = DeliveryUnavailableError("Away.")
    late.raises = DeliveryUnavailableError("Away.", retry_after=timedelta(minutes=3))

    with pytest.raises(DeliveryUnavailableError) as failed:
        await deliver_all(outbox, Boxes(soon, late), ("late", "soon"), NOTICE)

    assert failed.value.retry_after == timedelta(minutes=3)


async def test_channel_that_was_taken_out_of_the_settings_is_shown_as_failed(
    outbox: Outbox,
) -> None:
    states = await deliver_all(outbox, Boxes(Box()), ("bax",), NOTICE)

    row = await row_of(outbox)
    assert states == {"bax": DeliveryState.FAILED}
    assert "Did you mean 'box'" in row.error


def test_id_is_the_message_s_own() -> None:
    ids = {
        message_id(tenant, subject, channel)
        for tenant in ("a", "b")
        for subject in ("1", "2")
        for channel in ("log", "box")
    }

    assert len(ids) == 8
    assert message_id(TENANT, NOTICE.subject, "box") == MESSAGE.id
