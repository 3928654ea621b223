"""Revision 0005 and back: a message that waits in the outbox can still be sent."""

import asyncio

from tests.unit.trends.notify.notice_cases import NOON, facts, notice
from tests.unit.trends.storage.record_cases import TENANT, Clock, new_run
from trends.domain.delivery import DeliveryState
from trends.domain.models import Language
from trends.notify.alerts import run_failed, source_down
from trends.notify.base import Message, Notice
from trends.storage.database import Database
from trends.storage.migrate import downgrade, migrate
from trends.storage.outbox import Outbox, OutboxRow
from trends.storage.runs import RunStore

BEFORE = "0004"
OTHERS = (
    run_failed(facts(), stage="report", slug="storage", reason="Full.", at=NOON),
    source_down(
        TENANT, "rss:hani", since=NOON, slug="x", reason="Away.", language=Language.EN, at=NOON
    ),
)


async def fill(url: str, *notices: Notice) -> None:
    async with await Database.open(url) as database:
        await RunStore(database, Clock()).insert(new_run())
        outbox = Outbox(database, Clock())
        for each in notices:
            message = Message.of(each, "log")
            await outbox.enqueue(
                TENANT,
                each.subject,
                "log",
                message.model_dump(mode="json"),
                message_id=message.id,
                run_id=each.run_id,
            )


async def left(url: str) -> tuple[OutboxRow, ...]:
    async with await Database.open(url) as database:
        return await Outbox(database, Clock()).rows(TENANT, "run-1")


async def test_waiting_message_goes_back_and_forth_and_can_be_sent(blank_url: str) -> None:
    await asyncio.to_thread(migrate, blank_url)
    await fill(blank_url, notice(), *OTHERS)

    await asyncio.to_thread(downgrade, blank_url, BEFORE)
    await asyncio.to_thread(migrate, blank_url)

    (row,) = await left(blank_url)  # the others have no form in the revision before
    again = Message.model_validate(row.payload)
    assert (row.subject, row.state) == (notice().subject, DeliveryState.PENDING)
    assert (again.id, again.lines, again.link, again.run_id) == (
        Message.of(notice(), "log").id,
        notice().lines,
        notice().link,
        "run-1",
    )
    assert (again.language, again.at) == (Language.KO, NOON)
