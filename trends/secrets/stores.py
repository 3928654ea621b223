"""Stores on this machine, and what every store does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from trends.errors import SecretError, SecretUnavailableError
from trends.secrets.reference import Reference

MAX_BYTES = 64 * 1024
# How long a store may take to answer.
TIMEOUT_SECONDS = 5


class StoreDownError(Exception):
    """A store does not answer, or cannot at the moment; what was read from it before still holds.

    Args:
        why: The cause in words, without anything that was read.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class SecretStore(Protocol):
    """Where secrets are. Blocks, so it is asked on a thread."""

    def read(self, reference: Reference) -> str:
        """Read a secret; empty where its place is there and holds nothing.

        Raises:
            SecretError: It is not there, or this process may not read it.
            StoreDownError: Nobody can tell at the moment.
        """
        ...


class EnvironmentStore:
    """Environment variables. One that is not set is a secret that is not there, and no mistake: few keys are needed.

    Args:
        environ: Of this process.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def read(self, reference: Reference) -> str:
        """Read a variable."""
        return self._environ.get(reference.name, "")


class FileStore:
    """Files, as container platforms mount them. Read each time: what they hold is exchanged without a word."""

    def read(self, reference: Reference) -> str:
        """Read a file without the line end that editors add.

        Raises:
            SecretError: It cannot be read.
        """
        try:
            with Path(reference.name).open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                why = f"It has more than {MAX_BYTES} bytes"
                raise no_secret(reference, why)
            text = content.decode("utf-8")
        except OSError as error:
            raise no_secret(reference, error.strerror or "It cannot be opened") from None
        except UnicodeDecodeError:
            # An error of decoding quotes the bytes.
            raise no_secret(reference, "It is not UTF-8 text") from None
        return text.removesuffix("\n").removesuffix("\r")


def no_answer(reference: Reference, why: str) -> SecretUnavailableError:
    """Make the error of a secret whose store does not answer."""
    return SecretUnavailableError(
        f"The secret {reference.text} cannot be read at the moment.",
        why=f"{why}.",
        next_step="Its store is asked again; mend the way there if that lasts.",
    )


def no_secret(reference: Reference, why: str) -> SecretError:
    """Make the error of a secret that cannot be read. Never raised `from` a cause: causes quote what was read."""
    return SecretError(
        f"The secret {reference.text} cannot be read.",
        why=f"{why}.",
        next_step="Put it there and let this process read it, or mend the setting.",
    )


def member_of(reference: Reference, members: Mapping[str, object]) -> str:
    """Take one member out of a stored secret.

    Raises:
        SecretError: There is no such member, or it is no text.
    """
    value = members.get(reference.key)
    if value is None:
        raise no_secret(reference, f"It has no member '{reference.key}'")
    if not isinstance(value, str):
        raise no_secret(reference, f"Its member '{reference.key}' is no text")
    return value
