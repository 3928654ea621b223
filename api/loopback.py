"""Where the API may listen. Light: asked before anything heavy is imported."""

from ipaddress import ip_address

from trends.errors import SettingsError


def require_loopback(host: str) -> None:
    """Refuse to listen where others could reach an API that asks nobody who they are.

    Raises:
        SettingsError: The address is not one of this machine's own.
    """
    try:
        inside = ip_address(host.strip("[]")).is_loopback
    except ValueError:
        inside = host == "localhost"
    if not inside:
        raise SettingsError(
            f"The API does not listen on '{host[:80]}'.",
            why="It has no authentication yet, so it serves this machine alone.",
            next_step="Set api.host to 127.0.0.1 (TRENDS_API__HOST); to reach it from elsewhere, use an SSH tunnel.",
        )
