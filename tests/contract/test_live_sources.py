"""What every live source of the registry keeps to. A new one adds its case here and nothing else."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import pytest

from tests.unit.trends.web_server import NAME, NOW, WebServer, make_outbound, open_web_server
from trends.domain.models import Language, RawItem
from trends.errors import InvalidRequestError, SourceUnavailableError, SourceUnreadableError
from trends.sources.base import LiveSource, Polled, PollRequest, PollState, ReadLog
from trends.sources.registry import LIVE, create_live

LIST = "/list"
REQUEST = PollRequest(
    query="버터떡", languages=tuple(Language), market="KR", zone="Asia/Seoul", now=NOW
)


@dataclass(frozen=True)
class Case:
    """A source whose list is at `LIST` of the server, and the argument that names it."""

    source: LiveSource
    argument: str
    web: WebServer

    def gives(self, *titles: str) -> None:
        """Put entries into the list."""
        entries = "".join(
            f"<item><title>{title}</title><link>https://news.test/{title}</link>"
            f"<pubDate>{NOW.isoformat()}</pubDate></item>"
            for title in titles
        )
        text = f'<rss version="2.0"><channel><title>Echo</title>{entries}</channel></rss>'
        self.web.says(LIST, text.encode())

    async def poll(self, state: PollState | None = None, log: ReadLog | None = None) -> Polled:
        """Poll once."""
        request = REQUEST.model_copy(update={"argument": self.argument})
        return await self.source.poll(request, state or PollState(), log or ReadLog())


def _rss(web: WebServer) -> tuple[dict[str, object], str]:
    return {"feeds": {"echo": {"url": web.url(LIST)}}}, "echo"


def _search(web: WebServer) -> tuple[dict[str, object], str]:
    return {"templates": {"KR": {"news": web.url(f"{LIST}?q={{query}}")}}}, "news"


CASES: dict[str, Callable[[WebServer], tuple[dict[str, object], str]]] = {
    "rss": _rss,
    "search": _search,
}


@pytest.fixture(params=sorted(LIVE))
async def case(request: pytest.FixtureRequest) -> AsyncGenerator[Case]:
    """Each live source of the registry in turn."""
    name: str = request.param
    assert name in CASES, f"the source '{name}' has no case in this file"
    async with open_web_server() as web:
        options, argument = CASES[name](web)
        case = Case(create_live(name, options, make_outbound(NAME)), argument, web)
        case.gives("a", "b", "c")
        yield case


def test_source_is_registered_under_its_name(case: Case) -> None:
    assert LIVE[case.source.name] is type(case.source)


def test_known_argument_passes_the_check_without_connecting(case: Case) -> None:
    case.source.check(case.argument)
    assert case.web.asked == []


@pytest.mark.parametrize("argument", ["", "unknown-name"])
async def test_unknown_argument_is_refused_before_and_at_the_poll(
    case: Case, argument: str
) -> None:
    with pytest.raises(InvalidRequestError):
        case.source.check(argument)
    with pytest.raises(InvalidRequestError):
        await Case(case.source, argument, case.web).poll()


async def test_items_are_told_apart_and_carry_the_name_of_their_source(case: Case) -> None:
    items = (await case.poll()).items
    assert [item.title for item in items] == ["a", "b", "c"]
    assert len({item.item_id for item in items}) == 3
    assert {item.source for item in items} == {case.source.name}


async def test_every_item_can_be_cited_and_survives_json(case: Case) -> None:
    for item in (await case.poll()).items:
        assert item.url or item.place
        assert RawItem.model_validate_json(item.model_dump_json()) == item


async def test_second_poll_of_an_unchanged_list_brings_nothing(case: Case) -> None:
    first = await case.poll()
    again = await case.poll(PollState.model_validate_json(first.state.model_dump_json()))
    assert (again.not_modified, again.items) == (True, ())


async def test_item_keeps_its_id_from_poll_to_poll(case: Case) -> None:
    first = await case.poll()
    case.gives("d", "a", "b")
    second = await case.poll(first.state)
    ids = [{item.title: item.item_id for item in polled.items} for polled in (first, second)]
    assert ids[0]["a"] == ids[1]["a"]


async def test_list_of_which_nothing_is_left_is_censored(case: Case) -> None:
    first = await case.poll()
    long_ago = first.state.model_copy(update={"listed_at": NOW.replace(year=2025)})
    case.gives("x", "y")
    assert (await case.poll(long_ago)).censored


async def test_nothing_is_invented_where_there_is_nothing(case: Case) -> None:
    case.gives()
    assert (await case.poll()).items == ()


async def test_failure_is_typed_as_passing_or_final(case: Case) -> None:
    case.web.says(LIST, status=503)
    with pytest.raises(SourceUnavailableError):
        await case.poll()
    case.web.says(LIST, b"<html><body>Sorry</body></html>")
    with pytest.raises(SourceUnreadableError):
        await case.poll()
