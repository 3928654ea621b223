"""The way out: what each way of failing means for a message, and what is never said of it."""

import pytest

from tests.unit.trends.notify.http_receiver import Play, Reply, receiving
from tests.unit.trends.notify.ways_out import outside
from trends.errors import DeliveryError, DeliveryUnavailableError, DeliveryUncertainError


async def test_answer_comes_as_it_is() -> None:
    async with receiving(Reply(418, b"short", (("Content-Type", "Text/HTML; a=b"),))) as receiver:
        answer = await outside().post("box", receiver.url, {"X-One": "1"}, b"body")

    assert (answer.status, answer.media_type, answer.body) == (418, "text/html", b"short")
    assert receiver.seen[0].body == b"body"
    assert receiver.seen[0].headers["x-one"] == "1"


async def test_redirects_are_not_followed() -> None:
    async with receiving(Reply(307, headers=(("Location", "/other"),))) as receiver:
        answer = await outside().post("box", receiver.url, {}, b"body")

    assert (answer.status, len(receiver.seen)) == (307, 1)


@pytest.mark.parametrize("play", list(Play))
async def test_request_without_a_whole_answer_may_have_been_taken(play: Play) -> None:
    async with receiving(play) as receiver:
        with pytest.raises(DeliveryUncertainError):
            await outside().post("box", receiver.url, {}, b"body")

    assert len(receiver.seen) == 1


async def test_endless_answer_may_have_been_taken() -> None:
    async with receiving(Reply(200, b"x" * 300_000)) as receiver:
        with pytest.raises(DeliveryUncertainError):
            await outside(seconds=10).post("box", receiver.url, {}, b"body")


async def test_connection_that_is_refused_took_nothing() -> None:
    async with receiving() as receiver:
        url = receiver.url

    with pytest.raises(DeliveryUnavailableError):
        await outside().post("box", url, {}, b"body")


async def test_address_inside_the_host_is_refused() -> None:
    async with receiving() as receiver:
        with pytest.raises(DeliveryError, match=r"outbound\.allow_private_hosts") as refused:
            await outside(inside=()).post("box", receiver.url, {}, b"body")

    assert (refused.value.retryable, receiver.seen) == (False, [])


@pytest.mark.parametrize("play", [Play.RESET, Reply(200, b"x" * 300_000), None])
async def test_errors_name_the_channel_and_no_address(play: Reply | Play | None) -> None:
    async with receiving(play or Reply(200)) as receiver:
        way = outside(seconds=10) if play else outside(inside=())
        with pytest.raises(DeliveryError) as failed:
            await way.post("box", receiver.url, {}, b"body")

    said = f"{failed.value} {failed.value.__cause__}"
    assert "'box'" in said
    assert "127.0.0.1" not in said
    assert "s3cr3t" not in said


async def test_server_inside_is_not_dialled() -> None:
    with pytest.raises(DeliveryError, match=r"outbound\.allow_private_hosts"):
        await outside(inside=()).dial("box", "127.0.0.1", 25)


async def test_server_that_takes_no_connection_is_tried_again() -> None:
    async with receiving() as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])

    with pytest.raises(DeliveryUnavailableError):
        await outside().dial("box", "127.0.0.1", port)
