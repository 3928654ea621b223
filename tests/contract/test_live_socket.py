"""Several runs over one WebSocket, on a real socket."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.events import Pace
from api.live import MAX_MESSAGES, MAX_RUNS, Code
from engine.executing import PendingStage
from tests.unit.api.fake_doors import FAST, TENANT, FakeDoors, LiveApi, open_fake_doors
from trends.domain.models import RunStatus
from trends.errors import StorageUnavailableError
from trends.storage.events import EventStore
from trends.storage.rows import RunEvent


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
async def live(doors: FakeDoors) -> AsyncGenerator[LiveApi]:
    async with serving(doors) as api:
        yield api


@asynccontextmanager
async def serving(doors: FakeDoors, pace: Pace = FAST) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors, pace)
    await api.start()
    try:
        yield api
    finally:
        await api.stop()


@asynccontextmanager
async def opened(api: LiveApi, **how: Any) -> AsyncGenerator[ClientConnection]:
    """A connection over which nothing was said yet."""
    address = f"ws{api.url.removeprefix('http')}/v1/live"
    async with connect(address, compression=None, proxy=None, **how) as socket:
        yield socket


@asynccontextmanager
async def greeted(api: LiveApi, **how: Any) -> AsyncGenerator[ClientConnection]:
    """A connection that knows who asks."""
    async with opened(api, **how) as socket:
        await say(socket, op="auth")
        assert await told(socket) == {"op": "ready", "max_runs": MAX_RUNS}
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def told(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return json.loads(await socket.recv())


async def closed(socket: ClientConnection) -> tuple[int, list[dict[str, Any]]]:
    """Read to the end: the code, and everything that came before."""
    said: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(10):
            while True:
                said.append(json.loads(await socket.recv()))
    except ConnectionClosed as end:
        return (end.rcvd.code if end.rcvd else 1006), said


async def follow(socket: ClientConnection, run_id: str, after: int = 0) -> None:
    await say(socket, op="subscribe", run_id=run_id, after=after)
    assert await told(socket) == {"op": "subscribed", "run_id": run_id, "after": after}


async def finish(doors: FakeDoors, run_id: str) -> None:
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")


async def metric(api: LiveApi, line: str) -> bool:
    async with httpx.AsyncClient(base_url=api.url) as http:
        return line in (await http.get("/metrics")).text


async def test_events_come_as_they_happen_in_the_envelopes_of_the_stream(
    live: LiveApi, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    async with greeted(live) as socket:
        await follow(socket, run_id)
        over_socket = [await told(socket)]
        await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
        over_socket.append(await told(socket))
        await finish(doors, run_id)
        over_socket.append(await told(socket))
        assert await told(socket) == {"op": "ended", "run_id": run_id}
    async with httpx.AsyncClient(base_url=live.url) as http:
        stream = await http.get(f"/v1/runs/{run_id}/events")
    data = [line.removeprefix("data: ") for line in stream.text.splitlines() if "data: " in line]
    assert over_socket == [json.loads(each) for each in data]


async def test_ended_run_is_told_whole_from_storage(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    async with greeted(live) as socket:
        await follow(socket, run_id)
        assert [(await told(socket))["seq"] for _ in range(2)] == [1, 2]
        assert await told(socket) == {"op": "ended", "run_id": run_id}


async def test_following_goes_on_behind_a_seq(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    async with greeted(live) as socket:
        await follow(socket, run_id, after=1)
        assert (await told(socket))["seq"] == 2


async def test_behind_the_last_event_the_run_has_simply_ended(
    live: LiveApi, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    async with greeted(live) as socket:
        await follow(socket, run_id, after=2)
        assert await told(socket) == {"op": "ended", "run_id": run_id}


async def test_several_runs_share_a_connection(live: LiveApi, doors: FakeDoors) -> None:
    runs = [await doors.accept() for _ in range(3)]
    async with greeted(live) as socket:
        for run_id in runs:
            await say(socket, op="subscribe", run_id=run_id)
        for run_id in runs:
            await finish(doors, run_id)
        seen: dict[str, list[int]] = {run_id: [] for run_id in runs}
        over = 0
        while over < len(runs):
            message = await told(socket)
            over += message.get("op") == "ended"
            if "seq" in message:
                seen[message["run_id"]].append(message["seq"])
    assert seen == {run_id: [1, 2] for run_id in runs}


async def test_run_that_was_let_go_is_told_no_more(live: LiveApi, doors: FakeDoors) -> None:
    left, kept = await doors.accept(), await doors.accept()
    async with greeted(live) as socket:
        await follow(socket, left)
        await told(socket)
        await say(socket, op="unsubscribe", run_id=left)
        assert await told(socket) == {"op": "unsubscribed", "run_id": left}
        await finish(doors, left)
        await follow(socket, kept)
        await finish(doors, kept)
        assert [(await told(socket))["run_id"] for _ in range(3)] == [kept] * 3


async def test_asked_again_a_run_is_told_again(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    async with greeted(live) as socket:
        for _ in range(2):
            await follow(socket, run_id)
            assert (await told(socket))["seq"] == 1
        await finish(doors, run_id)
        assert (await told(socket))["seq"] == 2
        assert await told(socket) == {"op": "ended", "run_id": run_id}


async def test_progress_has_no_seq(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    doors.runs.pending = (
        PendingStage(activity="news.normalize.v1", attempt=2, progress=(10, 20), last_failure=""),
    )
    async with greeted(live) as socket:
        await follow(socket, run_id)
        await told(socket)
        progress = await told(socket)
    assert (progress["type"], progress["seq"]) == ("progress", None)
    assert progress["data"] == {"done": 10, "total": 20}


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        "{}",
        "no JSON",
        '{"op": "delete"}',
        '{"op": "auth"}',
        '{"op": "subscribe"}',
        '{"op": "subscribe", "run_id": "../x"}',
        '{"op": "subscribe", "run_id": "x", "after": -1}',
        '{"op": "subscribe", "run_id": "x", "after": "1"}',
        '{"op": "subscribe", "run_id": "x", "after": 2147483648}',
        '{"op": "subscribe", "run_id": "x", "more": 1}',
        "[" * 5000,
        b'{"op": "subscribe", "run_id": "x"}',
    ],
)
async def test_message_that_cannot_be_ends_it_with_a_sentence(
    live: LiveApi, message: str | bytes
) -> None:
    async with greeted(live) as socket:
        await socket.send(message)
        code, said = await closed(socket)
    assert code == Code.BAD_MESSAGE
    assert (said[0]["op"], said[0]["slug"]) == ("error", "invalid-request")
    assert said[0]["detail"].endswith(".")


async def test_message_that_is_too_long_ends_it(live: LiveApi) -> None:
    async with greeted(live) as socket:
        await say(socket, op="subscribe", run_id="x" * 30_000)
        assert (await closed(socket))[0] == 1009


async def test_run_that_is_not_there_ends_it(live: LiveApi) -> None:
    async with greeted(live) as socket:
        await say(socket, op="subscribe", run_id="0199aaaa-0000-7000-8000-000000009999")
        code, said = await closed(socket)
    assert (code, said[0]["slug"]) == (Code.NOT_FOUND, "run-not-found")


async def test_who_says_nothing_is_closed(doors: FakeDoors) -> None:
    async with serving(doors, Pace(poll=0.01, greeting=0.05)) as api, opened(api) as socket:
        code, said = await closed(socket)
    assert code == Code.NOT_AUTHENTICATED
    assert "Nothing came in 0.05 s" in said[0]["detail"]


async def test_who_asks_before_saying_who_is_closed(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    async with opened(live) as socket:
        await say(socket, op="subscribe", run_id=run_id)
        assert (await closed(socket))[0] == Code.NOT_AUTHENTICATED


async def test_more_runs_than_a_connection_takes_end_it(live: LiveApi, doors: FakeDoors) -> None:
    runs = [await doors.accept() for _ in range(MAX_RUNS + 1)]
    async with greeted(live) as socket:
        for run_id in runs:
            await say(socket, op="subscribe", run_id=run_id)
        code, said = await closed(socket)
    assert (code, said[-1]["slug"]) == (Code.TOO_MANY, "too-many-streams")


async def test_runs_that_ended_make_room(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    async with greeted(live) as socket:
        for _ in range(MAX_RUNS + 1):
            await follow(socket, run_id, after=2)
            assert (await told(socket))["op"] == "ended"


async def test_messages_without_end_end_it(live: LiveApi) -> None:
    async with greeted(live) as socket:
        for _ in range(MAX_MESSAGES):
            await say(socket, op="unsubscribe", run_id="x")
        assert (await closed(socket))[0] == Code.TOO_MANY


async def test_more_connections_than_a_tenant_may_have_are_closed(doors: FakeDoors) -> None:
    pace = Pace(poll=0.01, most_streams=1)
    async with serving(doors, pace) as api, greeted(api), opened(api) as second:
        await say(second, op="auth")
        assert (await closed(second))[0] == Code.TOO_MANY


class AwayEvents:
    """A table of events on a server that is away."""

    async def after(
        self, tenant: str, run_id: str, seq: int, limit: int = 500
    ) -> tuple[RunEvent, ...]:
        del tenant, run_id, seq, limit
        raise StorageUnavailableError("The database cannot be used at the moment.")


async def test_storage_that_is_away_asks_to_come_back(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    without = replace(doors, events=cast("EventStore", AwayEvents()))
    async with serving(without) as api, greeted(api) as socket:
        await say(socket, op="subscribe", run_id=run_id)
        assert (await closed(socket))[0] == Code.LATER


async def test_shutdown_ends_it_with_a_word(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    async with asyncio.timeout(5), greeted(live) as watching, greeted(live) as idle:
        await follow(watching, run_id)
        await told(watching)
        stopping = asyncio.create_task(live.stop())
        for socket in (watching, idle):
            code, said = await closed(socket)
            assert (code, said) == (
                Code.SHUTTING_DOWN,
                [{"op": "reconnect", "why": "the API is shutting down"}],
            )
        await stopping


async def test_longest_life_ends_it_with_a_word(doors: FakeDoors) -> None:
    run_id = await doors.accept()
    async with serving(doors, Pace(poll=0.01, lifetime=0.2)) as api, greeted(api) as socket:
        await follow(socket, run_id)
        code, said = await closed(socket)
    assert code == Code.LIVED_LONG
    assert said[-1] == {"op": "reconnect", "why": "a stream has a longest life"}


@pytest.mark.parametrize(
    ("headers", "status", "slug"),
    [
        ({"Origin": "https://evil.example"}, 403, "cross-site"),
        ({"Origin": "null"}, 403, "cross-site"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross-site"),
    ],
)
async def test_page_of_another_site_opens_nothing(
    live: LiveApi, headers: dict[str, str], status: int, slug: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(live, additional_headers=headers):
            pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["slug"] == slug


async def test_own_page_may_open_it(live: LiveApi) -> None:
    async with greeted(live, origin=live.url):
        pass


async def test_name_that_is_not_served_opens_nothing(live: LiveApi) -> None:
    port = int(live.url.rpartition(":")[2])
    with pytest.raises(InvalidStatus) as refused:
        async with connect("ws://rebound.example/v1/live", host="127.0.0.1", port=port, proxy=None):
            pass
    assert refused.value.response.status_code == 421


async def test_open_connections_are_counted(live: LiveApi) -> None:
    async with greeted(live):
        assert await metric(live, 'trends_event_streams_open{transport="websocket"} 1.0')
    async with asyncio.timeout(5):
        while not await metric(live, 'trends_event_streams_open{transport="websocket"} 0.0'):
            pass  # each look lets the server go on


async def test_who_leaves_is_let_go(live: LiveApi, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    async with greeted(live) as socket:
        await follow(socket, run_id)
        await told(socket)
        assert live.feeds.watched == 1
    async with asyncio.timeout(5):
        while live.feeds.watched:
            await asyncio.sleep(0)
