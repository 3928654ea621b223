"""Secrets: read where the reference says, kept for a while, never shown."""

import asyncio
import json
import traceback
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from tests.unit.trends.secrets.store_servers import StoreServer, aws_reply, serving, vault_reply
from trends.errors import SecretError
from trends.secrets.resolver import REST_SECONDS, Secrets
from trends.settings_sections import SecretSettings

SECRET = "hunter2-s3cr3t"
VAULT = "secret://vault/kv/prod/openai#api_key"
AWS = "secret://aws/prod/openai#api_key"


@dataclass
class Opened:
    """A resolver, and what moves it."""

    values: dict[str, Any] = field(
        default_factory=lambda: {
            "ttl_seconds": 300.0,
            "vault_url": "",
            "vault_token": "secret://env/VAULT_TOKEN",
            "aws_region": "ap-northeast-2",
            "aws_endpoint_url": "",
        }
    )
    environ: Mapping[str, str] = field(default_factory=lambda: {"VAULT_TOKEN": "s.token\n"})
    now: float = 1000.0

    def __post_init__(self) -> None:
        """Make it."""
        self.secrets = Secrets(
            lambda: SecretSettings.model_validate(self.values), self.environ, lambda: self.now
        )

    def text(self, written: str) -> str | None:
        """Read a secret, and show it."""
        found = self.secrets.read(written)
        return None if found is None else found.get_secret_value()


@pytest.fixture
def vault() -> Generator[StoreServer]:
    """A Vault server with one secret."""
    with serving(vault_reply) as server:
        server.secrets["prod/openai"] = {"api_key": SECRET, "number": 7}
        yield server


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Generator[StoreServer]:
    """AWS Secrets Manager with one secret, and credentials for it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with serving(aws_reply) as server:
        server.secrets["prod/openai"] = json.dumps({"api_key": SECRET})
        server.secrets["plain"] = SECRET
        yield server


def at_vault(server: StoreServer) -> Opened:
    opened = Opened()
    opened.values["vault_url"] = server.url
    return opened


def at_aws(server: StoreServer) -> Opened:
    opened = Opened()
    opened.values["aws_endpoint_url"] = server.url
    return opened


def test_what_is_no_reference_is_the_secret_itself() -> None:
    assert Opened().text(SECRET) == SECRET
    assert Opened().secrets.read(SecretStr("")) is None


def test_variable_is_read_and_an_absent_or_empty_one_is_no_secret() -> None:
    opened = Opened(environ={"KEY": SECRET, "EMPTY": ""})
    assert opened.text("secret://env/KEY") == SECRET
    assert opened.text("secret://env/EMPTY") is None
    assert opened.text("secret://env/ABSENT") is None


def test_file_loses_one_line_end_and_its_change_is_seen_at_once(tmp_path: Path) -> None:
    file = tmp_path / "key#1"
    file.write_bytes(SECRET.encode() + b"\n\r\n")
    assert Opened().text(f"secret://file{file}") == SECRET + "\n"
    file.write_text("other")
    assert Opened().text(f"secret://file/{file}") == "other"


@pytest.mark.parametrize("content", [None, b"\xff\xfe" + SECRET.encode(), b"x" * 70_000])
def test_file_that_cannot_be_read_is_named_without_its_content(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SecretError) as failed:
        Opened().text(f"secret://file{file}")
    assert str(file) in str(failed.value)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize(
    "reference",
    [
        "secret://",
        "secret://vaults/kv/a#b",
        "secret://env/",
        "secret://file/",
        "secret://vault/kv#key",
        "secret://vault/kv/path",
        "secret://vault/kv/path#",
        "secret://aws/#key",
        "secret://aws/name#",
    ],
)
def test_reference_that_says_nothing_says_how_it_is_written(reference: str) -> None:
    with pytest.raises(SecretError, match=r"secret://.*secret://"):
        Opened().text(reference)


async def test_vault_gives_a_member_of_the_newest_version(vault: StoreServer) -> None:
    found = await at_vault(vault).secrets.resolve(SecretStr(VAULT))
    assert found == SecretStr(SECRET)
    assert vault.asked[0].path == "/v1/kv/data/prod/openai"


async def test_aws_is_asked_with_a_signature_and_gives_a_member_or_the_whole(
    aws: StoreServer,
) -> None:
    opened = at_aws(aws)
    assert await opened.secrets.resolve(AWS) == SecretStr(SECRET)
    assert opened.text("secret://aws/plain") == SECRET
    assert "ap-northeast-2/secretsmanager" in aws.asked[0].headers["authorization"]


def test_secret_is_kept_until_its_time_is_over(vault: StoreServer) -> None:
    opened = at_vault(vault)
    assert opened.text(VAULT) == SECRET
    vault.secrets["prod/openai"] = {"api_key": "new"}
    opened.now += 299
    assert opened.text(VAULT) == SECRET
    opened.now += 2
    assert opened.text(VAULT) == "new"
    assert len(vault.asked) == 2


@pytest.mark.parametrize("down", [(503, {"errors": ["sealed"]}), (500, b"<html>"), (200, b"{oops")])
def test_last_good_vault_secret_serves_while_the_store_is_down(
    vault: StoreServer, down: tuple[int, Any]
) -> None:
    opened = at_vault(vault)
    assert opened.text(VAULT) == SECRET
    vault.instead = down
    with capture_logs() as said:
        for _ in range(3):
            opened.now += 301
            assert opened.text(VAULT) == SECRET
        vault.instead = None
        vault.secrets["prod/openai"] = {"api_key": "new"}
        opened.now += REST_SECONDS
        assert opened.text(VAULT) == "new"
    assert [each["event"] for each in said] == ["secret.store_down", "secret.store_back"]
    assert said[0]["reference"] == VAULT
    assert SECRET not in str(said)


def test_last_good_aws_secret_serves_while_the_store_is_gone(aws: StoreServer) -> None:
    opened = at_aws(aws)
    assert opened.text(AWS) == SECRET
    aws.instead = 500, {"__type": "InternalServiceError"}
    opened.now += 301
    assert opened.text(AWS) == SECRET


def test_store_that_is_down_is_left_alone_for_a_while(vault: StoreServer) -> None:
    opened = at_vault(vault)
    vault.instead = 503, {}
    for _ in range(3):
        with pytest.raises(SecretError, match="Vault cannot answer"):
            opened.text(VAULT)
    assert len(vault.asked) == 1


def test_nothing_listening_names_the_address_and_no_token() -> None:
    with serving(vault_reply) as gone:
        opened = at_vault(gone)
    with pytest.raises(SecretError) as failed:
        opened.text(VAULT)
    assert gone.url in str(failed.value)
    assert "s.token" not in "".join(traceback.format_exception(failed.value))


def test_secret_that_was_taken_away_is_gone_at_the_next_look(vault: StoreServer) -> None:
    opened = at_vault(vault)
    assert opened.text(VAULT) == SECRET
    vault.secrets.clear()
    opened.now += 301
    with pytest.raises(SecretError, match="prod/openai"):
        opened.text(VAULT)
    vault.instead = 503, {}
    with pytest.raises(SecretError, match="cannot answer"):
        opened.text(VAULT)


def test_token_that_vault_does_not_take_is_said_without_it(vault: StoreServer) -> None:
    opened = Opened(environ={"VAULT_TOKEN": "s.wrong"})
    opened.values["vault_url"] = vault.url
    with pytest.raises(SecretError, match="does not let the token") as failed:
        opened.text(VAULT)
    assert "s.wrong" not in "".join(traceback.format_exception(failed.value))


def test_token_of_vault_cannot_lie_in_vault(vault: StoreServer) -> None:
    opened = at_vault(vault)
    opened.values["vault_token"] = VAULT
    with pytest.raises(SecretError, match="own token"):
        opened.text(VAULT)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("secret://aws/absent", "none of this name"),
        ("secret://aws/plain#key", "no JSON object"),
        ("secret://aws/prod/openai#other", "no member 'other'"),
    ],
)
def test_what_aws_does_not_have_is_said_without_what_it_has(
    aws: StoreServer, reference: str, why: str
) -> None:
    with pytest.raises(SecretError, match=why) as failed:
        at_aws(aws).text(reference)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


def test_member_that_is_no_text_is_refused(vault: StoreServer) -> None:
    with pytest.raises(SecretError, match="is no text"):
        at_vault(vault).text("secret://vault/kv/prod/openai#number")


def test_another_vault_is_not_answered_from_what_the_first_one_gave(vault: StoreServer) -> None:
    opened = at_vault(vault)
    assert opened.text(VAULT) == SECRET
    with serving(vault_reply) as second:
        second.secrets["prod/openai"] = {"api_key": "second"}
        opened.values["vault_url"] = second.url
        assert opened.text(VAULT) == "second"


async def test_callers_at_once_share_one_look(vault: StoreServer) -> None:
    opened = at_vault(vault)
    found = await asyncio.gather(*(opened.secrets.resolve(VAULT) for _ in range(8)))
    assert found == [SecretStr(SECRET)] * 8
    assert len(vault.asked) == 1


def test_resolver_shows_no_secret_of_itself(vault: StoreServer) -> None:
    opened = at_vault(vault)
    found = opened.secrets.read(VAULT)
    assert SECRET not in f"{found!r} {vars(opened.secrets)!r}"
