"""Taking files in: whole or not at all."""

import errno
import hashlib
import io
import os
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.uploads import MAX_NAME, STALE_SECONDS, safe_name, sweep, take_in
from tests.unit.api.fake_doors import FakeDoors, in_process, open_fake_doors
from trends.errors import StorageFullError, TooLargeError


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class SenderLeftError(Exception):
    """The connection broke."""


async def broken_off() -> AsyncIterator[bytes]:
    yield b"a" * 3_000_000
    raise SenderLeftError


class FullDisk(io.BytesIO):
    """A file on a disk without room."""

    def write(self, data: object) -> int:
        del data
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_upload_answers_with_the_source_to_name(
    http: httpx.AsyncClient, doors: FakeDoors
) -> None:
    body = '{"title": "저속노화"}\n'.encode()
    answer = await http.post("/v1/uploads", params={"name": "기사.jsonl"}, content=body)
    digest = hashlib.sha256(body).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {
        "source": f"file:uploads/{digest[:16]}-기사.jsonl",
        "bytes": len(body),
        "sha256": digest,
    }
    assert (doors.uploads_dir / f"{digest[:16]}-기사.jsonl").read_bytes() == body


async def test_two_files_of_one_name_do_not_clash(http: httpx.AsyncClient) -> None:
    sources = {
        (await http.post("/v1/uploads?name=a.csv", content=body)).json()["source"]
        for body in (b"x", b"y")
    }
    assert len(sources) == 2


async def test_same_file_is_stored_once(http: httpx.AsyncClient, doors: FakeDoors) -> None:
    for _ in range(2):
        await http.post("/v1/uploads?name=a.csv", content=b"x")
    assert len(list(doors.uploads_dir.iterdir())) == 1


async def test_empty_file_is_a_file(http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/uploads?name=a.csv")).json()["bytes"] == 0


async def test_file_over_the_limit_is_refused_and_not_kept(tmp_path: Path) -> None:
    async with (
        open_fake_doors(tmp_path, TRENDS_API__MAX_UPLOAD_MB="1") as doors,
        in_process(doors) as http,
    ):
        answer = await http.post("/v1/uploads", content=chunks(*[b"a" * 65_536] * 20))
    assert (answer.status_code, answer.json()["slug"]) == (413, "too-large")
    assert list(doors.uploads_dir.iterdir()) == []


async def test_file_over_the_limit_by_its_own_word_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        await take_in(chunks(), tmp_path / "u", "a", max_bytes=10, declared_bytes=11)
    assert not (tmp_path / "u").exists()


async def test_file_larger_than_the_free_space_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(StorageFullError):
        await take_in(chunks(), tmp_path, "a", max_bytes=1 << 62, declared_bytes=1 << 60)


async def test_full_disk_leaves_nothing(tmp_path: Path) -> None:
    def open_full(folder: Path) -> tuple[BinaryIO, Path]:
        partial = folder / ".upload-x"
        partial.touch()
        return FullDisk(), partial

    with pytest.raises(StorageFullError):
        await take_in(chunks(b"a"), tmp_path, "a", max_bytes=10, open_partial=open_full)
    assert names_in(tmp_path) == []


async def test_full_disk_is_answered_507(tmp_path: Path) -> None:
    async with (
        open_fake_doors(tmp_path, TRENDS_API__MAX_UPLOAD_MB=str(1 << 41)) as doors,
        in_process(doors) as http,
    ):
        headers = {"Content-Length": str(1 << 60)}
        answer = await http.post("/v1/uploads", content=chunks(b""), headers=headers)
    assert (answer.status_code, answer.json()["slug"]) == (507, "storage-full")


async def test_sender_that_leaves_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SenderLeftError):
        await take_in(broken_off(), tmp_path, "a", max_bytes=1 << 30)
    assert names_in(tmp_path) == []


def test_what_a_killed_process_left_is_swept_once_it_is_old(tmp_path: Path) -> None:
    (tmp_path / ".upload-old").touch()
    (tmp_path / "file.csv").touch()
    born = (tmp_path / ".upload-old").stat().st_mtime
    assert sweep(tmp_path, now=born + STALE_SECONDS - 1) == 0
    assert sweep(tmp_path, now=born + STALE_SECONDS + 1) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("headlines.jsonl", "headlines.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\뉴스 모음.csv", "뉴스_모음.csv"),
        (unicodedata.normalize("NFD", "뉴스.xml"), "뉴스.xml"),
        (".bashrc", "bashrc"),
        ("..", "upload"),
        ("", "upload"),
        ("\x00\n", "upload"),
        ("a" * 200 + ".jsonl.gz", "a" * 97 + ".gz"),
    ],
)
def test_name_is_made_safe(asked: str, name: str) -> None:
    assert safe_name(asked) == name


@given(st.text())
def test_no_name_leads_elsewhere(asked: str) -> None:
    name = safe_name(asked)
    assert Path("folder", name).parent == Path("folder")
    assert 1 <= len(name) <= MAX_NAME
    assert not name.startswith(".")
