"""Reading addresses of the web, and saying which hosts inside may be reached."""

import ipaddress
from collections.abc import Iterable

import httpx

from trends.errors import AddressRefusedError

LONGEST_URL = 4_096
_LAST_PORT = 65_535
_PORTS = {"http": 80, "https": 443}


class AllowedHosts:
    """Hosts inside that the settings allow.

    Args:
        entries: `host`, which allows every port, or `host:port`.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._hosts = frozenset(_host_and_port(entry) for entry in entries)

    def holds(self, host: str, port: int) -> bool:
        """Whether this host and port are among them."""
        name = _spelled(host)
        return (name, port) in self._hosts or (name, None) in self._hosts


def read_url(text: str) -> httpx.URL:
    """Read an address. The one parser there is: what is checked is what is connected to.

    Raises:
        AddressRefusedError: Not http or https, with a user name, too long, or not an address.
    """
    if len(text) > LONGEST_URL:
        raise AddressRefusedError(f"An address has more than {LONGEST_URL:,} characters.")
    try:
        url = httpx.URL(text.strip())
        host = url.host.rstrip(".")
        if url.scheme not in _PORTS or not host:
            raise AddressRefusedError(
                f"An address of the scheme '{url.scheme[:20]}' is not fetched.",
                next_step="Use one that begins with https:// or http://.",
            )
        if url.userinfo:
            raise AddressRefusedError(
                f"An address of {host} has a user name or password in it.",
                why="Addresses are shown and logged.",
                next_step="Take it out of the address.",
            )
        if not 0 < port_of(url) <= _LAST_PORT:
            raise AddressRefusedError(f"An address of {host} has a port that there is not.")
        return url.copy_with(host=host)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise AddressRefusedError("An address cannot be read.", why=f"{error}.") from error


def port_of(url: httpx.URL) -> int:
    """Return the port, also where the address leaves it to the scheme."""
    return _PORTS[url.scheme] if url.port is None else url.port


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Return what two addresses of one server share (RFC 6454)."""
    return url.scheme, url.host, port_of(url)


def is_literal(host: str) -> bool:
    """Whether a host is an address itself, and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_and_port(entry: str) -> tuple[str, int | None]:
    head, colon, tail = entry.rpartition(":")
    if colon and tail.isdigit() and (head.endswith("]") or ":" not in head):
        return _spelled(head), int(tail)
    return _spelled(entry), None


def _spelled(host: str) -> str:
    """Spell a host as it goes over the wire: lower case, ASCII."""
    text = host.strip("[]").rstrip(".").lower()
    if text.isascii():
        return text
    try:
        return httpx.URL(scheme="http", host=text).raw_host.decode("ascii")
    except httpx.InvalidURL:
        return text
