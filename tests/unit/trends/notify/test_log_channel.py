"""The log channel: one line for each message, however often it is sent."""

import asyncio
import json
import logging
from collections.abc import Generator
from io import StringIO
from pathlib import Path

import pytest
import structlog

from tests.unit.trends.notify.notice_cases import notice
from trends.errors import DeliveryUnavailableError
from trends.notify.base import Message
from trends.notify.log import LogChannel, append_once
from trends.telemetry import configure_logging


def message(run_id: str = "run-1") -> Message:
    return Message.of(notice(run_id), "log")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "notifications.log"


@pytest.fixture
def channel(file: Path) -> LogChannel:
    return LogChannel("log", file.parent)


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def ids(file: Path) -> list[str]:
    return [json.loads(line)["id"] for line in lines(file)]


@pytest.fixture
def torn_file(file: Path) -> Path:
    file.parent.mkdir()
    file.write_bytes(b'{"id": "torn')
    return file


@pytest.fixture
def full_file(file: Path) -> Path:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full (Linux)")
    file.parent.mkdir()
    file.symlink_to("/dev/full")
    return file


async def test_message_is_one_json_line(channel: LogChannel, file: Path) -> None:
    await channel.send(message())

    (line,) = lines(file)
    assert Message.model_validate_json(line) == message()
    assert "비건 간식" in line


async def test_message_sent_twice_stands_once(channel: LogChannel, file: Path) -> None:
    for run_id in ("run-1", "run-2", "run-1"):
        await channel.send(message(run_id))

    assert ids(file) == [message("run-1").id, message("run-2").id]


async def test_senders_at_once_leave_one_whole_line_each(file: Path) -> None:
    senders = [LogChannel("log", file.parent) for _ in range(4)]

    await asyncio.gather(
        *(sender.send(message(f"run-{n}")) for n in range(25) for sender in senders)
    )

    assert sorted(ids(file)) == sorted(message(f"run-{n}").id for n in range(25))


async def test_torn_last_line_does_not_swallow_the_next(
    channel: LogChannel, torn_file: Path
) -> None:
    await channel.send(message())

    assert json.loads(lines(torn_file)[1])["id"] == message().id


async def test_full_disk_is_tried_again(channel: LogChannel, full_file: Path) -> None:
    with pytest.raises(DeliveryUnavailableError, match=full_file.name):
        await channel.send(message())


def test_file_is_the_owner_s_alone(file: Path) -> None:
    append_once(file, message())

    assert file.stat().st_mode & 0o077 == 0


@pytest.fixture
def logs() -> Generator[StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    configure_logging("INFO", json=True, stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_message_is_one_record_in_the_log(channel: LogChannel, logs: StringIO) -> None:
    for _ in range(2):
        await channel.send(message())

    (line,) = logs.getvalue().splitlines()
    record = json.loads(line)
    assert (record["event"], record["message_id"], record["lines"]) == (
        "report.ready",
        message().id,
        list(message().lines),
    )
