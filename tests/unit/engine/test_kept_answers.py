"""Answers of hosts, kept in the response cache: who is served by one, for how long, and what it says of time."""

import zlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from activities.polling import PollOutcome, SourcePoller
from engine.kept_answers import KeptAnswers
from tests.databases import put_database
from tests.unit.activities.live_cases import NOON, Clock, cache, poller, target
from tests.unit.trends.web_server import NAME, WebServer, make_outbound, open_web_server
from trends.domain.models import Window
from trends.sources.registry import create_live
from trends.storage.cache_tables import cached_responses
from trends.storage.database import Database
from trends.storage.polls import SourceKey
from trends.storage.response_cache import CacheKind

MINUTE = timedelta(minutes=1)
BY_NAME, BY_ADDRESS = "rss:hani", "rss:other"


def feed(*titles: str) -> bytes:
    entries = "".join(
        f"<item><title>{title}</title><link>https://news.test/{title}</link>"
        f"<pubDate>{(NOON - timedelta(hours=1)).isoformat()}</pubDate></item>"
        for title in titles
    )
    text = f'<rss version="2.0"><channel><title>Echo</title>{entries}</channel></rss>'
    return text.encode()


@dataclass
class Stand:
    """A host, and processes that poll it over one database."""

    web: WebServer
    database: Database
    polls: SourcePoller
    clock: Clock = field(default_factory=Clock)

    async def poll(
        self, spec: str = BY_NAME, tenant: str = "local", *, fresh: bool = False
    ) -> PollOutcome:
        """Poll the feed under one of its names, as a process that has just begun."""
        way = KeptAnswers(
            make_outbound(NAME),
            cache(self.database, self.clock),
            self.clock,
            tenant,
            fresh=fresh,
        )
        feeds = {name: {"url": self.web.url("/list")} for name in ("hani", "other")}
        source = create_live("rss", {"feeds": feeds}, way)
        polled = replace(
            target(source), key=SourceKey(tenant, spec), argument=spec.removeprefix("rss:")
        )
        return await self.polls.poll(polled)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncGenerator[Stand]:
    clock = Clock()
    async with (
        open_web_server() as web,
        await Database.open(put_database(tmp_path / "trends.db")) as database,
    ):
        web.says("/list", feed("a", "b"), headers={"ETag": '"1"', "Set-Cookie": "who=you"})
        yield Stand(web, database, poller(database, clock), clock)


async def test_another_name_of_the_same_address_is_served_what_was_answered(stand: Stand) -> None:
    first = await stand.poll()
    stand.clock.now = NOON + 4 * MINUTE
    second = await stand.poll(BY_ADDRESS)
    assert len(stand.web.asked) == 1
    assert (first.kept, second.kept) == (False, True)
    assert (first.new, second.new) == (2, 2)


async def test_what_is_served_counts_as_observed_up_to_the_moment_it_was_asked_for(
    stand: Stand,
) -> None:
    await stand.poll()
    stand.clock.now = NOON + 4 * MINUTE
    await stand.poll(BY_ADDRESS)
    key = SourceKey("local", BY_ADDRESS)
    (seen,) = await stand.polls.items.observed(
        key, NOON - timedelta(days=1), NOON + timedelta(days=1), censored=False
    )
    assert seen == Window(start=NOON - timedelta(hours=1), end=NOON)
    health, _ = await stand.polls.sources.known(key)
    assert health.last_success == NOON


async def test_an_answer_serves_no_longer_than_settings_say(stand: Stand) -> None:
    await stand.poll()
    stand.clock.now = NOON + 5 * MINUTE
    assert not (await stand.poll(BY_ADDRESS)).kept
    assert len(stand.web.asked) == 2


async def test_an_answer_serves_its_own_tenant_alone(stand: Stand) -> None:
    await stand.poll()
    assert not (await stand.poll(tenant="acme")).kept
    assert len(stand.web.asked) == 2


async def test_a_poller_asks_the_host_and_what_it_was_told_serves_runs(stand: Stand) -> None:
    await stand.poll(fresh=True)
    await stand.poll(fresh=True)
    assert len(stand.web.asked) == 2
    assert (await stand.poll(BY_ADDRESS)).kept


async def test_only_a_whole_answer_is_kept(stand: Stand) -> None:
    stand.web.says("/list", b"busy", status=503)
    assert (await stand.poll()).error is not None
    stand.web.says("/list", feed("a"))
    assert (await stand.poll(BY_ADDRESS)).error is None
    assert len(stand.web.asked) == 2


async def test_what_was_kept_and_is_no_feed_is_asked_for_again(stand: Stand) -> None:
    stand.web.says("/list", b"<html>Back soon.</html>")
    assert (await stand.poll()).error is not None
    stand.web.says("/list", feed("a"))
    well = await stand.poll(BY_ADDRESS)
    assert (well.error, well.new, well.kept) == (None, 1, False)


async def test_a_cache_that_fails_is_passed_over(stand: Stand) -> None:
    await stand.database.write(lambda rows: rows.execute(sa.text("DROP TABLE cached_responses")))
    for _ in range(2):
        assert (await stand.poll()).error is None
    assert len(stand.web.asked) == 2


@pytest.mark.parametrize("value", [b"", b"\x00", zlib.compress(b"{}\n"), zlib.compress(b"[]\n")])
async def test_bytes_that_are_no_answer_are_passed_over(stand: Stand, value: bytes) -> None:
    await stand.poll()
    change = sa.update(cached_responses).values(value=value)
    await stand.database.write(lambda rows: rows.execute(change))
    assert (await stand.poll(BY_ADDRESS)).error is None
    assert len(stand.web.asked) == 2


async def test_what_is_kept_is_bounded_and_holds_no_cookie(stand: Stand) -> None:
    await stand.poll()
    (figures,) = await cache(stand.database, stand.clock).figures()
    assert (figures.kind, figures.entries) == (CacheKind.SOURCE, 1)
    assert 0 < figures.size_bytes < 1000
    (way,) = stand.web.asked
    assert way.target == "/list"
