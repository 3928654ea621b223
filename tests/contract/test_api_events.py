"""Event streams on the wire, on a real socket."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.events import Pace
from engine.executing import PendingStage
from tests.unit.api.fake_doors import FAST, TENANT, FakeDoors, LiveApi, open_fake_doors
from trends.domain.models import RunStatus
from trends_client.sse import Decoder, Message

OPEN = 'trends_event_streams_open{{transport="sse"}} {}'


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
async def live(doors: FakeDoors) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors)
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
async def http(live: LiveApi) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=live.url, timeout=20) as client:
        yield client


async def messages(response: httpx.Response) -> AsyncIterator[Message]:
    decoder = Decoder()
    async for chunk in response.aiter_bytes():
        for message in decoder.feed(chunk):
            yield message


async def finish(doors: FakeDoors, run_id: str) -> None:
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")


async def test_stream_is_an_event_stream_that_nothing_holds_back(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    answer = await http.get(f"/v1/runs/{run_id}/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_ended_run_is_told_whole_and_the_stream_ends(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
    await finish(doors, run_id)
    answer = await http.get(f"/v1/runs/{run_id}/events")
    assert re.findall(r"^id: (\d+)$", answer.text, re.MULTILINE) == ["1", "2", "3"]
    assert re.findall(r"^event: (.+)$", answer.text, re.MULTILINE) == [
        "run.accepted",
        "stage.started",
        "run.completed",
    ]


async def test_envelope_names_run_time_stage_part_and_attempt(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
    await finish(doors, run_id)
    async with http.stream("GET", f"/v1/runs/{run_id}/events?after=1") as response:
        told = await anext(messages(response))
    assert httpx.Response(200, content=told.data).json() == {
        "run_id": run_id,
        "seq": 2,
        "at": "2026-11-20T09:00:03Z",
        "type": "stage.started",
        "stage": "collect",
        "part": "sample",
        "attempt": 1,
        "data": {},
    }


async def test_live_stream_brings_events_as_they_happen(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    async with http.stream("GET", f"/v1/runs/{run_id}/events") as response:
        told = messages(response)
        assert (await anext(told)).event == "run.accepted"
        await doors.store.stage_started(TENANT, run_id, "collect", "sample", 1)
        assert (await anext(told)).event == "stage.started"
        await finish(doors, run_id)
        assert [message.event async for message in told] == ["run.completed"]


async def test_stream_goes_on_behind_the_last_event_id(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    answer = await http.get(f"/v1/runs/{run_id}/events", headers={"Last-Event-ID": "1"})
    assert re.findall(r"^id: (\d+)$", answer.text, re.MULTILINE) == ["2"]


async def test_who_has_seen_the_last_event_is_told_not_to_come_back(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    answer = await http.get(f"/v1/runs/{run_id}/events", headers={"Last-Event-ID": "2"})
    assert answer.status_code == 204


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "１", "9" * 11, "1 2", "0x10"])
async def test_last_event_id_that_cannot_be_is_a_problem(
    http: httpx.AsyncClient, doors: FakeDoors, given: str
) -> None:
    run_id = await doors.accept()
    answer = await http.get(f"/v1/runs/{run_id}/events", params={"after": given})
    assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")


async def test_progress_has_no_id(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    doors.runs.pending = (
        PendingStage(activity="news.normalize.v1", attempt=2, progress=(10, 0), last_failure="Oh."),
    )
    async with http.stream("GET", f"/v1/runs/{run_id}/events") as response:
        told = messages(response)
        progress = [await anext(told), await anext(told)][1]
    body = httpx.Response(200, content=progress.data).json()
    assert (progress.event, progress.id) == ("progress", None)
    assert (body["seq"], body["stage"], body["attempt"]) == (None, "normalize", 2)
    assert body["data"] == {"done": 10, "last_failure": "Oh."}


async def test_shutdown_ends_streams_and_waits_with_a_word(
    http: httpx.AsyncClient, doors: FakeDoors, live: LiveApi
) -> None:
    run_id = await doors.accept()
    async with asyncio.timeout(4), http.stream("GET", f"/v1/runs/{run_id}/events") as response:
        told = messages(response)
        await anext(told)
        waiting = asyncio.create_task(http.get(f"/v1/runs/{run_id}?wait=100"))
        await live.busy_with(2)
        stopping = asyncio.create_task(live.stop())
        assert [message.event async for message in told] == ["reconnect"]
        assert (await waiting).json()["status"] == "starting"
        await stopping


async def test_stream_of_the_longest_life_ends_with_a_word(doors: FakeDoors) -> None:
    api = LiveApi(doors, Pace(poll=0.01, lifetime=0.05))
    await api.start()
    run_id = await doors.accept()
    async with httpx.AsyncClient(base_url=api.url) as http:
        answer = await http.get(f"/v1/runs/{run_id}/events")
    await api.stop()
    assert answer.text.rstrip().splitlines()[-2] == "event: reconnect"


async def test_viewer_that_leaves_is_let_go(doors: FakeDoors, live: LiveApi) -> None:
    run_id = await doors.accept()
    async with httpx.AsyncClient(base_url=live.url) as http:
        async with http.stream("GET", f"/v1/runs/{run_id}/events") as response:
            told = messages(response)
            await anext(told)
            assert OPEN.format("1.0") in (await http.get("/metrics")).text
        async with asyncio.timeout(5):
            while OPEN.format("0.0") not in (await http.get("/metrics")).text:
                pass  # each look lets the server go on


def test_pace_of_the_real_api() -> None:
    pace = Pace()
    assert (pace.poll, pace.lifetime) == (0.2, 600.0)
    assert FAST.lifetime < pace.lifetime
