"""The outbox: one row for each message, and only the steps it knows."""

import asyncio

import pytest

from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.domain.delivery import DeliveryState
from trends.errors import NotFoundError, RunNotFoundError
from trends.storage.database import Database
from trends.storage.outbox import Outbox, OutboxRow
from trends.storage.runs import RunStore

SUBJECT = "run/run-1/report"
KEY = (TENANT, SUBJECT, "log")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def outbox(database: Database, clock: Clock) -> Outbox:
    await RunStore(database, clock).insert(new_run())
    return Outbox(database, clock)


async def bring_to(outbox: Outbox, state: DeliveryState) -> OutboxRow:
    row = await outbox.enqueue(*KEY, {"text": "하나"}, message_id="m1", run_id="run-1")
    if state is not DeliveryState.PENDING:
        row = await outbox.claim(*KEY)
    if state is DeliveryState.SENT:
        row = await outbox.sent(*KEY)
    if state is DeliveryState.UNCERTAIN:
        row = await outbox.uncertain(*KEY, "cut off")
    if state is DeliveryState.FAILED:
        row = await outbox.failed(*KEY, "refused")
    return row


async def take(outbox: Outbox, step: DeliveryState) -> OutboxRow:
    if step is DeliveryState.PENDING:
        return await outbox.release(*KEY, "away")
    if step is DeliveryState.SENDING:
        return await outbox.claim(*KEY)
    if step is DeliveryState.SENT:
        return await outbox.sent(*KEY)
    if step is DeliveryState.UNCERTAIN:
        return await outbox.uncertain(*KEY, "cut off")
    return await outbox.failed(*KEY, "refused")


async def test_message_begins_as_pending(outbox: Outbox, clock: Clock) -> None:
    row = await bring_to(outbox, DeliveryState.PENDING)

    assert (row.state, row.id, row.payload, row.attempts, row.created_at) == (
        DeliveryState.PENDING,
        "m1",
        {"text": "하나"},
        0,
        clock.now,
    )
    assert await outbox.rows(TENANT, "run-1") == (row,)


async def test_first_payload_stands(outbox: Outbox) -> None:
    first = await bring_to(outbox, DeliveryState.PENDING)

    assert await outbox.enqueue(*KEY, {"text": "other"}, message_id="m2") == first


async def test_channels_of_a_run_have_a_row_each(outbox: Outbox) -> None:
    for number, channel in enumerate(("slack", "log")):
        await outbox.enqueue(TENANT, SUBJECT, channel, {}, message_id=f"m{number}", run_id="run-1")

    assert [row.channel for row in await outbox.rows(TENANT, "run-1")] == ["log", "slack"]


async def test_subjects_of_a_run_have_a_row_each(outbox: Outbox) -> None:
    for number, subject in enumerate((SUBJECT, "run/run-1/blocked/1", "run/run-1/blocked/2")):
        await outbox.enqueue(TENANT, subject, "log", {}, message_id=f"m{number}", run_id="run-1")

    assert [row.subject for row in await outbox.rows(TENANT, "run-1")] == [
        "run/run-1/blocked/1",
        "run/run-1/blocked/2",
        SUBJECT,
    ]


async def test_message_that_speaks_of_no_run_walks_the_same_way(outbox: Outbox) -> None:
    key = (TENANT, "source/rss:hani/down/2026-01-08T00:00:00Z", "log")
    await outbox.enqueue(*key, {}, message_id="m1")
    await outbox.claim(*key)

    row = await outbox.sent(*key, "noted")

    assert (row.state, row.run_id, row.error) == (DeliveryState.SENT, None, "noted")
    assert await outbox.rows(TENANT, "run-1") == ()


async def test_message_that_two_write_down_at_once_has_one_row(
    outbox: Outbox, database: Database, clock: Clock
) -> None:
    key = (TENANT, "source/rss:hani/down/2026-01-08T00:00:00Z", "log")
    outboxes = [outbox, Outbox(database, clock)]

    rows = await asyncio.gather(
        *(each.enqueue(*key, {"n": n}, message_id="m1") for n, each in enumerate(outboxes * 8))
    )

    assert len({str(row.payload) for row in rows}) == 1


# Into a digest a message goes by another way.
WALKED = [state for state in DeliveryState if state is not DeliveryState.DIGESTED]
STEPS = {
    (DeliveryState.PENDING, DeliveryState.SENDING),
    (DeliveryState.SENDING, DeliveryState.SENDING),
    (DeliveryState.SENDING, DeliveryState.PENDING),
    (DeliveryState.SENDING, DeliveryState.SENT),
    (DeliveryState.SENDING, DeliveryState.UNCERTAIN),
    (DeliveryState.SENDING, DeliveryState.FAILED),
    (DeliveryState.UNCERTAIN, DeliveryState.SENT),
    (DeliveryState.FAILED, DeliveryState.SENDING),
}


@pytest.mark.parametrize("before", WALKED)
@pytest.mark.parametrize("step", WALKED)
async def test_only_known_steps_change_the_row(
    outbox: Outbox, before: DeliveryState, step: DeliveryState
) -> None:
    row = await bring_to(outbox, before)

    after = await take(outbox, step)

    if (before, step) in STEPS:
        assert after.state is step
    else:
        assert after == row
    assert await outbox.rows(TENANT, "run-1") == (after,)


async def test_every_claim_counts(outbox: Outbox) -> None:
    await bring_to(outbox, DeliveryState.SENDING)
    await outbox.release(*KEY, "away")

    assert (await outbox.claim(*KEY)).attempts == 2


async def test_sent_message_says_when(outbox: Outbox, clock: Clock) -> None:
    await bring_to(outbox, DeliveryState.SENDING)
    clock.forward(3)

    assert (await outbox.sent(*KEY)).sent_at == clock.now


async def test_error_stays_until_the_next_attempt(outbox: Outbox) -> None:
    failed = await bring_to(outbox, DeliveryState.FAILED)

    assert failed.error == "refused"
    assert (await outbox.claim(*KEY)).error == ""


async def test_message_of_an_unknown_run_is_refused(outbox: Outbox) -> None:
    with pytest.raises(RunNotFoundError):
        await outbox.enqueue(
            TENANT, "run/no-such/report", "log", {}, message_id="m1", run_id="no-such"
        )


async def test_message_that_was_never_written_down_cannot_be_claimed(outbox: Outbox) -> None:
    with pytest.raises(NotFoundError, match="slack"):
        await outbox.claim(TENANT, SUBJECT, "slack")
