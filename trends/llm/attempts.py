"""One attempt at a call: asked, logged, booked."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from trends.domain.calls import LoggedCall, ModelName, Purpose, Usage
from trends.errors import (
    ModelAnswerError,
    ModelBusyError,
    ModelError,
    ModelUnavailableError,
    StorageError,
)
from trends.limits.base import Reservation
from trends.llm.base import ChatModel, Message, ModelAnswer, ModelRequest
from trends.llm.booking import Booking, Sizes, booking
from trends.llm.candidates import RolePlan
from trends.llm.gateway_parts import GatewayParts
from trends.llm.keeping import kept, unbroken
from trends.storage.calls import Attempt, AttemptState, CallKey
from trends.storage.json_text import json_text
from trends.telemetry import get_logger

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
class Call:
    """What is asked.

    Attributes:
        key: Under which the log knows it.
        purpose: What it is for.
        plan: Whom to ask, and how.
        messages: What is said.
        answer: The form that the answer has to have.
        cacheable: Whether the answer may come from another run's, and serve another.
    """

    key: CallKey
    purpose: Purpose
    plan: RolePlan
    messages: Sequence[Message]
    answer: type[BaseModel]
    cacheable: bool

    @property
    def sent_bytes(self) -> int:
        """Size of the messages in UTF-8."""
        return sum(len(each.text.encode("utf-8", "surrogatepass")) for each in self.messages)


@dataclass(frozen=True)
class Leave:
    """An attempt that is written down, and may leave.

    Attributes:
        candidate: Whom to ask.
        model: The same, ready to be asked.
        reservation: What was granted for it.
        attempt: As it stands in the log.
        max_output_tokens: Longest answer that is granted.
    """

    candidate: ModelName
    model: ChatModel
    reservation: Reservation
    attempt: Attempt
    max_output_tokens: int


class Attempts:
    """Makes attempts.

    Args:
        parts: What every call needs.
        beat: Called twice a second while a model is asked.
    """

    def __init__(self, parts: GatewayParts, beat: Callable[[], None]) -> None:
        self._parts = parts
        self._beat = beat

    async def ask(self, call: Call, leave: Leave) -> LoggedCall:
        """Ask the model once; give the answer that stands, with what this attempt cost.

        Raises:
            ModelError: It failed; what is known of its cost is booked.
            StorageError: The database failed.
        """
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

    async def _answer(self, call: Call, leave: Leave) -> ModelAnswer:
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
                f"{leave.candidate} did not answer within {call.plan.timeout_seconds:g} s.",
                next_step="It is tried again; llm.timeout_seconds is how long it may take.",
                billed=None,
            ) from error

    async def _answered(
        self, call: Call, leave: Leave, answer: ModelAnswer, received: int
    ) -> LoggedCall:
        booked = await self._book(call, leave, answer.usage, received)
        logged = LoggedCall(
            answer=answer.answer,
            usage=answer.usage,
            cost_micro=booked.cost_micro,
            model=str(leave.candidate),
            served_as=answer.model,
            request_id=answer.request_id,
        )
        attempt = leave.attempt.model_copy(
            update={"booked_tokens": booked.tokens, "booked_micro": booked.cost_micro}
        )
        standing = await self._logged(call, logged, attempt)
        await self.settle(call, attempt)
        # Where another attempt was answered first, its answer stands; this one was paid for all the same.
        return standing.model_copy(update={"cost_micro": booked.cost_micro})

    async def _book(self, call: Call, leave: Leave, usage: Usage | None, received: int) -> Booking:
        booked = await asyncio.to_thread(
            booking,
            usage,
            leave.reservation,
            leave.candidate.model,
            Sizes(call.sent_bytes, received),
            self._parts.prices,
        )
        if not booked.counted:
            _log.warning("model.not_counted", model=str(leave.candidate), ask=leave.reservation.id)
        elif booked.cost_micro > leave.reservation.cost_micro:
            _log.error(
                "model.dearer_than_reserved",
                model=str(leave.candidate),
                ask=leave.reservation.id,
                booked_micro=booked.cost_micro,
                held_micro=leave.reservation.cost_micro,
            )
        return booked

    async def _logged(self, call: Call, logged: LoggedCall, attempt: Attempt) -> LoggedCall:
        for pause in LOG_PAUSES_SECONDS:
            try:
                return await self._parts.calls.answered(call.key, call.purpose, logged, attempt)
            except StorageError as error:
                if not error.retryable:
                    raise
                await self._parts.pause(pause)
        return await self._parts.calls.answered(call.key, call.purpose, logged, attempt)

    async def settle(self, call: Call, attempt: Attempt) -> None:
        """Book an attempt that was answered, and note that it is.

        Raises:
            StorageError: The database failed; the log says that it is still to be done.
        """
        await self._parts.ledger.settle(
            _reservation(attempt), tokens=attempt.booked_tokens, cost_micro=attempt.booked_micro
        )
        await self._parts.calls.settled(call.key, attempt.number)

    async def _failed(self, call: Call, leave: Leave, error: ModelError) -> None:
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
            booked = await self._book(call, leave, _usage(error), 0)
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


def _wait(error: ModelError) -> timedelta | None:
    """How long its provider is to be left alone; None where it did not ask for it."""
    asked = error.retry_after
    if asked is None or asked <= timedelta(0):
        return BUSY_WAIT if isinstance(error, ModelBusyError) else None
    return min(asked, MOST_WAIT)


def _usage(error: ModelError) -> Usage | None:
    """What the provider counted of a call whose answer is of no use."""
    if error.usage is None:
        return None
    sent, received = error.usage
    return Usage(input_tokens=sent, output_tokens=received)


def _encoded(answer: ModelAnswer, candidate: ModelName) -> bytes:
    """Write an answer as the log will.

    Raises:
        ModelAnswerError: It cannot be stored: half a surrogate pair, or a number that JSON does not have.
    """
    try:
        return json_text(answer.answer).encode()
    except ValueError as error:
        raise ModelAnswerError(
            f"The answer of {candidate} cannot be stored.",
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
