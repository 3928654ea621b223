"""Signatures against the specification's own example, and against HMAC written out by hand."""

import base64
import hashlib

import pytest
from pydantic import SecretStr

from trends.errors import SettingsError
from trends.notify.signature import read_keys, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another key of 32 bytes, made up").decode()


def by_hand(key: bytes, text: bytes) -> str:
    """HMAC-SHA256 as RFC 2104 writes it, of nothing but the hash."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + text).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()
    return base64.b64encode(outer).decode()


def test_published_example_holds() -> None:
    keys = read_keys("box", SecretStr(SECRET))

    signed = sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_key_signs_while_one_is_replaced() -> None:
    keys = read_keys("box", SecretStr(f"{OTHER}  {SECRET}\n"))

    signed = sign(keys, "msg_1", 7, "글".encode())

    expected = [by_hand(key, b"msg_1.7." + "글".encode()) for key in keys]
    assert signed.split() == [f"v1,{each}" for each in expected]
    assert len(set(expected)) == 2


@pytest.mark.parametrize(
    "secret",
    [
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_" + base64.b64encode(b"23 bytes, one too short").decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_not base64 at all",
    ],
)
def test_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match="'box'") as refused:
        read_keys("box", SecretStr(secret))

    assert secret not in str(refused.value) or secret == "whsec_"
