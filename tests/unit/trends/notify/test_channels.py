"""Channels by name: how they are made, what is missing, and that nothing secret is shown."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.trends.notify.http_receiver import Reply, receiving
from tests.unit.trends.notify.notice_cases import message, now
from tests.unit.trends.notify.ways_out import outside
from tests.unit.trends.secrets.store_servers import serving, vault_reply
from trends.channel_settings import NotifySettings
from trends.domain.models import Language
from trends.errors import DeliveryError, DeliveryUnavailableError, SettingsError, UnknownNameError
from trends.notify.deliver import usable
from trends.notify.mail import EmailChannel
from trends.notify.registry import ChannelMeans, Channels
from trends.notify.slack import SlackChannel
from trends.notify.webhook import WebhookChannel
from trends.secrets.resolver import Secrets
from trends.settings import load_settings
from trends.settings_sections import SecretSettings

SECRET = f"whsec_{base64.b64encode(b's' * 32).decode()}"
URL = "https://hooks.slack.com/services/T0/B0/s3cr3t"
MAIL = {
    "type": "email",
    "host": "mail.example.org",
    "sender": "trends@example.org",
    "recipients": ["a@example.org"],
}


def notify(**channels: Any) -> NotifySettings:
    """Settings as they come from a file."""
    values = {"channels": channels, "run_channels": ["log"], "alert_channels": ["log"]}
    return NotifySettings.model_validate_json(json.dumps(values), strict=True)


def channels(
    tmp_path: Path,
    environ: dict[str, str] | None = None,
    stores: SecretSettings | None = None,
    **named: Any,
) -> Channels:
    """Channels of a process."""
    way = outside()
    secrets = Secrets(lambda: stores or load_settings({}).secrets, environ or {})
    means = ChannelMeans(
        logs=tmp_path, secret=secrets.read, post=way.post, dial=way.dial, clock=now
    )
    return Channels(notify(**named), means)


def test_each_type_makes_its_channel(tmp_path: Path) -> None:
    made = channels(
        tmp_path,
        team={"type": "slack", "url": URL},
        hook={"type": "webhook", "url": "https://n8n.example.org/x", "secret": SECRET},
        mail=MAIL,
    )

    assert isinstance(made.create("team"), SlackChannel)
    assert isinstance(made.create("hook"), WebhookChannel)
    assert isinstance(made.create("mail"), EmailChannel)
    assert made.create("log").name == "log"


def test_log_is_there_without_being_named(tmp_path: Path) -> None:
    assert [state.name for state in channels(tmp_path).states()] == ["log"]


def test_unknown_channel_names_the_near_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'team'"):
        channels(tmp_path, team={"type": "slack", "url": URL}).check(["taem"])


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ({"type": "slack"}, "'it' has no url"),
        (
            {"type": "slack", "url": "secret://env/SLACK_WEBHOOK_URL"},
            "secret://env/SLACK_WEBHOOK_URL.",
        ),
        ({"type": "slack", "url": "secret://file/no/such/file"}, "/no/such/file"),
        ({"type": "slack", "url": "secret://vualt/kv/a#b"}, "secret://vault/MOUNT/PATH#KEY"),
        ({"type": "slack", "url": "ftp://example.org"}, "url"),
        ({"type": "webhook", "url": "https://example.org"}, "'it' has no secret"),
        ({"type": "webhook", "url": "https://example.org", "secret": "short"}, "whsec_"),
        ({**MAIL, "username": "me"}, "'it' has no password"),
    ],
)
def test_missing_secret_is_named_with_its_channel(
    tmp_path: Path, written: dict[str, Any], missing: str
) -> None:
    with pytest.raises(SettingsError, match="'it'") as refused:
        channels(tmp_path, it=written).check(["log", "it"])

    assert missing in str(refused.value)
    (state,) = (each for each in channels(tmp_path, it=written).states() if each.name == "it")
    assert missing in state.trouble


def test_secret_may_stand_in_a_variable_or_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    written = {
        "type": "webhook",
        "url": "secret://env/N8N_WEBHOOK_URL",
        "secret": f"secret://file{file}",
    }

    made = channels(tmp_path, {"N8N_WEBHOOK_URL": "https://n8n.example.org/x"}, hook=written)

    assert isinstance(made.create("hook"), WebhookChannel)


def test_file_is_read_again_for_every_message(tmp_path: Path) -> None:
    file = tmp_path / "url"
    made = channels(tmp_path, team={"type": "slack", "url": f"secret://file{file}"})
    with pytest.raises(SettingsError):
        made.check(["team"])

    file.write_text(URL)

    made.check(["team"])


async def test_secret_in_vault_is_awaited_while_vault_is_away(tmp_path: Path) -> None:
    with serving(vault_reply) as vault:
        vault.secrets["prod/slack"] = {"url": URL}
        vault.instead = 503, {"errors": ["sealed"]}
        stores = load_settings(
            {"TRENDS_SECRETS__VAULT_URL": vault.url, "TRENDS_SECRETS__VAULT_TOKEN": "s.token"}
        ).secrets
        team = {"type": "slack", "url": "secret://vault/kv/prod/slack#url"}
        made = channels(tmp_path, None, stores, team=team)
        away = await usable(made, "local", "team")
        with pytest.raises(DeliveryUnavailableError, match="cannot be read at the moment"):
            await away.send(message())

        vault.instead = None
        back = channels(tmp_path, None, stores, team=team)
        assert isinstance(await usable(back, "local", "team"), SlackChannel)


def test_nothing_secret_is_printed(tmp_path: Path) -> None:
    named: dict[str, Any] = {
        "team": {"type": "slack", "url": URL},
        "hook": {"type": "webhook", "url": URL, "secret": SECRET},
        "mail": {**MAIL, "username": "me", "password": "s3cr3t"},
    }
    made = channels(tmp_path, **named)
    shown = [notify(**named), made.states(), *(vars(made.create(name)) for name in named)]

    said = " ".join(f"{each!r} {each!s}" for each in shown)
    assert "s3cr3t" not in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"type": "pigeon"}, "type"),
        ({"type": "slack", "urll": URL}, "urll"),
        ({**MAIL, "security": "none"}, "allow_unencrypted"),
        ({**MAIL, "sender": "a@b.org\r\nBcc: c@d.org"}, "sender"),
        ({**MAIL, "recipients": ["a@b.org>\r\nDATA"]}, "recipients"),
        ({**MAIL, "sender_name": "a\nb"}, "sender_name"),
        ({**MAIL, "recipients": []}, "recipients"),
        ({**MAIL, "host": "mail example"}, "host"),
        ({**MAIL, "port": 0}, "port"),
    ],
)
def test_wrong_settings_are_refused_without_being_repeated(
    written: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        notify(it={**written, "password": "s3cr3t"} if written["type"] == "email" else written)

    assert why in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_mail_to_this_machine_may_go_unencrypted(host: str) -> None:
    notify(it={**MAIL, "security": "none", "host": host})


@pytest.mark.parametrize("name", ["Team", "a b", "", "-x", "x" * 41])
def test_name_that_could_not_be_written_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        notify(**{name: {"type": "log"}})


def test_log_cannot_be_something_else() -> None:
    with pytest.raises(ValidationError, match="always of the type log"):
        notify(log={"type": "slack", "url": URL})


async def test_a_test_is_sent_at_once(tmp_path: Path) -> None:
    async with receiving() as receiver:
        made = channels(tmp_path, team={"type": "slack", "url": receiver.url})

        assert await made.test("local", "team", language=Language.KO, nonce="n") == ""

    assert "채널 시험 – team" in json.loads(receiver.seen[0].body)["text"]


async def test_a_test_that_is_refused_says_so(tmp_path: Path) -> None:
    async with receiving(Reply(404, b"no_service")) as receiver:
        made = channels(tmp_path, team={"type": "slack", "url": receiver.url})
        with pytest.raises(DeliveryError, match="no_service"):
            await made.test("local", "team", language=Language.EN, nonce="n")
