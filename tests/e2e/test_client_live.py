"""The client against the API on a real socket: restarts, broken connections, and the whole round."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.unit.api.fake_doors import LINES, REPORTS, TENANT, FakeDoors, LiveApi, open_fake_doors
from trends.domain.models import RunStatus
from trends_client import (
    AsyncTrendsClient,
    CannotReachError,
    ConflictError,
    Event,
    InvalidRequestError,
    NotFoundError,
    Run,
    TrendsClient,
    TrendsClientError,
)


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
async def trends(live: LiveApi) -> AsyncGenerator[AsyncTrendsClient]:
    async with AsyncTrendsClient(live.url) as client:
        yield client


async def finish(doors: FakeDoors, run_id: str) -> None:
    await doors.store.finish(TENANT, run_id, RunStatus.COMPLETED, "", "", "")


async def test_whole_round_with_the_plain_client(doors: FakeDoors, live: LiveApi) -> None:
    def round_trip() -> tuple[Run, list[Event], str]:
        with TrendsClient(live.url) as trends:
            run = trends.submit("저속노화", sources=["sample"])
            ended = trends.wait(run.id, timeout=20)
            return ended, list(trends.events(run.id)), trends.report(run.id)

    working = asyncio.create_task(doors.complete_all())
    run, events, report = await asyncio.to_thread(round_trip)
    working.cancel()
    assert (run.status, run.lines) == ("completed", LINES)
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert report.encode() == REPORTS["text/markdown"]


async def test_following_outlives_a_restart_of_the_api(
    trends: AsyncTrendsClient, doors: FakeDoors, live: LiveApi
) -> None:
    run = await trends.submit()
    seen: list[int | None] = []
    async with asyncio.timeout(20):
        async for event in trends.events(run.id):
            seen.append(event.seq)
            if event.seq == 1:
                await live.stop()
                await doors.store.stage_started(TENANT, run.id, "collect", "sample", 1)
                await live.start()
                await doors.store.stage_completed(
                    TENANT, run.id, "collect", "sample", 1, {}, (), {}
                )
                await finish(doors, run.id)
    assert seen == [1, 2, 3, 4]


async def test_following_outlives_broken_connections(
    trends: AsyncTrendsClient, doors: FakeDoors, live: LiveApi
) -> None:
    run = await trends.submit()
    seen: list[int | None] = []
    async with asyncio.timeout(20):
        async for event in trends.events(run.id):
            seen.append(event.seq)
            await live.drop_connections()
            if event.seq == 3:
                await finish(doors, run.id)
            elif event.seq is not None and event.seq < 3:
                await doors.store.stage_started(TENANT, run.id, f"s{event.seq}", "", 1)
    assert seen == [1, 2, 3, 4]


async def test_following_from_behind_the_end_ends(
    trends: AsyncTrendsClient, doors: FakeDoors
) -> None:
    run_id = await doors.accept()
    await finish(doors, run_id)
    assert [event async for event in trends.events(run_id, after=2)] == []


async def test_following_a_run_that_is_not_there_fails_at_once(trends: AsyncTrendsClient) -> None:
    with pytest.raises(NotFoundError):
        await anext(trends.events("nothing"))


async def test_waiting_outlives_a_restart_of_the_api(
    trends: AsyncTrendsClient, doors: FakeDoors, live: LiveApi
) -> None:
    run = await trends.submit()
    waiting = asyncio.create_task(trends.wait(run.id, timeout=20))
    await asyncio.sleep(0)
    await live.stop()
    await finish(doors, run.id)
    await live.start()
    assert (await waiting).completed


async def test_api_that_is_away_is_named(live: LiveApi) -> None:
    await live.stop()
    async with AsyncTrendsClient(live.url, patience=0) as trends:
        with pytest.raises(CannotReachError, match=live.url):
            await trends.get("x")


async def test_errors_are_those_of_the_api(trends: AsyncTrendsClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    with pytest.raises(ConflictError) as raised:
        await trends.retry(run_id)
    assert raised.value.slug == "run-not-blocked"


async def test_wrong_window_is_told_in_words(trends: AsyncTrendsClient) -> None:
    with pytest.raises(InvalidRequestError, match="7d"):
        await trends.submit(window="tomorrow")


async def test_parked_run_is_skipped_past(trends: AsyncTrendsClient, doors: FakeDoors) -> None:
    run_id = await doors.accept()
    await doors.park(run_id)
    assert (await trends.wait(run_id)).parked
    assert (await trends.skip(run_id, "summarize")).status == "running"


async def test_file_is_stored(trends: AsyncTrendsClient, doors: FakeDoors, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x" * 3_000_000)
    stored = await trends.upload(file)
    kept = doors.uploads_dir / stored.source.removeprefix("file:uploads/")
    assert kept.read_bytes() == file.read_bytes()


async def test_file_over_the_limit_is_refused_with_words(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x" * 30_000_000)
    async with open_fake_doors(tmp_path, TRENDS_API__MAX_UPLOAD_MB="1") as doors:
        api = LiveApi(doors)
        await api.start()
        async with AsyncTrendsClient(api.url) as trends:
            with pytest.raises(TrendsClientError, match="more than"):
                await trends.upload(file)
        await api.stop()


async def test_sender_that_leaves_leaves_nothing(live: LiveApi, doors: FakeDoors) -> None:
    host, port = live.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /v1/uploads HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9000000\r\n\r\n"
    writer.write(head.encode() + b"x" * 2_000_000)
    await writer.drain()
    writer.transport.abort()
    del reader
    async with asyncio.timeout(10), httpx.AsyncClient(base_url=live.url) as http:
        while 'route="/v1/uploads"' not in (await http.get("/metrics")).text:
            pass  # counted once the request is over
    assert list(doors.uploads_dir.glob("*")) + list(doors.uploads_dir.glob(".*")) == []
