"""Take a file in: streamed, bounded, and either there whole or not at all."""

import asyncio
import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from trends.errors import StorageFullError, StorageUnavailableError, TooLargeError, TrendsError

MAX_NAME = 100
DEFAULT_NAME = "upload"
# Begins with a dot, so that no source takes an unfinished file for a file.
PARTIAL_PREFIX = ".upload-"
# Long after any transfer that is still alive.
STALE_SECONDS = 24 * 3600.0
# Chunks of the network are small; each write costs a hop to a thread.
WRITE_BYTES = 1 << 20

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._\-가-힣]+")

Open = Callable[[Path], tuple[BinaryIO, Path]]


@dataclass(frozen=True)
class Stored:
    """A file that was taken in.

    Attributes:
        name: Under which it lies in the folder.
        size_bytes: Its length.
        sha256: Hex digest of its bytes.
    """

    name: str
    size_bytes: int
    sha256: str


def safe_name(asked: str) -> str:
    """Make a file name of what was asked: its last part, of letters, digits, Hangul, `.`, `_` and `-` only."""
    last = unicodedata.normalize("NFC", asked).replace("\\", "/").rpartition("/")[2]
    name = _NOT_IN_NAMES.sub("_", last).strip("._-")
    if len(name) > MAX_NAME:
        stem, dot, kind = name.rpartition(".")
        kept = f"{dot}{kind[:20]}" if stem else ""
        name = (stem or name)[: MAX_NAME - len(kept)] + kept
    return name or DEFAULT_NAME


async def take_in(
    chunks: AsyncIterator[bytes],
    folder: Path,
    asked_name: str,
    *,
    max_bytes: int,
    declared_bytes: int | None = None,
    open_partial: Open | None = None,
) -> Stored:
    """Store a stream of bytes as a file.

    The digest opens the name: two files never get into each other's way, and the same one lands in the same place.

    Args:
        chunks: The bytes as they come; ends by an exception when the sender leaves.
        folder: Where files lie.
        asked_name: What the sender calls it.
        max_bytes: Most it may have.
        declared_bytes: What the sender says it has, if it says so.
        open_partial: Opens the unfinished file; given in tests.

    Raises:
        TooLargeError: It has more than `max_bytes`.
        StorageFullError: There is no room for it.
        StorageUnavailableError: The folder cannot be written.
    """
    if declared_bytes is not None:
        _check_size(declared_bytes, max_bytes)
        await asyncio.to_thread(_check_room, folder, declared_bytes)
    try:
        file, partial = await asyncio.to_thread(open_partial or _open_partial, folder)
    except OSError as error:
        raise _unwritable(error, folder) from error
    try:
        size, sha256 = await _write(chunks, file, max_bytes)
        name = f"{sha256[:16]}-{safe_name(asked_name)}"
        await asyncio.to_thread(_commit, file, partial, folder / name)
    except OSError as error:
        raise _unwritable(error, folder) from error
    finally:
        # Shielded by being plain code: whoever cancels us, nothing of an unfinished file remains.
        _discard(file, partial)
    return Stored(name=name, size_bytes=size, sha256=sha256)


def sweep(folder: Path, now: float | None = None) -> int:
    """Remove unfinished files that a killed process left behind; answers how many."""
    before = (time.time() if now is None else now) - STALE_SECONDS
    stale = [path for path in folder.glob(f"{PARTIAL_PREFIX}*") if path.stat().st_mtime < before]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


async def _write(chunks: AsyncIterator[bytes], file: BinaryIO, max_bytes: int) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    waiting = bytearray()

    def flush() -> None:
        digest.update(waiting)
        file.write(waiting)
        waiting.clear()

    async for chunk in chunks:
        size += len(chunk)
        _check_size(size, max_bytes)
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            await asyncio.to_thread(flush)
    await asyncio.to_thread(flush)
    return size, digest.hexdigest()


def _open_partial(folder: Path) -> tuple[BinaryIO, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    handle, path = tempfile.mkstemp(prefix=PARTIAL_PREFIX, dir=folder)
    return os.fdopen(handle, "wb"), Path(path)


def _commit(file: BinaryIO, partial: Path, target: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
    partial.replace(target)


def _discard(file: BinaryIO, partial: Path) -> None:
    with contextlib.suppress(OSError):  # a full disk is told by the write, not by the closing
        file.close()
    partial.unlink(missing_ok=True)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise TooLargeError(
            f"The file has more than {max_bytes:,} bytes.",
            why="That is the setting api.max_upload_mb.",
            next_step="Split it, pack it with gzip, or put it under sources.file.roots and name its path.",
        )


def _check_room(folder: Path, needed: int) -> None:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise _full(folder, free)


def _unwritable(error: OSError, folder: Path) -> TrendsError:
    if error.errno in _FULL:
        return _full(folder, None)
    return StorageUnavailableError(
        f"The folder {folder} cannot be written.",
        why=f"{error.strerror or error}.",
        next_step="Mend its permissions, or name another state folder (TRENDS_STATE).",
    )


def _full(folder: Path, free: int | None) -> StorageFullError:
    why = "" if free is None else f"{free:,} bytes are free."
    return StorageFullError(
        f"There is no room for the file in {folder}.",
        why=why,
        next_step="Free space there, then send it again. Nothing of it was kept.",
    )
