"""Channels over HTTP: what there is, whether it can be used, and a test of it."""

from pathlib import Path

import httpx
import pytest

from tests.unit.api.fake_doors import in_process, open_fake_doors
from tests.unit.trends.notify.http_receiver import Play, Receiver, Reply, receiving

LACKING = '{team = {type = "slack", url = "secret://env/NO_SUCH_VARIABLE"}}'


def leading_to(receiver: Receiver) -> dict[str, str]:
    """Variables of a process with one channel."""
    return {
        "TRENDS_NOTIFY__CHANNELS": '{team = {type = "slack", url = "secret://env/TEAM_URL"}}',
        "TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS": "127.0.0.1",
        "TRENDS_OUTBOUND__TOTAL_TIMEOUT_SECONDS": "0.5",
        "TEAM_URL": receiver.url,
    }


async def asked(folder: Path, method: str, path: str, **environ: str) -> httpx.Response:
    async with open_fake_doors(folder, **environ) as doors, in_process(doors) as http:
        return await http.request(method, path)


async def test_channels_are_listed_with_what_they_lack(tmp_path: Path) -> None:
    answer = await asked(tmp_path, "GET", "/v1/channels", TRENDS_NOTIFY__CHANNELS=LACKING)

    log, team = answer.json()["items"]
    assert log == {"name": "log", "type": "log", "trouble": None}
    assert (team["name"], team["type"]) == ("team", "slack")
    assert "NO_SUCH_VARIABLE" in team["trouble"]


async def test_addresses_are_not_shown(tmp_path: Path) -> None:
    async with receiving() as receiver:
        answer = await asked(tmp_path, "GET", "/v1/channels", **leading_to(receiver))

    assert answer.status_code == 200
    assert "s3cr3t" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("play", "status", "said"),
    [
        (Reply(200), 200, '"state":"sent"'),
        (Play.CLOSE, 200, '"state":"uncertain"'),
        (Reply(404, b"no_service"), 502, '"slug": "delivery"'),
        (Reply(503), 503, '"slug": "delivery-unavailable"'),
    ],
)
async def test_a_test_says_what_became_of_it(
    tmp_path: Path, play: Reply | Play, status: int, said: str
) -> None:
    async with receiving(play) as receiver:
        answer = await asked(tmp_path, "POST", "/v1/channels/team/test", **leading_to(receiver))

    assert (answer.status_code, len(receiver.seen)) == (status, 1)
    assert said in answer.text
    assert "s3cr3t" not in answer.text


async def test_a_test_of_an_unknown_channel_names_the_near_one(tmp_path: Path) -> None:
    answer = await asked(tmp_path, "POST", "/v1/channels/logg/test")

    assert (answer.status_code, answer.json()["slug"]) == (422, "unknown-name")
    assert "Did you mean 'log'" in answer.json()["detail"]


async def test_a_test_of_a_channel_that_lacks_something_says_what(tmp_path: Path) -> None:
    answer = await asked(
        tmp_path, "POST", "/v1/channels/team/test", TRENDS_NOTIFY__CHANNELS=LACKING
    )

    assert (answer.status_code, answer.json()["slug"]) == (500, "settings")
    assert "NO_SUCH_VARIABLE" in answer.json()["detail"]


async def test_every_test_is_a_message_of_its_own(tmp_path: Path) -> None:
    async with open_fake_doors(tmp_path) as doors, in_process(doors) as http:
        for _ in range(2):
            assert (await http.post("/v1/channels/log/test")).json()["state"] == "sent"

    assert len((tmp_path / "logs" / "notifications.log").read_text().splitlines()) == 2
