"""A run names its channels; one that nothing could be sent to is refused before the run is promised."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from activities.contracts import RunBrief
from engine.doors import Doors, open_doors
from engine.requests import StartRun
from trends.errors import SettingsError, TrendsError, UnknownNameError
from trends.storage.migrate import migrate

CHANNELS = '{"team": {"type": "slack", "url": "secret://env/NO_SUCH_VARIABLE"}}'


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[Doors]:
    """The real thing, with no Temporal server to be found: accepted runs wait for one."""
    migrate(f"sqlite:///{tmp_path / 'trends.db'}")
    environ = {
        "TRENDS_STATE": str(tmp_path),
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TRENDS_NOTIFY__CHANNELS": CHANNELS,
        "TRENDS_NOTIFY__RUN_CHANNELS": "log",
    }
    async with open_doors(environ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("channel", "kind", "said"),
    [
        ("taem", UnknownNameError, "Did you mean 'team'"),
        ("team", SettingsError, "NO_SUCH_VARIABLE"),
    ],
)
async def test_channel_that_cannot_be_used_is_refused_and_nothing_is_stored(
    doors: Doors, channel: str, kind: type[TrendsError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        await doors.runs.start("local", StartRun(channels=("log", channel)), None)

    assert (await doors.store.page("local")).items == ()


async def test_run_that_names_no_channel_gets_those_of_the_settings(doors: Doors) -> None:
    started = await doors.runs.start("local", StartRun(), None)

    brief = RunBrief.model_validate_json(await doors.artifacts.get(started.run.brief))
    assert brief.channels == ("log",)
