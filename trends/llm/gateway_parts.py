"""What the gateway is made of: one of each for a process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakValueDictionary

from pydantic import BaseModel

from trends.domain.calls import Usage
from trends.limits.base import Ledger
from trends.llm.base import ChatModel, Message
from trends.storage.calls import CallKey, CallStore
from trends.storage.response_cache import CacheStore

RENEW_SECONDS = 5.0
"""How often the reservation of a call under way is renewed; a lease has to be several times as long."""


class Prices(Protocol):
    """What models cost. May block: it is asked on a thread."""

    def worst_micro(self, provider: str, model: str, input_tokens: int, output_tokens: int) -> int:
        """Price of so many tokens at the dearest rate that may apply, in micro-USD, rounded up.

        Raises:
            PriceUnknownError: No price is known for the model.
        """
        ...

    def cost_micro(self, provider: str, model: str, usage: Usage) -> int:
        """Price of a call as it was counted, in micro-USD, rounded up.

        Raises:
            PriceUnknownError: No price is known for the model.
        """
        ...


@dataclass(frozen=True)
class GatewayParts:
    """What every call needs.

    Attributes:
        calls: The call log.
        cache: The response cache.
        ledger: Rates and money.
        prices: What models cost.
        bound: Most tokens that messages and the form of the answer can have.
        chat_model: Makes a provider ready, key included. May block, since it loads packages and reads secrets: it is
            asked on a thread. Raises SecretError or ModelKeyError where there is no key.
        pause: Waits for so many seconds.
        renew_seconds: How often a reservation is renewed.
        turns: Calls under way in this process.
    """

    calls: CallStore
    cache: CacheStore
    ledger: Ledger
    prices: Prices
    bound: Callable[[Sequence[Message], type[BaseModel]], int]
    chat_model: Callable[[str], ChatModel]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    renew_seconds: float = RENEW_SECONDS
    turns: WeakValueDictionary[CallKey, asyncio.Lock] = field(
        default_factory=WeakValueDictionary[CallKey, asyncio.Lock], repr=False
    )

    def turn(self, key: CallKey) -> asyncio.Lock:
        """Give the lock of a call: asked twice at once, the second waits and finds the answer in the log."""
        lock = self.turns.get(key)
        if lock is None:
            lock = self.turns[key] = asyncio.Lock()
        return lock
