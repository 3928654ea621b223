"""`client.items` and `client.sources`: both clients send the same and read the same."""

from collections.abc import Callable
from typing import Any, cast

import httpx
import pytest

from trends_client import ApiError, AsyncTrendsClient, TrendsClient
from trends_client.source_calls import ItemFilter

SOURCE = {"source": "rss:hani", "kind": "rss", "origin": "settings"}
ITEM = {
    "id": "1",
    "source": "rss:hani",
    "title": "두쫀쿠",
    "published_at": "2026-11-20T09:00:00Z",
    "language": "ko",
    "first_seen": "2026-11-20T09:00:00Z",
    "last_seen": "2026-11-20T09:00:00Z",
}
LOOK: dict[str, Any] = {"source": "rss:hani", "count": 0, "items": []}


def answering(answers: dict[str, Any], seen: list[str]) -> httpx.MockTransport:
    """Answers by `METHOD path`, encoded as sent, and remembers what came."""

    def answer(request: httpx.Request) -> httpx.Response:
        way = f"{request.method} {request.url.raw_path.decode().partition('?')[0]}"
        seen.append(f"{way} {request.url.query.decode()}".strip())
        told = answers[way]
        if isinstance(told, list):
            pages = cast("list[Any]", told)
            told = pages.pop(0)
        if isinstance(told, bytes):
            return httpx.Response(200, content=told)
        return httpx.Response(204) if told is None else httpx.Response(200, json=told)

    return httpx.MockTransport(answer)


ACTS: dict[str, tuple[str, Any, Callable[[Any], Any]]] = {
    "list": ("GET /v1/sources", {"sources": [SOURCE]}, lambda s: s.list()),
    "add": ("POST /v1/sources", SOURCE, lambda s: s.add("hani", "https://h.example/", title=None)),
    "import": (
        "POST /v1/sources/import",
        {"added": [], "refused": []},
        lambda s: s.import_opml(b"<opml/>"),
    ),
    "export": ("GET /v1/sources/export", b"<opml/>", lambda s: s.export_opml()),
    "check": (
        "POST /v1/sources/rss%3Ahttps%3A%2F%2Fh.example%2Frss/check",
        LOOK,
        lambda s: s.check("rss:https://h.example/rss"),
    ),
    "poll": ("POST /v1/sources/hani/poll", SOURCE, lambda s: s.poll("hani")),
    "pause": ("POST /v1/sources/hani/pause", SOURCE, lambda s: s.pause("hani")),
    "resume": ("POST /v1/sources/hani/resume", SOURCE, lambda s: s.resume("hani")),
    "remove": ("DELETE /v1/sources/hani", None, lambda s: s.remove("hani")),
}


@pytest.mark.parametrize("name", ACTS)
async def test_both_clients_ask_the_same_and_read_the_same(name: str) -> None:
    way, told, act = ACTS[name]
    seen: list[str] = []
    with TrendsClient("http://127.0.0.1:1", transport=answering({way: told}, seen)) as client:
        answer = act(client.sources)
    async with AsyncTrendsClient(
        "http://127.0.0.1:1", transport=answering({way: told}, seen)
    ) as later:
        assert await act(later.sources) == answer
    assert seen == [way, way]


async def test_items_are_read_page_by_page_up_to_the_limit() -> None:
    def pages() -> dict[str, Any]:
        page = {"items": [ITEM, ITEM], "next_cursor": "next"}
        return {"GET /v1/items": [page, {**page, "items": [ITEM]}]}

    seen: list[str] = []
    wanted = ItemFilter(query="두쫀쿠")
    with TrendsClient("http://127.0.0.1:1", transport=answering(pages(), seen)) as client:
        assert len(list(client.items.search(wanted, limit=3))) == 3
    async with AsyncTrendsClient("http://127.0.0.1:1", transport=answering(pages(), seen)) as later:
        assert len([item async for item in later.items.search(wanted, limit=3)]) == 3
    assert seen[:2] == seen[2:]
    assert seen[1].endswith("limit=1&cursor=next")


async def test_both_clients_count_items() -> None:
    answers: dict[str, Any] = {"GET /v1/items/stats": {"items": 0, "sources": []}}
    seen: list[str] = []
    with TrendsClient("http://127.0.0.1:1", transport=answering(answers, seen)) as client:
        counted = client.items.stats(ItemFilter(query="x", source="rss:hani"))
    async with AsyncTrendsClient("http://127.0.0.1:1", transport=answering(answers, seen)) as later:
        assert await later.items.stats() == counted
    assert seen == ["GET /v1/items/stats source=rss%3Ahani", "GET /v1/items/stats"]


def test_an_answer_of_something_else_is_an_error() -> None:
    transport = answering({"GET /v1/sources": {"hello": "world"}}, [])
    with (
        TrendsClient("http://127.0.0.1:1", transport=transport) as client,
        pytest.raises(ApiError),
    ):
        client.sources.list()
