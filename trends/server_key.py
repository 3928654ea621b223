"""The server's own key: signs the links it gives out, and seals the secrets it has to keep.

One or several keys with blanks between them: the first makes what is new, all of them read what is there. So a key is
replaced without a link or a webhook breaking, and the old one taken out once nothing of it is left.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from trends.errors import SettingsError, StorageUnavailableError

VARIABLE = "TRENDS_SERVER_KEY"
FILE_VARIABLE = "TRENDS_SERVER_KEY_FILE"
LEAST_BYTES = 32
_MAX_FILE_BYTES = 64 * 1024
_NONCE_BYTES = 12
_MAKE_ONE = "Make one: openssl rand -base64 32"


class ServerKey:
    """Signs and seals. Each purpose has a key of its own, so that nothing made for one serves another.

    Args:
        keys: The newest first; none where there is no key, which is told when one is needed.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def sign(self, purpose: str, text: str) -> str:
        """Sign a text: HMAC-SHA256 in base64 for URLs.

        Raises:
            SettingsError: There is no key.
        """
        return _mac(self._all()[0], purpose, text)

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Whether a signature is of this text; takes as long whatever it is.

        Raises:
            SettingsError: There is no key.
        """
        given = signature.encode("utf-8", "replace")
        found = [
            hmac.compare_digest(_mac(key, purpose, text).encode(), given) for key in self._all()
        ]
        return any(found)

    def seal(self, purpose: str, text: str) -> str:
        """Encrypt a text, such that nobody can change it unnoticed: AES-256-GCM.

        Raises:
            SettingsError: There is no key.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(_derived(self._all()[0], purpose))
        return _text(nonce + cipher.encrypt(nonce, text.encode(), purpose.encode()))

    def unseal(self, purpose: str, sealed: str) -> str:
        """Decrypt what `seal` made for the same purpose.

        Raises:
            SettingsError: There is no key, or none of those that sealed it.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        with suppress(ValueError):
            data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            nonce, rest = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
            for key in self._all():
                with suppress(InvalidTag, ValueError):
                    cipher = AESGCM(_derived(key, purpose))
                    return cipher.decrypt(nonce, rest, purpose.encode()).decode()
        raise SettingsError(
            "A stored secret cannot be read.",
            why=f"It was sealed with a key that {VARIABLE} no longer holds.",
            next_step=f"Put that key back, behind the new one in {VARIABLE}; or make the secret anew.",
        )

    def _all(self) -> tuple[bytes, ...]:
        if not self._keys:
            raise SettingsError(
                "This server has no key to sign links and seal secrets with.",
                why=f"Neither {VARIABLE} nor {FILE_VARIABLE} is set.",
                next_step=f"{_MAKE_ONE}; every process of this installation needs the same.",
            )
        return self._keys


def read_server_key(environ: Mapping[str, str], *, own_file: Path | None) -> ServerKey:
    """Read the key: the variable, the file that a variable names, else a file of the installation's own.

    Args:
        environ: Environment variables.
        own_file: Made where it does not exist, readable by its owner alone; None where a key has to be given.

    Raises:
        SettingsError: What is there is no key, or cannot be read.
        StorageUnavailableError: The own file cannot be made.
    """
    if text := environ.get(VARIABLE, "").strip():
        return ServerKey(_keys(text, VARIABLE))
    if name := environ.get(FILE_VARIABLE, "").strip():
        return ServerKey(_keys(_read(Path(name)), name))
    if own_file is None:
        return ServerKey(())
    return ServerKey(_keys(_own(own_file), str(own_file)))


def _own(file: Path) -> str:
    if not file.exists():
        # A name of this call's own: the process id is the same for two threads, and for two containers.
        made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.write(_text(secrets.token_bytes(LEAST_BYTES)) + "\n")
            # A link is there or not: of two processes that start at once, both read the first one's.
            with suppress(FileExistsError):
                os.link(made, file)
        except OSError as error:
            raise StorageUnavailableError(
                f"The server's key cannot be kept in {file}.", why=f"{error.strerror or error}."
            ) from error
        finally:
            made.unlink(missing_ok=True)
    return _read(file)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_FILE_BYTES).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        # An error of decoding quotes the bytes: only that it is no text is said.
        why = error.strerror if isinstance(error, OSError) else "It is not a key in base64"
        raise SettingsError(
            "The server's key cannot be read.", why=f"{file}: {why}.", next_step=_MAKE_ONE
        ) from None


def _keys(text: str, place: str) -> list[bytes]:
    found: list[bytes] = []
    for word in text.split():
        try:
            plain = word.translate(str.maketrans("-_", "+/"))
            key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) < LEAST_BYTES:
            raise SettingsError(
                "The server's key cannot be used.",
                why=f"What stands in {place} is not {LEAST_BYTES} bytes or more in base64.",
                next_step=_MAKE_ONE,
            )
        found.append(key)
    if not found:
        raise SettingsError(
            "The server's key cannot be used.",
            why=f"Nothing stands in {place}.",
            next_step=_MAKE_ONE,
        )
    return found


def _derived(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


def _mac(key: bytes, purpose: str, text: str) -> str:
    signed = text.encode("utf-8", "replace")
    return _text(hmac.digest(_derived(key, purpose), signed, hashlib.sha256))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
