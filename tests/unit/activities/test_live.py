"""What a run reads of a live source: topped up, and everything that polls found before."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.attempt import Attempt, Progress
from activities.contracts import CollectResult, MarketClock, RunBrief
from activities.live import read_live
from activities.polling import SourcePoller
from tests.unit.activities.live_cases import (
    KEY,
    NOON,
    QUARTER,
    Clock,
    Shelf,
    cache,
    headline,
    listing,
    target,
)
from trends.domain.models import ArtifactRef, Language, Question, RawItem, Window
from trends.errors import SourceUnavailableError
from trends.settings import load_settings
from trends.storage.artifacts import ArtifactStore
from trends.storage.database import Database
from trends.storage.response_cache import CacheKind

DAY = timedelta(days=1)
DOWN = SourceUnavailableError("It is down.")


@pytest.fixture
async def artifacts(tmp_path: Path) -> AsyncGenerator[ArtifactStore]:
    with ArtifactStore((tmp_path / "artifacts").as_uri()) as store:
        yield store


def attempt(end: datetime = NOON) -> Attempt:
    """A run over the last week, with four weeks of past."""
    ref = ArtifactRef(uri="x", sha256="0", media_type="application/json", rows=1, size_bytes=1)
    brief = RunBrief(
        question=Question(
            agent="news",
            query="",
            window="7d",
            market="KR",
            languages=tuple(Language),
            sources=("rss:hani",),
        ),
        window=Window(start=end - 7 * DAY, end=end),
        history_start=end - 28 * DAY,
        requested_at=end,
        market=MarketClock(name="KR", time_zone="Asia/Seoul"),
        report_language=Language.KO,
        settings=ref,
        settings_revision="abc",
    )
    return Attempt(brief, load_settings({}), ThreadPoolExecutor(1), Progress())


async def read(
    polls: SourcePoller, artifacts: ArtifactStore, shelf: Shelf, end: datetime = NOON
) -> tuple[CollectResult, list[RawItem]]:
    """Read as the collect stage does."""
    result, _ = await read_live(target(shelf), "rss:hani", attempt(end), polls, artifacts)
    assert result.items is not None
    lines = [line async for line in artifacts.iter_lines(result.items)]
    return result, [RawItem.model_validate_json(line) for line in lines]


async def test_a_source_that_was_never_polled_is_asked(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    result, items = await read(polls, artifacts, Shelf([listing(headline(1), headline(2, 2))]))
    assert [item.item_id[-1] for item in items] == ["2", "1"]
    assert (result.outcome.ok, result.outcome.items) == (True, 2)
    assert {item.source for item in items} == {"rss:hani"}


async def test_a_source_that_was_asked_lately_is_not_asked_again(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1))])
    await polls.poll(target(shelf))
    clock.now = end = NOON + QUARTER / 3
    _, items = await read(polls, artifacts, shelf, end)
    assert (len(shelf.asked), len(items)) == (1, 1)
    clock.now = end = NOON + QUARTER
    await read(polls, artifacts, shelf, end)
    assert len(shelf.asked) == 2


async def test_an_answer_serves_as_long_as_settings_say_where_the_cadence_is_shorter(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1))])
    every_minute = target(shelf, timedelta(minutes=1))
    await polls.poll(every_minute)
    clock.now = end = NOON + timedelta(seconds=299)
    await read_live(every_minute, "rss:hani", attempt(end), polls, artifacts)
    assert len(shelf.asked) == 1
    clock.now = end = NOON + timedelta(seconds=301)
    await read_live(every_minute, "rss:hani", attempt(end), polls, artifacts)
    assert len(shelf.asked) == 2


async def test_runs_that_start_together_ask_once_and_are_counted(
    polls: SourcePoller, artifacts: ArtifactStore, database: Database, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1))])
    read_by = await asyncio.gather(*(read(polls, artifacts, shelf) for _ in range(10)))
    assert len(shelf.asked) == 1
    assert [len(items) for _, items in read_by] == [1] * 10
    figures = {each.kind: each for each in await cache(database, clock).figures()}
    assert (figures[CacheKind.SOURCE].hits, figures[CacheKind.SOURCE].misses) == (9, 1)
    assert figures[CacheKind.SOURCE].hit_rate == 0.9


async def test_runs_that_wait_for_a_source_that_is_down_fail_with_it_and_ask_no_more(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    shelf = Shelf([DOWN])
    together = (read(polls, artifacts, shelf) for _ in range(10))
    answers = await asyncio.gather(*together, return_exceptions=True)
    assert [str(answer) for answer in answers] == [str(DOWN)] * 10
    assert len(shelf.asked) == 1
    with pytest.raises(SourceUnavailableError):
        await read(polls, artifacts, shelf)
    assert len(shelf.asked) == 2


async def test_a_window_that_was_wholly_polled_is_not_asked_for_however_late_it_is_read(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1))])
    await polls.poll(target(shelf))
    clock.now = NOON + 9 * DAY
    _, items = await read(polls, artifacts, shelf)
    assert (len(shelf.asked), len(items)) == (1, 1)


async def test_what_polls_found_and_the_list_no_longer_shows_is_read_too(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    clock.now = end = NOON + 5 * DAY
    _, items = await read(polls, artifacts, Shelf([listing(headline(2, -24))]), end)
    assert [item.item_id[-1] for item in items] == ["1", "2"]


async def test_only_the_run_s_span_is_read(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    clock.now = NOON + DAY
    old, behind = headline(1, 24 * 29), headline(2, -1)
    _, items = await read(polls, artifacts, Shelf([listing(old, headline(3), behind)]))
    assert [item.item_id[-1] for item in items] == ["3"]


async def test_items_without_a_time_fall_into_the_window_of_the_run_that_found_them(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    clock.now = NOON + timedelta(seconds=2)
    dateless = headline(1, published=None)
    result, items = await read(polls, artifacts, Shelf([listing(dateless)]))
    assert len(items) == 1
    assert any("when they were first seen stands in" in note for note in result.outcome.notes)


async def test_a_failed_top_up_is_a_note_where_there_is_something_to_read(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    clock.now = end = NOON + QUARTER
    result, items = await read(polls, artifacts, Shelf([DOWN]), end)
    assert len(items) == 1
    assert result.outcome.ok
    assert any("It is down." in note for note in result.outcome.notes)


async def test_with_nothing_stored_it_fails_as_it_failed(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    with pytest.raises(SourceUnavailableError, match="It is down"):
        await read(polls, artifacts, Shelf([DOWN]))


async def test_a_failing_source_with_something_to_read_is_left_to_its_poller(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    busy = SourceUnavailableError("Too many requests.", retry_after=timedelta(hours=2))
    clock.now = NOON + QUARTER
    await polls.poll(target(Shelf([busy])))
    clock.now = end = NOON + 2 * QUARTER
    shelf = Shelf([listing(headline(2))])
    result, items = await read(polls, artifacts, shelf, end)
    assert (shelf.asked, len(items)) == ([], 1)
    assert any("Too many requests." in note for note in result.outcome.notes)


async def test_a_paused_source_is_not_asked(
    polls: SourcePoller, artifacts: ArtifactStore, clock: Clock
) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    await polls.sources.set_paused(KEY, paused=True)
    clock.now = end = NOON + DAY
    shelf = Shelf([listing(headline(2))])
    result, items = await read(polls, artifacts, shelf, end)
    assert (shelf.asked, len(items)) == ([], 1)
    assert any("paused" in note for note in result.outcome.notes)


async def test_the_outcome_says_what_was_observed(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    result, _ = await read(polls, artifacts, Shelf([listing(headline(1))]))
    assert result.outcome.observed == (Window(start=NOON - DAY, end=NOON),)
    assert result.outcome.censored == ()


async def test_the_outcome_says_what_was_censored(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    result, items = await read(polls, artifacts, Shelf([listing(headline(1), censored=True)]))
    assert result.outcome.observed == ()
    assert result.outcome.censored == (Window(start=NOON - DAY, end=NOON),)
    assert [item.censored for item in items] == [True]
    assert any("hit their cap" in note for note in result.outcome.notes)


async def test_items_without_outlets_are_told(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    result, _ = await read(
        polls, artifacts, Shelf([listing(headline(1), headline(2, outlet=None))])
    )
    assert not result.outcome.outlets_known


async def test_reading_again_gives_the_same_bytes(
    polls: SourcePoller, artifacts: ArtifactStore
) -> None:
    shelf = Shelf([listing(*(headline(number, number % 7) for number in range(1, 40)))])
    first, _ = await read(polls, artifacts, shelf)
    again, _ = await read(polls, artifacts, shelf)
    assert first.items == again.items
