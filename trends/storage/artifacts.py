"""Artifacts: what stages make, kept under the digest of its bytes. Written whole or not at all, never changed."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from trends.domain.models import ArtifactRef, Model
from trends.errors import (
    ArtifactCorruptError,
    ArtifactMissingError,
    SettingsError,
    StorageError,
)
from trends.storage.artifact_errors import failure
from trends.storage.lines import LineWriter
from trends.storage.threads import to_its_end

if TYPE_CHECKING:
    from obstore import ObjectMeta

Value = TypeVar("Value")

PREFIX = "sha256/"
# Parts of a line file that was being written lie here, beside the finished ones so that a rename finishes them.
INCOMING = "incoming"
# Digests of more than this are computed on a thread: the event loop would feel them.
LARGE_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
THREADS = 4


class Garbage(Model):
    """What was removed."""

    artifacts: int
    size_bytes: int


def key_of(sha256: str) -> str:
    """The key under which bytes of this digest lie."""
    return f"{PREFIX}{sha256[:2]}/{sha256[2:]}"


class ArtifactStore:
    """One store of artifacts, local or remote.

    Bytes survive a killed process. A power cut may tear what was written last; reading says so (`ArtifactCorruptError`),
    and writing the same bytes again mends it.

    Args:
        url: `file:///folder`, `s3://bucket/prefix`, `gs://…` or `az://…`; credentials come from the environment.

    Raises:
        SettingsError: Not such a URL.
        StorageError: The local folder cannot be made.
    """

    def __init__(self, url: str) -> None:
        self._folder = _folder_of(url)
        self._store = _open(url, self._folder)
        # Its own threads: those of the event loop may all be busy with hour-long work.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="artifacts")

    async def put(self, data: bytes, media_type: str, rows: int = 1) -> ArtifactRef:
        """Keep bytes; the same bytes are the same artifact.

        They are written even where they lie already: that mends a torn file and makes it young for `collect_garbage`.

        Raises:
            StorageUnavailableError: No room, or the store does not answer.
        """
        ref = await self._ref(data, media_type, rows)
        try:
            await obstore.put_async(self._store, ref.uri, data)
        except (BaseError, OSError) as error:
            raise failure(error, self._folder) from error
        return ref

    async def get(self, ref: ArtifactRef) -> bytes:
        """Read an artifact.

        Raises:
            ArtifactMissingError: It is not there.
            ArtifactCorruptError: Its bytes do not have its digest.
            StorageUnavailableError: The store does not answer.
        """
        try:
            found = await obstore.get_async(self._store, _key(ref))
            data = bytes(await found.bytes_async())
        except (BaseError, OSError) as error:
            raise self._unread(error, ref) from error
        if await self._digest(data) != ref.sha256:
            raise _corrupt(ref)
        return data

    async def exists(self, ref: ArtifactRef) -> bool:
        """Whether the artifact is there, of the right size.

        Raises:
            StorageUnavailableError: The store does not answer.
        """
        try:
            meta = await obstore.head_async(self._store, _key(ref))
        except FileNotFoundError:
            return False
        except (BaseError, OSError) as error:
            raise failure(error, self._folder) from error
        return meta["size"] == ref.size_bytes

    @asynccontextmanager
    async def lines(self, media_type: str) -> AsyncGenerator[LineWriter]:
        """Write JSON Lines as they come, in bounded memory. `writer.ref` is there once the block has ended well.

        When the block raises, or is cancelled, nothing of it remains.

        Raises:
            StorageUnavailableError: No room, or the store does not answer.
        """
        folder = None if self._folder is None else self._folder / INCOMING
        writer = LineWriter(folder, self._folder, self._threads)
        try:
            await writer.open()
            yield writer
            await writer.close()
            ref = ArtifactRef(
                uri=key_of(writer.sha256),
                sha256=writer.sha256,
                media_type=media_type,
                rows=writer.rows,
                size_bytes=writer.size_bytes,
            )
            await self._commit(writer.path, ref)
            writer.ref = ref
        finally:
            await writer.discard()

    async def iter_lines(self, ref: ArtifactRef) -> AsyncGenerator[bytes]:
        """Read JSON Lines, each without its line end, in bounded memory.

        The digest is known at the end only: whoever uses the lines must run to the end before believing them.

        Raises:
            ArtifactMissingError: It is not there.
            ArtifactCorruptError: Its bytes do not have its digest; raised after the last line.
            StorageUnavailableError: The store does not answer.
        """
        digest = hashlib.sha256()
        rest = b""
        try:
            found = await obstore.get_async(self._store, _key(ref))
            async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                data = bytes(chunk)
                await self._in_thread(lambda part=data: digest.update(part))
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    yield line
        except (BaseError, OSError) as error:
            raise self._unread(error, ref) from error
        if rest:
            yield rest
        if digest.hexdigest() != ref.sha256:
            raise _corrupt(ref)

    async def collect_garbage(self, referenced: set[str], older_than: datetime) -> Garbage:
        """Remove artifacts that no run refers to and that were last written before `older_than`.

        The age leaves time between writing an artifact and recording it.

        Raises:
            StorageUnavailableError: The store does not answer.
        """
        removed: list[int] = []
        try:
            async for batch in self._listing():
                old = {
                    meta["path"]: meta["size"]
                    for meta in batch
                    if meta["last_modified"] < older_than and meta["path"] not in referenced
                }
                if old:
                    await obstore.delete_async(self._store, sorted(old))
                    removed += old.values()
        except (BaseError, OSError) as error:
            raise failure(error, self._folder) from error
        if (folder := self._folder) is not None:
            await self._in_thread(lambda: _remove_torn(folder, older_than))
        return Garbage(artifacts=len(removed), size_bytes=sum(removed))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def _ref(self, data: bytes, media_type: str, rows: int) -> ArtifactRef:
        sha256 = await self._digest(data)
        return ArtifactRef(
            uri=key_of(sha256),
            sha256=sha256,
            media_type=media_type,
            rows=rows,
            size_bytes=len(data),
        )

    async def _digest(self, data: bytes) -> str:
        if len(data) < LARGE_BYTES:
            return hashlib.sha256(data).hexdigest()
        return await self._in_thread(lambda: hashlib.sha256(data).hexdigest())

    def _listing(self) -> "AsyncIterator[Sequence[ObjectMeta]]":
        # One of its two result types depends on a library that is not installed.
        store = cast("Any", self._store)
        return cast("AsyncIterator[Sequence[ObjectMeta]]", store.list(prefix=PREFIX.rstrip("/")))

    async def _commit(self, path: Path, ref: ArtifactRef) -> None:
        try:
            if self._folder is not None:
                target = self._folder / ref.uri
                await self._in_thread(lambda: _move(path, target))
            else:
                # From a file the upload goes in parts; the object appears when the last one is in.
                await obstore.put_async(self._store, ref.uri, path)
        except (BaseError, OSError) as error:
            raise failure(error, self._folder) from error

    async def _in_thread(self, work: Callable[[], Value]) -> Value:
        return await to_its_end(self._threads, work)

    def _unread(self, error: Exception, ref: ArtifactRef) -> StorageError:
        if isinstance(error, FileNotFoundError):
            return ArtifactMissingError(
                f"The artifact {ref.uri} is not in the store.",
                next_step="Re-run from the stage that makes it.",
            )
        return failure(error, self._folder)


def _key(ref: ArtifactRef) -> str:
    # The key is derived, not believed: a reference cannot point elsewhere in the store.
    if ref.uri != key_of(ref.sha256):
        raise _corrupt(ref)
    return ref.uri


def _corrupt(ref: ArtifactRef) -> ArtifactCorruptError:
    return ArtifactCorruptError(
        f"The artifact {ref.uri[:120]} does not have the bytes that were written.",
        next_step="Re-run from the stage that makes it.",
    )


def _folder_of(url: str) -> Path | None:
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise _unusable(url)
    return Path(unquote(parts.path))


def _open(url: str, folder: Path | None) -> ObjectStore:
    try:
        if folder is None:
            return from_url(url)
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(prefix=folder)
    except OSError as error:
        raise failure(error, folder) from error
    except (BaseError, ValueError) as error:
        raise _unusable(url) from error


def _unusable(url: str) -> SettingsError:
    return SettingsError(
        f"The artifact URL '{url[:200]}' cannot be used.",
        next_step="Write it as file:///folder, s3://bucket/prefix, gs://bucket or az://container.",
    )


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def _remove_torn(folder: Path, older_than: datetime) -> None:
    """Remove what killed writers left behind: line files, and whole ones that obstore had yet to rename (`…#1`)."""
    torn = [*(folder / INCOMING).glob("*"), *(folder / PREFIX).glob("*/*#*")]
    for path in sorted(torn):
        if path.stat().st_mtime < older_than.timestamp():
            path.unlink(missing_ok=True)
