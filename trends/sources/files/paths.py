"""Which files may be read, and which files a path stands for."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trends.errors import (
    PathRefusedError,
    SourceUnavailableError,
    SourceUnreadableError,
    TrendsError,
)
from trends.sources.base import ReadLog

UPLOADS = "uploads/"
SUFFIXES = frozenset(
    {".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".xml", ".rss", ".atom", ".rdf"}
)
PACKED = ".gz"

# Errors that may be gone at the next attempt; every other refusal of the system stays.
_PASSING = frozenset(
    {
        errno.EIO,
        errno.ENOSPC,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.EAGAIN,
        errno.EINTR,
        errno.EBUSY,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Found:
    """A file to read.

    Attributes:
        path: Where it lies, without links on the way.
        name: What reports call it: its path below the allowed folder.
    """

    path: Path
    name: str


class AllowedFolders:
    """The folders under which files may be read.

    Args:
        roots: Folders from the settings.
        uploads: The folder of uploaded files, if there is one.
    """

    def __init__(self, roots: Sequence[str], uploads: str | None) -> None:
        self._uploads = Path(os.path.realpath(uploads)) if uploads else None
        self._roots = [Path(os.path.realpath(root)) for root in roots]
        if self._uploads:
            self._roots.append(self._uploads)

    def find(self, argument: str) -> Found:
        """Resolve what a source spec names into a file or folder that may be read.

        Raises:
            PathRefusedError: Outside the allowed folders, missing, or neither a file nor a folder.
            SourceUnavailableError: The disk does not answer.
            SourceUnreadableError: No permission to look.
        """
        for candidate in self._candidates(argument):
            try:
                path = Path(os.path.realpath(candidate))
            except (ValueError, OSError) as error:
                raise _refused(argument, "it is not a path") from error
            found = self.within(path)
            if found is None:
                continue
            reason = _reason_against(path, argument)
            if reason is None:
                return found
            if reason:
                raise _refused(argument, reason)
        if self._inside(argument):
            raise PathRefusedError(
                f"There is no file '{argument[:200]}'.",
                next_step="Check the name, or upload the file and use the name that the upload returns.",
            )
        raise _refused(argument, "it lies outside the folders that may be read")

    def within(self, path: Path) -> Found | None:
        """Name a path without links, or return None where it lies outside."""
        for root in self._roots:
            if path == root or root in path.parents:
                name = path.relative_to(root).as_posix()
                return Found(path, path.name if name == "." else name)
        return None

    def _candidates(self, argument: str) -> list[str]:
        if argument.startswith(UPLOADS) and self._uploads:
            return [str(self._uploads / argument.removeprefix(UPLOADS))]
        if os.path.isabs(argument):  # noqa: PTH117 - text from a request, not yet a path
            return [argument]
        return [os.path.join(root, argument) for root in self._roots]  # noqa: PTH118 - the same

    def _inside(self, argument: str) -> bool:
        return any(
            self.within(Path(os.path.realpath(candidate)))
            for candidate in self._candidates(argument)
        )


def walk(
    folder: Found, allowed: AllowedFolders, log: ReadLog, passed_over: list[str]
) -> Iterator[Found]:
    """Yield the files below a folder whose names say that they can be read, by name.

    Files of other kinds are named in `passed_over`, what is refused in the log.
    """
    try:
        entries = sorted(os.scandir(folder.path), key=lambda entry: entry.name)
    except OSError as error:
        log.bad_row(folder.name, os_reason(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        found = allowed.within(Path(os.path.realpath(entry.path)))
        if found is None:
            log.bad_row(f"{folder.name}/{entry.name}", "a link out of the folders that may be read")
        elif entry.is_dir(follow_symlinks=False):
            yield from walk(found, allowed, log, passed_over)
        elif entry.is_file():
            if has_known_suffix(entry.name):
                yield found
            else:
                passed_over.append(found.name)
        elif entry.is_dir():
            log.bad_row(f"{folder.name}/{entry.name}", "a link to a folder is not followed")
        else:
            log.bad_row(f"{folder.name}/{entry.name}", "neither a file nor a folder")


def has_known_suffix(name: str) -> bool:
    """Whether a file's name says that it is of a format that can be read."""
    return Path(name.lower().removesuffix(PACKED)).suffix in SUFFIXES


def os_reason(error: OSError) -> str:
    """Say why the system refused, without the path."""
    return (error.strerror or type(error).__name__).lower()


def failure(name: str, error: OSError) -> TrendsError:
    """Turn the system's refusal into our error, final or not."""
    what = f"The file '{name}' cannot be read."
    if error.errno == errno.ENOENT:
        return PathRefusedError(f"The file '{name}' is no longer there.")
    if error.errno in _PASSING:
        return SourceUnavailableError(what, why=f"The system says: {os_reason(error)}.")
    return SourceUnreadableError(
        what,
        why=f"The system says: {os_reason(error)}.",
        next_step="Let the worker's user read it.",
    )


def _reason_against(path: Path, argument: str) -> str | None:
    """Return why a path cannot be read, "" where it does not exist, None where nothing speaks against it."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        if error.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
            return "it is not a path"
        raise failure(argument[:200], error) from error
    for is_kind, kind in _KINDS:
        if is_kind(mode):
            return f"it is {kind}"
    return None


def _refused(argument: str, why: str) -> PathRefusedError:
    return PathRefusedError(
        f"The path '{argument[:200]!s}' is refused: {why}.",
        next_step="Upload the file, or put it under a folder of sources.file.roots.",
    )
