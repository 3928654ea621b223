"""Spending over the API: what was spent, what is left, what it is going to cost, and stopping it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from engine.spending import quotas_in_force
from tests.unit.api.access_cases import bearing, guarded, key_of
from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors
from trends.domain.access import Scope
from trends.domain.calls import Purpose, Role
from trends.domain.monitors import MonitorDraft
from trends.limits.base import Ask
from trends.limits.ledger import SqlLedger

KEY = "secret://env/OPENAI_API_KEY"
PRICED = {
    "TRENDS_LLM__ENABLED": "true",
    "TRENDS_LLM__PROVIDER": "openai",
    "TRENDS_LLM__MODEL": "gpt-4.1-mini",
    "OPENAI_API_KEY": "sk-0123456789",
    "TRENDS_LLM__PROVIDERS__OPENAI__API_KEY": KEY,
}

DEAR = {"TRENDS_LIMITS__COST_PER_RUN_USD": "100"}


async def spend(
    doors: FakeDoors,
    name: str,
    cost: int,
    *,
    run_id: str | None = None,
    monitor: str | None = None,
    tenant: str = "local",
) -> None:
    ledger = SqlLedger(doors.database, quotas_in_force(doors.live))
    purpose = Purpose(
        tenant=tenant, role=Role.ANALYST, run_id=run_id, monitor=monitor, node="draft"
    )
    held = await ledger.reserve(
        Ask(
            id=name,
            purpose=purpose,
            provider="openai",
            model="gpt-4.1-mini",
            tokens=100,
            cost_micro=cost,
            least_tokens=100,
            least_cost_micro=cost,
        )
    )
    await ledger.settle(held, tokens=70, cost_micro=cost)


async def got(http: httpx.AsyncClient, path: str, **params: str) -> Any:
    answer = await http.get(f"/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def estimated(http: httpx.AsyncClient, **body: object) -> Any:
    answer = await http.post("/v1/estimates", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_usage_is_summed_exactly_and_told_twice(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    await spend(doors, "a", 12_300, run_id="r1")
    await spend(doors, "b", 1, run_id="r2")
    found = await got(http, "usage", by="run")
    assert [(row["name"], row["spent_micro_usd"], row["spent_usd"]) for row in found["items"]] == [
        ("r1", 12_300, "0.0123"),
        ("r2", 1, "0.000001"),
    ]
    total = found["total"]
    assert (total["spent_micro_usd"], total["spent_usd"]) == (12_301, "0.012301")
    assert (total["calls"], total["tokens"]) == (2, 140)


async def test_rows_beyond_the_limit_are_in_the_total(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    for number in range(3):
        await spend(doors, f"c{number}", 100, run_id=f"r{number}")
    found = await got(http, "usage", by="run", limit="2")
    assert (len(found["items"]), found["left_out"]) == (2, True)
    assert found["total"]["spent_micro_usd"] == 300


async def test_monitor_has_its_name_beside_its_id(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    draft = MonitorDraft(name="daily", sources=("sample",))
    monitor = (await doors.monitors.add("local", draft, "kim")).monitor
    await spend(doors, "a", 500, monitor=monitor.monitor_id)
    (row,) = (await got(http, "usage", by="monitor"))["items"]
    assert (row["name"], row["monitor"]) == (monitor.monitor_id, "daily")
    windows = (await got(http, "limits"))["windows"]
    assert [each["monitor"] for each in windows if each["kind"] == "month"] == ["daily"]


@pytest.mark.parametrize(
    ("params", "status", "slug"),
    [
        ({"from": "2026-11-02", "to": "2026-11-01"}, 400, "invalid-request"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, 400, "invalid-request"),
        ({"from": "yesterday"}, 422, "validation"),
        ({"by": "planet"}, 422, "validation"),
    ],
)
async def test_usage_of_what_cannot_be_is_refused(
    http: httpx.AsyncClient, params: dict[str, str], status: int, slug: str
) -> None:
    answer = await http.get("/v1/usage", params=params)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)


async def test_limits_say_what_is_left_and_what_came_to_its_warning(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    cap = quotas_in_force(doors.live)("openai").run_micro
    await spend(doors, "a", cap * 9 // 10, run_id="r1")
    found = await got(http, "limits")
    (day,) = [each for each in found["windows"] if each["scope"] == "openai"]
    assert day["left_micro_usd"] == day["cap_micro_usd"] - cap * 9 // 10
    assert Decimal(day["left_usd"]) * 1_000_000 == day["left_micro_usd"]
    (rate,) = [each for each in found["rates"] if each["provider"] == "openai"]
    assert rate["calls_left_in_minute"] == rate["requests_per_minute"] - 1
    assert ("run", "r1", "warning") in [
        (each["kind"], each["scope"], each["level"]) for each in found["crossings"]
    ]


async def test_freeze_stands_until_it_is_thawed_and_is_kept(http: httpx.AsyncClient) -> None:
    first = (await http.post("/v1/freeze", json={"reason": "a leak"})).json()
    assert (first["number"], first["author"], first["reason"]) == (1, "anyone", "a leak")
    again = (await http.post("/v1/freeze", json={"reason": "another"})).json()
    assert again == first
    state = await got(http, "freeze")
    assert (state["frozen"], state["standing"], state["history"]) == (True, first, [first])
    assert (await got(http, "limits"))["freeze"] == first
    ended = (await http.post("/v1/thaw")).json()["ended"]
    assert (ended["number"], ended["thawed_by"]) == (1, "anyone")
    assert (await http.post("/v1/thaw")).json() == {"ended": None}
    state = await got(http, "freeze")
    assert (state["frozen"], state["standing"], state["history"]) == (False, None, [ended])


async def test_freeze_without_a_body_needs_no_reason(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/freeze")).json()["reason"] == ""


async def test_freeze_is_of_one_tenant_by_its_caller_and_in_the_audit_log(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (doors, http):
        acme = bearing(await key_of(doors, {Scope.LIMITS_READ, Scope.LIMITS_WRITE}))
        other = bearing(await key_of(doors, {Scope.ADMIN}, "other"))
        made = (await http.post("/v1/freeze", json={"reason": "x"}, headers=acme)).json()
        assert made["author"].startswith("key:")
        assert (await http.get("/v1/freeze", headers=acme)).json()["frozen"]
        assert not (await http.get("/v1/freeze", headers=other)).json()["frozen"]
        admin = bearing(await key_of(doors))
        rows = (await http.get("/v1/audit", headers=admin)).json()["items"]
        assert (made["author"], "freeze") in [(row["actor"], row["action"]) for row in rows]


async def test_who_may_read_all_may_not_stop_paid_calls(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (doors, http):
        reads = bearing(await key_of(doors, set(Scope) - {Scope.ADMIN, Scope.LIMITS_WRITE}))
        assert (await http.post("/v1/freeze", headers=reads)).status_code == 403
        assert (await http.post("/v1/thaw", headers=reads)).status_code == 403


async def test_estimate_is_zero_with_the_reason_where_no_model_is_asked(tmp_path: Path) -> None:
    async with (
        open_fake_doors(tmp_path, TRENDS_LLM__ENABLED="false") as doors,
        in_process(doors) as http,
    ):
        found = await estimated(http)
        assert (found["high_micro_usd"], found["high_usd"], found["model"]) == (0, "0.00", None)
        assert "llm.enabled" in found["reason"]


async def test_estimate_without_a_key_is_zero_and_says_so(tmp_path: Path) -> None:
    environ = {**PRICED, "OPENAI_API_KEY": ""}
    async with open_fake_doors(tmp_path, **environ) as doors, in_process(doors) as http:
        found = await estimated(http)
        assert found["likely_micro_usd"] == 0
        assert "OPENAI_API_KEY" in found["reason"] or "openai" in found["reason"]


async def test_estimate_is_a_range_that_says_what_it_rests_on(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED) as doors, in_process(doors) as http:
        found = await estimated(http, query="matcha")
        assert 0 < found["low_micro_usd"] <= found["likely_micro_usd"] <= found["high_micro_usd"]
        assert (found["model"], found["runs"], found["past_runs"]) == ("openai:gpt-4.1-mini", 1, 0)
        assert "Prices" in found["rests_on"][1]
        assert (await doors.store.page("local")).items == ()


# 400 × 0.4 + 150 × 1.6 as a rule, 400 × 0.4 + 2000 × 1.6 at most.
PLANNED = {"low_micro_usd": 400, "likely_micro_usd": 400, "high_micro_usd": 3360}


def without_planner(model: str = "none") -> dict[str, str]:
    return {**PRICED, **DEAR, "TRENDS_LLM__ROLES__PLANNER__MODEL": model}


@pytest.mark.parametrize(
    ("body", "planned"),
    [
        ({"query": "matcha"}, 1),
        ({}, 0),
        ({"query": "-matcha"}, 0),
    ],
)
async def test_estimate_counts_the_planner_where_the_run_would_plan(
    tmp_path: Path, body: dict[str, str], planned: int
) -> None:
    places = [tmp_path / name for name in ("with", "without")]
    for place in places:
        place.mkdir()
    async with (
        open_fake_doors(places[0], **PRICED, **DEAR) as doors,
        in_process(doors) as http,
    ):
        found = await estimated(http, **body)
    async with (
        open_fake_doors(places[1], **without_planner()) as doors,
        in_process(doors) as http,
    ):
        bare = await estimated(http, **body)
    more = {name: found[name] - bare[name] for name in PLANNED}
    assert more == {name: planned * amount for name, amount in PLANNED.items()}
    assert ("plans the question" in " ".join(found["rests_on"])) == bool(planned)


async def test_estimate_without_an_analyst_is_of_the_planner_alone(tmp_path: Path) -> None:
    environ = {**PRICED, "TRENDS_LLM__ROLES__ANALYST__MODEL": "none"}
    async with open_fake_doors(tmp_path, **environ) as doors, in_process(doors) as http:
        found = await estimated(http, query="matcha")
        assert {name: found[name] for name in PLANNED} == PLANNED
        assert found["model"] == "openai:gpt-4.1-mini"
        assert "llm.roles.analyst" in found["remarks"][0]
        assert (await estimated(http))["high_micro_usd"] == 0


async def test_estimate_leaves_a_planner_without_a_price_out_and_says_so(tmp_path: Path) -> None:
    environ = without_planner("gpt-of-nobody")
    async with open_fake_doors(tmp_path, **environ) as doors, in_process(doors) as http:
        found = await estimated(http, query="matcha")
        assert found["low_micro_usd"] == (await estimated(http))["low_micro_usd"]
        assert "gpt-of-nobody" in found["remarks"][0]


async def test_estimate_of_a_rerun_plans_where_its_parent_did_not(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED, **DEAR) as doors, in_process(doors) as http:
        parent = await doors.accept(query="matcha")
        low = {
            stage: (await estimated(http, start_from={"run_id": parent, "stage": stage}))[
                "low_micro_usd"
            ]
            for stage in ("collect", "normalize")
        }
        assert low["collect"] - low["normalize"] == 400
        gone = {"start_from": {"run_id": "nothing", "stage": "collect"}}
        answer = await http.post("/v1/estimates", json=gone)
        assert (answer.status_code, answer.json()["slug"]) == (404, "run-not-found")


async def test_a_span_is_planned_once_as_a_rule(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED, **DEAR) as doors, in_process(doors) as http:
        draft = MonitorDraft(
            name="daily", query="matcha", sources=("sample",), window="1d", cadence="1d"
        )
        await doors.monitors.add("local", draft, "kim")
        one = await estimated(http, monitor="daily")
        span = {"from": "2026-11-01", "to": "2026-11-05"}
        four = await estimated(http, monitor="daily", backfill=span)
        assert four["low_micro_usd"] == 4 * (one["low_micro_usd"] - 400) + 400
        assert four["high_micro_usd"] == 4 * one["high_micro_usd"]


async def test_estimate_of_a_monitor_rests_on_its_earlier_runs(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED) as doors, in_process(doors) as http:
        draft = MonitorDraft(name="daily", sources=("sample",))
        monitor = (await doors.monitors.add("local", draft, "kim")).monitor
        for number, cost in enumerate((1_000, 2_000, 5_000)):
            await spend(doors, f"c{number}", cost, run_id=f"r{number}", monitor=monitor.monitor_id)
        found = await estimated(http, monitor="daily")
        assert (found["low_micro_usd"], found["likely_micro_usd"]) == (1_000, 2_000)
        assert found["past_runs"] == 3


async def test_estimate_of_a_span_is_that_of_its_windows(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED) as doors, in_process(doors) as http:
        draft = MonitorDraft(name="daily", sources=("sample",), window="1d", cadence="1d")
        await doors.monitors.add("local", draft, "kim")
        one = await estimated(http, monitor="daily")
        span = {"from": "2026-11-01", "to": "2026-11-05"}
        four = await estimated(http, monitor="daily", backfill=span)
        assert (four["runs"], four["low_micro_usd"]) == (4, 4 * one["low_micro_usd"])


async def test_estimate_never_goes_beyond_the_budget_of_a_run(tmp_path: Path) -> None:
    environ = {**PRICED, "TRENDS_LIMITS__COST_PER_RUN_USD": "0.001"}
    async with open_fake_doors(tmp_path, **environ) as doors, in_process(doors) as http:
        assert (await estimated(http))["high_micro_usd"] == 1_000


async def test_estimate_says_that_paid_calls_are_stopped(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **PRICED) as doors, in_process(doors) as http:
        await http.post("/v1/freeze")
        assert "stopped paid calls" in (await estimated(http))["remarks"][-1]


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"backfill": {"from": "2026-11-01", "to": "2026-11-03"}}, "invalid-request"),
        ({"monitor": "nothing"}, "monitor-not-found"),
        ({"market": "XX"}, "unknown-name"),
        ({"window": "soon"}, "invalid-window"),
    ],
)
async def test_estimate_of_what_could_not_be_started_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any], slug: str
) -> None:
    assert (await http.post("/v1/estimates", json=body)).json()["slug"] == slug


async def test_run_says_what_it_cost(doors: FakeDoors, http: httpx.AsyncClient) -> None:
    run_id = await doors.accept()
    before = await got(http, f"runs/{run_id}")
    assert (before["cost_micro_usd"], before["cost_usd"]) == (0, "0.00")
    assert set(before["calls"].values()) == {0}
    await spend(doors, "a", 4_200, run_id=run_id)
    after = await got(http, f"runs/{run_id}")
    assert (after["cost_micro_usd"], after["cost_usd"]) == (4_200, "0.0042")


async def test_figures_are_read_from_the_ledger_at_each_scrape(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    label = '{provider="openai",tenant="local"}'
    before = (await http.get("/metrics")).text
    assert "trends_ledger_up 1.0" in before
    assert 'trends_frozen{tenant="local"} 0.0' in before
    await spend(doors, "a", 250_000)
    await doors.spending.freeze("local", "key:1", "")
    after = (await http.get("/metrics")).text
    assert f"trends_spend_usd{label} 0.25" in after
    assert f"trends_calls_total{label} 1.0" in after
    assert f"trends_held_usd{label} 0.0" in after
    budget = quotas_in_force(doors.live)("openai").day_micro / 1_000_000
    assert f"trends_budget_usd{label} {budget}" in after
    assert 'trends_frozen{tenant="local"} 1.0' in after


async def test_figures_of_other_tenants_are_for_the_installations_own_alone(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path) as (doors, http):
        await spend(doors, "a", 100, tenant="other")
        elsewhere = {"X-Forwarded-For": "203.0.113.9"}
        acme = bearing(await key_of(doors, {Scope.METRICS_READ}))
        local = bearing(await key_of(doors, {Scope.METRICS_READ}, "local"))
        seen = (await http.get("/metrics", headers={**elsewhere, **acme})).text
        assert 'tenant="acme"' in seen
        assert 'tenant="other"' not in seen
        assert 'tenant="other"' in (await http.get("/metrics", headers={**elsewhere, **local})).text


async def test_figures_of_the_process_are_told_while_the_ledger_is_down(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    drop = sa.text("DROP TABLE limit_windows")
    await doors.database.write(lambda connection: connection.execute(drop))
    text = (await http.get("/metrics")).text
    assert "trends_ledger_up 0.0" in text
    assert "trends_event_streams_open" in text


async def test_yesterdays_money_is_not_in_todays_usage(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    await spend(doors, "a", 100)
    zone = quotas_in_force(doors.live)("openai").zone
    day = (datetime.now(UTC).astimezone(zone) - timedelta(days=1)).date().isoformat()
    found = await got(http, "usage", **{"from": day, "to": day})
    assert (found["items"], found["total"]["spent_micro_usd"]) == ([], 0)
