"""Viewers that take nothing: they hold next to nothing of ours, and are given up."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.events import Pace
from api.live import Code
from tests.unit.api.fake_doors import TENANT, FakeDoors, LiveApi, open_fake_doors
from trends.domain.models import RunStatus

# More than the buffers of two sockets hold.
EVENTS, EVENT_BYTES = 100, 200_000
# What asyncio lets a connection hold back before it asks to wait, and the event that was too much.
HELD_BYTES = 65_536 + 2 * EVENT_BYTES
STALLED_SECONDS = 1.5
LAST = b"event: run.completed"


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def serving(doors: FakeDoors, pace: Pace) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors, pace, STALLED_SECONDS)
    await api.start()
    try:
        yield api
    finally:
        await api.stop()


async def long_run(doors: FakeDoors) -> str:
    """A run that has ended, and has much to tell."""
    run_id = await doors.accept()
    for number in range(EVENTS):
        of_stage = (TENANT, run_id, f"s{number}", "", 1)
        await doors.store.stage_completed(*of_stage, {}, (), {"text": "x" * EVENT_BYTES})
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")
    return run_id


@asynccontextmanager
async def connected(api: LiveApi) -> AsyncGenerator[socket.socket]:
    """A connection with room for little."""
    with socket.socket() as end:
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, _, port = api.url.removeprefix("http://").partition(":")
        await asyncio.get_running_loop().sock_connect(end, (host, int(port)))
        yield end


async def ask(api: LiveApi, run_id: str, end: socket.socket) -> None:
    """Ask for the events of a run."""
    asked = f"GET /v1/runs/{run_id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(end, asked.encode())
    await until(api, 'trends_event_streams_open{transport="sse"} 1.0')


async def read_out(end: socket.socket) -> bytes:
    """Read until the last event, or until the connection ends before it."""
    read = bytearray()
    while LAST not in read[-1000:]:
        chunk = await asyncio.get_running_loop().sock_recv(end, 1 << 16)
        if not chunk:
            break
        read += chunk
    return bytes(read)


async def hear_out(viewer: ClientConnection, said: list[str]) -> None:
    while True:
        said.append(str(await viewer.recv()))


async def until(api: LiveApi, line: str) -> None:
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=api.url) as http:
        while line not in (await http.get("/metrics")).text:
            await asyncio.sleep(0.01)


async def test_viewer_that_never_reads_holds_little_and_is_broken_off(doors: FakeDoors) -> None:
    run_id = await long_run(doors)
    async with serving(doors, Pace()) as api, connected(api) as end:
        await ask(api, run_id, end)
        held = 0
        async with asyncio.timeout(20):
            while api.feeds.streams:
                held = max(held, api.held_back())
                await asyncio.sleep(0.01)
        assert 0 < held < HELD_BYTES
        assert LAST not in await read_out(end)


async def test_viewer_that_reads_late_but_steadily_is_kept(doors: FakeDoors) -> None:
    run_id = await long_run(doors)
    async with serving(doors, Pace()) as api, connected(api) as end:
        await ask(api, run_id, end)
        async with asyncio.timeout(60):
            read = await read_out(end)
    assert LAST in read
    assert len(read) > EVENTS * EVENT_BYTES


async def test_slow_websocket_is_closed_with_its_code(doors: FakeDoors) -> None:
    run_id = await long_run(doors)
    pace = Pace(patience=1.0)
    async with serving(doors, pace) as api, connected(api) as end:
        address = f"ws{api.url.removeprefix('http')}/v1/live"
        async with connect(
            address, sock=end, compression=None, max_queue=1, ping_interval=None, proxy=None
        ) as viewer:
            await viewer.send('{"op": "auth"}')
            await viewer.send(json.dumps({"op": "subscribe", "run_id": run_id}))
            await until(api, 'trends_websockets_closed_total{code="4408"} 1.0')
            assert api.held_back() < HELD_BYTES
            said: list[str] = []
            with pytest.raises(ConnectionClosed) as closed:
                await hear_out(viewer, said)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == Code.TOO_SLOW
    assert json.loads(said[-1])["slug"] == "too-slow"


async def test_websocket_that_never_reads_again_is_broken_off(doors: FakeDoors) -> None:
    run_id = await long_run(doors)
    async with serving(doors, Pace(patience=0.2)) as api, connected(api) as end:
        address = f"ws{api.url.removeprefix('http')}/v1/live"
        async with connect(
            address, sock=end, compression=None, max_queue=1, ping_interval=None, proxy=None
        ) as viewer:
            await viewer.send('{"op": "auth"}')
            await viewer.send(json.dumps({"op": "subscribe", "run_id": run_id}))
            await until(api, 'trends_websockets_closed_total{code="4408"} 1.0')
            async with asyncio.timeout(20):
                while api.held_back():
                    await asyncio.sleep(0.01)
            assert api.feeds.streams == 0
            with pytest.raises(ConnectionClosed) as closed:
                await hear_out(viewer, [])
    assert closed.value.rcvd is None
