"""A process of the API that asks who calls, as its operators and users meet it."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from engine.state import State, prepare_state
from trends.storage.migrate import migrate
from trends_client import AsyncTrendsClient, RefusedError

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A state folder, an API on it in the environment production, and the command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TRENDS_ENV": "production",
            "TRENDS_STATE": str(folder / "state"),
            "TRENDS_API__PORT": str(self.port),
            "TRENDS_API_URL": self.url,
            "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
            "XDG_CONFIG_HOME": str(folder),
        }
        self._folder = folder
        self._process: Process | None = None

    async def start(self, **environ: str) -> Process:
        """Start the API."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api",
            cwd=ROOT, env={**self.environ, **environ}, stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        return self._process

    async def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def trends(self, *words: str, **environ: str) -> tuple[int, str, str]:
        """Run a command; its status, data and words."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", *words,
            cwd=self._folder, env={**self.environ, **environ}, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode().strip(), err.decode().strip()

    async def client(self, key: str | None = None) -> AsyncTrendsClient:
        """A client that bears the API's start."""
        return AsyncTrendsClient(self.url, api_key=key, patience=60)


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncGenerator[Installation]:
    """A database that is set up, and nothing running."""
    state = State(tmp_path / "state")
    prepare_state(state)
    migrate(state.database_url)
    made = Installation(tmp_path)
    yield made
    await made.stop()


async def test_from_the_first_key_to_a_revoked_one(installation: Installation) -> None:
    status, first, _ = await installation.trends(
        "keys", "create", "first", "--scope", "admin", "--local", "--tenant", "acme"
    )
    assert status == 0
    await installation.start()
    async with await installation.client() as nobody:
        with pytest.raises(RefusedError):
            await nobody.keys.me()

    assert (await installation.trends("keys", "list"))[0] == 4
    admin = {"TRENDS_API_KEY": first}
    status, board, _ = await installation.trends(
        "keys", "create", "board", "--scope", "runs:read", **admin
    )
    assert status == 0
    assert (await installation.trends("runs", "list", TRENDS_API_KEY=board))[0] == 0
    status, _, said = await installation.trends("run", "--detach", TRENDS_API_KEY=board)
    assert status == 4
    assert "runs:write" in said

    async with await installation.client(first) as acme:
        assert (await acme.submit(sources=["sample"])).status == "starting"
        assert (await acme.keys.me()).tenant == "acme"
        log = [(entry.action, entry.outcome) async for entry in acme.keys.audit()]
    assert log == [
        ("start_run", "done"),
        ("start_run", "refused"),
        ("create_key", "done"),
        ("create_key", "done"),
    ]

    assert (await installation.trends("keys", "revoke", board, **admin))[0] == 0
    assert (await installation.trends("runs", "list", TRENDS_API_KEY=board))[0] == 4


async def test_a_profile_brings_address_and_key(installation: Installation, tmp_path: Path) -> None:
    _, key, _ = await installation.trends("keys", "create", "a", "--scope", "read", "--local")
    await installation.start()
    async with await installation.client(key) as client:
        await client.keys.me()
    file = tmp_path / "trends" / "profiles.toml"
    file.parent.mkdir()
    file.write_text(f'[desk]\napi_url = "{installation.url}"\napi_key = "{key}"\n')
    file.chmod(0o600)
    told = await installation.trends("keys", "me", TRENDS_API_URL="", TRENDS_PROFILE="desk")
    assert told[0] == 0
    assert "tenant\tlocal" in told[1]


async def test_behind_a_trusted_proxy_failures_count_for_the_caller(
    installation: Installation,
) -> None:
    _, key, _ = await installation.trends("keys", "create", "a", "--scope", "read", "--local")
    await installation.start(
        TRENDS_API__TRUSTED_PROXIES='["127.0.0.1"]',
        TRENDS_API__HOST="0.0.0.0",
        TRENDS_AUTH__FAILURES="3",
    )
    async with await installation.client(key) as client:
        await client.keys.me()

    async def status(address: str, credential: str) -> int:
        headers = {"X-Forwarded-For": address, "Authorization": f"Bearer {credential}"}
        async with httpx.AsyncClient(base_url=installation.url) as http:
            return (await http.get("/v1/me", headers=headers)).status_code

    assert [await status("203.0.113.1", f"wrong {n}"[6:]) for n in range(5)] == [401] * 3 + [
        429
    ] * 2
    assert await status("203.0.113.2", "wrong") == 401
    assert await status("203.0.113.1", key) == 200
    async with httpx.AsyncClient(base_url=installation.url) as http:
        outside = await http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.1"})
        assert outside.status_code == 401
        assert (await http.get("/metrics")).status_code == 200


async def test_production_does_not_start_without_authentication(
    installation: Installation,
) -> None:
    process = await installation.start(TRENDS_AUTH__MODE="off")
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 1
    assert "does not serve without authentication in production" in said.decode()
    assert "Traceback" not in said.decode()
