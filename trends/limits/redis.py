"""Rates in Redis, money in the database. What Redis forgets when it is lost are rates, never money.

One script takes from every rate or from none, by the server's own clock. What belongs to one tenant and provider carries
one hash tag, so that a cluster keeps it together.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self, cast

from trends.errors import LimitReachedError, SettingsError, StorageError, StorageUnavailableError
from trends.limits import refusals
from trends.limits.base import Ask, Reservation
from trends.limits.fitting import shrink_to_tokens
from trends.limits.ledger import LEASE, SqlLedger
from trends.limits.pace import interval
from trends.limits.quotas import Quotas, QuotasOf
from trends.limits.rates import SPREAD, TYPICAL_CALL
from trends.limits.redis_scripts import BLOCK, GIVE_BACK, RENEW, REWRITE, TAKE

ANSWER_SECONDS = 5
_MICROSECOND = timedelta(microseconds=1)


class RedisRates:
    """Rates of every tenant and provider, in one Redis server.

    Args:
        client: Of `redis.asyncio`.
        lease: How long a call counts as under way that is not renewed.
        prefix: Before every key.
    """

    def __init__(self, client: Any, *, lease: timedelta = LEASE, prefix: str = "trends") -> None:
        self._client = client
        self._lease = lease
        self._prefix = prefix

    @classmethod
    def at(cls, url: str, *, lease: timedelta = LEASE, prefix: str = "trends") -> Self:
        """Make the client of a server; connects at the first call.

        Raises:
            SettingsError: Not an address of Redis, or its client is not installed.
        """
        try:
            from redis.asyncio import Redis
        except ImportError as error:
            raise SettingsError(
                "Rates in Redis need its client.",
                why=f"{error}.",
                next_step="Install it: pip install 'consumer-trend-agent[redis]'.",
            ) from error
        try:
            client = cast("Any", Redis).from_url(
                url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
            )
        except ValueError:
            # Not from that error: it may show the address with its password.
            raise SettingsError(
                "limits.redis_url is no address of a Redis server.",
                next_step="Write it as redis://:password@host:6379/0.",
            ) from None
        return cls(client, lease=lease, prefix=prefix)

    async def take(self, ask: Ask, quotas: Quotas, jitter: float) -> bool:
        """Take a call from every rate, or from none; False where it had been taken under this name.

        Raises:
            LimitReachedError: Not yet; says how long to wait.
            StorageUnavailableError: Redis does not answer.
        """
        code, number, why = await self._run(
            TAKE,
            ask.purpose.tenant,
            ask.provider,
            ask.id,
            ask.tokens,
            quotas.requests_per_minute,
            quotas.requests_per_hour,
            quotas.tokens_per_minute,
            quotas.burst_size,
            quotas.concurrency,
            self._lease // _MICROSECOND,
            interval(quotas) // _MICROSECOND,
            TYPICAL_CALL // _MICROSECOND,
        )
        if code != 0:
            return code == 1
        reason = why.decode()
        wait = timedelta(microseconds=int(number))
        spread = SPREAD * jitter if reason == "blocked" else timedelta(0)
        raise _refusal(ask, quotas, reason, wait + spread)

    async def renew(self, reservation: Reservation) -> None:
        """Count a call as under way for another lease.

        Raises:
            StorageUnavailableError: Redis does not answer.
        """
        await self._of(reservation, RENEW, self._lease // _MICROSECOND)

    async def rewrite(self, reservation: Reservation, tokens: int) -> None:
        """Write down what a call used, and that it has ended.

        Raises:
            StorageUnavailableError: Redis does not answer.
        """
        await self._of(reservation, REWRITE, tokens)

    async def give_back(self, tenant: str, provider: str, ask_id: str) -> None:
        """Take a call out of the rates again.

        Raises:
            StorageUnavailableError: Redis does not answer.
        """
        await self._run(GIVE_BACK, tenant, provider, ask_id)

    async def block(self, tenant: str, provider: str, wait: timedelta) -> None:
        """Leave a provider alone for a while.

        Raises:
            StorageUnavailableError: Redis does not answer.
        """
        await self._run(BLOCK, tenant, provider, wait // _MICROSECOND)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _of(self, reservation: Reservation, script: str, number: int) -> None:
        await self._run(script, reservation.tenant, reservation.provider, reservation.id, number)

    async def _run(self, script: str, tenant: str, provider: str, *values: str | int) -> Any:
        from redis.exceptions import AuthenticationError, RedisError

        tag = f"{self._prefix}:{{{tenant}:{provider}}}"
        keys = [f"{tag}:{name}" for name in ("minute", "hour", "tokens", "open", "state")]
        try:
            return await cast(
                "Awaitable[Any]", self._client.eval(script, len(keys), *keys, *values)
            )
        except AuthenticationError as error:
            raise StorageError(
                "Redis does not take the password.",
                why=f"{error}.",
                next_step="Check limits.redis_url.",
            ) from error
        except (RedisError, OSError) as error:
            raise StorageUnavailableError(
                "Redis cannot be used at the moment.",
                why=f"{type(error).__name__}: {error}.",
                next_step="Check the server and limits.redis_url; it is tried again.",
            ) from error


class SplitLedger:
    """Rates in Redis, money in the database: rates first, since they are given back more easily.

    Args:
        rates: In Redis.
        money: In the database; holds no rates itself.
        quotas_of: The limits of a provider as they are now.
        jitter: From 0 to 1, by chance.
    """

    def __init__(
        self,
        rates: RedisRates,
        money: SqlLedger,
        quotas_of: QuotasOf,
        jitter: Callable[[], float],
    ) -> None:
        self._rates = rates
        self._money = money
        self._quotas_of = quotas_of
        self._jitter = jitter

    async def reserve(self, ask: Ask) -> Reservation:
        """Take from every limit that the call touches, or from none.

        Raises:
            LimitError: As `SqlLedger.reserve`.
            StorageUnavailableError: Redis or the database does not answer; nothing was taken. What Redis was not told to
                give back, it forgets after a minute or an hour.
        """
        quotas = self._quotas_of(ask.provider)
        sized = shrink_to_tokens(ask, quotas.tokens_per_minute)
        if sized is None:
            raise refusals.never(ask, quotas.tokens_per_minute)
        taken = await self._rates.take(sized, quotas, self._jitter())
        try:
            return await self._money.reserve(sized)
        except BaseException:
            # A cancel too: the call will not be made. What an earlier attempt of this name took is its own.
            if taken:
                with suppress(StorageUnavailableError):
                    await self._rates.give_back(ask.purpose.tenant, ask.provider, ask.id)
            raise

    async def renew(self, reservation: Reservation) -> Reservation:
        """Keep a reservation while its call is under way. One that has ended stays ended."""
        renewed = await self._money.renew(reservation)
        await self._rates.renew(reservation)
        return renewed

    async def settle(self, reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        """Book what the call was, once.

        Money first. Where Redis does not hear of it, the whole ask stays counted until its minute is over: too much, never
        too little.
        """
        await self._money.settle(reservation, tokens=tokens, cost_micro=cost_micro)
        with suppress(StorageUnavailableError):
            await self._rates.rewrite(reservation, tokens)

    async def release(self, reservation: Reservation) -> None:
        """Give everything back: the call was certainly not charged for."""
        await self._money.release(reservation)
        with suppress(StorageUnavailableError):
            await self._rates.give_back(reservation.tenant, reservation.provider, reservation.id)

    async def block(self, tenant: str, provider: str, wait: timedelta) -> None:
        """Leave a provider alone for a while, in every process: it said so."""
        await self._rates.block(tenant, provider, wait)
        # For people, who read it there.
        await self._money.block(tenant, provider, wait)


def _refusal(ask: Ask, quotas: Quotas, reason: str, wait: timedelta) -> LimitReachedError:
    why = {
        "blocked": "The provider asked to be left alone.",
        "minute": f"{quotas.requests_per_minute} calls began within a minute.",
        "tokens": f"The {quotas.tokens_per_minute} tokens of a minute leave no room for {ask.tokens}.",
        "hour": f"{quotas.requests_per_hour} calls began within an hour.",
        "burst": f"{quotas.burst_size} calls have just begun, which is the burst.",
        "concurrency": f"{quotas.concurrency} calls are under way.",
    }
    return refusals.not_yet(ask, why[reason], wait)
