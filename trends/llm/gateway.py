"""The one way to a model: within limits, logged before and after, and never asked the same thing twice.

The order of a call is what makes a crash harmless, wherever it falls:

1. The log is read: an answer that is there is the answer.
2. The cache is read, where the role leaves nothing to chance.
3. The worst case is reserved, under a name that a retry of the same attempt has as well.
4. The attempt is written into the log. From here on it may have been charged for.
5. The model is asked, and its reservation kept alive.
6. The answer is written into the log. From here on it is never asked for again.
7. The reservation is settled: by the log, if a crash came between.
"""

import asyncio
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ValidationError

from trends.domain.calls import LoggedCall, ModelName, Purpose, Role
from trends.errors import LimitError, ModelError, SecretError, StorageError, TrendsError
from trends.limits.base import Ask
from trends.llm.attempts import Attempts, Call, Leave
from trends.llm.base import Answered, Message
from trends.llm.call_keys import cache_digest, call_digest
from trends.llm.candidates import RolePlan
from trends.llm.fallback import another_helps, telling
from trends.llm.gateway_parts import GatewayParts
from trends.storage.calls import Attempt, CallKey, Start
from trends.storage.response_cache import CacheKind
from trends.telemetry import get_logger

LEAST_OUTPUT_TOKENS = 256
"""The shortest answer that is still of use; a ledger with little left may shrink the longest one down to it."""

_log = get_logger(__name__)


class ModelGateway:
    """Asks models.

    Args:
        parts: What every call needs; shared by all gateways of a process.
        plan: Says how a kind of work is done: by the settings of the run, not of the process. Raises SettingsError
            where no model is configured.
        beat: Called twice a second while a model is asked, such as the heartbeat of an activity.
    """

    def __init__(
        self,
        parts: GatewayParts,
        plan: Callable[[Role], RolePlan],
        *,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts = parts
        self._plan = plan
        self._attempts = Attempts(parts, beat)

    async def call(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        answer: type[BaseModel],
        *,
        cacheable: bool | None = None,
    ) -> Answered:
        """Ask the model of the purpose's role, or the next one where that helps.

        Args:
            purpose: What it is for.
            messages: What is said.
            answer: The form that the answer has to have.
            cacheable: Whether the answer may come from another run's, and serve another; None: where the role's
                temperature is 0.

        Raises:
            ModelError: Every model of the role failed, or the failure is one that another model would share.
            LimitError: A limit said no.
            SettingsError: No model is configured for the role, or its key cannot be read.
            StorageError: The database failed; what was answered before is in the log.
        """
        plan = self._plan(purpose.role)
        call = Call(
            key=CallKey(purpose.tenant, call_digest(purpose, plan, messages, answer)),
            purpose=purpose,
            plan=plan,
            messages=messages,
            answer=answer,
            cacheable=plan.cacheable if cacheable is None else cacheable,
        )
        async with self._parts.turn(call.key):
            return await self._by_any(call)

    async def _by_any(self, call: Call) -> Answered:
        errors: list[TrendsError] = []
        for candidate in call.plan.candidates:
            try:
                return await self._by(call, candidate)
            except (ModelError, LimitError, SecretError) as error:
                if not another_helps(error):
                    raise
                _log.warning("model.passed_over", model=str(candidate), slug=error.slug)
                errors.append(error)
        raise telling(errors)

    async def _by(self, call: Call, candidate: ModelName) -> Answered:
        while True:
            known = await self._parts.calls.find(call.key)
            for attempt in known.unsettled:
                await self._attempts.settle(call, attempt)
            if known.call is not None:
                return Answered(known.call.answer, known.call.model, 0, "log")
            cached = await self._cached(call, candidate)
            if cached is not None:
                return Answered(cached.answer, cached.model, 0, "cache")
            leave = await self._reserve(call, candidate, known.attempts + 1)
            if leave is not None:
                made = await self._attempts.ask(call, leave)
                if made.model == str(candidate):
                    await self._keep(call, candidate, made)
                return Answered(made.answer, made.model, made.cost_micro, "asked")

    async def _cached(self, call: Call, candidate: ModelName) -> LoggedCall | None:
        if not call.cacheable:
            return None
        try:
            value = await self._parts.cache.find(
                call.key.tenant, CacheKind.MODEL, self._cache_key(call, candidate)
            )
            found = None if value is None else LoggedCall.model_validate_json(value)
        except (StorageError, ValidationError) as error:
            _log.warning("cache.not_read", reason=str(error))
            return None
        if found is None:
            return None
        free = found.model_copy(update={"cost_micro": 0, "origin": "cache"})
        # Into the log: a retry must not find the cache emptied, and another answer there.
        return await self._parts.calls.answered(call.key, call.purpose, free, None)

    async def _reserve(self, call: Call, candidate: ModelName, number: int) -> Leave | None:
        """Reserve the worst case and write the attempt down; None where another process came first."""
        model = await asyncio.to_thread(self._parts.chat_model, candidate.provider)
        input_tokens = self._parts.bound(call.messages, call.answer)
        ask = await asyncio.to_thread(self._worst_case, call, candidate, number, input_tokens)
        reservation = await self._parts.ledger.reserve(ask)
        attempt = Attempt(
            tenant=call.key.tenant,
            number=number,
            ask_id=ask.id,
            provider=candidate.provider,
            model=candidate.model,
            held_tokens=reservation.tokens,
            held_micro=reservation.cost_micro,
            expires_at=reservation.expires_at,
        )
        start = await self._parts.calls.begin(call.key, call.purpose, attempt)
        if start is Start.LATE:
            await self._parts.ledger.release(reservation)
        if start is not Start.LEAVES:
            return None
        left = reservation.tokens - input_tokens
        return Leave(candidate, model, reservation, attempt, min(call.plan.max_output_tokens, left))

    def _worst_case(self, call: Call, candidate: ModelName, number: int, input_tokens: int) -> Ask:
        most = call.plan.max_output_tokens
        least = min(LEAST_OUTPUT_TOKENS, most)
        worst = self._parts.prices.worst_micro
        return Ask(
            id=f"{call.key.digest}:{number}:{candidate}",
            purpose=call.purpose,
            provider=candidate.provider,
            model=candidate.model,
            tokens=input_tokens + most,
            cost_micro=worst(candidate.provider, candidate.model, input_tokens, most),
            least_tokens=input_tokens + least,
            least_cost_micro=worst(candidate.provider, candidate.model, input_tokens, least),
        )

    async def _keep(self, call: Call, candidate: ModelName, logged: LoggedCall) -> None:
        if not call.cacheable:
            return
        value = logged.model_dump_json().encode()
        try:
            key = self._cache_key(call, candidate)
            await self._parts.cache.put(call.key.tenant, CacheKind.MODEL, key, value)
        except StorageError as error:
            _log.warning("cache.not_written", reason=str(error))

    def _cache_key(self, call: Call, candidate: ModelName) -> str:
        return cache_digest(call.key.tenant, candidate, call.plan, call.messages, call.answer)
