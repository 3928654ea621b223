"""The poller: polls, waits, and listens to people, across everything that happens to it."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from activities import contracts
from activities.contracts import SourceAlert
from tests.workflows.poll_fakes import (
    HOUR,
    RETIRED,
    FakePolls,
    Handle,
    answered,
    polling,
    start_poller,
)
from workflows.attributes import STATUS
from workflows.poll import POLLS_PER_RUN

pytestmark = pytest.mark.engine
SINCE = datetime(2026, 1, 8, tzinfo=UTC)


async def status_of(handle: Handle) -> str | None:
    """Where filters find it."""
    return (await handle.describe()).typed_search_attributes.get(STATUS)


async def test_a_poller_polls_again_and_again_until_its_source_is_retired(temporal: Client) -> None:
    polls = FakePolls([answered(0.01), answered(0.01), RETIRED])
    async with polling(temporal, polls):
        await (await start_poller(temporal)).result()
    assert [request.source for request in polls.asked] == ["rss:hani"] * 3


async def test_a_poller_that_is_to_poll_once_ends(temporal: Client) -> None:
    polls = FakePolls()
    async with polling(temporal, polls):
        await (await start_poller(temporal, once=True)).result()
    assert [request.once for request in polls.asked] == [True]


async def test_history_is_begun_anew_and_the_cadence_goes_on(temporal: Client) -> None:
    polls = FakePolls([*(answered(0.0) for _ in range(POLLS_PER_RUN + 1)), RETIRED])
    async with polling(temporal, polls):
        handle = await start_poller(temporal)
        await handle.signal(contracts.CADENCE_SIGNAL, 60)
        await handle.result()
    assert len(polls.asked) == POLLS_PER_RUN + 2
    assert polls.asked[-1].cadence_seconds == 60


async def test_a_person_s_poll_does_not_wait_for_the_next_one(temporal: Client) -> None:
    polls = FakePolls()
    async with polling(temporal, polls):
        handle = await start_poller(temporal)
        await polls.until(lambda: len(polls.asked) == 1)
        await handle.signal(contracts.POLL_NOW_SIGNAL)
        await polls.until(lambda: len(polls.asked) == 2)


async def test_the_first_poll_waits_its_time(temporal: Client) -> None:
    polls = FakePolls()
    async with polling(temporal, polls):
        handle = await start_poller(temporal, wait_seconds=HOUR)
        await handle.signal(contracts.CADENCE_SIGNAL, 7200)
        description = await handle.describe()
        assert description.status is WorkflowExecutionStatus.RUNNING
        assert polls.asked == []


async def test_a_paused_poller_does_not_poll_until_it_is_let_go_on(temporal: Client) -> None:
    polls = FakePolls([answered(0.3)])
    async with polling(temporal, polls):
        handle = await start_poller(temporal, paused=True)
        await polls_are_quiet(handle)
        assert polls.asked == []
        await handle.signal(contracts.RESUME_SIGNAL)
        await polls.until(lambda: len(polls.asked) >= 1)


async def polls_are_quiet(handle: Handle) -> None:
    """Await that the poller has filed itself as paused."""
    while await status_of(handle) != "Paused":
        pass


async def test_a_pause_survives_a_restart_of_every_worker(temporal: Client) -> None:
    polls = FakePolls()
    async with polling(temporal, polls):
        handle = await start_poller(temporal)
        await polls.until(lambda: len(polls.asked) == 1)
        await handle.signal(contracts.PAUSE_SIGNAL)
        await polls_are_quiet(handle)
    async with polling(temporal, polls):
        await handle.signal(contracts.CADENCE_SIGNAL, 1)
        assert await status_of(handle) == "Paused"
        await handle.signal(contracts.RESUME_SIGNAL)
        await polls.until(lambda: len(polls.asked) == 2)
        assert await status_of(handle) == "Running"


async def test_a_paused_poller_polls_when_a_person_asks_and_stays_paused(temporal: Client) -> None:
    polls = FakePolls([answered(0.0)])
    async with polling(temporal, polls):
        handle = await start_poller(temporal, paused=True)
        await polls_are_quiet(handle)
        await handle.signal(contracts.POLL_NOW_SIGNAL)
        await polls.until(lambda: len(polls.asked) == 1)
        await polls_are_quiet(handle)
        assert len(polls.asked) == 1


async def test_a_shorter_cadence_counts_at_once(temporal: Client) -> None:
    polls = FakePolls()
    async with polling(temporal, polls):
        handle = await start_poller(temporal)
        await polls.until(lambda: len(polls.asked) == 1)
        await handle.signal(contracts.CADENCE_SIGNAL, 1)
        await polls.until(lambda: len(polls.asked) == 2)
        assert polls.asked[1].cadence_seconds == 1


async def test_storage_that_is_away_is_waited_for(temporal: Client) -> None:
    away = ApplicationError(
        "Locked.", type="storage-unavailable", next_retry_delay=timedelta(milliseconds=1)
    )
    polls = FakePolls([away, away, RETIRED])
    async with polling(temporal, polls):
        await (await start_poller(temporal)).result()
    assert len(polls.asked) == 3


async def test_a_silence_is_told_once(temporal: Client) -> None:
    down = answered(0.0, slug="source-unavailable", says="It is down.", down_since=SINCE)
    later = down.model_copy(update={"down_since": SINCE + timedelta(days=9)})
    polls = FakePolls([down, down, answered(0.0), later, RETIRED])
    async with polling(temporal, polls):
        await (await start_poller(temporal)).result()
    alerts = [told.alert for told in polls.told]
    assert alerts == [
        SourceAlert(
            tenant="local",
            source="rss:hani",
            since=since,
            slug="source-unavailable",
            reason="It is down.",
        )
        for since in (SINCE, SINCE + timedelta(days=9))
    ]


async def test_that_nobody_could_be_told_does_not_stop_the_polls(temporal: Client) -> None:
    down = answered(0.0, slug="source-unavailable", says="It is down.", down_since=SINCE)
    polls = FakePolls([down, down, RETIRED], alerts_fail=4)
    async with polling(temporal, polls):
        await (await start_poller(temporal)).result()
    # Three attempts for the first poll that saw it, and once more for the next.
    assert len(polls.asked) == 3
    assert len(polls.told) == 5
