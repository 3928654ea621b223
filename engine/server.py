"""Where the Temporal server comes from: five places, in order, and the one that was taken is named."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine import fetch
from engine.commands import run_bounded
from engine.connect import read_target
from trends.errors import EngineNotFoundError

# Priorities and fairness of task queues need this server.
LOWEST_SERVER = (1, 29, 1)
VERSION_LIMIT_SECONDS = 15.0

Say = Callable[[str], None]


class Origin(StrEnum):
    """The five places, in the order in which they are tried."""

    REMOTE = "remote"
    PATH = "path"
    CACHE = "cache"
    DOWNLOAD = "download"
    BUILD = "build"


@dataclass(frozen=True)
class Engine:
    """The Temporal server to use.

    Attributes:
        origin: Where it was found.
        binary: What to start; None for a remote one, where nothing is started.
        address: `host:port` of a remote one, else None.
        version: Version of the server in the binary, such as `1.29.1`; empty for a remote one.
        why: Which it is and why, one sentence for people.
    """

    origin: Origin
    binary: Path | None
    address: str | None
    version: str
    why: str


@dataclass(frozen=True)
class Survey:
    """What looking without fetching came to.

    Attributes:
        engine: The server that was found, if any.
        reasons: Why each place before it was passed over, in order.
    """

    engine: Engine | None
    reasons: tuple[str, ...]


async def find_engine(
    environ: Mapping[str, str],
    *,
    say: Say,
    allow_remote: bool = True,
    means: fetch.Means | None = None,
) -> Engine:
    """Find the Temporal server, or get one: download, else build.

    Args:
        environ: Environment to search by.
        say: Told what is being done, and which server is used and why.
        allow_remote: False where a server of our own is wanted whatever the environment names.
        means: What may be used to get one; the usual if None.

    Raises:
        EngineNotFoundError: None of the five places has one; the message says why for each.
        SettingsError: The Temporal client settings cannot be read.
    """
    survey = await survey_engines(environ, say=say, allow_remote=allow_remote)
    if survey.engine is None:
        survey = await _fetch(environ, list(survey.reasons), say, means or fetch.Means())
    if survey.engine is None:
        raise EngineNotFoundError(
            "No Temporal server was found, and none could be got.",
            why=" ".join(f"({n}) {why}." for n, why in enumerate(survey.reasons, start=1)),
            next_step=(
                "Install the Temporal CLI or Go 1.25 or newer, or open the network, or set TEMPORAL_ADDRESS."
            ),
        )
    say(f"engine: {survey.engine.why}")
    return survey.engine


async def survey_engines(
    environ: Mapping[str, str], *, say: Say, allow_remote: bool = True
) -> Survey:
    """Look in the places that cost nothing: the environment, PATH and the cache.

    Raises:
        SettingsError: The Temporal client settings cannot be read.
    """
    reasons: list[str] = []
    if allow_remote:
        target = read_target(environ)
        if target.address:
            why = f"Temporal at {target.address}, named by {target.origin}; nothing is started here"
            return Survey(Engine(Origin.REMOTE, None, target.address, "", why), ())
        reasons.append("TEMPORAL_ADDRESS and temporal.toml name no server")
    else:
        reasons.append("a remote server is not wanted here")
    found = await _on_path(environ, reasons, say)
    if found is None:
        found = await _in_cache(environ, reasons)
    return Survey(found, tuple(reasons))


async def _on_path(environ: Mapping[str, str], reasons: list[str], say: Say) -> Engine | None:
    passed: list[str] = []
    for binary in _executables(environ.get("PATH", ""), "temporal"):
        version, fault = await check_binary(binary, environ)
        if version:
            why = f"{binary}, the first fit one on PATH (server {version})"
            return Engine(Origin.PATH, binary, None, version, why)
        passed.append(f"{binary} {fault}")
        say(f"passed over {binary}: it {fault}")
    reasons.append(f"on PATH, {'; '.join(passed)}" if passed else "there is no `temporal` on PATH")
    return None


async def _in_cache(environ: Mapping[str, str], reasons: list[str]) -> Engine | None:
    binary = fetch.cached_binary(fetch.cache_folder(environ))
    if not binary.exists():
        reasons.append(f"{binary} does not exist")
        return None
    version, fault = await check_binary(binary, environ)
    if version:
        why = f"{binary}, from this user's cache (server {version})"
        return Engine(Origin.CACHE, binary, None, version, why)
    reasons.append(f"{binary} {fault}")
    return None


async def _fetch(
    environ: Mapping[str, str], reasons: list[str], say: Say, means: fetch.Means
) -> Survey:
    cache = fetch.cache_folder(environ)
    try:
        async with fetch.fetch_lock(cache, say=say):
            # Whoever held the lock before us may have got one.
            found = await _in_cache(environ, [])
            if found is None:
                fetched = await fetch.download(environ, cache, say=say, means=means)
                found = await _accept(Origin.DOWNLOAD, fetched, environ, reasons, say)
            if found is None:
                fetched = await fetch.build(environ, cache, say=say, means=means)
                found = await _accept(Origin.BUILD, fetched, environ, reasons, say)
    except OSError as error:
        reasons.append(f"nothing could be put into {cache}: {error.strerror or error}")
        found = None
    return Survey(found, tuple(reasons))


async def _accept(
    origin: Origin,
    fetched: fetch.Fetched,
    environ: Mapping[str, str],
    reasons: list[str],
    say: Say,
) -> Engine | None:
    fault = fetched.note
    if fetched.binary is not None:
        version, unfit = await check_binary(fetched.binary, environ)
        if version:
            why = f"{fetched.binary}, {fetched.note} (server {version})"
            return Engine(origin, fetched.binary, None, version, why)
        fault = f"{fetched.note}, but it {unfit}"
    reasons.append(fault)
    say(fault)
    return None


async def check_binary(binary: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """Ask a `temporal` for the version of its server.

    Returns:
        The version and no fault if it is fit, else no version and what is wrong, as "it …".
    """
    try:
        outcome = await run_bounded(
            [binary, "--version"], environ=environ, limit_seconds=VERSION_LIMIT_SECONDS
        )
    except OSError as error:
        return "", f"cannot be started: {error.strerror or error}"
    match = re.search(r"\bserver (\d+)\.(\d+)\.(\d+)", outcome.output, flags=re.IGNORECASE)
    if not outcome.ok or match is None:
        return "", f"does not say its server's version: {outcome.reason}"
    version = tuple(int(part) for part in match.groups())
    text = ".".join(match.groups())
    if version < LOWEST_SERVER:
        lowest = ".".join(str(part) for part in LOWEST_SERVER)
        return "", f"holds server {text}, and {lowest} or newer is needed"
    return text, ""


def _executables(path: str, name: str) -> list[Path]:
    found = [Path(folder) / name for folder in path.split(os.pathsep) if folder]
    return [file for file in dict.fromkeys(found) if file.is_file() and os.access(file, os.X_OK)]


def server_command(
    binary: Path,
    *,
    port: int,
    ui_port: int,
    database: Path,
    namespace: str = "default",
    host: str = "127.0.0.1",
) -> tuple[str, ...]:
    """Write the command line of a tuned server.

    Six stages in a row take 550 ms with the server's defaults and 100 ms so: a development server has one shard
    and polls its queues 20 times a second, and a task on a partition without poller waits two seconds.

    Args:
        binary: A `temporal` that `find_engine` found.
        port: Where clients connect.
        ui_port: Where its web page is.
        database: SQLite file; created if absent.
        namespace: Created if absent.
        host: Address to bind; without authentication, loopback is the only safe one.
    """
    dynamic = {
        "history.transferProcessorMaxPollRPS": "2000",
        "history.timerProcessorMaxPollRPS": "2000",
        "matching.numTaskqueueReadPartitions": "1",
        "matching.numTaskqueueWritePartitions": "1",
        "matching.useNewMatcher": "true",
        "matching.enableFairness": "true",
    }
    command = [str(binary), "server", "start-dev"]
    command += ["--ip", host, "--port", str(port), "--ui-port", str(ui_port)]
    command += ["--db-filename", str(database), "--namespace", namespace, "--log-level", "error"]
    # Safe against a crash of the process, and some of the last writes are lost only if the machine fails.
    command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
    for key, value in dynamic.items():
        command += ["--dynamic-config-value", f"{key}={value}"]
    return tuple(command)
