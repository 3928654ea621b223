"""From settings to policies."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from trends.errors import SettingsError
from trends.markets import load_market
from trends.notify.policies import policies_of
from trends.settings import Settings, load_settings


def settings(**channel: Any) -> Settings:
    channels = {"team": {"type": "slack", "url": "https://hooks.example/x", **channel}}
    return load_settings({"TRENDS_NOTIFY__CHANNELS": json.dumps(channels)})


def policies(**channel: Any) -> Mapping[str, Any]:
    return policies_of(settings(**channel).notify, "KR", load_market)


def test_a_channel_without_any_has_no_policy() -> None:
    assert policies() == {}


def test_days_off_are_those_of_the_market() -> None:
    team = policies(workdays_only=True)["team"]
    assert (team.zone, team.weekend) == ("Asia/Seoul", {"saturday", "sunday"})
    assert len(team.holidays) > 50
    assert policies(digest="08:30", market="US")["team"].zone.startswith("America/")


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ({"digest": "8:30"}, "digest"),
        ({"digest": "24:00"}, "digest"),
        ({"quiet_hours": "22:00"}, "quiet_hours"),
        ({"quiet_hours": "22:00-22:00"}, "never end"),
        ({"quiet_hours": "22:00-07:00", "digest": "06:00"}, "lies in the quiet hours"),
        ({"max_alerts_per_day": -1}, "max_alerts_per_day"),
        ({"quiet_hour": "22:00-07:00"}, "quiet_hour"),
    ],
)
def test_what_cannot_be_kept_is_refused(channel: dict[str, Any], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        settings(**channel)


def test_a_market_that_is_not_there_is_named_with_its_channel() -> None:
    with pytest.raises(SettingsError, match="channel 'team'"):
        policies(digest="08:30", market="KO")


def test_settings_files_take_them(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "notify:\n  channels:\n    log: { type: log, digest: 18:00, quiet_hours: 22:00-07:00 }\n"
    )
    (tmp_path / "development.yaml").write_text("environment: development\n")
    notify = load_settings({}, tmp_path).notify
    assert policies_of(notify, "KR", load_market)["log"].digest == "18:00"
