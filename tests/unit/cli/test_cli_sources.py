"""`trends sources …` and `trends items …` against a live fake API."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.exits import Exit
from cli.sources import standing
from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import FakeApi
from trends_client.source_models import Source, SourceHealth

HEALTH: dict[str, Any] = {
    "last_attempt": "2026-11-20T09:00:00Z",
    "last_success": "2026-11-20T08:45:00Z",
    "slug": "source-unavailable",
    "reason": "It is down.",
    "failures": 1,
    "error_rate": 0.5,
    "items_last_poll": 30,
    "new_last_poll": 2,
    "newest_item": "2026-11-20T08:40:00Z",
    "lag_seconds": 1200,
    "down_since": None,
    "moved_to": None,
    "paused": False,
    "next_poll": "2026-11-20T09:15:00Z",
}
HANI: dict[str, Any] = {
    "source": "rss:hani",
    "kind": "rss",
    "origin": "settings",
    "title": "한겨레",
    "url": "https://hani.example/rss",
    "language": "",
    "folder": "",
    "polled": True,
    "cadence_seconds": 900,
    "health": HEALTH,
}
SAMPLE = {**HANI, "source": "sample", "origin": "built-in", "polled": False, "health": None}
ITEM: dict[str, Any] = {
    "id": "https://hani.example/1",
    "source": "rss:hani",
    "title": "두쫀쿠\t품절",
    "summary": "",
    "url": "https://hani.example/1",
    "outlet": "한겨레",
    "published": None,
    "published_at": "2026-11-20T08:40:00Z",
    "time_rule": "exact",
    "language": "ko",
    "place": None,
    "first_seen": "2026-11-20T08:45:00Z",
    "last_seen": "2026-11-20T08:45:00Z",
    "censored": False,
}


def test_sources_in_a_pipe_are_one_tab_separated_line_each(api: FakeApi, trends: Trends) -> None:
    api.told["GET /v1/sources"] = {"sources": [HANI, SAMPLE]}
    first, second = trends("sources", "list").out.splitlines()
    assert first.split("\t") == [
        "rss:hani", "failing", "2026-11-20T08:45:00Z", "30", "1200", "It is down.",
    ]  # fmt: skip
    assert second.split("\t") == ["sample", "built-in", "", "", "", ""]


def test_sources_as_json_are_one_object_a_line(api: FakeApi, trends: Trends) -> None:
    api.told["GET /v1/sources"] = {"sources": [HANI, SAMPLE]}
    lines = trends("sources", "list", "--json").out.splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["rss:hani", "sample"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"failures": 0}, "polled"),
        ({"failures": 0, "paused": True}, "paused"),
        ({"down_since": "2026-11-18T09:00:00Z"}, "down"),
        ({"last_attempt": None, "failures": 0}, "waiting"),
    ],
)
def test_a_source_stands_as(changes: dict[str, Any], word: str) -> None:
    health = SourceHealth.model_validate({**HEALTH, **changes})
    source = Source.model_validate({**HANI, "health": health})
    assert standing(source) == word


def test_a_feed_is_registered_with_what_was_said(api: FakeApi, trends: Trends) -> None:
    api.told["POST /v1/sources"] = HANI
    said = trends("sources", "add", "hani", "https://hani.example/rss", "--cadence", "5")
    assert said.status == Exit.OK
    (asked,) = api.asked("POST", "/v1/sources")
    assert asked.json == {"name": "hani", "url": "https://hani.example/rss", "cadence_minutes": 5}


def test_a_list_is_sent_as_it_is(api: FakeApi, trends: Trends, tmp_path: Path) -> None:
    content = "<opml>뉴스</opml>".encode("euc-kr")
    (tmp_path / "feeds.opml").write_bytes(content)
    api.told["POST /v1/sources/import"] = {
        "added": ["rss:bbc"],
        "refused": [{"name": "Inside", "why": "It leads inside."}],
        "refused_count": 1,
    }
    said = trends("sources", "import", "feeds.opml")
    (asked,) = api.asked("POST", "/v1/sources/import")
    assert asked.body == content
    assert (said.status, said.out) == (Exit.OK, "rss:bbc\n")
    assert "Inside: It leads inside." in said.err


def test_a_list_of_which_nothing_was_taken_is_a_failure(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    (tmp_path / "feeds.opml").write_bytes(b"<opml/>")
    refused = [{"name": "Inside", "why": "It leads inside."}]
    api.told["POST /v1/sources/import"] = {"added": [], "refused": refused, "refused_count": 1}
    assert trends("sources", "import", "feeds.opml").status == Exit.FAILED


def test_feeds_are_exported_to_a_file_or_to_stdout(
    api: FakeApi, trends: Trends, tmp_path: Path
) -> None:
    api.told["GET /v1/sources/export"] = "<opml>뉴스</opml>".encode()
    assert trends("sources", "export").out == "<opml>뉴스</opml>"
    trends("sources", "export", "-o", "feeds.opml")
    assert (tmp_path / "feeds.opml").read_text() == "<opml>뉴스</opml>"


def test_a_look_names_items_and_what_is_to_be_said(api: FakeApi, trends: Trends) -> None:
    api.told["POST /v1/sources/rss:https://hani.example/rss/check"] = {
        "source": "rss:https://hani.example/rss",
        "count": 30,
        "items": [ITEM],
        "censored": True,
        "moved_to": "https://new.example/rss",
        "notes": ["A note."],
    }
    said = trends("sources", "check", "rss:https://hani.example/rss")
    assert said.out.split("\t")[-1] == "두쫀쿠 품절\n"
    for words in ("30 items.", "cap", "https://new.example/rss", "A note."):
        assert words in said.err


@pytest.mark.parametrize("verb", ["poll", "pause", "resume"])
def test_a_feed_is_steered(api: FakeApi, trends: Trends, verb: str) -> None:
    api.told[f"POST /v1/sources/hani/{verb}"] = HANI
    said = trends("sources", verb, "hani", "--json")
    assert (said.status, json.loads(said.out)["source"]) == (Exit.OK, "rss:hani")


def test_a_feed_is_removed(api: FakeApi, trends: Trends) -> None:
    api.told["DELETE /v1/sources/rss:hani"] = {}
    assert trends("sources", "remove", "rss:hani").status == Exit.OK


def test_a_feed_that_is_not_there_is_not_found(api: FakeApi, trends: Trends) -> None:
    api.problems["DELETE /v1/sources/nobody"] = ("not-found", 404, "No feed is registered so.")
    said = trends("sources", "remove", "nobody")
    assert said.status == Exit.NOT_FOUND
    assert "No feed is registered so." in said.err


def test_items_in_a_pipe_are_one_tab_separated_line_each(api: FakeApi, trends: Trends) -> None:
    api.told["GET /v1/items"] = {"items": [ITEM], "next_cursor": None}
    said = trends(
        "items", "search", "두쫀쿠", "--source", "rss:hani", "--from", "2026-11-20T00:00Z"
    )
    assert said.out.split("\t") == [
        "2026-11-20T08:40:00Z", "rss:hani", "ko", "한겨레", "두쫀쿠 품절", "https://hani.example/1\n",
    ]  # fmt: skip
    (asked,) = api.asked("GET", "/v1/items")
    assert asked.query == {
        "query": "두쫀쿠",
        "source": "rss:hani",
        "from": "2026-11-20T00:00:00+00:00",
        "limit": "20",
    }


def test_a_search_goes_on_where_a_page_ended_early(api: FakeApi, trends: Trends) -> None:
    api.told["GET /v1/items"] = [
        {"items": [], "next_cursor": "a"},
        {"items": [ITEM], "next_cursor": "b"},
        {"items": [ITEM], "next_cursor": None},
    ]
    assert len(trends("items", "search", "--all").out.splitlines()) == 2
    assert [seen.query.get("cursor") for seen in api.asked("GET", "/v1/items")] == [None, "a", "b"]


def test_a_search_stops_at_its_limit(api: FakeApi, trends: Trends) -> None:
    api.told["GET /v1/items"] = [{"items": [ITEM, ITEM], "next_cursor": "a"}]
    assert len(trends("items", "search", "-n", "2").out.splitlines()) == 2


def test_a_time_that_is_none_is_refused_before_anything_is_sent(
    api: FakeApi, trends: Trends
) -> None:
    said = trends("items", "search", "--from", "yesterday")
    assert (said.status, api.seen) == (Exit.USAGE, [])


def test_items_are_counted(api: FakeApi, trends: Trends) -> None:
    counted = {
        "source": "rss:hani",
        "items": 1200,
        "oldest": "2026-11-01T00:00:00Z",
        "newest": "2026-11-20T08:40:00Z",
        "days": [{"day": "2026-11-20", "items": 1200}],
    }
    api.told["GET /v1/items/stats"] = {"items": 1200, "sources": [counted]}
    said = trends("items", "stats")
    assert said.out == "rss:hani\t1200\t2026-11-01T00:00:00Z\t2026-11-20T08:40:00Z\n"
    assert "1,200 items of 1 sources." in said.err
