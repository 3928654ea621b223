"""`trends notify`: the channels, and a test of one."""

import json

from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import FakeApi


def test_channels_are_listed_one_a_line(api: FakeApi, trends: Trends) -> None:
    api.channels["team"] = {"type": "slack", "trouble": "Nothing stands in X."}

    said = trends("notify", "list")

    assert (said.status, said.out) == (0, "log\tlog\t\nteam\tslack\tNothing stands in X.\n")


def test_channels_as_json_lines(trends: Trends) -> None:
    said = trends("notify", "list", "--json")

    assert json.loads(said.out) == {"name": "log", "type": "log", "trouble": None}


def test_a_test_is_sent_once(api: FakeApi, trends: Trends) -> None:
    said = trends("notify", "test", "log")

    assert (said.status, said.err) == (0, "Sent to log.\n")
    assert len(api.asked("POST", "/v1/channels/log/test")) == 1


def test_recipients_that_were_refused_are_shown(api: FakeApi, trends: Trends) -> None:
    api.channel_test = {"state": "sent", "remark": "It refused one."}

    assert trends("notify", "test", "log").err == "Sent to log. It refused one.\n"


def test_a_test_that_nobody_can_tell_of_is_no_success(api: FakeApi, trends: Trends) -> None:
    api.channel_test = {"state": "uncertain", "remark": "No whole answer came."}

    said = trends("notify", "test", "log")

    assert (said.status, said.err) == (
        1,
        "Nobody can tell whether it arrived. No whole answer came.\n",
    )


def test_unknown_channel_is_a_usage_error(trends: Trends) -> None:
    said = trends("notify", "test", "nosuch")

    assert (said.status, said.err) == (2, "Unknown channel 'nosuch'.\n")


def test_channel_that_does_not_answer_is_not_asked_twice(api: FakeApi, trends: Trends) -> None:
    api.problems["POST /v1/channels/log/test"] = ("delivery-unavailable", 503, "It is down.")

    said = trends("notify", "test", "log")

    assert (said.status, said.err) == (5, "It is down.\n")
    assert len(api.asked("POST", "/v1/channels/log/test")) == 1


def test_run_names_its_channels(api: FakeApi, trends: Trends) -> None:
    trends("run", "--channel", "log", "--channel", "team", "--detach")

    assert api.asked("POST", "/v1/runs")[0].json["channels"] == ["log", "team"]
