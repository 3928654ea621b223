"""Whose certificates a client trusts: the usual ones, or those of a file."""

import ssl
from pathlib import Path

import pytest
import trustme

from trends_client.connection import trusted
from trends_client.errors import CannotReachError


def test_without_tls_nothing_is_read() -> None:
    assert trusted("http://127.0.0.1:8000", {"SSL_CERT_FILE": "/nowhere"}) is False


def test_the_usual_ones_are_trusted() -> None:
    assert trusted("https://trends.example", {}) is True


def test_a_file_of_authorities_is_trusted_instead(tmp_path: Path) -> None:
    authority = trustme.CA()
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    context = trusted("https://127.0.0.1:8443", {"SSL_CERT_FILE": str(file)})
    assert isinstance(context, ssl.SSLContext)
    assert len(context.get_ca_certs()) == 1
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_any_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CannotReachError, match=r"SSL_CERT_FILE names .*ca\.pem, which holds no"):
        trusted("https://127.0.0.1:8443", {"SSL_CERT_FILE": str(file)})
