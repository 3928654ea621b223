"""Live status over several API processes on one database: cut, killed, stopped, and watched by many."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.api_process import ApiProcess, api_processes
from tests.postgres_server import PostgresServer
from tests.unit.trends.storage.record_cases import TENANT, new_run
from trends.domain.models import RunStatus
from trends.storage.database import Database
from trends.storage.migrate import migrate
from trends.storage.runs import RunStore
from trends_client.sse import Decoder, Message

EVENTS = 60
VIEWERS = 200
# Two processes start on a machine that does other things as well.
PATIENCE_SECONDS = 90


@dataclass
class Stage:
    """Two API processes over one database, and a run that all watch."""

    store: RunStore
    apis: Sequence[ApiProcess]
    run_id: str
    told: int = 1

    async def tell(self, until: int) -> None:
        """Write events up to a number, as a worker does."""
        while self.told < until:
            self.told += 1
            await self.store.stage_started(TENANT, self.run_id, f"s{self.told}", "", 1)

    async def finish(self) -> None:
        """Write the run's last event."""
        self.told += 1
        await self.store.finish(TENANT, self.run_id, RunStatus.COMPLETED, "", "", "")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A new database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'trends.db'}"
        migrate(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create("live")
    migrate(url)
    yield url
    server.drop("live")


@pytest.fixture(scope="module")
async def apis(
    url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Sequence[ApiProcess]]:
    """The two processes; what a test ended is started again for the next."""
    async with api_processes(2, tmp_path_factory.mktemp("state"), url) as running:
        yield running


@pytest.fixture
async def stage(url: str, apis: Sequence[ApiProcess]) -> AsyncGenerator[Stage]:
    async with await Database.open(url) as database:
        store = RunStore(database, lambda: datetime.now(UTC))
        run_id = str(uuid4())
        await store.insert(new_run(run_id, requested_at=datetime.now(UTC)))
        for api in apis:
            if api.ended:
                await api.start()
        yield Stage(store, apis, run_id)


async def stream(api: ApiProcess, run_id: str, last: int) -> AsyncIterator[Message]:
    """The run's messages over server-sent events, until the connection ends, however it ends."""
    headers = {"Last-Event-ID": str(last)} if last else {}
    try:
        async with (
            httpx.AsyncClient(base_url=api.url, timeout=PATIENCE_SECONDS) as http,
            http.stream("GET", f"/v1/runs/{run_id}/events", headers=headers) as response,
        ):
            decoder = Decoder()
            async for chunk in response.aiter_bytes():
                for message in decoder.feed(chunk):
                    yield message
    except httpx.TransportError:
        return


async def socket(api: ApiProcess, run_id: str, last: int) -> AsyncIterator[Message]:
    """The same over a WebSocket."""
    try:
        address = f"ws{api.url.removeprefix('http')}/v1/live"
        # Hundreds at once are let in one after the other.
        async with connect(address, open_timeout=None, proxy=None) as connection:
            await connection.send('{"op": "auth"}')
            await connection.send(json.dumps({"op": "subscribe", "run_id": run_id, "after": last}))
            async for text in connection:
                message = json.loads(text)
                if message.get("op") == "ended":
                    return
                if "seq" in message:
                    seq = message["seq"]
                    yield Message(message["type"], str(text), None if seq is None else str(seq))
    except ConnectionClosed:
        return


Follow = Callable[[ApiProcess, str, int], AsyncIterator[Message]]
TRANSPORTS = pytest.mark.parametrize("follow", [stream, socket])


async def seqs(follow: Follow, api: ApiProcess, run_id: str, last: int) -> AsyncGenerator[int]:
    """The numbers of what is told behind `last`."""
    async for message in follow(api, run_id, last):
        if message.id is not None:
            yield int(message.id)


@TRANSPORTS
async def test_cut_on_one_process_it_goes_on_on_the_other(stage: Stage, follow: Follow) -> None:
    seen = [0]
    async with asyncio.timeout(PATIENCE_SECONDS):
        for hop in range(6):
            so_far = EVENTS * (hop + 1) // 6
            telling = asyncio.create_task(stage.tell(so_far))
            async with contextlib.aclosing(
                seqs(follow, stage.apis[hop % 2], stage.run_id, seen[-1])
            ) as told:
                async for seq in told:
                    seen.append(seq)
                    if seq >= so_far - 3:
                        break  # before the last that are told
            await telling
        await stage.finish()
        seen.extend([seq async for seq in seqs(follow, stage.apis[1], stage.run_id, seen[-1])])
    assert seen == list(range(EVENTS + 2))


@TRANSPORTS
async def test_killed_process_is_left_for_the_other_and_taken_up_again_when_it_is_back(
    stage: Stage, follow: Follow
) -> None:
    first, second = stage.apis
    seen = [0]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await stage.tell(20)
        async for seq in seqs(follow, first, stage.run_id, 0):
            seen.append(seq)
            if seq == 20:
                await stage.tell(25)
                await first.end(signal.SIGKILL)
        await stage.tell(40)
        async with contextlib.aclosing(seqs(follow, second, stage.run_id, seen[-1])) as told:
            async for seq in told:
                seen.append(seq)
                if seq == 40:
                    break
        await first.start()
        await stage.tell(45)
        await stage.finish()
        seen.extend([seq async for seq in seqs(follow, first, stage.run_id, seen[-1])])
    assert seen == list(range(47))


async def test_told_to_stop_it_ends_every_stream_with_a_word_and_leaves(stage: Stage) -> None:
    first, second = stage.apis
    streamed: list[str] = []
    socketed: list[str] = []

    async def watch_stream() -> None:
        async for message in stream(first, stage.run_id, 0):
            streamed.append(message.event)  # noqa: PERF401  # looked at meanwhile

    async def watch_socket() -> int:
        address = f"ws{first.url.removeprefix('http')}/v1/live"
        async with connect(address, proxy=None) as connection:
            await connection.send('{"op": "auth"}')
            await connection.send(json.dumps({"op": "subscribe", "run_id": stage.run_id}))
            try:
                while True:
                    message = json.loads(await connection.recv())
                    socketed.append(message.get("op") or message["type"])
            except ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else 1006

    async with asyncio.timeout(PATIENCE_SECONDS):
        streaming = asyncio.create_task(watch_stream())
        socketing = asyncio.create_task(watch_socket())
        while not ("run.accepted" in streamed and "run.accepted" in socketed):
            await asyncio.sleep(0.01)
        async with asyncio.timeout(8):
            assert await first.end(signal.SIGTERM) == 0
        await streaming
        assert await socketing == 1012
        assert (streamed[-1], socketed[-1]) == ("reconnect", "reconnect")
        async with httpx.AsyncClient(base_url=second.url) as http:
            assert (await http.get("/livez")).status_code == 200


async def test_two_hundred_viewers_of_two_processes_see_every_event_once(stage: Stage) -> None:
    async def seen_by(number: int) -> list[int]:
        follow = socket if number % 4 == 0 else stream
        return [seq async for seq in seqs(follow, stage.apis[number // 100], stage.run_id, 0)]

    async with asyncio.timeout(PATIENCE_SECONDS):
        viewers = [asyncio.create_task(seen_by(number)) for number in range(VIEWERS)]
        await stage.tell(30)
        await stage.finish()
        everything = await asyncio.gather(*viewers)
    assert everything == [list(range(1, 32))] * VIEWERS
