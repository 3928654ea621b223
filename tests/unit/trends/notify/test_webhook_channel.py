"""The webhook channel against a real receiver."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from pydantic import SecretStr

from tests.unit.trends.notify.http_receiver import Play, Receiver, Reply, receiving
from tests.unit.trends.notify.notice_cases import LINES, NOON, message, now
from tests.unit.trends.notify.ways_out import outside
from trends.errors import DeliveryError, DeliveryUnavailableError
from trends.notify.signature import read_keys
from trends.notify.webhook import WebhookChannel

OLD, NEW = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"o", b"n"))


def channel(receiver: Receiver, secret: str = NEW) -> WebhookChannel:
    """A channel to a receiver."""
    keys = read_keys("hook", SecretStr(secret))
    url = SecretStr(receiver.url)
    return WebhookChannel("hook", url=url, keys=keys, post=outside().post, clock=now)


def knows(receiver: Receiver, secret: str, at: datetime = NOON) -> bool:
    """Whether a holder of the secret accepts the last request, as the specification tells receivers to."""
    seen = receiver.seen[-1]
    written = int(seen.headers["webhook-timestamp"])
    if abs(at.timestamp() - written) > 300:
        return False
    signed = f"{seen.headers['webhook-id']}.{written}.".encode() + seen.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    own = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.split(",") for each in seen.headers["webhook-signature"].split()]
    return any(version == "v1" and hmac.compare_digest(own, each) for version, each in given)


async def test_payload_has_its_documented_shape() -> None:
    async with receiving(Reply(204, b"")) as receiver:
        assert await channel(receiver).send(message()) == ""

    seen = receiver.seen[0]
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["webhook-id"] == message().id
    assert json.loads(seen.body) == {
        "type": "report.ready",
        "version": "1",
        "timestamp": "2026-01-09T12:00:00Z",
        "data": {
            "tenant": "local",
            "run_id": "run-1",
            "monitor": None,
            "market": "KR",
            "window": {"start": "2026-01-02T12:00:00Z", "end": "2026-01-09T12:00:00Z"},
            "language": "ko",
            "title": "뉴스 트렌드: 비건 간식 (KR)",
            "lines": list(LINES),
            "link": "/v1/runs/run-1/report",
            "facts": {"announced": "1"},
        },
    }


async def test_receiver_accepts_the_signature() -> None:
    async with receiving() as receiver:
        await channel(receiver).send(message())

    assert knows(receiver, NEW)
    assert not knows(receiver, OLD)
    assert not knows(receiver, NEW, at=NOON + timedelta(minutes=6))


async def test_receivers_of_either_secret_accept_it_during_rotation() -> None:
    async with receiving() as receiver:
        await channel(receiver, f"{NEW} {OLD}").send(message())

    assert knows(receiver, NEW)
    assert knows(receiver, OLD)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
async def test_answer_that_may_pass_is_tried_again(status: int) -> None:
    async with receiving(Reply(status, headers=(("Retry-After", "17"),))) as receiver:
        with pytest.raises(DeliveryUnavailableError, match=str(status)) as failed:
            await channel(receiver).send(message())

    assert failed.value.retry_after == timedelta(seconds=17)


async def test_date_to_come_back_at_is_read() -> None:
    moment = "Fri, 09 Jan 2026 12:02:00 GMT"
    async with receiving(Reply(503, headers=(("Retry-After", moment),))) as receiver:
        with pytest.raises(DeliveryUnavailableError) as failed:
            await channel(receiver).send(message())

    assert failed.value.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("status", [301, 308, 400, 401, 403, 404, 410, 422])
async def test_any_other_answer_is_final(status: int) -> None:
    async with receiving(Reply(status, headers=(("Location", "/there"),))) as receiver:
        with pytest.raises(DeliveryError, match=str(status)) as failed:
            await channel(receiver).send(message())

    assert (failed.value.retryable, len(receiver.seen)) == (False, 1)
    assert HTTPStatus(status).phrase in str(failed.value)


@pytest.mark.parametrize("play", list(Play))
async def test_lost_answer_is_asked_for_again_under_the_same_id(play: Play) -> None:
    async with receiving(play, Reply(200)) as receiver:
        with pytest.raises(DeliveryUnavailableError, match="same webhook-id"):
            await channel(receiver).send(message())
        await channel(receiver).send(message())

    assert [seen.headers["webhook-id"] for seen in receiver.seen] == [message().id] * 2
    assert receiver.seen[0].body == receiver.seen[1].body
