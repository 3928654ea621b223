"""Where Temporal is: variables over profile over fallback, and plain words when it does not answer."""

import asyncio
import os
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.service import TLSConfig

from engine.connect import connect, connect_arguments, read_target
from trends.errors import EngineUnreachableError, SettingsError

PROFILES = """
[profile.default]
address = "default.example:7233"

[profile.cloud]
address = "cloud.example:7233"
namespace = "team.abcde"
api_key = "made-up"

[profile.mtls]
address = "own.example:7233"
[profile.mtls.tls]
server_name = "temporal.own.example"
client_cert_path = "CERT"
client_key_path = "KEY"
"""
NOWHERE = {"TEMPORAL_CONFIG_FILE": os.devnull}


@pytest.fixture
def profiles(tmp_path: Path) -> dict[str, str]:
    """An environment with a file of profiles."""
    (tmp_path / "cert.pem").write_text("certificate")
    (tmp_path / "key.pem").write_text("key")
    text = PROFILES.replace("CERT", str(tmp_path / "cert.pem"))
    file = tmp_path / "temporal.toml"
    file.write_text(text.replace("KEY", str(tmp_path / "key.pem")))
    return {"TEMPORAL_CONFIG_FILE": str(file)}


@pytest.fixture
async def deaf() -> AsyncGenerator[str]:
    """Address of a program that is not Temporal and closes every connection."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def test_an_empty_environment_names_no_cluster() -> None:
    assert read_target(NOWHERE).address is None


def test_what_the_environment_does_not_name_comes_from_the_caller() -> None:
    assert connect_arguments(NOWHERE, address="here:1", namespace="mine") == {
        "target_host": "here:1",
        "namespace": "mine",
    }


def test_the_default_profile_is_read(profiles: dict[str, str]) -> None:
    assert read_target(profiles).address == "default.example:7233"


def test_an_address_in_the_environment_wins_over_the_profile(profiles: dict[str, str]) -> None:
    target = read_target({**profiles, "TEMPORAL_ADDRESS": "env.example:7233"})
    assert (target.address, target.origin) == ("env.example:7233", "TEMPORAL_ADDRESS")


def test_an_api_key_turns_tls_on(profiles: dict[str, str]) -> None:
    assert connect_arguments({**profiles, "TEMPORAL_PROFILE": "cloud"}) == {
        "target_host": "cloud.example:7233",
        "namespace": "team.abcde",
        "api_key": "made-up",
        "tls": True,
    }


def test_mutual_tls_is_read_from_the_files_a_profile_names(profiles: dict[str, str]) -> None:
    arguments = connect_arguments({**profiles, "TEMPORAL_PROFILE": "mtls"})
    assert arguments["tls"] == TLSConfig(
        domain="temporal.own.example",
        client_cert=b"certificate",
        client_private_key=b"key",
    )


def test_headers_come_from_the_environment() -> None:
    arguments = connect_arguments({**NOWHERE, "TEMPORAL_GRPC_META_TEAM": "trends"})
    assert arguments["rpc_metadata"] == {"team": "trends"}


def test_a_profile_that_does_not_exist_is_named(profiles: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="Profile 'prd' not found"):
        read_target({**profiles, "TEMPORAL_PROFILE": "prd"})


def test_a_certificate_that_does_not_exist_is_named(
    profiles: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "cert.pem").unlink()
    with pytest.raises(SettingsError, match=r"cert\.pem"):
        read_target({**profiles, "TEMPORAL_PROFILE": "mtls"})


def test_a_settings_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        read_target({"TEMPORAL_CONFIG_FILE": str(tmp_path / "none.toml")})


def test_a_settings_file_that_is_no_toml_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[profile")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_target({"TEMPORAL_CONFIG_FILE": str(tmp_path / "bad.toml")})


async def test_a_closed_port_is_reported_in_plain_words() -> None:
    with pytest.raises(EngineUnreachableError) as failure:
        await connect({**NOWHERE, "TEMPORAL_ADDRESS": "127.0.0.1:1"})
    assert str(failure.value) == (
        "Cannot reach the Temporal server at 127.0.0.1:1. Connection refused. "
        "Is it up? Try: trends up. What is wrong: trends doctor."
    )


async def test_a_program_that_is_not_temporal_is_reported_in_plain_words(deaf: str) -> None:
    with pytest.raises(EngineUnreachableError, match="It closed the connection"):
        await connect({**NOWHERE, "TEMPORAL_ADDRESS": deaf})


async def test_patience_goes_on_trying_until_it_ends() -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(EngineUnreachableError):
        await connect(NOWHERE, address="127.0.0.1:1", patience=timedelta(seconds=0.3))
    assert loop.time() - started >= 0.3


async def test_a_lazy_client_is_made_while_nothing_answers() -> None:
    client = await connect(NOWHERE, address="127.0.0.1:1", namespace="mine", lazy=True)
    assert client.namespace == "mine"
