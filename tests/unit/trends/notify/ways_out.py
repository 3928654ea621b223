"""The way out of a process that may reach this machine, with short patience."""

from tests.unit.trends.notify.notice_cases import now
from trends.notify.outside import Outside
from trends.outbound import Outbound
from trends.settings_sections import OutboundSettings


def outside(
    *, inside: tuple[str, ...] = ("127.0.0.1", "localhost"), seconds: float = 0.5
) -> Outside:
    """Make one; `inside` are the private hosts that the settings allow."""
    settings = OutboundSettings(
        connect_timeout_seconds=5,
        total_timeout_seconds=60,
        max_bytes=1_000_000,
        allow_private_hosts=inside,
        user_agent="trends-tests",
    )
    return Outside(Outbound(settings, clock=now), post_seconds=seconds)
