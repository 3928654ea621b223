"""What every ledger does: reserve the worst case, then settle what it was, or release.

A reservation is made before a call and covers the worst that the call may cost. A reservation that is neither settled
nor released by its end is charged in full: its call may have been answered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from trends.domain.calls import Purpose


@dataclass(frozen=True)
class Ask:
    """The worst case of one call.

    Attributes:
        id: Name of this attempt at the call; asked again under the same one, the same reservation is given.
        purpose: What it is for: tenant, run and monitor are charged.
        provider: Where it goes, such as `openai`.
        model: Which model there.
        tokens: Most tokens, sent and received.
        cost_micro: Most it may cost, in micro-USD, rounded up.
        least_tokens: The least that is still of use; the ledger may shrink the ask down to it when little is left.
        least_cost_micro: What that costs.
    """

    id: str
    purpose: Purpose
    provider: str
    model: str
    tokens: int
    cost_micro: int
    least_tokens: int
    least_cost_micro: int


@dataclass(frozen=True)
class Reservation:
    """What was granted.

    Attributes:
        id: As in its ask.
        tenant: Whose it is.
        provider: Where the call goes.
        tokens: Tokens that may be used: at most the ask's, less where little was left.
        cost_micro: What is held, in micro-USD.
        expires_at: When it is charged in full unless it is renewed, settled or released.
    """

    id: str
    tenant: str
    provider: str
    tokens: int
    cost_micro: int
    expires_at: datetime


class Ledger(Protocol):
    """Rates and money, held exactly across processes and machines."""

    async def reserve(self, ask: Ask) -> Reservation:
        """Take from every limit that the call touches, or from none.

        Raises:
            LimitReachedError: Not yet; says how long to wait.
            BudgetSpentError: Not in this window.
            FrozenError: Paid calls are stopped.
            StorageError: The store failed; nothing was taken.
        """
        ...

    async def renew(self, reservation: Reservation) -> Reservation:
        """Keep a reservation while its call is under way. One that has ended stays ended."""
        ...

    async def settle(self, reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        """Book what the call was, once; what was held and not used is free again. More than was held is booked, too."""
        ...

    async def release(self, reservation: Reservation) -> None:
        """Give everything back: the call was certainly not charged for."""
        ...

    async def block(self, tenant: str, provider: str, wait: timedelta) -> None:
        """Leave a provider alone for a while, in every process: it said so."""
        ...
