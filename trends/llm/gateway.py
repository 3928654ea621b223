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
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ValidationError

from trends.domain.calls import LoggedCall, Purpose, Role, Usage
from trends.errors import (
    LimitError,
    ModelAnswerError,
    ModelBusyError,
    ModelError,
    ModelUnavailableError,
    SecretError,
    StorageError,
    TrendsError,
)
from trends.limits.base import Ask, Reservation
from trends.llm.base import Answered, ChatModel, Message, ModelAnswer, ModelRequest
from trends.llm.booking import Booking, Sizes, booking
from trends.llm.call_keys import cache_digest, call_digest
from trends.llm.candidates import Candidate, RolePlan
from trends.llm.fallback import another_helps, telling
from trends.llm.gateway_parts import GatewayParts
from trends.llm.keeping import kept, unbroken
from trends.storage.calls import Attempt, AttemptState, CallKey, Start
from trends.storage.json_text import json_text
from trends.storage.response_cache import CacheKind
from trends.telemetry import get_logger

LEAST_OUTPUT_TOKENS = 256
"""The shortest answer that is still of use; a ledger with little left may shrink the longest one down to it."""
BUSY_WAIT = timedelta(seconds=5)
"""How long a provider is left alone that is busy and does not say how long."""
MOST_WAIT = timedelta(hours=1)
"""Longest that a provider is left alone at its word; then it is asked again."""
GRACE_SECONDS = 5.0
"""After its timeout a call has this long to end by itself; then it is ended from here."""
LOG_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""An answer that was paid for is not given up because the database is away for a moment."""

_log = get_logger(__name__)


@dataclass(frozen=True)
class _Call:
    """What is asked."""

    key: CallKey
    purpose: Purpose
    plan: RolePlan
    messages: Sequence[Message]
    answer: type[BaseModel]
    cacheable: bool

    @property
    def sent_bytes(self) -> int:
        return sum(len(each.text.encode("utf-8", "surrogatepass")) for each in self.messages)


@dataclass(frozen=True)
class _Leave:
    """An attempt that may leave."""

    candidate: Candidate
    model: ChatModel
    reservation: Reservation
    attempt: Attempt
    max_output_tokens: int


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
        self._beat = beat

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
        call = _Call(
            key=CallKey(purpose.tenant, call_digest(purpose, plan, messages, answer)),
            purpose=purpose,
            plan=plan,
            messages=messages,
            answer=answer,
            cacheable=plan.cacheable if cacheable is None else cacheable,
        )
        async with self._parts.turn(call.key):
            return await self._by_any(call)

    async def _by_any(self, call: _Call) -> Answered:
        errors: list[TrendsError] = []
        for candidate in call.plan.candidates:
            try:
                return await self._by(call, candidate)
            except (ModelError, LimitError, SecretError) as error:
                if not another_helps(error):
                    raise
                _log.warning("model.passed_over", model=candidate.spec, slug=error.slug)
                errors.append(error)
        raise telling(errors)

    async def _by(self, call: _Call, candidate: Candidate) -> Answered:
        while True:
            known = await self._parts.calls.find(call.key)
            for attempt in known.unsettled:
                await self._settle(call, attempt)
            if known.call is not None:
                return Answered(known.call.answer, known.call.model, 0, "log")
            cached = await self._cached(call, candidate)
            if cached is not None:
                return Answered(cached.answer, cached.model, 0, "cache")
            leave = await self._reserve(call, candidate, known.attempts + 1)
            if leave is not None:
                return await self._ask(call, leave)

    async def _cached(self, call: _Call, candidate: Candidate) -> LoggedCall | None:
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

    async def _reserve(self, call: _Call, candidate: Candidate, number: int) -> _Leave | None:
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
        return _Leave(
            candidate, model, reservation, attempt, min(call.plan.max_output_tokens, left)
        )

    def _worst_case(self, call: _Call, candidate: Candidate, number: int, input_tokens: int) -> Ask:
        most = call.plan.max_output_tokens
        least = min(LEAST_OUTPUT_TOKENS, most)
        worst = self._parts.prices.worst_micro
        return Ask(
            id=f"{call.key.digest}:{number}:{candidate.spec}",
            purpose=call.purpose,
            provider=candidate.provider,
            model=candidate.model,
            tokens=input_tokens + most,
            cost_micro=worst(candidate.provider, candidate.model, input_tokens, most),
            least_tokens=input_tokens + least,
            least_cost_micro=worst(candidate.provider, candidate.model, input_tokens, least),
        )

    async def _ask(self, call: _Call, leave: _Leave) -> Answered:
        # Cancelled while the model is at work, the attempt stays in flight and its reservation runs out: it is charged
        # in full, since nobody can tell. Once there is an answer, or an error, it is booked before a cancel is heard.
        keeping = kept(
            self._parts.ledger,
            leave.reservation,
            beat=self._beat,
            pause=self._parts.pause,
            renew_seconds=self._parts.renew_seconds,
        )
        async with keeping:
            try:
                answer = await self._answer(call, leave)
                received = len(_encoded(answer, leave.candidate))
            except ModelError as error:
                await unbroken(self._failed(call, leave, error))
                raise
            return await unbroken(self._answered(call, leave, answer, received))

    async def _answer(self, call: _Call, leave: _Leave) -> ModelAnswer:
        request = ModelRequest(
            provider=leave.candidate.provider,
            model=leave.candidate.model,
            messages=call.messages,
            answer=call.answer,
            max_output_tokens=leave.max_output_tokens,
            temperature=call.plan.temperature,
            timeout_seconds=call.plan.timeout_seconds,
        )
        try:
            async with asyncio.timeout(call.plan.timeout_seconds + GRACE_SECONDS):
                return await leave.model.ask(request)
        except TimeoutError as error:
            raise ModelUnavailableError(
                f"{leave.candidate.spec} did not answer within {call.plan.timeout_seconds:g} s.",
                next_step="It is tried again; llm.timeout_seconds is how long it may take.",
                billed=None,
            ) from error

    async def _answered(
        self, call: _Call, leave: _Leave, answer: ModelAnswer, received: int
    ) -> Answered:
        booked = await self._book(call, leave, answer.usage, received)
        logged = LoggedCall(
            answer=answer.answer,
            usage=answer.usage,
            cost_micro=booked.cost_micro,
            model=leave.candidate.spec,
            served_as=answer.model,
            request_id=answer.request_id,
        )
        attempt = leave.attempt.model_copy(
            update={"booked_tokens": booked.tokens, "booked_micro": booked.cost_micro}
        )
        standing = await self._logged(call, logged, attempt)
        await self._settle(call, attempt)
        await self._keep(call, leave.candidate, logged)
        return Answered(standing.answer, standing.model, booked.cost_micro, "asked")

    async def _book(
        self, call: _Call, leave: _Leave, usage: Usage | None, received: int
    ) -> Booking:
        booked = await asyncio.to_thread(
            booking,
            usage,
            leave.reservation,
            leave.candidate.model,
            Sizes(call.sent_bytes, received),
            self._parts.prices,
        )
        if not booked.counted:
            _log.warning("model.not_counted", model=leave.candidate.spec, ask=leave.reservation.id)
        elif booked.cost_micro > leave.reservation.cost_micro:
            _log.error(
                "model.dearer_than_reserved",
                model=leave.candidate.spec,
                ask=leave.reservation.id,
                booked_micro=booked.cost_micro,
                held_micro=leave.reservation.cost_micro,
            )
        return booked

    async def _logged(self, call: _Call, logged: LoggedCall, attempt: Attempt) -> LoggedCall:
        for pause in LOG_PAUSES_SECONDS:
            try:
                return await self._parts.calls.answered(call.key, call.purpose, logged, attempt)
            except StorageError as error:
                if not error.retryable:
                    raise
                await self._parts.pause(pause)
        return await self._parts.calls.answered(call.key, call.purpose, logged, attempt)

    async def _settle(self, call: _Call, attempt: Attempt) -> None:
        await self._parts.ledger.settle(
            _reservation(attempt), tokens=attempt.booked_tokens, cost_micro=attempt.booked_micro
        )
        await self._parts.calls.settled(call.key, attempt.number)

    async def _keep(self, call: _Call, candidate: Candidate, logged: LoggedCall) -> None:
        if not call.cacheable:
            return
        value = logged.model_dump_json().encode()
        try:
            key = self._cache_key(call, candidate)
            await self._parts.cache.put(call.key.tenant, CacheKind.MODEL, key, value)
        except StorageError as error:
            _log.warning("cache.not_written", reason=str(error))

    async def _failed(self, call: _Call, leave: _Leave, error: ModelError) -> None:
        """Book a failure: nothing, all that is known, or, where nobody can tell, nothing yet."""
        ledger, reservation = self._parts.ledger, leave.reservation
        wait = _wait(error)
        if wait is not None:
            await ledger.block(call.key.tenant, leave.candidate.provider, wait)
        state, booked = AttemptState.FAILED, Booking(0, 0, counted=True)
        if error.billed is None:
            # The reservation is left to run out: then it is charged in full.
            state = AttemptState.UNKNOWN
        elif error.billed:
            booked = await self._book(call, leave, getattr(error, "usage", None), 0)
            await ledger.settle(reservation, tokens=booked.tokens, cost_micro=booked.cost_micro)
        else:
            await ledger.release(reservation)
        await self._parts.calls.failed(
            call.key,
            leave.attempt.number,
            state,
            slug=error.slug,
            request_id=error.request_id,
            booked_tokens=booked.tokens,
            booked_micro=booked.cost_micro,
        )

    def _cache_key(self, call: _Call, candidate: Candidate) -> str:
        return cache_digest(call.key.tenant, candidate, call.plan, call.messages, call.answer)


def _wait(error: ModelError) -> timedelta | None:
    """How long its provider is to be left alone; None where it did not ask for it."""
    asked = error.retry_after
    if asked is None or asked <= timedelta(0):
        return BUSY_WAIT if isinstance(error, ModelBusyError) else None
    return min(asked, MOST_WAIT)


def _encoded(answer: ModelAnswer, candidate: Candidate) -> bytes:
    """Write an answer as the log will.

    Raises:
        ModelAnswerError: It cannot be stored: half a surrogate pair, or a number that JSON does not have.
    """
    try:
        return json_text(answer.answer).encode()
    except ValueError as error:
        raise ModelAnswerError(
            f"The answer of {candidate.spec} cannot be stored.",
            why=f"{error}.",
            billed=True,
            request_id=answer.request_id,
        ) from error


def _reservation(attempt: Attempt) -> Reservation:
    return Reservation(
        id=attempt.ask_id,
        tenant=attempt.tenant,
        provider=attempt.provider,
        tokens=attempt.held_tokens,
        cost_micro=attempt.held_micro,
        expires_at=attempt.expires_at,
    )
