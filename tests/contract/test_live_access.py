"""Who may follow runs over a WebSocket where callers are asked who they are."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.live import Code
from tests.unit.api.access_cases import bearing, key_of
from tests.unit.api.fake_doors import NOW, TENANT, FakeDoors, LiveApi, open_fake_doors

READS = ("runs:read",)


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path, TRENDS_AUTH__MODE="required") as opened:
        yield opened


@pytest.fixture
async def address(doors: FakeDoors) -> AsyncGenerator[str]:
    api = LiveApi(doors)
    await api.start()
    yield f"ws{api.url.removeprefix('http')}/v1/live"
    await api.stop()


async def said(socket: ClientConnection, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Say all of it; give the answers, and the close code in the place of what is not said any more."""
    answers: list[dict[str, Any]] = []
    try:
        for message in messages:
            await socket.send(json.dumps(message))
            answers.append(json.loads(await socket.recv()))
        if answers[-1]["op"] == "error":
            await socket.recv()
    except ConnectionClosed as end:
        answers.append({"closed": end.rcvd.code if end.rcvd else None})
    return answers


async def test_first_message_brings_the_key(doors: FakeDoors, address: str) -> None:
    run_id = await doors.accept()
    key = await key_of(doors, READS, TENANT)
    async with connect(address, proxy=None) as socket:
        auth = {"op": "auth", "token": key}
        answers = await said(socket, auth, {"op": "subscribe", "run_id": run_id})
    assert [each["op"] for each in answers] == ["ready", "subscribed"]


async def test_header_of_the_opening_request_is_as_good(doors: FakeDoors, address: str) -> None:
    headers = bearing(await key_of(doors, READS, TENANT))
    async with connect(address, additional_headers=headers, proxy=None) as socket:
        assert (await said(socket, {"op": "auth"}))[0]["op"] == "ready"


@pytest.mark.parametrize("token", ["", "nonsense", "trk_0000000000000000_" + "0" * 64])
async def test_nobody_is_closed_out(address: str, token: str) -> None:
    async with connect(address, proxy=None) as socket:
        answers = await said(socket, {"op": "auth", "token": token})
    assert answers[-1] == {"closed": Code.NOT_AUTHENTICATED}


async def test_key_that_has_run_out_is_closed_out(doors: FakeDoors, address: str) -> None:
    key = await key_of(doors, READS, TENANT, NOW + timedelta(seconds=1))
    doors.clock.now = NOW + timedelta(seconds=2)
    async with connect(address, proxy=None) as socket:
        answers = await said(socket, {"op": "auth", "token": key})
    assert answers[-1] == {"closed": Code.NOT_AUTHENTICATED}


async def test_missing_scope_is_named(doors: FakeDoors, address: str) -> None:
    key = await key_of(doors, ("trends:read",), TENANT)
    async with connect(address, proxy=None) as socket:
        answers = await said(socket, {"op": "auth", "token": key})
    assert "runs:read" in answers[0]["detail"]
    assert answers[-1] == {"closed": Code.FORBIDDEN}


async def test_run_of_another_tenant_is_not_there(doors: FakeDoors, address: str) -> None:
    run_id = await doors.accept()
    key = await key_of(doors, READS, "acme")
    async with connect(address, proxy=None) as socket:
        auth = {"op": "auth", "token": key}
        answers = await said(socket, auth, {"op": "subscribe", "run_id": run_id})
    assert answers[1]["slug"] == "run-not-found"
    assert answers[-1] == {"closed": Code.NOT_FOUND}
