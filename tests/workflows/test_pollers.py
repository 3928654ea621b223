"""Pollers on a real server, over a real feed: started, steered, retired; and killed in the middle of a poll."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from activities.contracts import CollectResult
from engine.doors import open_doors
from engine.pollers import poller_id
from engine.requests import StartRun
from engine.sources import NewFeed
from tests.unit.trends.web_server import WebServer, open_web_server
from tests.workflows.stand import PATIENCE_SECONDS, WINDOW, Stand, stand
from trends.domain.health import SourceHealth
from trends.domain.models import RunStatus
from trends.errors import ConflictError, NotFoundError
from trends.storage.items import ItemFilter
from trends.storage.polls import SourceKey

pytestmark = [pytest.mark.engine, pytest.mark.slow]

KEY = SourceKey("local", "rss:hani")
OTHER = SourceKey("local", "rss:other")
LAST_DAY = datetime(2026, 2, 28, 12, tzinfo=UTC)


def feed(*numbers: int) -> bytes:
    """An RSS feed with these items, an hour apart."""
    items = "".join(
        f"<item><title>두쫀쿠 소식 {number}호</title><link>https://hani.example/{number}</link>"
        f"<pubDate>{format_datetime(LAST_DAY - timedelta(hours=number))}</pubDate></item>"
        for number in numbers
    )
    return f"<rss version='2.0'><channel><title>한겨레</title>{items}</channel></rss>".encode()


@asynccontextmanager
async def newsstand(
    address: str, state: Path, **more: str
) -> AsyncGenerator[tuple[Stand, WebServer]]:
    """A stand whose settings name one feed, which lists five items."""
    async with open_web_server() as web:
        web.says("/feed", feed(1, 2, 3, 4, 5), headers={"ETag": '"one"'})
        settings = {
            "TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS": json.dumps([f"127.0.0.1:{web.port}"]),
            "TRENDS_SOURCES__RSS__FEEDS": json.dumps(
                {"hani": {"url": web.url("/feed", "127.0.0.1")}}
            ),
            **more,
        }
        async with stand(address, state, **settings) as built:
            yield built, web


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Await a state of the database or the server, which tell nobody."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


async def health(built: Stand) -> SourceHealth:
    """How the feed is."""
    return (await built.doors.parts.sources.known(KEY))[0]


async def polled(built: Stand, times: int) -> None:
    """Await so many answered polls."""

    async def enough() -> bool:
        return (await health(built)).recent.count(".") >= times

    await until(enough)


async def status(built: Stand, key: SourceKey = KEY) -> WorkflowExecutionStatus | None:
    """How the poller stands."""
    return (await built.doors.client.get_workflow_handle(poller_id(key)).describe()).status


async def titles(built: Stand) -> list[str]:
    """Everything in the store."""
    page = await built.doors.items.page("local", ItemFilter(), limit=200)
    return [item.title for item in page.items]


async def test_a_worker_killed_in_a_poll_loses_and_doubles_nothing_and_the_loop_goes_on(
    engine_server: str, tmp_path: Path
) -> None:
    async with newsstand(engine_server, tmp_path) as (built, web):
        await built.doors.pollers.poll_now(KEY)
        await built.workers_that_die(["poll:arrived", "poll:worked", "poll:recorded"])
        await polled(built, 2)
        assert len(await titles(built)) == 5
        web.says("/feed", feed(0, 1, 2, 3, 4, 5))
        await built.doors.pollers.poll_now(KEY)
        await polled(built, 3)
        assert sorted(await titles(built)) == [f"두쫀쿠 소식 {number}호" for number in range(6)]
        assert await status(built) is WorkflowExecutionStatus.RUNNING
    assert built.deaths == [-signal.SIGKILL] * 3


async def test_what_is_wanted_is_started_and_what_is_removed_ends(
    engine_server: str, tmp_path: Path
) -> None:
    async with newsstand(engine_server, tmp_path) as (built, web):
        doors = built.doors
        await built.worker()
        web.says("/other", feed(7))
        url = web.url("/other", "127.0.0.1")
        await doors.sources.add("local", NewFeed(name="other", url=url, cadence_minutes=1))
        assert await doors.pollers.look() == 2
        assert await doors.pollers.look() == 0
        # Registered, and so asked at once.
        await until(lambda: _has(built, "두쫀쿠 소식 7호"))
        await doors.sources.remove("local", "other")

        async def ended() -> bool:
            return await status(built, OTHER) is WorkflowExecutionStatus.COMPLETED

        await until(ended)
        assert await doors.pollers.look() == 0
        assert await status(built) is WorkflowExecutionStatus.RUNNING
        assert "두쫀쿠 소식 7호" in await titles(built)
        with pytest.raises(NotFoundError):
            await doors.sources.remove("local", "other")


async def _has(built: Stand, title: str) -> bool:
    return title in await titles(built)


async def test_a_pause_is_shown_and_kept_by_a_poller_that_is_started_anew(
    engine_server: str, tmp_path: Path
) -> None:
    async with newsstand(engine_server, tmp_path) as (built, web):
        doors = built.doors
        await doors.pollers.poll_now(KEY)
        await built.worker()
        await polled(built, 1)
        paused = await doors.sources.pause("local", "hani", paused=True)
        assert paused.health is not None
        assert paused.health.paused
        handle = doors.client.get_workflow_handle(poller_id(KEY))
        await handle.terminate()
        await doors.pollers.look()
        asked = len(web.asked)
        await doors.sources.poll("local", "hani")
        await polled(built, 2)
        assert len(web.asked) == asked + 1
        assert (await health(built)).paused
        await doors.sources.pause("local", "hani", paused=False)
        assert not (await health(built)).paused


async def test_a_changed_cadence_reaches_a_running_poller(
    engine_server: str, tmp_path: Path
) -> None:
    async with newsstand(engine_server, tmp_path / "state") as (built, _):
        await built.doors.pollers.poll_now(KEY)
        await built.worker()
        await polled(built, 1)
        assert (await health(built)).cadence_seconds == 900
        feeds = json.loads(built.env["TRENDS_SOURCES__RSS__FEEDS"])
        feeds["hani"]["cadence_minutes"] = 30
        faster = {**built.env, "TRENDS_SOURCES__RSS__FEEDS": json.dumps(feeds)}
        async with open_doors(faster) as doors:
            assert await doors.pollers.look() == 1
            await doors.pollers.poll_now(KEY)
        await polled(built, 2)
        assert (await health(built)).cadence_seconds == 1800


async def test_without_polling_a_feed_is_asked_once_by_hand_and_by_runs(
    engine_server: str, tmp_path: Path
) -> None:
    async with newsstand(engine_server, tmp_path, TRENDS_SOURCES__POLLING="false") as (built, _):
        doors = built.doors
        assert await doors.pollers.look() == 0
        await doors.sources.poll("local", "hani")
        await built.worker()
        await polled(built, 1)

        async def ended() -> bool:
            return await status(built) is WorkflowExecutionStatus.COMPLETED

        await until(ended)


async def test_a_run_reads_a_feed_through_the_store(engine_server: str, tmp_path: Path) -> None:
    async with newsstand(engine_server, tmp_path) as (built, _):
        await built.worker()
        request = StartRun(window=WINDOW, sources=("rss:hani", "sample"))
        row = (await built.doors.runs.start("local", request, None)).run
        row = await built.finished(row)
        assert row.status is RunStatus.COMPLETED, row.reason
        stages = await built.doors.store.stages("local", row.run_id)
        (collected,) = [each.result for each in stages if each.part == "rss:hani"]
        outcome = CollectResult.model_validate(collected).outcome
        assert (outcome.ok, outcome.items) == (True, 5)
        assert outcome.observed is not None
        assert len(await titles(built)) == 5


async def test_what_cannot_be_polled_is_refused(engine_server: str, tmp_path: Path) -> None:
    async with newsstand(engine_server, tmp_path) as (built, _):
        with pytest.raises(ConflictError):
            await built.doors.sources.poll("local", "sample")
        with pytest.raises(NotFoundError):
            await built.doors.sources.poll("local", "rss:nobody")
