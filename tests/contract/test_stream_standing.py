"""Streams end soon after what opened them holds no more, with a word why."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.auth import COOKIE
from api.events import LAPSED
from api.live import Code
from tests.unit.api.access_cases import bearing, key_of
from tests.unit.api.fake_doors import FAST, TENANT, FakeDoors, LiveApi, open_fake_doors
from trends.domain.models import RunStatus
from trends_client.sse import Decoder, Message

READS = ("runs:read",)
PACE = replace(FAST, recheck=0.05)

End = Callable[[FakeDoors, str], Awaitable[object]]


async def revoke(doors: FakeDoors, key: str) -> None:
    await doors.access.revoke(TENANT, key.split("_")[1], "test")


async def expire(doors: FakeDoors, key: str) -> None:
    del key
    doors.clock.now += timedelta(days=1)


ENDS = pytest.mark.parametrize("end", [revoke, expire])


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path, TRENDS_AUTH__MODE="required") as opened:
        yield opened


@pytest.fixture
async def live(doors: FakeDoors) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors, PACE)
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
async def key(doors: FakeDoors) -> str:
    return await key_of(doors, READS, TENANT, doors.clock.now + timedelta(hours=1))


@asynccontextmanager
async def followed(
    live: LiveApi, run_id: str, headers: dict[str, str]
) -> AsyncGenerator[AsyncIterator[Message]]:
    """Follow a run; the stream has begun."""

    async def told(response: httpx.Response) -> AsyncIterator[Message]:
        decoder = Decoder()
        async for chunk in response.aiter_bytes():
            for message in decoder.feed(chunk):
                yield message

    async with (
        httpx.AsyncClient(base_url=live.url, headers=headers, timeout=20) as http,
        http.stream("GET", f"/v1/runs/{run_id}/events") as response,
    ):
        messages = told(response)
        assert (await anext(messages)).event == "run.accepted"
        yield messages


async def last_words(messages: AsyncIterator[Message]) -> list[tuple[str, object]]:
    async with asyncio.timeout(10):
        return [(each.event, json.loads(each.data)) async for each in messages]


@asynccontextmanager
async def socket_of(live: LiveApi, token: str) -> AsyncGenerator[ClientConnection]:
    """A WebSocket that is let in."""
    address = f"ws{live.url.removeprefix('http')}/v1/live"
    async with connect(address, proxy=None) as socket:
        await socket.send(json.dumps({"op": "auth", "token": token}))
        assert json.loads(await socket.recv())["op"] == "ready"
        yield socket


@ENDS
async def test_event_stream_ends_with_the_key(
    doors: FakeDoors, live: LiveApi, key: str, end: End
) -> None:
    run_id = await doors.accept()
    async with followed(live, run_id, bearing(key)) as messages:
        await end(doors, key)
        assert await last_words(messages) == [("reconnect", {"why": LAPSED})]
        async with httpx.AsyncClient(base_url=live.url, headers=bearing(key)) as http:
            assert (await http.get(f"/v1/runs/{run_id}/events")).status_code == 401


@ENDS
async def test_websocket_ends_with_the_key(
    doors: FakeDoors, live: LiveApi, key: str, end: End
) -> None:
    async with socket_of(live, key) as socket:
        await end(doors, key)
        async with asyncio.timeout(10):
            word = json.loads(await socket.recv())
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
    assert (word["op"], word["slug"]) == ("error", "not-authenticated")
    assert LAPSED in word["detail"]
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == Code.NOT_AUTHENTICATED


async def test_event_stream_of_a_browser_ends_with_its_session(
    doors: FakeDoors, live: LiveApi, key: str
) -> None:
    signed_in = await doors.access.begin_session(await doors.access.identify(key))
    run_id = await doors.accept()
    async with followed(live, run_id, {"Cookie": f"{COOKIE}={signed_in.secret}"}) as messages:
        await doors.access.end_session(signed_in.secret)
        assert await last_words(messages) == [("reconnect", {"why": LAPSED})]


async def test_browser_that_signed_in_with_a_revoked_key_hears_no_more(
    doors: FakeDoors, live: LiveApi, key: str
) -> None:
    signed_in = await doors.access.begin_session(await doors.access.identify(key))
    run_id = await doors.accept()
    async with followed(live, run_id, {"Cookie": f"{COOKIE}={signed_in.secret}"}) as messages:
        await revoke(doors, key)
        assert await last_words(messages) == [("reconnect", {"why": LAPSED})]


@ENDS
async def test_a_wait_ends_with_the_key_and_tells_nothing(
    doors: FakeDoors, live: LiveApi, key: str, end: End
) -> None:
    run_id = await doors.accept()
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=live.url, headers=bearing(key), timeout=20) as http,
    ):
        waiting = asyncio.create_task(http.get(f"/v1/runs/{run_id}?wait=100"))
        await live.busy_with(1)
        await end(doors, key)
        answer = await waiting
    assert (answer.status_code, answer.json()["slug"]) == (401, "not-authenticated")
    assert "while this waited" in answer.json()["detail"]


async def test_streams_of_other_keys_go_on(doors: FakeDoors, live: LiveApi, key: str) -> None:
    run_id = await doors.accept()
    other = await key_of(doors, READS, TENANT)
    async with (
        followed(live, run_id, bearing(key)) as ending,
        followed(live, run_id, bearing(other)) as going_on,
    ):
        await revoke(doors, key)
        await last_words(ending)
        await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")
        assert [word for word, _ in await last_words(going_on)] == ["run.completed"]


async def test_looking_again_counts_for_nobody_s_failures(
    doors: FakeDoors, live: LiveApi, key: str
) -> None:
    run_id = await doors.accept()
    async with followed(live, run_id, bearing(key)) as messages:
        await revoke(doors, key)
        await last_words(messages)
    async with httpx.AsyncClient(base_url=live.url) as http:
        limit = doors.settings.auth.failures
        wrong = [(await http.get("/v1/me", headers=bearing("x"))).status_code for _ in range(limit)]
        assert set(wrong) == {401}
        assert (await http.get("/v1/me", headers=bearing("y"))).status_code == 429
