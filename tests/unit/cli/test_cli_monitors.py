"""`trends monitors` and `trends market`, against the real API."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cli.entry import run
from tests.unit.api.fake_doors import LiveApi, open_fake_doors
from tests.unit.cli.conftest import Said

Call = Callable[..., Awaitable[Said]]

CSV = "name,group,alias_ko,alias_en\n나이키,신발,나이키,Nike\n푸마,신발,푸마,Puma\n"


@pytest.fixture
async def trends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Call]:
    """Run `trends` on a thread of this process, as in a pipe, against the real API."""
    monkeypatch.chdir(tmp_path)
    async with open_fake_doors(tmp_path) as doors:
        api = LiveApi(doors)
        await api.start()
        monkeypatch.setenv("TRENDS_API_URL", api.url)

        async def call(*words: str) -> Said:
            out, err = io.StringIO(), io.StringIO()
            # The API's log would go to the stream that the command believes to be its own.
            with redirect_stdout(out), redirect_stderr(err), capture_logs():
                status = await asyncio.to_thread(run, words)
            return Said(int(status), out.getvalue(), err.getvalue())

        yield call
        await api.stop()


async def test_a_monitor_is_added_listed_shown_and_removed(trends: Call) -> None:
    added = await trends("monitors", "add", "coffee", "--query", "coffee", "--cadence", "1d")
    assert added.status == 0
    assert "trends run --monitor coffee" in added.err
    assert (await trends("monitors", "list")).out == "coffee\tactive\t7d\t1d\t0\tcoffee\n"
    assert "cadence\t1d\n" in (await trends("monitors", "show", "coffee")).out
    assert (await trends("monitors", "pause", "coffee")).status == 0
    assert (
        json.loads((await trends("monitors", "show", "coffee", "--json")).out)["state"] == "paused"
    )
    await trends("monitors", "remove", "coffee", "--author", "kim")
    assert (await trends("monitors", "list")).out == ""
    assert (await trends("monitors", "list", "--all")).out.startswith("coffee\tremoved")
    history = (await trends("monitors", "show", "coffee", "--history")).out.splitlines()
    assert [line.split("\t")[:2] for line in history] == [
        ["3", "removed"],
        ["2", "paused"],
        ["1", "added"],
    ]


async def test_what_is_odd_about_a_query_is_said(trends: Call) -> None:
    assert "matches nothing" in (await trends("monitors", "add", "none", "--query", "qqqqzzz")).err


async def test_an_edit_changes_what_is_given(trends: Call) -> None:
    await trends("monitors", "add", "coffee", "--query", "coffee", "--budget", "2")
    await trends("monitors", "edit", "coffee", "--title", "커피", "--no-budget")
    shown = json.loads((await trends("monitors", "show", "coffee", "--json")).out)
    assert (shown["title"], shown["query"], shown["budget_usd"]) == ("커피", "coffee", None)
    stale = await trends("monitors", "edit", "coffee", "--title", "x", "--revision", "1")
    assert stale.status == 2
    assert "changed in between" in stale.err
    assert (await trends("monitors", "edit", "coffee")).status == 2


async def test_a_watchlist_goes_in_and_out_as_csv(trends: Call, tmp_path: Path) -> None:
    await trends("monitors", "add", "shoes")
    (tmp_path / "w.csv").write_bytes(CSV.encode("cp949"))
    assert "2 entities" in (await trends("monitors", "watchlist", "shoes", "--from", "w.csv")).err
    await trends("monitors", "watchlist", "shoes", "--output", "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfname,")
    assert "나이키" in (await trends("monitors", "watchlist", "shoes")).out
    (tmp_path / "bad.csv").write_text("name\n!\n")
    bad = await trends("monitors", "watchlist", "shoes", "--from", "bad.csv")
    assert bad.status == 2
    assert "bad.csv:2" in bad.err


async def test_a_watchlist_is_counted_back(trends: Call, tmp_path: Path) -> None:
    await trends("monitors", "add", "words")
    (tmp_path / "w.csv").write_text("name,alias_en,alias_ko\nthe,the,올해\n")
    await trends("monitors", "watchlist", "words", "--from", "w.csv")
    said = await trends("monitors", "watch", "words", "--back", "60d")
    assert said.status == 0, said.err
    assert said.out.startswith("the\t")
    assert "stories from" in said.err


async def test_yaml_goes_out_and_comes_in(trends: Call, tmp_path: Path) -> None:
    await trends("monitors", "add", "coffee", "--query", "coffee")
    await trends("monitors", "export", "--output", "m.yaml")
    await trends("monitors", "remove", "coffee")
    assert (await trends("monitors", "import", "m.yaml")).out == "coffee\n"
    broken = (tmp_path / "m.yaml").read_text().replace("market:", "marekt:")
    (tmp_path / "m.yaml").write_text(broken)
    refused = await trends("monitors", "import", "m.yaml")
    assert refused.status == 2
    assert "did you mean 'market'?" in refused.err


async def test_runs_are_started_and_listed_by_monitor(trends: Call) -> None:
    await trends("monitors", "add", "coffee", "--query", "coffee")
    first = (await trends("run", "--monitor", "coffee", "--detach")).out.strip()
    second = (await trends("monitors", "run", "coffee", "--detach")).out.strip()
    await trends("run", "tea", "--detach")
    listed = (await trends("runs", "list", "--monitor", "coffee")).out.splitlines()
    assert {line.split("\t")[0] for line in listed} == {first, second}
    assert "monitor\tcoffee\n" in (await trends("runs", "show", first)).out
    other = await trends("run", "tea", "--monitor", "coffee")
    assert other.status == 2
    assert "takes its query from there" in other.err


async def test_an_unknown_monitor_is_not_found(trends: Call) -> None:
    assert (await trends("monitors", "show", "nobody")).status == 3
    assert (await trends("run", "--monitor", "nobody")).status == 3


async def test_markets_tell_their_holidays(trends: Call) -> None:
    assert (
        (await trends("market", "list"))
        .out.splitlines()[1]
        .startswith("KR\tSouth Korea\tAsia/Seoul")
    )
    assert "2026-09-25\tChuseok\t추석\n" in (await trends("market", "show", "KR")).out
