"""What is booked for a call: what the provider counted where that can be, else all that was reserved."""

from dataclasses import dataclass

from trends.domain.calls import Usage
from trends.errors import PriceUnknownError
from trends.limits.base import Reservation
from trends.llm.gateway_parts import Prices

BYTES_PER_TOKEN = 32
"""No text has fewer tokens than its UTF-8 bytes by this: English has one for 4.5 bytes, Korean one for 3 to 6.

A provider that counts less has not counted, and all that was reserved is booked."""
MOST = 10**15
"""More than this in one call, tokens or micro-USD, is stored as this: a provider may say any number."""


@dataclass(frozen=True)
class Sizes:
    """Texts of a call in UTF-8 bytes."""

    sent: int
    received: int


@dataclass(frozen=True)
class Booking:
    """What is booked, and whether that is what the provider counted."""

    tokens: int
    cost_micro: int
    counted: bool


def booking(
    usage: Usage | None, reservation: Reservation, model: str, sizes: Sizes, prices: Prices
) -> Booking:
    """Decide what to book for a call that was charged for.

    More than was reserved is booked as it was counted: the money is gone. What cannot be, because the provider said
    nothing, or less than the texts must have, is booked as it was reserved, never less.
    """
    reserved = Booking(reservation.tokens, reservation.cost_micro, counted=False)
    if usage is None or not _can_be(usage, sizes):
        return reserved
    try:
        cost_micro = prices.cost_micro(reservation.provider, model, usage)
    except PriceUnknownError:
        # It was known when the call was reserved; settings have changed meanwhile.
        return reserved
    tokens = usage.input_tokens + usage.output_tokens
    return Booking(min(tokens, MOST), min(cost_micro, MOST), counted=True)


def _can_be(usage: Usage, sizes: Sizes) -> bool:
    return (
        usage.input_tokens >= _least(sizes.sent)
        and usage.output_tokens >= _least(sizes.received)
        and usage.cached_tokens <= usage.input_tokens
        and usage.reasoning_tokens <= usage.output_tokens
    )


def _least(size: int) -> int:
    return -(-size // BYTES_PER_TOKEN)
