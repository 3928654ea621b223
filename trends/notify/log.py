"""The `log` channel: a notice as one record in the log, and as one line in a file."""

import asyncio
import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, cast

import structlog

from trends.errors import DeliveryUnavailableError
from trends.notify.base import Channel, Message

FILE_NAME = "notifications.log"
# Ids are looked for in the end of the file only: a repetition follows its crash closely.
TAIL_BYTES = 4 * 1024 * 1024

_log = structlog.stdlib.get_logger(__name__)


class LogChannel(Channel):
    """Appends to `notifications.log`; an id that stands there already is not written again.

    Args:
        name: What settings and requests call it.
        folder: Folder of the file, made when needed.
    """

    resend_from_sending: ClassVar[bool] = True

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        self._file = folder / FILE_NAME

    async def send(self, message: Message) -> str:
        """Append the message as one JSON line, then log it.

        Raises:
            DeliveryUnavailableError: The file cannot be written; nothing of the message stands in it.
        """
        try:
            added = await asyncio.to_thread(append_once, self._file, message)
        except OSError as error:
            raise DeliveryUnavailableError(
                f"Cannot write {self._file}.",
                why=f"{error.strerror or error}.",
                next_step="Free space or mend its permissions; it is tried again.",
            ) from error
        if added:
            _log.info(
                message.kind.value,
                message_id=message.id,
                tenant=message.tenant,
                run_id=message.run_id,
                title=message.title,
                lines=list(message.lines),
                link=message.link,
            )
        return ""


def append_once(file: Path, message: Message) -> bool:
    """Append a message to a file of JSON lines; False when its id stands there already.

    Raises:
        OSError: The file cannot be written; it is as it was before.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(message.model_dump(mode="json"), ensure_ascii=False).encode() + b"\n"
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with _alone(handle):
            size = os.fstat(handle).st_size
            start = max(0, size - TAIL_BYTES)
            tail = os.pread(handle, size - start, start)
            if any(_id_of(each) == message.id for each in tail.splitlines()):
                return False
            # A torn line, from a machine that lost power, must not swallow this one.
            torn = bool(tail) and not tail.endswith(b"\n")
            _write_whole(handle, b"\n" + line if torn else line, size)
            return True
    finally:
        os.close(handle)


def _id_of(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", found).get("id") if isinstance(found, dict) else None


def _write_whole(handle: int, data: bytes, size: int) -> None:
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        os.ftruncate(handle, size)
        raise


@contextmanager
def _alone(handle: int) -> Generator[None]:
    # Looking and appending are one step for every process that writes here.
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
