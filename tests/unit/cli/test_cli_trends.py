"""`trends list|show|compare` and the analyst's verbs, against the real API over real storage."""

import asyncio
import csv
import io
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from cli.entry import run
from cli.exits import Exit
from cli.times import moment_of
from tests.unit.api.fake_doors import NOW, FakeDoors, LiveApi, open_fake_doors
from tests.unit.api.trend_cases import remembered
from tests.unit.cli.conftest import Said
from tests.unit.trends.domain.memory_cases import found
from trends.storage.trends import TrendFilter as StoredFilter
from trends_client import AsyncTrendsClient, NotFoundError, TrendFilter

Trends = Callable[..., Awaitable[Said]]


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    async with open_fake_doors(tmp_path) as opened:
        yield opened


@pytest.fixture
async def live(doors: FakeDoors) -> AsyncGenerator[LiveApi]:
    api = LiveApi(doors)
    await api.start()
    yield api
    await api.stop()


@pytest.fixture
def trends(live: LiveApi) -> Generator[Trends]:
    """Runs `trends` as in a pipe, on a thread beside the API, whose log keeps out of its words."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

    def call(words: tuple[str, ...]) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = run([*words, "--api-url", live.url])
        return Said(int(status), out.getvalue(), err.getvalue())

    async def beside(*words: str) -> Said:
        return await asyncio.to_thread(call, words)

    yield beside
    structlog.reset_defaults()


@pytest.fixture
async def ids(doors: FakeDoors) -> list[str]:
    """Two trends of one monitor, 말차 in two windows."""
    await remembered(doors, found("m", "말차", "라테"))
    memory = await remembered(doors, found("m", "말차", "라테"), found("s", "러닝화"), day=1)
    return [one.trend_id for one in memory.topics]


async def test_trends_are_listed_one_a_line(trends: Trends, ids: list[str]) -> None:
    said = await trends("list")
    rows = [line.split("\t") for line in said.out.splitlines()]
    assert said.status == Exit.OK
    assert sorted(row[0] for row in rows) == sorted(ids)
    assert {row[-1]: row[-2] for row in rows} == {"말차": "2", "러닝화": "1"}


async def test_a_list_is_filtered_and_cut(trends: Trends, ids: list[str]) -> None:
    assert (await trends("list", "러닝")).out.splitlines()[0].startswith(ids[1])
    assert len((await trends("list", "--limit", "1")).out.splitlines()) == 1
    assert (await trends("list", "--followed")).out == ""
    assert (await trends("list", "--to", "2020-01-01")).out == ""


async def test_a_list_comes_as_json_lines_csv_and_rss(trends: Trends, ids: list[str]) -> None:
    as_json = [json.loads(line) for line in (await trends("list", "--json")).out.splitlines()]
    assert {one["trend_id"] for one in as_json} == set(ids)
    as_csv = (await trends("list", "--csv")).out
    assert as_csv.startswith("\ufeff")
    assert {row["label"] for row in csv.DictReader(io.StringIO(as_csv[1:]))} == {"말차", "러닝화"}
    assert (
        '<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">'
        in (await trends("list", "--rss")).out
    )


async def test_two_forms_at_once_are_refused(trends: Trends) -> None:
    said = await trends("list", "--csv", "--rss")
    assert said.status == Exit.USAGE
    assert "--csv" in said.err


async def test_a_trend_is_shown_by_id_by_its_beginning_and_by_label(
    trends: Trends, ids: list[str]
) -> None:
    shown = [(await trends("show", name)).out for name in (ids[0], ids[0][:8], "말차")]
    assert shown[0] == shown[1] == shown[2]
    assert f"id\t{ids[0]}" in shown[0]
    assert "말차 라테 기사" in shown[0]


async def test_a_trend_that_is_not_there_is_said_so(trends: Trends, ids: list[str]) -> None:
    del ids
    by_name = await trends("show", "없는말")
    by_id = await trends("show", "00000000-0000-0000-0000-000000000000")
    assert (by_name.status, by_id.status) == (Exit.NOT_FOUND, Exit.NOT_FOUND)
    assert "trends list --all" in by_name.err


@pytest.mark.parametrize(
    ("verb", "words", "state"),
    [
        ("follow", (), "followed"),
        ("mute", ("--until", "30d"), "muted"),
        ("reject", ("-m", "광고"), "rejected"),
        ("rename", ("초록 열풍",), "renamed"),
        ("merge", ("러닝화",), "merged"),
    ],
)
async def test_a_trend_is_decided_on_and_the_decision_taken_back(
    trends: Trends, ids: list[str], verb: str, words: tuple[str, ...], state: str
) -> None:
    decided = await trends(verb, "말차", *words, "--author", "kim")
    assert decided.status == Exit.OK
    assert "--from analyze" in decided.err
    assert (await trends("list", "--hand", state)).out.startswith(ids[0])
    undone = await trends("undo", ids[0])
    assert undone.status == Exit.OK
    assert (await trends("list", "--hand", state)).out == ""


async def test_a_decision_is_shown_with_who_and_why(trends: Trends, ids: list[str]) -> None:
    await trends("mute", ids[0], "--author", "kim", "--reason", "광고")
    shown = (await trends("show", ids[0])).out
    assert "decided\tmuted" in shown
    assert "\tmute\tkim\tyes\t광고" in shown


async def test_a_part_is_split_off(trends: Trends, ids: list[str]) -> None:
    said = await trends("split", ids[0], "라테", "--name", "라테만", "--json")
    assert json.loads(said.out)["trend_id"] == ids[0]
    assert "split 라테만" in (await trends("show", ids[0])).out


async def test_a_conflict_says_what_stands_in_the_way(trends: Trends, ids: list[str]) -> None:
    await trends("mute", ids[0], "--author", "kim")
    said = await trends("follow", ids[0])
    assert said.status == Exit.USAGE
    assert f"trends undo {ids[0]}" in said.err


async def test_there_is_nothing_to_take_back(trends: Trends, ids: list[str]) -> None:
    said = await trends("undo", ids[0])
    assert said.status == Exit.USAGE
    assert "No decision" in said.err


async def test_windows_are_compared(trends: Trends, doors: FakeDoors, ids: list[str]) -> None:
    del ids
    monitor = (await doors.trends.store.page("local", StoredFilter())).items[0].monitor
    ends = (NOW.isoformat(), (NOW + timedelta(days=1)).isoformat())
    rows = [line.split("\t") for line in (await trends("compare", monitor, *ends)).out.splitlines()]
    assert {row[-1]: row[0] for row in rows} == {"말차": "steady", "러닝화": "new"}


async def test_a_monitor_is_named_or_given_by_its_id(
    trends: Trends, doors: FakeDoors, ids: list[str]
) -> None:
    monitor = (await doors.trends.store.page("local", StoredFilter())).items[0].monitor
    assert len((await trends("list", "--monitor", monitor)).out.splitlines()) == len(ids)
    assert (await trends("monitors", "add", "teas", "--query", "matcha")).status == Exit.OK
    assert (await trends("list", "--monitor", "teas")).out == ""
    unknown = await trends("list", "--monitor", "nobody")
    assert (unknown.status, "nobody" in unknown.err) == (Exit.NOT_FOUND, True)


async def test_the_async_client_has_the_same_calls(live: LiveApi, ids: list[str]) -> None:
    async with AsyncTrendsClient(live.url) as client:
        listed = [trend async for trend in client.trends(TrendFilter(sort="strength"), limit=1)]
        assert len(listed) == 1
        followed = await client.decide(ids[0], "follow", author="kim")
        assert followed.followed is not None
        life = await client.trend(ids[0])
        assert life.decisions[0].decision["author"] == "kim"
        assert "말차" in await client.export_trends("csv")
        compared = await client.compare_trends(life.trend.monitor, NOW, NOW + timedelta(days=1))
        assert len(compared.trends) == 2
        with pytest.raises(NotFoundError):
            await client.trend("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T09:00:00Z", NOW),
        ("2026-11-20T18:00:00+09:00", NOW),
        ("24h", NOW + timedelta(days=1)),
        ("2w", NOW + timedelta(days=14)),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, moment: object) -> None:
    assert moment_of(text, NOW) == moment
