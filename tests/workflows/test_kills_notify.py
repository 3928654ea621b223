"""A sender that is killed while a channel has its message: nobody is told twice unless they can know it."""

import json
import signal
from pathlib import Path

import pytest

from tests.unit.trends.notify.http_receiver import receiving
from tests.unit.trends.notify.mail_server import MailServer, serving_mail
from tests.workflows.stand import Stand, stand
from trends.storage.outbox import OutboxRow

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# `sending`: written down, not handed over. `handed-over`: the channel has it, that it has it is not written down.
MOMENTS = ["sending", "handed-over"]


def telling(**channel: object) -> dict[str, str]:
    """Variables of a process whose runs are told on one channel."""
    return {
        "TRENDS_NOTIFY__CHANNELS": json.dumps({"it": channel}),
        "TRENDS_NOTIFY__RUN_CHANNELS": "it",
        "TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS": "127.0.0.1",
    }


async def killed_at(moment: str, shaken: Stand) -> OutboxRow:
    """Run once, with the sender killed at a moment, and another one after it."""
    row = await shaken.start()
    await shaken.workers_that_die([f"outbox:{moment}"])
    await shaken.finished(row)
    (message,) = await shaken.doors.parts.outbox.rows("local", row.run_id)
    assert shaken.deaths == [-signal.SIGKILL]
    return message


@pytest.mark.parametrize("moment", MOMENTS)
async def test_webhook_gets_it_again_under_the_same_id(
    engine_server: str, tmp_path: Path, moment: str
) -> None:
    async with receiving() as receiver:
        env = telling(type="webhook", url=receiver.url, secret=SECRET)
        async with stand(engine_server, tmp_path, **env) as shaken:
            message = await killed_at(moment, shaken)

    ids = [seen.headers["webhook-id"] for seen in receiver.seen]
    assert message.state == "sent"
    assert ids == [message.id] * (1 + (moment == "handed-over"))


@pytest.mark.parametrize("moment", MOMENTS)
async def test_slack_gets_it_once_at_most(engine_server: str, tmp_path: Path, moment: str) -> None:
    async with receiving() as receiver:
        env = telling(type="slack", url=receiver.url)
        async with stand(engine_server, tmp_path, **env) as shaken:
            message = await killed_at(moment, shaken)

    assert message.state == "uncertain"
    assert len(receiver.seen) == (moment == "handed-over")


@pytest.mark.parametrize("moment", MOMENTS)
async def test_mail_goes_out_once_at_most(engine_server: str, tmp_path: Path, moment: str) -> None:
    async with serving_mail(MailServer()) as server:
        env = telling(
            type="email",
            host="127.0.0.1",
            port=server.port,
            security="none",
            sender="trends@example.org",
            recipients=["a@example.org"],
        )
        async with stand(engine_server, tmp_path, **env) as shaken:
            message = await killed_at(moment, shaken)

    assert message.state == "uncertain"
    assert len(server.letters) == (moment == "handed-over")
