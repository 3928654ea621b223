"""A run goes on under another release than the one that started it."""

import json
from typing import Any

import pytest

from trends.errors import SettingsError
from trends.settings import load_settings
from trends.settings_snapshot import read_snapshot


def snapshot() -> dict[str, Any]:
    return json.loads(load_settings({}).snapshot())


def test_a_snapshot_of_this_release_gives_the_same_settings() -> None:
    settings = load_settings({"TRENDS_ANALYSIS__MIN_STORIES": "7"})
    again = read_snapshot(settings.snapshot())
    assert again.revision == settings.revision
    assert again.analysis.min_stories == 7


def test_what_an_older_release_did_not_know_takes_its_default() -> None:
    older = snapshot()
    del older["outbound"]
    del older["sources"]["cadence_minutes"]
    older["analysis"]["min_stories"] = 7
    read = read_snapshot(json.dumps(older).encode())
    assert read.outbound == load_settings({}).outbound
    assert read.sources.cadence_minutes == load_settings({}).sources.cadence_minutes
    assert read.analysis.min_stories == 7


def test_what_a_newer_release_added_is_passed_over() -> None:
    newer = snapshot()
    newer["analysis"]["sense_of_humour"] = 3
    newer["moods"] = {"good": True}
    assert read_snapshot(json.dumps(newer).encode()) == read_snapshot(load_settings({}).snapshot())


def test_a_value_of_another_kind_is_an_error_that_says_so() -> None:
    broken = snapshot()
    broken["analysis"]["min_stories"] = "many"
    with pytest.raises(SettingsError, match=r"min_stories"):
        read_snapshot(json.dumps(broken).encode())
