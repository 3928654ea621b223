"""Channels of a process: what they need, and the policies that they keep to."""

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.state import State
from trends.domain.delivery_policy import DeliveryPolicy
from trends.markets import load_market
from trends.notify.endpoints import Endpoints
from trends.notify.outside import Outside
from trends.notify.policies import policies_of
from trends.notify.registry import ChannelMeans, Channels
from trends.outbound import Outbound
from trends.secrets.resolver import Secrets
from trends.settings import Settings


def make_channels(
    settings: Settings,
    state: State,
    secrets: Secrets,
    clock: Callable[[], datetime],
    endpoints: Endpoints | None = None,
) -> Channels:
    """Bring together what the channels of this process need; nothing is read or reached yet."""
    outside = Outside(Outbound(settings.outbound, clock=clock))
    means = ChannelMeans(
        logs=state.logs, secret=secrets.read, post=outside.post, dial=outside.dial, clock=clock
    )
    return Channels(settings.notify, means, endpoints, check_channel_markets(settings))


def take_channels(channels: Channels, settings: Settings) -> None:
    """Let channels be as other settings say; what is being sent goes out as it was begun."""
    channels.take(settings.notify, check_channel_markets(settings))


def check_channel_markets(settings: Settings) -> Mapping[str, DeliveryPolicy]:
    """Make the policies of channels, which fails where one is on the clock of no market.

    Raises:
        SettingsError: It does; names the channel.
    """
    return policies_of(settings.notify, settings.runs.market, load_market)
