"""Changing settings over the API: tried as a whole, kept as versions, seen at once."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.api.access_cases import bearing, guarded, key_of
from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors
from trends.domain.access import Scope

SETTINGS = "/v1/settings"


async def change(
    http: httpx.AsyncClient, body: dict[str, Any], version: int | str = "*", path: str = SETTINGS
) -> httpx.Response:
    method = "PATCH" if path == SETTINGS else "POST"
    tag = version if version == "*" else f'"{version}"'
    return await http.request(method, path, json=body, headers={"If-Match": str(tag)})


async def shown(http: httpx.AsyncClient, key: str) -> Any:
    return (await http.get(f"{SETTINGS}/{key}")).json()


async def test_change_is_in_force_and_says_where_it_comes_from(http: httpx.AsyncClient) -> None:
    before = await http.get(SETTINGS)
    assert (before.headers["ETag"], before.json()["version"]) == ('"0"', 0)
    answer = await change(
        http, {"set": {"limits.requests_per_minute": 30}, "reason": "slow"}, version=0
    )
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    told = answer.json()
    assert (told["parent"], told["author"], told["reason"]) == (0, "anyone", "slow")
    found = await shown(http, "limits.requests_per_minute")
    assert (found["value"], found["origin"]) == (30, "trends config set (version 1)")
    assert (await http.get(SETTINGS)).json()["version"] == 1


async def test_change_over_an_older_version_is_not_made(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    await change(http, {"set": {"limits.burst_size": 7}}, version=0)
    answer = await change(http, {"set": {"limits.burst_size": 8}}, version=0)
    assert (answer.status_code, answer.json()["slug"]) == (412, "settings-changed")
    assert doors.settings.limits.burst_size == 7


async def test_change_without_a_version_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.patch(SETTINGS, json={"set": {"limits.burst_size": 8}})
    assert (answer.status_code, answer.json()["slug"]) == (400, "invalid-request")
    assert "If-Match" in answer.json()["detail"]


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({}, "invalid-request", "Nothing"),
    "unknown": ({"set": {"limits.burst_siz": 1}}, "unknown-name", "limits.burst_size"),
    "a section": ({"set": {"limits": {}}}, "unknown-name", "limits"),
    "zero": ({"set": {"limits.burst_size": 0}}, "invalid-request", "limits.burst_size"),
    "a wrong type": ({"set": {"limits.burst_size": "x"}}, "invalid-request", "limits.burst_size"),
    "an unknown model": ({"set": {"llm.provider": "opnai"}}, "invalid-request", "llm.provider"),
    "an unknown market": ({"set": {"runs.market": "XX"}}, "invalid-request", "XX"),
    "restart only": ({"set": {"api.port": 1}}, "restart-only", "api.port"),
    "a secret": (
        {"set": {"llm.providers.openai.api_key": "sk-hunter2hunter2"}},
        "invalid-request",
        "secret://env",
    ),
    "channels": ({"set": {"notify.channels": {}}}, "invalid-request", "notify.channels"),
    "not overridden": ({"unset": ["limits.burst_size"]}, "invalid-request", "not overridden"),
    "set and unset": (
        {"set": {"limits.burst_size": 1}, "unset": ["limits.burst_size"]},
        "invalid-request",
        "same change",
    ),
}


@pytest.mark.parametrize(("body", "slug", "said"), REFUSED.values(), ids=REFUSED.keys())
async def test_change_that_would_not_do_changes_nothing(
    doors: FakeDoors, http: httpx.AsyncClient, body: dict[str, Any], slug: str, said: str
) -> None:
    before = doors.settings
    answer = await change(http, body)
    assert answer.json()["slug"] == slug
    assert said in answer.json()["detail"]
    assert "hunter2" not in answer.text
    assert doors.settings is before
    assert (await http.get(f"{SETTINGS}/history")).json()["items"] == []


async def test_number_that_is_none_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.patch(
        SETTINGS,
        content=json.dumps({"set": {"cache.model_ttl_hours": float("inf")}}),
        headers={"If-Match": "*", "Content-Type": "application/json"},
    )
    assert answer.status_code == 400


async def test_variable_that_goes_before_a_change_is_told(tmp_path: Path) -> None:
    async with (
        open_fake_doors(tmp_path, TRENDS_LIMITS__BURST_SIZE="5") as doors,
        in_process(doors) as http,
    ):
        given = {"limits.burst_size": 7, "limits.concurrency": 2}
        answer = await change(http, {"set": given})
        assert answer.json()["pinned"] == ["TRENDS_LIMITS__BURST_SIZE"]
        assert (doors.settings.limits.burst_size, doors.settings.limits.concurrency) == (5, 2)


async def test_reference_to_a_secret_may_be_set_and_is_shown(http: httpx.AsyncClient) -> None:
    key, reference = "llm.providers.openai.api_key", "secret://file/run/secrets/openai"
    answer = await change(http, {"set": {key: reference}})
    assert answer.json()["set"] == {key: reference}
    assert (await shown(http, key))["value"] == reference


async def test_what_is_given_back_is_as_the_files_say(http: httpx.AsyncClient) -> None:
    await change(http, {"set": {"limits.burst_size": 7, "limits.concurrency": 2}})
    answer = await change(http, {"unset": ["limits.burst_size"]}, version=1)
    assert answer.json()["values"] == {"limits.concurrency": 2}
    assert (await shown(http, "limits.burst_size"))["value"] == 20


async def test_rollback_brings_a_version_back_as_a_new_one(http: httpx.AsyncClient) -> None:
    await change(http, {"set": {"limits.burst_size": 7}})
    await change(http, {"set": {"limits.burst_size": 8, "limits.concurrency": 2}})
    answer = await change(http, {"version": 1}, version=2, path=f"{SETTINGS}/rollback")
    told = answer.json()
    assert (told["version"], told["verb"], told["restored"]) == (3, "rollback", 1)
    assert (told["set"], told["unset"]) == ({"limits.burst_size": 7}, ["limits.concurrency"])
    assert (await shown(http, "limits.burst_size"))["value"] == 7
    none = await change(http, {"version": 0}, path=f"{SETTINGS}/rollback")
    assert (none.json()["version"], none.json()["values"]) == (4, {})
    assert (await shown(http, "limits.burst_size"))["value"] == 20
    history = (await http.get(f"{SETTINGS}/history", params={"limit": 3})).json()
    assert [each["version"] for each in history["items"]] == [4, 3, 2]
    assert history["before"] == 2


async def test_rollback_to_a_version_that_never_was_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await change(http, {"version": 9}, path=f"{SETTINGS}/rollback")
    assert (answer.status_code, answer.json()["slug"]) == (404, "not-found")


async def test_other_tenants_do_not_change_what_holds_for_all(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (doors, http):
        headers = {
            **bearing(await key_of(doors, {Scope.ADMIN}, tenant="acme")),
            "If-Match": "*",
        }
        body = {"set": {"limits.burst_size": 8}}
        answer = await http.patch(SETTINGS, json=body, headers=headers)
        history = await http.get(f"{SETTINGS}/history", headers=headers)
        assert (answer.status_code, history.status_code) == (403, 403)
        assert "acme" in answer.json()["detail"]
        assert doors.settings.limits.burst_size == 20


async def test_change_is_in_the_audit_log_with_who_made_it(tmp_path: Path) -> None:
    async with guarded(tmp_path) as (doors, http):
        headers = {**bearing(await key_of(doors, {Scope.SETTINGS_WRITE}, "local")), "If-Match": "*"}
        body = {"set": {"limits.burst_size": 8}}
        answer = await http.patch(SETTINGS, json=body, headers=headers)
        page = await doors.access.audited(
            "local", actor=None, action="change_settings", cursor=None, limit=5
        )
        rows = page.items
        assert [(row.actor, row.outcome) for row in rows] == [(answer.json()["author"], "done")]


async def test_log_level_and_refusals_are_figures(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    await change(http, {"set": {"monitoring.log_level": "WARNING"}})
    text = (await http.get("/metrics")).text
    assert "trends_config_reload_failed 0.0" in text
    assert "trends_config_overrides_version 1.0" in text
    assert doors.settings.monitoring.log_level == "WARNING"


async def test_waiting_settings_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    file = folder / "development.yaml"
    file.write_text("environment: development\n")
    async with (
        open_fake_doors(tmp_path, TRENDS_CONFIG_DIR=str(folder)) as doors,
        in_process(doors) as http,
    ):
        file.write_text("environment: development\napi:\n  port: 9000\n")
        await doors.live.refresh()
        assert (await http.get(SETTINGS)).json()["waiting"] == ["api.port"]
        assert (await shown(http, "api.port"))["value"] == 8000
        file.write_text("")
        await doors.live.refresh()
        assert "is empty" in (await http.get(SETTINGS)).json()["failure"]
        assert "trends_config_reload_failed 1.0" in (await http.get("/metrics")).text
