"""Signatures of webhooks, as Standard Webhooks has them: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from pydantic import SecretStr

from trends.errors import SettingsError

PREFIX = "whsec_"
# The bounds of the specification; a shorter key could be guessed.
LEAST_BYTES, MOST_BYTES = 24, 64


def read_keys(channel: str, secret: SecretStr) -> tuple[bytes, ...]:
    """Read the signing keys of a channel: one, or several with blanks between them.

    Raises:
        SettingsError: One of them is no such secret. Does not show it.
    """
    return tuple(_key(channel, text) for text in secret.get_secret_value().split())


def _key(channel: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise SettingsError(
            f"A secret of the channel '{channel}' cannot be used.",
            why=f"It is not {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes in base64.",
            next_step=f"Make one: echo {PREFIX}$(openssl rand -base64 32)",
        )
    return key


def sign(keys: Sequence[bytes], message_id: str, seconds: int, body: bytes) -> str:
    """Write the header `webhook-signature`: one signature for each key, so that a receiver may know either.

    Args:
        keys: At least one.
        message_id: `webhook-id`.
        seconds: `webhook-timestamp`, seconds since 1970.
        body: The bytes that are sent.
    """
    signed = f"{message_id}.{seconds}.".encode() + body
    digests = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
