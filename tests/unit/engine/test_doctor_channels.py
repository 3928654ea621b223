"""What the doctor says of channels."""

from pathlib import Path

import pytest

from engine.doctor import Verdict, check_channels
from engine.state import State
from trends.settings import load_settings

LACKING = '{"team": {"type": "slack", "url": "secret://env/TEAM_URL"}}'


@pytest.mark.parametrize(("told", "verdict"), [("log", Verdict.WARN), ("log,team", Verdict.FAIL)])
def test_channel_without_its_secret_fails_only_where_it_is_told_of_runs(
    tmp_path: Path, told: str, verdict: Verdict
) -> None:
    environ = {"TRENDS_NOTIFY__CHANNELS": LACKING, "TRENDS_NOTIFY__RUN_CHANNELS": told}

    check = check_channels(environ, State(tmp_path), load_settings(environ))

    assert check.verdict is verdict
    assert "TEAM_URL" in check.what
    assert check.mend.endswith("trends notify test team")


def test_channels_that_lack_nothing_are_named_without_their_addresses(tmp_path: Path) -> None:
    environ = {"TRENDS_NOTIFY__CHANNELS": LACKING, "TEAM_URL": "https://example.org/s3cr3t"}

    check = check_channels(environ, State(tmp_path), load_settings(environ))

    assert (check.verdict, check.what) == (Verdict.OK, "2 can be used: log, team.")
