"""Webhook endpoints: registered, signed for, tried, rotated, switched off when their receiver is gone."""

import base64
import hashlib
import hmac
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.unit.api.fake_doors import NOW, TENANT, FakeDoors, in_process, open_fake_doors
from tests.unit.trends.notify.http_receiver import Receiver, Reply, Seen, receiving
from tests.unit.trends.notify.notice_cases import facts, notice
from trends.errors import SettingsError, UnknownNameError
from trends.notify.alerts import run_failed
from trends.notify.deliver import deliver_all

ADDRESS = "/v1/webhook-endpoints"


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncGenerator[FakeDoors]:
    """What the API serves from, allowed to reach receivers on this machine."""
    allowed = '["127.0.0.1"]'
    async with open_fake_doors(tmp_path, TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS=allowed) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    """A receiver that takes everything."""
    async with receiving() as opened:
        yield opened


async def add(http: httpx.AsyncClient, url: str, **more: object) -> dict[str, str]:
    answer = await http.post(ADDRESS, json={"name": "desk", "url": url, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def signed_with(seen: Seen, secret: str) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{seen.headers['webhook-id']}.{seen.headers['webhook-timestamp']}.".encode()
    digest = hmac.digest(key, said + seen.body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}" in seen.headers["webhook-signature"].split()


async def report(doors: FakeDoors) -> dict[str, str]:
    """Send word of a report to the endpoint, as a worker does."""
    run_id = await doors.accept()
    said = notice(run_id)
    return dict(await deliver_all(doors.outbox, doors.channels, ["hook-desk"], said))


async def test_secret_is_shown_once(http: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await add(http, receiver.url)
    assert made["secret"].startswith("whsec_")
    assert made["channel"] == "hook-desk"
    for path in (ADDRESS, f"{ADDRESS}/desk"):
        answer = await http.get(path)
        assert made["secret"] not in answer.text
        assert receiver.url in answer.text


async def test_secret_is_not_readable_in_the_database(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver, tmp_path: Path
) -> None:
    made = await add(http, receiver.url)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("trends.db*"))
    assert receiver.url.encode() in kept
    assert made["secret"].removeprefix("whsec_").encode() not in kept
    assert doors.settings.environment == "development"


async def test_test_is_signed_with_the_secret(http: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await add(http, receiver.url)
    answer = await http.post(f"{ADDRESS}/desk/test")
    assert answer.json() == {"state": "sent", "remark": None}
    (seen,) = receiver.seen
    assert signed_with(seen, made["secret"])


async def test_message_is_signed_with_both_secrets_for_a_day(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    old = (await add(http, receiver.url))["secret"]
    rotated = (await http.post(f"{ADDRESS}/desk/rotate-secret")).json()
    new = rotated["secret"]
    assert old != new
    await report(doors)
    assert [signed_with(receiver.seen[-1], each) for each in (old, new)] == [True, True]
    doors.clock.now = NOW + timedelta(hours=24, minutes=1)
    await report(doors)
    assert [signed_with(receiver.seen[-1], each) for each in (old, new)] == [False, True]


async def test_channel_of_an_endpoint_is_there_for_runs_of_its_tenant_alone(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    await doors.channels.check_for(TENANT, ["log", "hook-desk"])
    with pytest.raises(UnknownNameError, match="Unknown channel 'hook-desk'"):
        await doors.channels.check_for("other", ["hook-desk"])
    with pytest.raises(UnknownNameError, match="Did you mean 'hook-desk'"):
        await doors.channels.check_for(TENANT, ["hook-desc"])


async def test_endpoint_hears_of_what_it_asked_for_alone(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url, events=["run.failed"])
    assert await report(doors) == {}
    run_id = await doors.accept()
    failed = run_failed(facts(run_id), stage="report", slug="x", reason="Y.", at=NOW)
    states = await deliver_all(doors.outbox, doors.channels, ["hook-desk"], failed)
    assert states == {"hook-desk": "sent"}
    assert [seen.body.startswith(b'{"type":"run.failed"') for seen in receiver.seen] == [True]


async def test_source_down_is_heard_by_those_that_name_it(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url, events=["source.down"])
    await add(http, receiver.url, name="all")
    assert await doors.channels.listening(TENANT, "source.down") == ("hook-desk",)
    await http.patch(f"{ADDRESS}/desk", json={"enabled": False})
    assert await doors.channels.listening(TENANT, "source.down") == ()
    assert await doors.channels.listening("other", "source.down") == ()


async def test_receiver_that_is_gone_switches_its_endpoint_off_and_says_so(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    receiver.plays = [Reply(410)]
    assert await report(doors) == {"hook-desk": "failed"}
    shown = (await http.get(f"{ADDRESS}/desk")).json()
    assert shown["state"] == "disabled"
    assert "410 Gone" in shown["reason"]
    with pytest.raises(SettingsError, match=r"switched off.*410.*trends webhooks enable desk"):
        await doors.channels.check_for(TENANT, ["hook-desk"])
    tried = await http.post(f"{ADDRESS}/desk/test")
    assert (tried.status_code, tried.json()["slug"]) == (409, "conflict")
    assert await report(doors) == {"hook-desk": "failed"}
    assert len(receiver.seen) == 1

    receiver.plays = [Reply(204)]
    enabled = (await http.patch(f"{ADDRESS}/desk", json={"enabled": True})).json()
    assert (enabled["state"], enabled["reason"]) == ("enabled", None)
    assert await report(doors) == {"hook-desk": "sent"}


async def test_deliveries_tell_how_far_each_message_came(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    receiver.plays = [Reply(200), Reply(400)]
    await report(doors)
    await report(doors)
    page = (await http.get(f"{ADDRESS}/desk/deliveries")).json()
    assert [each["state"] for each in page["items"]] == ["failed", "sent"]
    failed = page["items"][0]
    assert (failed["event"], failed["attempts"]) == ("report.ready", 1)
    assert "400" in failed["error"]
    assert "trends webhooks test desk" in failed["error"]
    only = (await http.get(f"{ADDRESS}/desk/deliveries", params={"state": "sent"})).json()
    assert [each["id"] for each in only["items"]] == [page["items"][1]["id"]]


async def test_deliveries_come_in_pages(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    for _ in range(3):
        await report(doors)
    first = await http.get(f"{ADDRESS}/desk/deliveries", params={"limit": 2})
    second = await http.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    assert (len(first.json()["items"]), len(second.json()["items"])) == (2, 1)
    assert second.json()["next_cursor"] is None


async def test_message_that_failed_is_sent_again_under_its_id(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    receiver.plays = [Reply(400), Reply(200)]
    await report(doors)
    (failed,) = (await http.get(f"{ADDRESS}/desk/deliveries")).json()["items"]
    again = f"{ADDRESS}/desk/deliveries/{failed['id']}/resend"
    answer = await http.post(again)
    assert answer.json() == {"id": failed["id"], "state": "sent"}
    assert [seen.headers["webhook-id"] for seen in receiver.seen] == [failed["id"]] * 2
    assert receiver.seen[0].body == receiver.seen[1].body
    assert (await http.post(again)).json()["slug"] == "conflict"
    unknown = await http.post(f"{ADDRESS}/desk/deliveries/msg_x/resend")
    assert (unknown.status_code, unknown.json()["slug"]) == (404, "not-found")


async def test_name_is_taken_once_and_free_again_without_its_past(
    doors: FakeDoors, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    await report(doors)
    again = await http.post(ADDRESS, json={"name": "desk", "url": receiver.url})
    assert (again.status_code, again.json()["slug"]) == (409, "endpoint-exists")
    assert (await http.delete(f"{ADDRESS}/desk")).status_code == 204
    assert (await http.get(f"{ADDRESS}/desk")).json()["slug"] == "endpoint-not-found"
    await add(http, receiver.url)
    assert (await http.get(f"{ADDRESS}/desk/deliveries")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"name": "a", "url": "http://10.0.0.1/x"}, 422, "address-refused"),
        ({"name": "a", "url": "http://169.254.169.254/latest"}, 422, "address-refused"),
        ({"name": "a", "url": "http://[::1]/x"}, 422, "address-refused"),
        ({"name": "a", "url": "ftp://example.org/x"}, 422, "address-refused"),
        ({"name": "a", "url": "https://user:pass@example.org/"}, 422, "address-refused"),
        ({"name": "a", "url": "https://example.org/a b"}, 422, "address-refused"),
        ({"name": "a", "url": "nothing"}, 422, "address-refused"),
        ({"name": "A b", "url": "https://example.org/"}, 400, "invalid-request"),
        ({"name": "a" * 36, "url": "https://example.org/"}, 400, "invalid-request"),
        (
            {"name": "a", "url": "http://127.0.0.1/", "events": ["report.raedy"]},
            422,
            "unknown-name",
        ),
        (
            {"name": "a", "url": "http://127.0.0.1/", "events": ["channel.test"]},
            422,
            "unknown-name",
        ),
        ({"name": "a", "url": "http://127.0.0.1/", "secret": "mine"}, 422, "validation"),
        ({"name": "a"}, 422, "validation"),
    ],
)
async def test_endpoint_that_cannot_be_is_refused(
    http: httpx.AsyncClient, body: dict[str, object], status: int, slug: str
) -> None:
    answer = await http.post(ADDRESS, json=body)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert (await http.get(ADDRESS)).json()["items"] == []


async def test_address_is_checked_when_it_is_changed(
    http: httpx.AsyncClient, receiver: Receiver
) -> None:
    await add(http, receiver.url)
    answer = await http.patch(f"{ADDRESS}/desk", json={"url": "http://10.0.0.1/"})
    assert answer.json()["slug"] == "address-refused"
    assert (await http.get(f"{ADDRESS}/desk")).json()["url"] == receiver.url


async def test_without_a_server_key_nothing_is_registered(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with (
        open_fake_doors(tmp_path, (), TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS="127.0.0.1") as doors,
        in_process(doors) as http,
    ):
        answer = await http.post(ADDRESS, json={"name": "desk", "url": receiver.url})
    assert (answer.status_code, answer.json()["slug"]) == (500, "settings")
    assert "TRENDS_SERVER_KEY" in answer.json()["detail"]
