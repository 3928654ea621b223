"""Hosts inside that the settings may allow."""

import pytest
from pydantic import ValidationError

from tests.unit.trends.web_server import make_outbound
from trends.outbound_hosts import AllowedHosts


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("relay", "relay", 25),
        ("relay:25", "relay", 25),
        ("Relay.Intern.", "relay.intern", 80),
        ("[fd00::1]:25", "fd00::1", 25),
        ("[fd00::1]", "fd00::1", 80),
        ("메일.test", "xn--h32bq4v.test", 80),
    ],
)
def test_allowed_host_is_known_by_its_name_on_the_wire(entry: str, host: str, port: int) -> None:
    make_outbound(entry)
    assert AllowedHosts([entry]).holds(host, port)


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [("relay:25", "relay", 80), ("relay", "relay.test", 80), ("fd00::1", "fd00::2", 80)],
)
def test_other_hosts_and_ports_are_not_allowed(entry: str, host: str, port: int) -> None:
    assert not AllowedHosts([entry]).holds(host, port)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "http://relay",
        "relay/path",
        "a b",
        "user@relay",
        "relay:port",
        "*",
        "10.0.0.0/8",
        "fd00::1",
    ],
)
def test_what_names_no_host_is_refused_by_the_settings(entry: str) -> None:
    with pytest.raises(ValidationError, match="allow_private_hosts"):
        make_outbound(entry)
