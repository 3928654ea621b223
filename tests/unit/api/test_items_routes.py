"""Items over HTTP: searched page by page, and counted."""

from datetime import timedelta

import httpx
import pytest

from tests.unit.api.fake_doors import NOW, TENANT, FakeDoors
from tests.unit.trends.storage.item_cases import found, plan, seen
from trends.storage.polls import SourceKey


@pytest.fixture(autouse=True)
async def stored(doors: FakeDoors) -> None:
    """Five items an hour apart, every second one English."""
    items = [
        seen(
            f"https://hani.example/{number}",
            title=f"두쫀쿠 {number}" if number % 2 else f"Cookie {number}",
            language="ko" if number % 2 else "en",
            published_at=NOW - timedelta(hours=number),
        )
        for number in range(5)
    ]
    await doors.items.found(SourceKey(TENANT, "rss:hani"), plan(NOW), found(*items, at=NOW))


def titles(answer: httpx.Response) -> list[str]:
    """Titles of a page."""
    assert answer.status_code == 200
    return [item["title"] for item in answer.json()["items"]]


async def test_items_come_newest_first(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/items")
    assert titles(answer) == ["Cookie 0", "두쫀쿠 1", "Cookie 2", "두쫀쿠 3", "Cookie 4"]
    assert answer.json()["next_cursor"] is None
    assert "link" not in answer.headers


async def test_an_item_tells_everything_that_is_known(http: httpx.AsyncClient) -> None:
    (item,) = (await http.get("/v1/items", params={"limit": 1})).json()["items"]
    assert item == {
        "id": "https://hani.example/0",
        "source": "rss:hani",
        "title": "Cookie 0",
        "summary": "편의점마다 줄을 선다.",
        "url": "https://hani.example/0",
        "outlet": "한겨레",
        "published": "2026-01-09T20:00:00+09:00",
        "published_at": "2026-11-20T09:00:00Z",
        "time_rule": "exact",
        "language": "en",
        "place": None,
        "first_seen": "2026-11-20T09:00:00Z",
        "last_seen": "2026-11-20T09:00:00Z",
        "censored": False,
    }


async def test_the_link_leads_through_all_pages(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/items", params={"query": "두쫀쿠 OR cookie", "limit": 2})
    found_titles = titles(answer)
    while "link" in answer.headers:
        answer = await http.get(answer.headers["link"].partition(">")[0].removeprefix("<"))
        found_titles += titles(answer)
    assert found_titles == ["Cookie 0", "두쫀쿠 1", "Cookie 2", "두쫀쿠 3", "Cookie 4"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"query": "두쫀쿠"}, ["두쫀쿠 1", "두쫀쿠 3"]),
        ({"query": '"cookie 4"'}, ["Cookie 4"]),
        ({"language": "ko"}, ["두쫀쿠 1", "두쫀쿠 3"]),
        ({"source": "rss:bbc"}, []),
        (
            {"from": "2026-11-20T15:00:00+09:00", "to": "2026-11-20T08:30:00Z"},
            ["두쫀쿠 1", "Cookie 2", "두쫀쿠 3"],
        ),
    ],
)
async def test_items_are_searched_by(
    http: httpx.AsyncClient, asked: dict[str, str], expected: list[str]
) -> None:
    assert titles(await http.get("/v1/items", params=asked)) == expected


@pytest.mark.parametrize(
    ("asked", "status", "slug"),
    [
        ({"query": '"open'}, 422, "invalid-query"),
        ({"language": "fr"}, 422, "validation"),
        ({"limit": "0"}, 422, "validation"),
        ({"from": "2026-11-20T09:00:00"}, 422, "validation"),
        ({"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z"}, 422, "invalid-window"),
        ({"cursor": "nonsense"}, 400, "invalid-request"),
    ],
)
async def test_a_search_that_cannot_be_is_refused(
    http: httpx.AsyncClient, asked: dict[str, str], status: int, slug: str
) -> None:
    answer = await http.get("/v1/items", params=asked)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)


async def test_items_are_counted_by_source_and_day(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/items/stats", params={"language": "en"})
    assert answer.json() == {
        "items": 3,
        "sources": [
            {
                "source": "rss:hani",
                "items": 3,
                "oldest": "2026-11-20T05:00:00Z",
                "newest": "2026-11-20T09:00:00Z",
                "days": [{"day": "2026-11-20", "items": 3}],
            }
        ],
    }
