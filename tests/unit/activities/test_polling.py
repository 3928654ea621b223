"""One poll: what it keeps, what it says of the source, and when the next one comes."""

from datetime import timedelta

import pytest

from activities.polling import SourcePoller
from tests.unit.activities.live_cases import (
    KEY,
    NOON,
    QUARTER,
    Clock,
    Shelf,
    headline,
    listing,
    target,
)
from tests.unit.trends.storage.record_cases import new_run
from trends.domain.health import LONGEST_BACK_OFF, SourceHealth
from trends.domain.models import RawItem, RunStatus, TimeRule, Window
from trends.errors import SourceError, SourceGoneError, SourceUnavailableError, StorageError
from trends.sources.base import PollState
from trends.storage.database import Database
from trends.storage.items import ItemFilter
from trends.storage.runs import RunStore


async def health_of(polls: SourcePoller) -> SourceHealth:
    """How the source is."""
    return (await polls.sources.known(KEY))[0]


async def stored(polls: SourcePoller) -> list[RawItem]:
    """Everything of the source."""
    rows = polls.items.window(KEY, NOON - timedelta(days=999), NOON + timedelta(days=9))
    return [item async for batch in rows for item in batch]


async def test_what_a_poll_finds_is_kept(polls: SourcePoller) -> None:
    outcome = await polls.poll(target(Shelf([listing(headline(1), headline(2, 2))])))
    assert (outcome.items, outcome.new, outcome.error) == (2, 2, None)
    assert outcome.notes == ("Asked 1 times.",)
    assert [item.title for item in await stored(polls)] == ["두쫀쿠 소식 2호", "두쫀쿠 소식 1호"]
    assert abs(outcome.next_poll - NOON - QUARTER) <= QUARTER / 2


async def test_the_next_poll_gets_what_the_last_one_left(polls: SourcePoller) -> None:
    shelf = Shelf([listing(headline(1)), listing(headline(1), headline(2))])
    await polls.poll(target(shelf))
    outcome = await polls.poll(target(shelf))
    assert [state for _, state in shelf.asked] == [PollState(), PollState(etag="1 items")]
    assert (outcome.items, outcome.new) == (2, 1)


async def test_the_moment_of_a_poll_is_the_clock_s(polls: SourcePoller, clock: Clock) -> None:
    shelf = Shelf([listing()])
    clock.now = NOON + QUARTER
    await polls.poll(target(shelf))
    assert shelf.asked[0][0].now == NOON + QUARTER
    assert shelf.asked[0][0].zone == "Asia/Seoul"


async def test_a_list_that_did_not_change_extends_what_was_observed(
    polls: SourcePoller, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1)), listing(not_modified=True, hours=None)])
    await polls.poll(target(shelf))
    clock.now = NOON + QUARTER
    await polls.poll(target(shelf))
    start, end = NOON - timedelta(days=9), NOON + timedelta(days=9)
    assert await polls.items.observed(KEY, start, end, censored=False) == (
        Window(start=NOON - timedelta(days=1), end=NOON + QUARTER),
    )
    health = await health_of(polls)
    assert (health.last_items, health.last_new) == (1, 0)


async def test_a_censored_list_leaves_a_gap_and_marks_its_items(
    polls: SourcePoller, clock: Clock
) -> None:
    censored = listing(headline(2, -23), hours=-23, censored=True)
    shelf = Shelf([listing(headline(1)), censored])
    await polls.poll(target(shelf))
    clock.now = NOON + timedelta(days=1)
    await polls.poll(target(shelf))
    start, end = NOON - timedelta(days=9), NOON + timedelta(days=9)
    whole = await polls.items.observed(KEY, start, end, censored=False)
    assert whole == (Window(start=NOON - timedelta(days=1), end=NOON),)
    assert [item.censored for item in await stored(polls)] == [False, True]


async def test_a_failure_is_an_outcome_and_part_of_the_health(polls: SourcePoller) -> None:
    error = SourceUnavailableError("It is down.")
    outcome = await polls.poll(target(Shelf([error])))
    assert outcome.error is error
    health = await health_of(polls)
    assert (health.failures, health.slug, health.reason) == (1, error.slug, "It is down.")
    assert health.next_poll == outcome.next_poll


async def test_failures_in_a_row_are_asked_later_and_later(
    polls: SourcePoller, clock: Clock
) -> None:
    shelf = Shelf([SourceUnavailableError("It is down.")])
    waits: list[timedelta] = []
    for _ in range(7):
        outcome = await polls.poll(target(shelf))
        waits.append(outcome.next_poll - clock.now)
        clock.now = outcome.next_poll
    assert waits[1] >= 1.5 * QUARTER
    assert waits[2] >= 3 * QUARTER
    assert max(waits) <= LONGEST_BACK_OFF + QUARTER
    shelf.answers = [listing(headline(1))]
    outcome = await polls.poll(target(shelf))
    assert outcome.next_poll - clock.now <= 1.5 * QUARTER


async def test_a_server_s_word_on_when_to_come_back_is_kept(polls: SourcePoller) -> None:
    busy = SourceUnavailableError("Too many requests.", retry_after=timedelta(hours=2))
    assert (await polls.poll(target(Shelf([busy])))).next_poll == NOON + timedelta(hours=2)


async def test_a_source_that_is_gone_is_asked_rarely(polls: SourcePoller) -> None:
    outcome = await polls.poll(target(Shelf([SourceGoneError("Gone.")])))
    assert outcome.next_poll - NOON > LONGEST_BACK_OFF - QUARTER


async def test_a_defect_in_reading_concerns_that_source_alone(polls: SourcePoller) -> None:
    outcome = await polls.poll(target(Shelf([RecursionError("too deep")])))
    assert isinstance(outcome.error, SourceError)
    assert "RecursionError" in (await health_of(polls)).reason


async def test_storage_that_fails_is_no_failure_of_the_source(
    polls: SourcePoller, database: Database
) -> None:
    await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE items"))
    with pytest.raises(StorageError):
        await polls.poll(target(Shelf([listing(headline(1))])))
    assert (await health_of(polls)).last_attempt is None


async def test_clocks_in_the_future_and_items_without_a_time_are_taken_as_first_seen(
    polls: SourcePoller,
) -> None:
    ahead, dateless = headline(1, -999), headline(2, published=None)
    await polls.poll(target(Shelf([listing(ahead, dateless)])))
    assert {item.published for item in await stored(polls)} == {NOON.isoformat()}
    counts = await polls.items.count(KEY, NOON - QUARTER, NOON + QUARTER)
    assert counts == {TimeRule.FUTURE: 1, TimeRule.MISSING: 1}


async def test_a_feed_that_repeats_old_items_as_new_doubles_nothing(
    polls: SourcePoller, clock: Clock
) -> None:
    shelf = Shelf([listing(headline(1)), listing(headline(1, -24)), listing(headline(1, -48))])
    for day in range(3):
        clock.now = NOON + timedelta(days=day)
        await polls.poll(target(shelf))
    (item,) = await stored(polls)
    assert item.published == (NOON - timedelta(hours=1)).isoformat()


async def test_old_items_go_when_their_time_is_over(polls: SourcePoller, clock: Clock) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    clock.now = NOON + timedelta(days=401)
    await polls.poll(target(Shelf([listing(headline(2, -24 * 401))])))
    assert await polls.prune(target(Shelf())) == 1
    page = await polls.items.page("local", ItemFilter())
    assert [item.title for item in page.items] == ["두쫀쿠 소식 2호"]


async def test_what_an_unfinished_run_still_reads_stays(
    polls: SourcePoller, clock: Clock, database: Database
) -> None:
    await polls.poll(target(Shelf([listing(headline(1))])))
    runs = RunStore(database, clock)
    await runs.insert(new_run())
    clock.now = NOON + timedelta(days=401)
    assert await polls.prune(target(Shelf())) == 0
    await runs.finish("local", "run-1", RunStatus.FAILED, "", "", "")
    assert await polls.prune(target(Shelf())) == 1
