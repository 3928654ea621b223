"""What may go out later, on a real server: sent by its channel's sender when it is time, whatever is killed."""

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from engine.senders import Senders, sender_id
from tests.workflows.stand import PATIENCE_SECONDS, stand
from tests.workflows.test_due import until
from trends.domain.delivery_policy import Release
from trends.domain.models import Language
from trends.notify.alerts import channel_test
from trends.notify.base import Message

pytestmark = [pytest.mark.engine, pytest.mark.slow]

LOCAL = "local"


def soon() -> datetime:
    """A second from now, on the clock of the server and the workers."""
    return datetime.now(UTC) + timedelta(seconds=1)


async def test_a_message_goes_out_once_at_its_time_although_its_sender_is_killed(
    engine_server: str, tmp_path: Path
) -> None:
    async with stand(engine_server, tmp_path) as built:
        outbox = built.doors.parts.outbox
        senders = Senders(built.doors.client, outbox)
        assert await senders.look() == 0
        notice = channel_test(
            LOCAL, "log", language=Language.EN, at=datetime.now(UTC), nonce="later"
        )
        message = Message.of(notice, "log")
        at = soon()
        await outbox.enqueue(
            LOCAL,
            notice.subject,
            "log",
            message.model_dump(mode="json"),
            message_id=message.id,
            decide=lambda _: Release(at=at),
        )
        assert await senders.look() == 1
        assert await senders.look() == 0
        await built.workers_that_die(["outbox:sending", "outbox:handed-over", "outbox:sent"])
        handle = built.doors.client.get_workflow_handle(sender_id(LOCAL, "log"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await handle.result()
        assert (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED
        lines = (tmp_path / "logs/notifications.log").read_text().splitlines()
        assert [json.loads(line)["id"] for line in lines] == [message.id]
        assert datetime.now(UTC) >= at
        assert await outbox.waiting() == ()
    assert built.deaths == [-signal.SIGKILL] * 3


async def test_a_sender_is_woken_when_something_has_to_go_out_sooner(
    engine_server: str, tmp_path: Path
) -> None:
    async with stand(engine_server, tmp_path) as built:
        outbox = built.doors.parts.outbox
        senders = Senders(built.doors.client, outbox)
        await built.worker()
        later, sooner = datetime.now(UTC) + timedelta(days=1), soon()
        for nonce, at in (("later", later), ("sooner", sooner)):
            notice = channel_test(
                LOCAL, "log", language=Language.EN, at=datetime.now(UTC), nonce=nonce
            )
            message = Message.of(notice, "log")
            await outbox.enqueue(
                LOCAL,
                notice.subject,
                "log",
                message.model_dump(mode="json"),
                message_id=message.id,
                decide=lambda _, at=at: Release(at=at),
            )
            assert await senders.look() == 1

        async def only_the_later_waits() -> bool:
            return await outbox.next_due(LOCAL, "log") == later

        await until(only_the_later_waits)
        lines = (tmp_path / "logs/notifications.log").read_text().splitlines()
        assert [json.loads(line)["facts"]["channel"] for line in lines] == ["log"]
