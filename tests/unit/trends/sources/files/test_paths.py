"""Which paths may be read."""

import errno
import os
import socket
from pathlib import Path

import pytest

from trends.errors import PathRefusedError, SourceUnavailableError, SourceUnreadableError
from trends.sources.base import ReadLog
from trends.sources.files.opening import open_blocks
from trends.sources.files.paths import AllowedFolders, Found, failure


def _allowed(root: Path) -> AllowedFolders:
    return AllowedFolders([str(root)], None)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../outside.jsonl", "/dev/null", "a/../../outside.jsonl", "/", "/nowhere"],
)
def test_path_outside_the_folders_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.jsonl").write_text("{}")
    with pytest.raises(PathRefusedError, match="outside the folders"):
        _allowed(root).find(path)


def test_nothing_is_told_about_what_exists_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "there.jsonl").write_text("{}")
    messages: list[str] = []
    for name in ("there", "gone"):
        with pytest.raises(PathRefusedError) as caught:
            _allowed(root).find(str(tmp_path / f"{name}.jsonl"))
        messages.append(str(caught.value).replace(name, ""))
    assert messages[0] == messages[1]


def test_folder_whose_name_begins_alike_is_outside(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root-other").mkdir()
    with pytest.raises(PathRefusedError, match="outside"):
        _allowed(tmp_path / "root").find(str(tmp_path / "root-other"))


def test_link_out_of_the_folders_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.jsonl").write_text("{}")
    (root / "a.jsonl").symlink_to(tmp_path / "outside.jsonl")
    with pytest.raises(PathRefusedError, match="outside"):
        _allowed(root).find("a.jsonl")


def test_link_within_the_folders_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    assert _allowed(tmp_path).find("b.jsonl").name == "a.jsonl"


def test_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    with pytest.raises(PathRefusedError, match="it is a pipe"):
        _allowed(tmp_path).find("a.jsonl")


def test_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "a.jsonl"))
        with pytest.raises(PathRefusedError, match="it is a socket"):
            _allowed(tmp_path).find("a.jsonl")


def test_device_is_refused() -> None:
    with pytest.raises(PathRefusedError, match="it is a device"):
        AllowedFolders(["/dev"], None).find("/dev/null")


@pytest.mark.parametrize("path", ["a\0b", "a" * 5_000, "x/" * 3_000])
def test_text_that_is_no_path_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PathRefusedError):
        _allowed(tmp_path).find(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PathRefusedError, match=r"There is no file 'missing\.jsonl'"):
        _allowed(tmp_path).find("missing.jsonl")


def test_relative_path_is_found_under_any_root(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.jsonl").write_text("{}")
    allowed = AllowedFolders([str(tmp_path / "one"), str(tmp_path / "two")], None)
    assert allowed.find("a.jsonl") == Found(
        Path(os.path.realpath(tmp_path / "two" / "a.jsonl")), "a.jsonl"
    )


def test_uploads_do_not_reach_above_their_folder(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    (tmp_path / "secret.jsonl").write_text("{}")
    allowed = AllowedFolders([], str(tmp_path / "uploads"))
    with pytest.raises(PathRefusedError, match="outside"):
        allowed.find("uploads/../secret.jsonl")


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EMFILE, errno.ESTALE])
def test_failures_that_may_pass_are_retried(number: int) -> None:
    error = failure("a.jsonl", OSError(number, os.strerror(number)))
    assert isinstance(error, SourceUnavailableError)
    assert error.retryable


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.ELOOP])
def test_failures_that_stay_are_final(number: int) -> None:
    error = failure("a.jsonl", OSError(number, os.strerror(number)))
    assert isinstance(error, SourceUnreadableError)
    assert not error.retryable


def test_file_replaced_by_a_link_after_the_check_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "secret")
    found = Found(tmp_path / "a.jsonl", "a.jsonl")
    with pytest.raises(SourceUnreadableError), open_blocks(found, 100, ReadLog()):
        pass


def test_file_replaced_by_a_pipe_after_the_check_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    found = Found(tmp_path / "a.jsonl", "a.jsonl")
    with pytest.raises(PathRefusedError, match="not a file"), open_blocks(found, 100, ReadLog()):
        pass


def test_file_that_vanished_after_the_check_is_named(tmp_path: Path) -> None:
    found = Found(tmp_path / "a.jsonl", "a.jsonl")
    with (
        pytest.raises(PathRefusedError, match="no longer there"),
        open_blocks(found, 100, ReadLog()),
    ):
        pass
