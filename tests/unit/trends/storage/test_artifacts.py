"""Artifacts: the same bytes back, or a clear word about why not."""

import asyncio
import hashlib
import os
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trends.domain.models import ArtifactRef
from trends.errors import (
    ArtifactCorruptError,
    ArtifactMissingError,
    SettingsError,
    StorageError,
    StorageUnavailableError,
)
from trends.storage.artifact_errors import failure
from trends.storage.artifacts import ArtifactStore, key_of
from trends.storage.lines import LineWriter

JSONL = "application/jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "artifacts 결과물 100%"


@pytest.fixture
def local(folder: Path) -> Generator[ArtifactStore]:
    with ArtifactStore(folder.as_uri()) as store:
        yield store


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, local: ArtifactStore) -> Generator[ArtifactStore]:
    """A local store, and one that is not a folder: object stores are reached in the same way."""
    if request.param == "local":
        yield local
    else:
        with ArtifactStore("memory://") as opened:
            yield opened


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestBytes:
    async def test_bytes_come_back(self, store: ArtifactStore) -> None:
        ref = await store.put("추세".encode(), "text/plain")

        assert await store.get(ref) == "추세".encode()
        assert await store.exists(ref)

    async def test_reference_tells_digest_size_and_type(self, store: ArtifactStore) -> None:
        ref = await store.put(b"abc", "text/plain", rows=2)

        digest = hashlib.sha256(b"abc").hexdigest()
        assert ref == ArtifactRef(
            uri=f"sha256/{digest[:2]}/{digest[2:]}",
            sha256=digest,
            media_type="text/plain",
            rows=2,
            size_bytes=3,
        )

    async def test_same_bytes_lie_once(self, local: ArtifactStore, folder: Path) -> None:
        first = await local.put(b"abc", "text/plain")
        second = await local.put(b"abc", "text/plain")

        assert first == second
        assert files(folder) == [first.uri]

    async def test_large_bytes_come_back(self, store: ArtifactStore) -> None:
        data = bytes(range(256)) * 8000

        assert await store.get(await store.put(data, "application/octet-stream")) == data

    async def test_absent_artifact_is_named(self, store: ArtifactStore) -> None:
        ref = await store.put(b"abc", "text/plain")
        absent = ref.model_copy(update={"sha256": "0" * 64, "uri": key_of("0" * 64)})

        assert not await store.exists(absent)
        with pytest.raises(ArtifactMissingError, match=absent.uri):
            await store.get(absent)

    @pytest.mark.parametrize("torn", [b"", b"ab", b"abd"])
    async def test_changed_bytes_are_noticed(
        self, local: ArtifactStore, folder: Path, torn: bytes
    ) -> None:
        ref = await local.put(b"abc", "text/plain")
        (folder / ref.uri).write_bytes(torn)

        with pytest.raises(ArtifactCorruptError):
            await local.get(ref)

    async def test_writing_again_mends_a_torn_artifact(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        ref = await local.put(b"abc", "text/plain")
        (folder / ref.uri).write_bytes(b"a")
        assert not await local.exists(ref)

        await local.put(b"abc", "text/plain")

        assert await local.get(ref) == b"abc"

    async def test_reference_cannot_point_elsewhere(
        self, local: ArtifactStore, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_bytes(b"abc")
        ref = await local.put(b"abc", "text/plain")

        with pytest.raises(ArtifactCorruptError):
            await local.get(ref.model_copy(update={"uri": "../secret"}))

    @pytest.mark.parametrize(
        "url", ["", "artifacts", "ftp://host/x", "file://elsewhere/x", "file:relative"]
    )
    def test_url_that_cannot_be_used_is_refused(self, url: str) -> None:
        with pytest.raises(SettingsError, match="file:///"):
            ArtifactStore(url)

    def test_folder_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(StorageError):
            ArtifactStore((tmp_path / "file" / "artifacts").as_uri())


class TestLines:
    async def test_lines_come_back_in_order(self, store: ArtifactStore) -> None:
        async with store.lines(JSONL) as writer:
            await writer.write("하나".encode())
            await writer.write_all([b"two\n", b""])

        assert [line async for line in store.iter_lines(writer.ref)] == [
            "하나".encode(),
            b"two",
            b"",
        ]

    async def test_line_file_is_an_artifact_like_any_other(self, store: ArtifactStore) -> None:
        async with store.lines(JSONL) as writer:
            await writer.write_all([b"a", b"b"])

        assert await store.get(writer.ref) == b"a\nb\n"
        assert writer.ref == await store.put(b"a\nb\n", JSONL, rows=2)

    async def test_no_lines_make_an_empty_artifact(self, store: ArtifactStore) -> None:
        async with store.lines(JSONL) as writer:
            pass

        assert (writer.ref.rows, await store.get(writer.ref)) == (0, b"")
        assert [line async for line in store.iter_lines(writer.ref)] == []

    @settings(
        max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(lines=st.lists(st.binary().filter(lambda line: b"\n" not in line)))
    async def test_any_lines_come_back(self, local: ArtifactStore, lines: list[bytes]) -> None:
        async with local.lines(JSONL) as writer:
            await writer.write_all(lines)

        assert [line async for line in local.iter_lines(writer.ref)] == lines

    async def test_lines_longer_than_every_buffer_come_back(self, store: ArtifactStore) -> None:
        lines = [digit * 3_000_000 for digit in (b"1", b"2")] + [b"3"]

        async with store.lines(JSONL) as writer:
            await writer.write_all(lines)

        assert [line async for line in store.iter_lines(writer.ref)] == lines

    async def test_block_that_raises_leaves_nothing(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        writers: list[LineWriter] = []

        async def break_off() -> None:
            async with local.lines(JSONL) as writer:
                writers.append(writer)
                await writer.write(b"x" * 2_000_000)
                raise LookupError

        with pytest.raises(LookupError):
            await break_off()

        assert files(folder) == []
        with pytest.raises(StorageError):
            _ = writers[0].ref

    async def test_cancelled_block_leaves_nothing(self, local: ArtifactStore, folder: Path) -> None:
        begun = asyncio.Event()

        async def write() -> None:
            async with local.lines(JSONL) as writer:
                while True:
                    await writer.write(b"x" * 2_000_000)
                    begun.set()

        task = asyncio.create_task(write())
        await begun.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert files(folder) == []

    async def test_changed_lines_are_noticed_at_the_end(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        async with local.lines(JSONL) as writer:
            await writer.write_all([b"a", b"b"])
        (folder / writer.ref.uri).write_bytes(b"a\nc\n")

        with pytest.raises(ArtifactCorruptError):
            _ = [line async for line in local.iter_lines(writer.ref)]

    async def test_absent_lines_are_named(self, local: ArtifactStore, folder: Path) -> None:
        async with local.lines(JSONL) as writer:
            await writer.write(b"a")
        (folder / writer.ref.uri).unlink()

        with pytest.raises(ArtifactMissingError):
            _ = [line async for line in local.iter_lines(writer.ref)]


class TestGarbage:
    def age(self, folder: Path, name: str, days: float) -> None:
        then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(folder / name, (then, then))

    async def test_old_artifacts_that_no_run_refers_to_go(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        used, unused, young = [await local.put(data, "x") for data in (b"a", b"bb", b"ccc")]
        for ref in (used, unused):
            self.age(folder, ref.uri, days=3)

        garbage = await local.collect_garbage({used.uri}, datetime.now(UTC) - timedelta(days=1))

        assert (garbage.artifacts, garbage.size_bytes) == (1, 2)
        assert files(folder) == sorted([used.uri, young.uri])

    async def test_writing_again_keeps_an_old_artifact(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        ref = await local.put(b"a", "x")
        self.age(folder, ref.uri, days=3)
        await local.put(b"a", "x")

        await local.collect_garbage(set(), datetime.now(UTC) - timedelta(days=1))

        assert await local.exists(ref)

    async def test_what_killed_writers_left_goes_when_old(
        self, local: ArtifactStore, folder: Path
    ) -> None:
        ref = await local.put(b"a", "x")
        (folder / "incoming").mkdir()
        left = ["incoming/lines-1.part", f"{ref.uri}#1"]
        young = "incoming/lines-2.part"
        for name in (*left, young):
            (folder / name).write_bytes(b"part")
        for name in left:
            self.age(folder, name, days=3)

        await local.collect_garbage({ref.uri}, datetime.now(UTC) - timedelta(days=1))

        assert files(folder) == sorted([ref.uri, young])

    async def test_store_that_is_empty_has_none(self, store: ArtifactStore) -> None:
        garbage = await store.collect_garbage(set(), datetime.now(UTC))

        assert garbage.artifacts == 0

    async def test_remote_garbage_goes_too(self) -> None:
        with ArtifactStore("memory://") as remote:
            ref = await remote.put(b"a", "x")

            await remote.collect_garbage(set(), datetime.now(UTC) + timedelta(days=1))

            assert not await remote.exists(ref)


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "retryable"),
        [
            (OSError(28, "No space left on device"), True),
            (OSError(5, "Input/output error"), True),
            (OSError(13, "Permission denied"), False),
            (OSError(30, "Read-only file system"), False),
            (RuntimeError("Generic LocalFileSystem error: … (os error 28)"), True),
            (RuntimeError("Generic LocalFileSystem error: … (os error 13)"), False),
            (RuntimeError("connection reset by peer"), True),
        ],
    )
    def test_failure_is_retryable_where_time_may_mend_it(
        self, tmp_path: Path, error: Exception, retryable: bool
    ) -> None:
        found = failure(error, tmp_path)

        assert isinstance(found, StorageUnavailableError) is retryable

    def test_full_disk_says_how_much_is_free(self, tmp_path: Path) -> None:
        assert "MiB are free" in str(failure(OSError(28, "No space"), tmp_path / "not-yet"))
