"""Settings that change under a process: what reads them sees the new ones, a run that was begun keeps its own."""

import logging
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from activities.contracts import RunBrief
from engine.doors import Doors, open_doors
from engine.parts import open_parts
from engine.requests import StartRun
from engine.state import State, prepare_state
from trends.errors import UnknownNameError
from trends.settings_snapshot import read_snapshot
from trends.storage.migrate import migrate

TENANT = "local"
HEAD = "environment: development\n"
CHANNELS = HEAD + "notify:\n  channels:\n    desk: {type: log}\n"


@pytest.fixture(autouse=True)
def level() -> Generator[None]:
    """Puts the level of the log back."""
    root = logging.getLogger()
    before = root.level
    yield
    root.setLevel(before)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A state folder and a folder of settings; nothing is where the Temporal server should be."""
    state = State(tmp_path / "state")
    prepare_state(state)
    migrate(state.database_url)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "development.yaml").write_text(HEAD)
    return {
        "TRENDS_STATE": str(state.root),
        "TRENDS_CONFIG_DIR": str(folder),
        "TEMPORAL_ADDRESS": "127.0.0.1:9",
        "TRENDS_RELOAD__WATCH": "false",
    }


@pytest.fixture
async def doors(environ: dict[str, str]) -> AsyncGenerator[Doors]:
    """A process of the API, wired as it is."""
    async with open_doors(environ) as opened:
        yield opened


def write(environ: dict[str, str], text: str) -> None:
    (Path(environ["TRENDS_CONFIG_DIR"]) / "development.yaml").write_text(text)


async def brief_of(doors: Doors, run_id: str) -> RunBrief:
    row = await doors.store.get(TENANT, run_id)
    return RunBrief.model_validate_json(await doors.artifacts.get(row.brief))


async def set_to(doors: Doors, **values: object) -> None:
    given = {name.replace("__", "."): value for name, value in values.items()}
    await doors.setting_changes.change(given, (), seen=None, author="test", reason="")


async def test_run_begun_before_a_change_keeps_its_settings_and_revision(doors: Doors) -> None:
    before = doors.settings.revision
    first = await doors.runs.start(TENANT, StartRun(), None)
    await set_to(doors, analysis__error_rate=0.01)
    second = await doors.runs.start(TENANT, StartRun(), None)
    old, new = [await brief_of(doors, each.run.run_id) for each in (first, second)]
    assert old.settings_revision == before
    assert new.settings_revision == doors.settings.revision != before
    for brief, rate in ((old, 0.05), (new, 0.01)):
        assert brief.settings is not None
        kept = read_snapshot(await doors.artifacts.get(brief.settings))
        assert (kept.revision, kept.analysis.error_rate) == (brief.settings_revision, rate)


async def test_defaults_of_runs_are_those_in_force(doors: Doors) -> None:
    await set_to(doors, runs__time_window="4w", runs__report_language="ko")
    run = await doors.runs.start(TENANT, StartRun(), None)
    brief = await brief_of(doors, run.run.run_id)
    assert (brief.window.end - brief.window.start).days == 28
    assert brief.report_language == "ko"


async def test_channel_that_was_written_is_there_and_one_taken_out_is_not(
    environ: dict[str, str], doors: Doors
) -> None:
    with pytest.raises(UnknownNameError):
        doors.channels.check(["desk"])
    write(environ, CHANNELS)
    assert await doors.live.refresh()
    doors.channels.check(["desk"])
    write(environ, HEAD)
    await doors.live.refresh()
    with pytest.raises(UnknownNameError):
        doors.channels.check(["desk"])


async def test_channel_on_the_clock_of_no_market_is_refused_with_all_else(
    environ: dict[str, str], doors: Doors
) -> None:
    before = doors.settings
    write(environ, CHANNELS.replace("log}", "log, market: XX}") + "cache:\n  max_size_mb: 7\n")
    assert not await doors.live.refresh()
    assert "XX" in doors.live.loaded.failure
    assert doors.settings is before


async def test_level_of_the_log_changes_at_once(doors: Doors) -> None:
    await set_to(doors, monitoring__log_level="ERROR")
    assert logging.getLogger().level == logging.ERROR


async def test_feed_that_was_written_is_wanted_until_polling_is_switched_off(
    environ: dict[str, str], doors: Doors
) -> None:
    targets = doors.parts.targets
    assert await targets.wanted() == ()
    write(environ, HEAD + "sources:\n  rss:\n    feeds: {a: {url: https://example.org/rss}}\n")
    await doors.live.refresh()
    assert [each.key.source for each in await targets.wanted()] == ["rss:a"]
    await set_to(doors, sources__polling=False)
    assert await targets.wanted() == ()


async def test_process_begins_with_what_was_set_before_it(
    environ: dict[str, str], doors: Doors
) -> None:
    await set_to(doors, limits__burst_size=3)
    async with open_parts(environ) as later:
        assert later.settings.limits.burst_size == 3
        assert later.settings.limits_for("openai").burst_size == 3


async def test_overrides_that_a_release_does_not_know_do_not_keep_it_from_starting(
    environ: dict[str, str], doors: Doors
) -> None:
    await set_to(doors, limits__burst_size=3)
    write(environ, HEAD + "limits:\n  burst_size: 5\n")
    change = (await doors.setting_changes.history()).items[0]
    unknown = change.model_copy(update={"version": 2, "parent": 1, "values": {"gone.key": 1}})
    await doors.parts.setting_versions.add(unknown)
    async with open_parts(environ) as later:
        assert later.settings.limits.burst_size == 5
        assert "gone.key" in later.live.loaded.failure
