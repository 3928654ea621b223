"""Write lines to a file that nobody sees until it is complete."""

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from trends.domain.models import ArtifactRef
from trends.errors import StorageError
from trends.storage.artifact_errors import failure
from trends.storage.threads import to_its_end

Value = TypeVar("Value")

BUFFER_BYTES = 1024 * 1024


class LineWriter:
    """Takes lines, keeps their digest, and hands full buffers to a thread. Made by `ArtifactStore.lines`.

    Attributes:
        rows: Lines so far.
        size_bytes: Bytes so far.
    """

    def __init__(self, folder: Path | None, store_folder: Path | None, threads: Executor) -> None:
        self._folder = folder
        self._store_folder = store_folder
        self._threads = threads
        self._file: io.FileIO | None = None
        self._path: Path | None = None
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._ref: ArtifactRef | None = None
        self.rows = 0
        self.size_bytes = 0

    @property
    def ref(self) -> ArtifactRef:
        """The finished artifact.

        Raises:
            StorageError: The block has not ended, or not well.
        """
        if self._ref is None:
            raise StorageError("The lines have not been committed.")
        return self._ref

    @ref.setter
    def ref(self, value: ArtifactRef) -> None:
        self._ref = value

    @property
    def path(self) -> Path:
        """The file that is being written."""
        assert self._path is not None
        return self._path

    @property
    def sha256(self) -> str:
        """Digest of what has been written out."""
        return self._digest.hexdigest()

    async def write(self, line: bytes) -> None:
        """Add one line; its line end is added where it has none.

        Raises:
            StorageUnavailableError: No room.
        """
        self._take(line)
        if len(self._buffer) >= BUFFER_BYTES:
            await self._flush()

    async def write_all(self, lines: Iterable[bytes]) -> None:
        """Add many lines.

        Raises:
            StorageUnavailableError: No room.
        """
        for line in lines:
            await self.write(line)

    async def open(self) -> None:
        """Create the file.

        Raises:
            StorageUnavailableError: No room.
        """
        await self._in_thread(self._create)

    async def close(self) -> None:
        """Write the rest out and close the file.

        Raises:
            StorageUnavailableError: No room.
        """
        await self._flush()
        assert self._file is not None
        await self._in_thread(self._file.close)

    async def discard(self) -> None:
        """Close the file and remove what is left of it. Does nothing once it was committed or removed."""
        if self._file is not None:
            await self._in_thread(self._remove)

    def _take(self, line: bytes) -> None:
        self._buffer += line
        if not line.endswith(b"\n"):
            self._buffer += b"\n"
        self.rows += 1

    async def _flush(self) -> None:
        data, self._buffer = bytes(self._buffer), bytearray()
        await self._in_thread(lambda: self._write_out(data))

    def _write_out(self, data: bytes) -> None:
        assert self._file is not None
        left = memoryview(data)
        while left:  # an unbuffered file may take a part of it
            left = left[self._file.write(left) :]
        self._digest.update(data)
        self.size_bytes += len(data)

    def _create(self) -> None:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="lines-", suffix=".part")
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb", buffering=0)

    def _remove(self) -> None:
        assert self._file is not None
        self._file.close()
        self.path.unlink(missing_ok=True)

    async def _in_thread(self, work: Callable[[], Value]) -> Value:
        try:
            return await to_its_end(self._threads, work)
        except OSError as error:
            raise failure(error, self._store_folder) from error
