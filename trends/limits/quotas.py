"""What one tenant may use of one provider, in the units in which it is counted."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from trends.domain.calls import MICRO
from trends.settings import Settings
from trends.settings_calls import LimitSettings


@dataclass(frozen=True)
class Quotas:
    """Limits of one tenant at one provider. Rates are without what `headroom` leaves unused.

    Attributes:
        requests_per_minute: Calls in any minute.
        requests_per_hour: Calls in any hour.
        tokens_per_minute: Tokens in any minute.
        burst_size: Calls that may begin at once.
        concurrency: Calls under way at once.
        day_micro: Micro-USD of a day of `zone`.
        run_micro: Micro-USD of one run.
        month_micro: Micro-USD of one monitor in a month of `zone`.
        warn_at: Part of a budget at which people are told.
        zone: Whose days and months.
    """

    requests_per_minute: int
    requests_per_hour: int
    tokens_per_minute: int
    burst_size: int
    concurrency: int
    day_micro: int
    run_micro: int
    month_micro: int
    warn_at: float
    zone: ZoneInfo


# Asked anew at every reservation, so that a changed setting holds from the next call on.
QuotasOf = Callable[[str], Quotas]


def quotas_of(settings: Settings, provider: str, market_zone: str) -> Quotas:
    """Read a provider's quotas out of the settings.

    Args:
        settings: As they are now.
        provider: Its name, such as `openai`.
        market_zone: Zone of the market `runs.market`; used where `limits.time_zone` is empty.

    Raises:
        UnknownNameError: There is no such provider.
    """
    limits = settings.limits_for(provider)
    return Quotas(
        requests_per_minute=_usable(limits.requests_per_minute, limits),
        requests_per_hour=_usable(limits.requests_per_hour, limits),
        tokens_per_minute=_usable(limits.tokens_per_minute, limits),
        burst_size=limits.burst_size,
        concurrency=limits.concurrency,
        day_micro=micro(limits.cost_per_day_usd),
        run_micro=micro(limits.cost_per_run_usd),
        month_micro=micro(limits.cost_per_month_usd),
        warn_at=limits.warn_at,
        zone=ZoneInfo(limits.time_zone or market_zone),
    )


def micro(usd: float) -> int:
    """Whole micro-USD of an amount as it was written, rounded down: a limit is never larger than it says."""
    return int((Decimal(str(usd)) * MICRO).to_integral_value(ROUND_DOWN))


def usd(micro_usd: int) -> str:
    """An amount for people, in USD to the micro-dollar, at least two decimals."""
    whole, rest = divmod(abs(micro_usd), MICRO)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micro_usd < 0 else ''}${whole:,}.{decimals}"


def _usable(quota: int, common: LimitSettings) -> int:
    # Rounded to what a person would compute: 0.98 is not quite 0.98 in binary.
    return max(1, math.floor(round(quota * (1 - common.headroom), 6)))
