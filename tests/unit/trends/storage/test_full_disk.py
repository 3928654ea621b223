"""A disk that is really full: what the stores say, and that nothing torn stays behind."""

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from trends.errors import StorageUnavailableError
from trends.storage.artifacts import ArtifactStore

MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A file system of one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        pytest.skip("a small file system needs mount (Linux)")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("a small file system needs the right to mount (root)")
    yield folder
    subprocess.run([unmount, "--lazy", folder], check=True)


async def test_bytes_that_do_not_fit_are_refused(small_disk: Path) -> None:
    with ArtifactStore(small_disk.as_uri()) as store:
        with pytest.raises(StorageUnavailableError, match="MiB are free"):
            await store.put(b"x" * 2 * MIB, "x")

        assert await store.exists(await store.put(b"y" * (MIB // 2), "x"))


async def test_lines_that_do_not_fit_leave_the_room_to_others(small_disk: Path) -> None:
    with ArtifactStore(small_disk.as_uri()) as store:
        with pytest.raises(StorageUnavailableError, match="MiB are free"):
            async with store.lines("x") as writer:
                await writer.write(b"x" * 2 * MIB)

        assert await store.exists(await store.put(b"y" * (MIB // 2), "x"))
