"""`trends config`: files checked and compared offline, the rest against the real API."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cli.entry import run
from cli.exits import Exit
from tests.unit.api.fake_doors import LiveApi, open_fake_doors
from tests.unit.cli.conftest import Said

Call = Callable[..., Awaitable[Said]]
BURST = "limits.burst_size"


def said(*words: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    # The API's log would go to the stream that the command believes to be its own.
    with redirect_stdout(out), redirect_stderr(err), capture_logs():
        status = run(words)
    return Said(int(status), out.getvalue(), err.getvalue())


@pytest.fixture
async def trends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Call]:
    """Run `trends` on a thread of this process, as in a pipe, against the real API."""
    monkeypatch.chdir(tmp_path)
    async with open_fake_doors(tmp_path) as doors:
        api = LiveApi(doors)
        await api.start()
        monkeypatch.setenv("TRENDS_API_URL", api.url)

        async def call(*words: str) -> Said:
            return await asyncio.to_thread(said, *words)

        yield call
        await api.stop()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of settings; nothing answers where the API should be."""
    monkeypatch.setenv("TRENDS_API_URL", "http://127.0.0.1:9")
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "staging.yaml").write_text("environment: staging\nlimits:\n  burst_size: 7\n")
    (folder / "production.yaml").write_text("environment: production\nlimits:\n  burst_size: 9\n")
    return folder


async def test_setting_is_changed_shown_and_brought_back(trends: Call) -> None:
    changed = await trends("config", "set", f"{BURST}=7", "llm.model=gpt-5", "--reason", "slow")
    assert (changed.status, changed.out) == (0, "1\n")
    assert "trends config rollback 0" in changed.err
    shown = await trends("config", "show", BURST)
    assert shown.out == f"{BURST}\t7\ttrends config set (version 1)\n"
    assert (await trends("config", "show", "llm.model")).out.split("\t")[1] == '"gpt-5"'
    history = (await trends("config", "history")).out
    assert history.startswith("1\t2026-11-20T09:")
    assert history.endswith('\tanyone\tlimits.burst_size=7 llm.model="gpt-5"\tslow\n')
    back = await trends("config", "rollback", "0", "--version", "1")
    assert back.out == "2\n"
    assert (await trends("config", "show", BURST)).out.split("\t")[1] == "20"


async def test_section_is_shown_as_a_whole(trends: Call) -> None:
    lines = (await trends("config", "show", "cache", "--json")).out.splitlines()
    keys = [json.loads(line)["key"] for line in lines]
    assert keys == ["cache.max_size_mb", "cache.model_ttl_hours", "cache.source_ttl_seconds"]


async def test_unset_gives_back_to_the_files(trends: Call) -> None:
    await trends("config", "set", f"{BURST}=7")
    assert (await trends("config", "set", "--unset", BURST)).status == 0
    assert (await trends("config", "show", BURST)).out.split("\t")[1] == "20"


async def test_unknown_name_and_wrong_value_say_what_is_meant(trends: Call) -> None:
    unknown = await trends("config", "set", "limits.burst_siz=7")
    assert (unknown.status, BURST in unknown.err) == (Exit.USAGE, True)
    wrong = await trends("config", "set", f"{BURST}=zero")
    assert (wrong.status, BURST in wrong.err) == (Exit.USAGE, True)
    near = await trends("config", "show", "limits.burst_siz")
    assert BURST in near.err


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "[1e999]"])
async def test_numbers_that_are_none_are_refused_as_they_were_typed(
    trends: Call, number: str
) -> None:
    told = await trends("config", "set", f"limits.cost_per_day_usd={number}")
    assert (told.status, "limits.cost_per_day_usd" in told.err) == (Exit.USAGE, True)


async def test_change_over_an_older_version_is_not_made(trends: Call) -> None:
    await trends("config", "set", f"{BURST}=7")
    late = await trends("config", "set", f"{BURST}=8", "--version", "0")
    assert (late.status, "version 1 is in force" in late.err) == (Exit.USAGE, True)


def test_what_is_no_pair_is_refused_before_anything_is_sent(files: Path) -> None:
    del files
    answer = said("config", "set", "limits.burst_size")
    assert (answer.status, "KEY=VALUE" in answer.err) == (Exit.USAGE, True)
    assert said("config", "set").status == Exit.USAGE


def test_files_are_checked_without_an_api(files: Path) -> None:
    good = said("config", "validate", "staging", "--config-dir", str(files))
    assert (good.status, good.out.split("\t")[0]) == (0, "staging")
    (files / "staging.yaml").write_text("environment: staging\nlimits:\n  burst_size: 0\n")
    bad = said("config", "validate", "staging", "--config-dir", str(files))
    assert bad.status == Exit.USAGE
    assert f"{files / 'staging.yaml'}:3" in bad.err


def test_files_are_compared_without_an_api(files: Path) -> None:
    folder = ("--config-dir", str(files))
    here = said("config", "diff", "staging", *folder).out
    assert here == f"{BURST}\t20\t7\t{files / 'staging.yaml'}:3\n"
    both = said("config", "diff", "production", "--against", "staging", *folder, "--json").out
    told = json.loads(both)
    assert (told["there"], told["here"]) == (7, 9)
