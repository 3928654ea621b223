"""Settings over the API: what is in force, where it was written, never a secret."""

from pathlib import Path

import httpx

from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors

SECRETS = {
    "TRENDS_NOTIFY__CHANNELS": '{"team": {"type": "slack", "url": "https://hooks.slack.com/s3cr3t"}}',
    "TRENDS_SOURCES__RSS__FEEDS": '{"a": {"url": "https://example.org/rss?key=s3cr3t"}}',
    "TRENDS_API__PORT": "8001",
}


async def test_every_setting_is_shown_with_where_it_was_written(
    doors: FakeDoors, http: httpx.AsyncClient
) -> None:
    shown = (await http.get("/v1/settings")).json()
    found = {each["key"]: each for each in shown["items"]}
    assert found["analysis.error_rate"]["value"] == 0.05
    assert "base.yaml:" in found["analysis.error_rate"]["origin"]
    assert found["environment"]["origin"] == "TRENDS_ENV"
    assert list(found) == sorted(found)
    assert (shown["environment"], shown["revision"]) == ("development", doors.settings.revision)


async def test_environment_is_named_where_it_won(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **SECRETS) as doors, in_process(doors) as http:
        port = (await http.get("/v1/settings/api.port")).json()
    assert port == {
        "key": "api.port",
        "value": 8001,
        "origin": "TRENDS_API__PORT",
        "hidden": False,
        "restart": True,
    }


async def test_no_secret_is_shown(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path, **SECRETS) as doors, in_process(doors) as http:
        whole = await http.get("/v1/settings")
        feeds = (await http.get("/v1/settings/sources.rss.feeds")).json()
        channels = (await http.get("/v1/settings/notify.channels")).json()
    assert "s3cr3t" not in whole.text
    assert feeds["value"]["a"]["url"] == "https://example.org/rss?(hidden)"
    assert (channels["value"], channels["hidden"]) == ({"team": {"type": "slack"}}, True)


async def test_unknown_setting_names_the_near_one(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/settings/analysis.eror_rate")
    assert (answer.status_code, answer.json()["slug"]) == (422, "unknown-name")
    assert "analysis.error_rate" in answer.json()["detail"]
