"""`trends usage`, `limits`, `estimate`, `freeze`, `thaw`."""

import json
from typing import Any

from tests.unit.cli.conftest import Trends
from tests.unit.cli.fake_api import FakeApi

FREEZE: dict[str, Any] = {
    "number": 3,
    "author": "key:1",
    "reason": "a leak",
    "since": "2026-11-20T09:00:00Z",
    "thawed_by": None,
    "thawed_at": None,
}
ROW: dict[str, Any] = {
    "name": "openai",
    "monitor": None,
    "spent_micro_usd": 12_301,
    "spent_usd": "0.012301",
    "held_micro_usd": 0,
    "held_usd": "0.00",
    "calls": 2,
    "tokens": 140,
}
USAGE: dict[str, Any] = {
    "first_day": "2026-11-14",
    "last_day": "2026-11-20",
    "time_zone": "Asia/Seoul",
    "by": "provider",
    "items": [ROW],
    "left_out": False,
    "total": ROW,
}
WINDOW: dict[str, Any] = {
    "kind": "day",
    "scope": "openai",
    "monitor": None,
    "name": "2026-11-20",
    "cap_micro_usd": 5_000_000,
    "cap_usd": "5.00",
    "spent_micro_usd": 12_301,
    "spent_usd": "0.012301",
    "held_micro_usd": 0,
    "held_usd": "0.00",
    "left_micro_usd": 4_987_699,
    "left_usd": "4.987699",
    "per_hour_micro_usd": None,
    "per_hour_usd": None,
    "used_up_at": None,
    "ends_at": "2026-11-20T15:00:00Z",
    "calls": 2,
    "tokens": 140,
}
RATE: dict[str, Any] = {
    "provider": "openai",
    "calls_left_in_minute": 58,
    "requests_per_minute": 60,
    "calls_left_in_hour": 998,
    "requests_per_hour": 1000,
    "tokens_left_in_minute": 99_860,
    "tokens_per_minute": 100_000,
    "open_calls": 0,
    "concurrency": 8,
    "blocked_until": None,
}
LIMITS: dict[str, Any] = {
    "time_zone": "Asia/Seoul",
    "windows": [WINDOW],
    "rates": [RATE],
    "crossings": [],
    "freeze": None,
}
ESTIMATE: dict[str, Any] = {
    "low_micro_usd": 1,
    "low_usd": "0.000001",
    "likely_micro_usd": 2,
    "likely_usd": "0.000002",
    "high_micro_usd": 3,
    "high_usd": "0.000003",
    "runs": 4,
    "model": "openai:m",
    "past_runs": 0,
    "reason": "",
    "rests_on": ["Prices alone."],
    "remarks": [],
}


def test_usage_is_data_to_the_micro_dollar_and_a_sum_in_words(trends: Trends, api: FakeApi) -> None:
    api.told["GET /v1/usage"] = USAGE
    said = trends("usage", "--by", "provider", "--from", "2026-11-14")
    assert (said.status, said.out) == (0, "openai\t0.012301\t0.00\t2\t140\n")
    assert "2026-11-14 to 2026-11-20 (Asia/Seoul): $0.012301 for 2 calls." in said.err


def test_usage_in_json_is_what_the_api_says(trends: Trends, api: FakeApi) -> None:
    api.told["GET /v1/usage"] = USAGE
    found = json.loads(trends("usage", "--json").out)
    assert (found["total"]["spent_micro_usd"], found["total"]["spent_usd"]) == (12_301, "0.012301")


def test_limits_are_lines_of_two_kinds_in_a_pipe(trends: Trends, api: FakeApi) -> None:
    api.told["GET /v1/limits"] = LIMITS
    budget, rate = trends("limits").out.splitlines()
    assert budget == "budget\topenai\t2026-11-20\t5.00\t0.012301\t0.00\t4.987699\t\t"
    assert rate == "rate\topenai\t58\t998\t99860\t0\t"


def test_limits_say_that_paid_calls_are_stopped(trends: Trends, api: FakeApi) -> None:
    api.told["GET /v1/limits"] = {**LIMITS, "freeze": FREEZE}
    said = trends("limits")
    assert "by key:1: a leak." in said.err
    assert "trends thaw" in said.err


def test_freeze_sends_its_reason_and_says_how_to_end_it(trends: Trends, api: FakeApi) -> None:
    api.told["POST /v1/freeze"] = FREEZE
    said = trends("freeze", "--reason", "a leak")
    assert (said.status, said.out) == (0, "3\n")
    assert api.seen[-1].json == {"reason": "a leak"}
    assert "trends thaw" in said.err


def test_thaw_tells_apart_whether_anything_was_stopped(trends: Trends, api: FakeApi) -> None:
    api.told["POST /v1/thaw"] = {"ended": {**FREEZE, "thawed_by": "key:2"}}
    said = trends("thaw")
    assert (said.out, said.err) == ("3\n", "Paid calls go on.\n")
    api.told["POST /v1/thaw"] = {"ended": None}
    said = trends("thaw")
    assert (said.status, said.out, said.err) == (0, "", "Nothing was stopped.\n")


def test_estimate_of_a_span_is_asked_with_its_monitor(trends: Trends, api: FakeApi) -> None:
    api.told["POST /v1/estimates"] = ESTIMATE
    said = trends(
        "estimate", "--monitor", "daily", "--from", "2026-11-01", "--to", "2026-11-05", "--missing"
    )
    assert said.out == "0.000001\t0.000002\t0.000003\t4\n"
    assert said.err == "Prices alone.\n"
    assert api.seen[-1].json == {
        "monitor": "daily",
        "backfill": {"from": "2026-11-01", "to": "2026-11-05", "missing": True},
    }


def test_estimate_of_nothing_says_why(trends: Trends, api: FakeApi) -> None:
    nothing: dict[str, Any] = {
        **ESTIMATE,
        "model": None,
        "reason": "There is no key.",
        "rests_on": [],
    }
    api.told["POST /v1/estimates"] = nothing
    assert trends("estimate", "matcha").err == "There is no key.\n"
    assert api.seen[-1].json == {"query": "matcha"}
