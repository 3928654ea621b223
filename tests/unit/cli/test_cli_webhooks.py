"""`trends webhooks` and `trends runs share`, through client and API down to a real receiver."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from cli.exits import Exit
from tests.unit.api.fake_doors import REPORTS, LiveApi, open_fake_doors
from tests.unit.cli.conftest import ROOT, Said
from tests.unit.trends.notify.http_receiver import Reply, receiving
from tests.unit.trends.notify.notice_cases import notice
from trends.notify.deliver import deliver_all

Call = Callable[..., Awaitable[Said]]


@pytest.fixture
async def live(tmp_path: Path) -> AsyncGenerator[LiveApi]:
    """The API on a socket, over real storage."""
    async with open_fake_doors(tmp_path, TRENDS_OUTBOUND__ALLOW_PRIVATE_HOSTS="127.0.0.1") as doors:
        api = LiveApi(doors)
        await api.start()
        yield api
        await api.stop()


@pytest.fixture
def call(live: LiveApi) -> Call:
    """Run `trends` as a process of its own, as in a pipe."""

    async def asked(*words: str) -> Said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cli", *words, "--api-url", live.url,
            cwd=ROOT, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())

    return asked


async def test_endpoint_goes_through_its_life(live: LiveApi, call: Call) -> None:
    async with receiving() as receiver:
        added = await call("webhooks", "add", "desk", receiver.url, "--event", "report.ready")
        assert (added.status, added.out[:6]) == (0, "whsec_")
        assert "--channel hook-desk" in added.err
        listed = await call("webhooks", "list")
        assert listed.out.split("\t")[:4] == ["desk", "hook-desk", "enabled", "report.ready"]
        assert (await call("webhooks", "test", "desk")).status == 0
        rotated = await call("webhooks", "rotate", "desk")
        assert rotated.out[:6] == "whsec_"
        assert rotated.out != added.out

        receiver.plays = [Reply(410), Reply(200)]
        run_id = await live.doors.accept()
        await deliver_all(live.doors.outbox, live.doors.channels, ["hook-desk"], notice(run_id))
        off = await call("webhooks", "test", "desk")
        assert off.status != 0
        assert "trends webhooks enable desk" in off.err
        assert (await call("webhooks", "enable", "desk")).status == 0

        failed = json.loads((await call("webhooks", "deliveries", "desk", "--json")).out)
        assert (failed["state"], failed["run_id"]) == ("failed", run_id)
        assert (await call("webhooks", "resend", "desk", failed["id"])).status == 0
        assert (await call("webhooks", "deliveries", "desk", "--state", "failed")).out == ""
        assert (await call("webhooks", "remove", "desk")).status == 0
        gone = await call("webhooks", "test", "desk")
        assert gone.status == Exit.NOT_FOUND
        assert "trends webhooks list" in gone.err


async def test_report_is_shared_and_taken_back(live: LiveApi, call: Call) -> None:
    run_id = await live.doors.accept()
    await live.doors.complete(run_id)
    shared = await call("runs", "share", "last", "--expires", "2w")
    link = shared.out.strip()
    async with httpx.AsyncClient() as http:
        assert (await http.get(link)).content == REPORTS["text/html"]
        listed = (await call("runs", "shares", run_id)).out.split("\t")
        assert listed[1:3] == ["open", "1"]
        assert f"trends runs unshare {listed[0]}" in shared.err
        assert (await call("runs", "unshare", listed[0])).status == 0
        assert (await http.get(link)).status_code == 410


async def test_life_that_cannot_be_is_refused_in_a_sentence(live: LiveApi, call: Call) -> None:
    await live.doors.complete(await live.doors.accept())
    refused = await call("runs", "share", "last", "--expires", "1y")
    assert refused.status == Exit.USAGE
    assert "90d at most" in refused.err
