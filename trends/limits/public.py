"""The ledger for programs of one's own: register a provider, check before a call, record after it.

    limits = ProviderLimits(database)
    limits.register_provider("openai", requests_per_minute=60, cost_per_day_usd=5.0)
    call = await limits.check("openai", tokens=2_000, cost_usd=0.01)
    ...
    await limits.record(call, tokens=1_423, cost_usd=0.0061)

It is the same ledger: what is checked here counts for runs, and the other way round.
"""

import uuid
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from trends.domain.calls import MICRO, Purpose, Role
from trends.errors import InvalidRequestError, UnknownNameError
from trends.limits.base import Ask, Reservation
from trends.limits.ledger import SqlLedger
from trends.limits.quotas import Quotas, micro
from trends.storage.database import Database

# What is not limited: more than any provider takes.
_WITHOUT_LIMIT = 2**53


class ProviderLimits:
    """Limits that a program states itself.

    Args:
        database: Where the ledger is.
        tenant: Whose money it is.
        time_zone: Whose days.
    """

    def __init__(
        self, database: Database, *, tenant: str = "local", time_zone: str = "UTC"
    ) -> None:
        self._quotas: dict[str, Quotas] = {}
        self._tenant = tenant
        self._zone = ZoneInfo(time_zone)
        self._ledger = SqlLedger(database, self._of)

    def register_provider(
        self,
        provider: str,
        *,
        requests_per_minute: int | None = None,
        requests_per_hour: int | None = None,
        tokens_per_minute: int | None = None,
        burst_size: int | None = None,
        concurrency: int | None = None,
        cost_per_day_usd: float | None = None,
    ) -> None:
        """State a provider's limits; None: without. Stated again they are changed, and nothing that was used is forgotten.

        Raises:
            InvalidRequestError: A limit of zero or below, or none that is a number.
        """
        stated = (requests_per_minute, requests_per_hour, tokens_per_minute, burst_size)
        for limit in (*stated, concurrency, cost_per_day_usd):
            # Turned round, since NaN is neither above nor below.
            if limit is not None and not 0 < limit < _WITHOUT_LIMIT:
                raise InvalidRequestError(
                    f"A limit of {limit} for '{provider[:80]}' cannot be held.",
                    next_step="State one above zero, or leave it out for none.",
                )
        day = _WITHOUT_LIMIT if cost_per_day_usd is None else micro(cost_per_day_usd)
        self._quotas[provider] = Quotas(
            requests_per_minute=requests_per_minute or _WITHOUT_LIMIT,
            requests_per_hour=requests_per_hour or _WITHOUT_LIMIT,
            tokens_per_minute=tokens_per_minute or _WITHOUT_LIMIT,
            burst_size=burst_size or requests_per_minute or _WITHOUT_LIMIT,
            concurrency=concurrency or _WITHOUT_LIMIT,
            day_micro=day,
            run_micro=_WITHOUT_LIMIT,
            month_micro=_WITHOUT_LIMIT,
            warn_at=0.8,
            zone=self._zone,
        )

    async def check(self, provider: str, *, tokens: int, cost_usd: float) -> Reservation:
        """Reserve the most that a call may take.

        Raises:
            UnknownNameError: The provider is not registered.
            InvalidRequestError: A cost or tokens below zero.
            LimitError: Not now, or not in this window; `LimitReachedError` says how long to wait.
            StorageError: The database failed; nothing was taken.
        """
        cost = _up(cost_usd)
        return await self._ledger.reserve(
            Ask(
                id=str(uuid.uuid4()),
                purpose=Purpose(tenant=self._tenant, role=Role.ANALYST, node="public"),
                provider=provider,
                model="",
                tokens=tokens,
                cost_micro=cost,
                least_tokens=tokens,
                least_cost_micro=cost,
            )
        )

    async def record(self, call: Reservation, *, tokens: int, cost_usd: float) -> None:
        """Book what the call was, once. A call that is never recorded is charged in full.

        Raises:
            StorageError: The database failed; nothing was booked.
        """
        await self._ledger.settle(call, tokens=tokens, cost_micro=_up(cost_usd))

    async def cancel(self, call: Reservation) -> None:
        """Give everything back: the call was not made.

        Raises:
            StorageError: The database failed; nothing was given back.
        """
        await self._ledger.release(call)

    def _of(self, provider: str) -> Quotas:
        found = self._quotas.get(provider)
        if found is None:
            raise UnknownNameError("provider", provider, self._quotas)
        return found


def _up(usd: float) -> int:
    if not 0 <= usd < _WITHOUT_LIMIT / MICRO:
        raise InvalidRequestError(
            f"A cost of {usd} USD cannot be booked.", next_step="Give it as a number from zero up."
        )
    return int((Decimal(str(usd)) * MICRO).to_integral_value(ROUND_CEILING))
