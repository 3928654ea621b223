"""Connect to Temporal: a server of ours on this machine, a cluster, or Temporal Cloud.

Address, namespace, API key and TLS come from `TEMPORAL_*` variables and temporal.toml profiles, as with Temporal's
own command; every setting of theirs works here.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from trends.errors import EngineUnreachableError, SettingsError

DEFAULT_ADDRESS = "127.0.0.1:7233"
DEFAULT_NAMESPACE = "default"
# One attempt against an address that swallows packets would otherwise last as long as TCP does.
ATTEMPT_LIMIT = timedelta(seconds=10)
RETRY_PAUSE = timedelta(milliseconds=50)
# The SDK tries a request for ten seconds, however short its own limit is: too long for a person who waits at a door.
DOOR_RETRIES = RetryConfig(max_elapsed_time_millis=2_000)


@dataclass(frozen=True)
class Target:
    """Where the environment says Temporal is.

    Attributes:
        connect: Arguments of `Client.connect`, as far as the environment gives them.
        address: `host:port`, or None where the environment names no cluster.
        origin: Which variable or file named it, for people.
    """

    connect: ClientConnectConfig
    address: str | None
    origin: str


def read_target(environ: Mapping[str, str]) -> Target:
    """Read `TEMPORAL_*` variables and the temporal.toml profile they select.

    Raises:
        SettingsError: The file or profile is missing or cannot be read.
    """
    file = environ.get("TEMPORAL_CONFIG_FILE")
    # The SDK takes a missing file for an empty one, and a typing error would lead to another cluster.
    if file and not Path(file).exists():
        raise SettingsError(
            f"TEMPORAL_CONFIG_FILE names {file}, which does not exist.",
            next_step="Correct the path, or unset the variable.",
        )
    try:
        connect = ClientConfig.load_client_connect_config(override_env_vars=dict(environ))
    # The SDK's ConfigError, which no public module of it names, is a RuntimeError.
    except (RuntimeError, OSError, ValueError) as error:
        raise _unreadable(error) from error
    if environ.get("TEMPORAL_ADDRESS"):
        origin = "TEMPORAL_ADDRESS"
    else:
        profile = environ.get("TEMPORAL_PROFILE") or "default"
        origin = f"profile '{profile}' of {file or 'temporal.toml'}"
    return Target(connect=connect, address=connect.get("target_host"), origin=origin)


def _unreadable(error: Exception) -> SettingsError:
    return SettingsError(
        "The Temporal client settings cannot be read.",
        why=f"{error}.",
        next_step="Correct temporal.toml, or the TEMPORAL_* variable that points to it.",
    )


def connect_arguments(
    environ: Mapping[str, str],
    *,
    address: str = DEFAULT_ADDRESS,
    namespace: str = DEFAULT_NAMESPACE,
) -> dict[str, Any]:
    """Build the arguments of `Client.connect`.

    Args:
        environ: Environment to read.
        address: Used where the environment names no cluster.
        namespace: Used where the environment names none.

    Raises:
        SettingsError: As `read_target`.
    """
    given = read_target(environ).connect
    return {"target_host": address, "namespace": namespace, **given}


async def connect(
    environ: Mapping[str, str] | None = None,
    *,
    address: str = DEFAULT_ADDRESS,
    namespace: str = DEFAULT_NAMESPACE,
    lazy: bool = False,
    patience: timedelta = timedelta(0),
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
) -> Client:
    """Connect with our data converter.

    Args:
        environ: Environment to read; that of the process if None.
        address: Used where the environment names no cluster.
        namespace: Used where the environment names none.
        lazy: Connect on first use, so that a door can open while Temporal is down; a request is then given up soon.
            Workers cannot be lazy.
        patience: How long to go on trying while nothing answers.
        interceptors: Passed to the client.
        runtime: Passed to the client.

    Raises:
        EngineUnreachableError: Nothing answered in time.
        SettingsError: As `read_target`.
    """
    arguments = connect_arguments(
        os.environ if environ is None else environ, address=address, namespace=namespace
    )
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience.total_seconds()
    while True:
        try:
            async with asyncio.timeout(ATTEMPT_LIMIT.total_seconds()):
                return await Client.connect(
                    **arguments,
                    data_converter=pydantic_data_converter,
                    lazy=lazy,
                    retry_config=DOOR_RETRIES if lazy else None,
                    interceptors=interceptors,
                    runtime=runtime,
                )
        except (RuntimeError, RPCError, OSError, TimeoutError) as error:
            if loop.time() >= deadline:
                raise unreachable(str(arguments["target_host"]), error) from error
        await asyncio.sleep(RETRY_PAUSE.total_seconds())


def unreachable(address: str, error: Exception) -> EngineUnreachableError:
    """Say in plain words why a Temporal server does not answer.

    Args:
        address: Where it was sought.
        error: What the SDK raised.
    """
    return EngineUnreachableError(
        f"Cannot reach the Temporal server at {address}.",
        why=f"{_plain_reason(error)}.",
        next_step="Is it up? Try: trends up. What is wrong: trends doctor.",
    )


def _plain_reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "No answer within the time limit"
    denied = {RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED}
    if isinstance(error, RPCError) and error.status in denied:
        return f"It refused our credentials ({error.message})"
    text = str(error)
    # The SDK's text is a nest of Rust errors; these are the ones people meet.
    known = {
        "Connection refused": "Connection refused",
        "dns error": "Its name does not resolve",
        "Unauthenticated": "It refused our credentials",
        "PermissionDenied": "It refused our credentials",
        "InvalidCertificate": "Its TLS certificate is not valid for us",
        "UnknownIssuer": "Its TLS certificate is not valid for us",
        "HandshakeFailure": "The TLS handshake failed",
        "InvalidContentType": "It does not speak TLS",
        "tls handshake eof": "The TLS handshake failed",
        "h2 protocol error": "Something other than Temporal answers there",
        "ConnectionReset": "It closed the connection",
        "BrokenPipe": "It closed the connection",
        "connection closed": "It closed the connection",
    }
    for sign, reason in known.items():
        if sign in text:
            return reason
    return text[:300].rstrip(".")
