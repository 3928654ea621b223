"""From a channel's settings to the policy by which messages go out to it."""

from collections.abc import Callable, Mapping

from trends.channel_settings import ChannelSettings, NotifySettings
from trends.domain.delivery_policy import DeliveryPolicy
from trends.errors import SettingsError, UnknownNameError
from trends.markets import Market


def policies_of(
    settings: NotifySettings, default_market: str, load_market: Callable[[str], Market]
) -> Mapping[str, DeliveryPolicy]:
    """Make the policies of all channels that have one.

    Args:
        settings: The channels.
        default_market: Market of a channel that names none.
        load_market: Reads a market.

    Raises:
        SettingsError: A channel names a market that is not there, or whose file is broken.
    """
    return {
        name: policy
        for name, channel in settings.all_channels().items()
        if not (policy := _policy(name, channel, default_market, load_market)).asks_nothing
    }


def _policy(
    name: str,
    channel: ChannelSettings,
    default_market: str,
    load_market: Callable[[str], Market],
) -> DeliveryPolicy:
    try:
        market = load_market(channel.market or default_market)
    except UnknownNameError as error:
        raise SettingsError(
            f"The channel '{name}' is on the clock of a market that is not there.",
            why=error.what,
            next_step=error.next_step or f"Mend notify.channels.{name}.market.",
        ) from error
    return DeliveryPolicy(
        digest=channel.digest,
        quiet_hours=channel.quiet_hours,
        workdays_only=channel.workdays_only,
        max_alerts_per_day=channel.max_alerts_per_day,
        zone=market.time_zone,
        weekend=frozenset(market.weekend),
        holidays=frozenset(market.holidays),
    )
