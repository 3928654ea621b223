"""What a failure of the artifact store means: gone for a while, or for good."""

import errno
import os
import shutil
from pathlib import Path

from obstore.exceptions import NotSupportedError, PermissionDeniedError, UnauthenticatedError

from trends.errors import StorageError, StorageUnavailableError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_FOR_GOOD = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


def failure(error: Exception, folder: Path | None) -> StorageError:
    """Translate an error of the file system or the object store.

    Args:
        error: What was raised.
        folder: Where the store lies, if it is local.
    """
    number = _number(error)
    where = folder or "the artifact store"
    if number in _NO_ROOM:
        return StorageUnavailableError(
            f"There is no room in {where}.",
            why=_free(folder),
            next_step="Free some space; it is tried again.",
        )
    refused = isinstance(error, PermissionDeniedError | UnauthenticatedError | NotSupportedError)
    why = f"{str(error).splitlines()[0][:300]}." if str(error) else f"{type(error).__name__}."
    if refused or number in _FOR_GOOD:
        return StorageError(
            f"Access to {where} was refused.", why=why, next_step="Check its permissions."
        )
    return StorageUnavailableError(
        f"Cannot use {where} at the moment.", why=why, next_step="It is tried again."
    )


def _number(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    # The object store hands the operating system's number on as text only.
    text = str(error)
    known = (*_NO_ROOM, *_FOR_GOOD)
    return next((each for each in known if f"(os error {each})" in text), None)


def _free(folder: Path | None) -> str:
    if folder is None:
        return ""
    nearest = next((each for each in (folder, *folder.parents) if each.exists()), Path(os.sep))
    return f"{shutil.disk_usage(nearest).free / 1024 / 1024:,.1f} MiB are free."
