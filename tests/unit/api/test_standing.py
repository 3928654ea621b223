"""Open streams hear that what opened them holds no more."""

import asyncio
from contextlib import ExitStack

from api.auth import Credential
from api.standing import Standings

KEY = Credential("trk_a")
PAUSE = 0.005


class Looks:
    """Says whether credentials hold, and keeps what was asked."""

    def __init__(self) -> None:
        self.holds = True
        self.away = False
        self.asked: list[Credential] = []
        self.woken = asyncio.Event()
        self._twice = asyncio.Event()

    async def __call__(self, credential: Credential) -> bool:
        self.asked.append(credential)
        if len(self.asked) > 1:
            self._twice.set()
        if self.away:
            raise ConnectionError("The database is away.")
        return self.holds

    async def twice(self) -> None:
        """Await the second look."""
        async with asyncio.timeout(5):
            await self._twice.wait()

    def standings(self) -> Standings:
        """What asks here."""
        return Standings(self, PAUSE, self.woken.set)


async def test_stream_hears_that_its_credential_has_lapsed() -> None:
    looks = Looks()
    with looks.standings().stream(KEY) as lapsed:
        await looks.twice()
        assert not lapsed.is_set()
        looks.holds = False
        async with asyncio.timeout(5):
            await lapsed.wait()
            await looks.woken.wait()


async def test_all_streams_of_a_credential_take_one_look() -> None:
    looks = Looks()
    looks.holds = False
    standings = looks.standings()
    with ExitStack() as open_now:
        events = [open_now.enter_context(standings.stream(KEY)) for _ in range(100)]
        async with asyncio.timeout(5):
            await asyncio.gather(*(each.wait() for each in events))
        assert looks.asked == [KEY]


async def test_credential_without_streams_is_left_alone() -> None:
    standings = Looks().standings()
    with standings.stream(KEY), standings.stream(KEY), standings.stream(KEY._replace(session=True)):
        assert standings.watched == 2
    assert standings.watched == 0


async def test_a_database_that_is_away_ends_no_stream_and_no_looking() -> None:
    looks = Looks()
    looks.away = True
    with looks.standings().stream(KEY) as lapsed:
        await looks.twice()
        assert not lapsed.is_set()
        looks.away = looks.holds = False
        async with asyncio.timeout(5):
            await lapsed.wait()


async def test_where_nobody_is_asked_nothing_is_looked_at() -> None:
    looks = Looks()
    standings = looks.standings()
    with standings.stream(None) as lapsed:
        assert standings.watched == 0
    assert not lapsed.is_set()
