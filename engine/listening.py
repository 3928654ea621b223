"""Where the API may listen, and whether it may serve without asking who calls. Light: asked before heavy imports."""

from ipaddress import ip_address

from trends.errors import SettingsError
from trends.settings import Settings


def require_safe(settings: Settings) -> None:
    """Refuse to serve everybody, but in development and to this machine alone.

    Raises:
        SettingsError: Nobody would be asked who they are, and others could reach it, or the environment is no
            development.
    """
    if settings.auth.mode == "required":
        return
    if settings.environment != "development":
        raise SettingsError(
            f"The API does not serve without authentication in {settings.environment}.",
            why="auth.mode is off.",
            next_step="Set auth.mode to required (TRENDS_AUTH__MODE), then: trends keys create --local",
        )
    if not is_loopback(settings.api.host):
        raise SettingsError(
            f"The API does not listen on '{settings.api.host[:80]}'.",
            why="There is no authentication while auth.mode is off, so it serves this machine alone.",
            next_step="Set auth.mode to required (TRENDS_AUTH__MODE), then: trends keys create --local. "
            "Or set api.host to 127.0.0.1 (TRENDS_API__HOST).",
        )


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine's own, which nobody else reaches."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
