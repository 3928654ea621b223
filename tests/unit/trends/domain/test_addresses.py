"""Which addresses are public."""

import pytest

from trends.domain.addresses import is_public


@pytest.mark.parametrize(
    "address",
    """1.1.1.1 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 223.255.255.1
    2606:4700::1111 2a00:1450:4001::200e 2001:4860:4860::8888""".split(),
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
    198.51.100.1 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 ::8.8.8.8 64:ff9b::808:808 64:ff9b:1::1 100::1 fc00::1 fd12::1
    fe80::1 fe80::1%eth0 fec0::1 ff02::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 4000::1
    2606:4700::1111%1""".split(),
)
def test_inside_or_reserved(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "1.2.3", "0x7f000001", "2130706433", "1.1.1.1/32"]
)
def test_text_that_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)
