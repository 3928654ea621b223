"""A gateway over a real log and cache, with a ledger in a file and models that a test speaks for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tests.unit.trends.llm.ledger_file import FileLedger
from tests.unit.trends.storage.record_cases import TENANT, Clock
from trends.domain.calls import LoggedCall, ModelName, Purpose, Role, Usage
from trends.errors import PriceUnknownError, SettingsError
from trends.llm.base import Answered, ChatModel, Message, ModelAnswer, ModelRequest
from trends.llm.candidates import RolePlan
from trends.llm.gateway import ModelGateway
from trends.llm.gateway_parts import GatewayParts
from trends.settings_calls import CacheSettings
from trends.storage.calls import Attempt, CallKey, CallStore, Start
from trends.storage.database import Database
from trends.storage.response_cache import CacheStore

FIRST, SECOND = ModelName("openai", "gpt-4.1-mini"), ModelName("anthropic", "claude-haiku-4-5")
MESSAGES = (Message("system", "Answer in JSON."), Message("user", "말차가 늘었나?"))
USAGE = Usage(input_tokens=40, output_tokens=20)
BOUND = 100
CACHE = CacheSettings(max_size_mb=1, model_ttl_hours=24, source_ttl_seconds=300)

Hook = Callable[[], Awaitable[None]]
Says = Callable[[ModelRequest], Awaitable[ModelAnswer]]


class Verdict(BaseModel):
    """The form of an answer."""

    text: str


def answer(text: str = "yes", usage: Usage | None = USAGE) -> ModelAnswer:
    """An answer as a provider gives it."""
    return ModelAnswer({"text": text}, usage, "req-1", "gpt-4.1-mini-2025-04-14")


def purpose(**changes: Any) -> Purpose:
    """A purpose without a run, so that no run has to be there."""
    made = Purpose(tenant=TENANT, role=Role.ANALYST, node="draft", part="topic-1")
    return made.model_copy(update=changes)


def bound(messages: Sequence[Message], form: type[BaseModel]) -> int:
    """Most tokens of every question."""
    del messages, form
    return BOUND


class HookedCalls(CallStore):
    """A log to which a test does something before it writes.

    Attributes:
        beginning: Before an attempt is written down.
        answering: Before an answer is.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        self.beginning: Hook = failing(0, AssertionError())
        self.answering: Hook = failing(0, AssertionError())

    async def begin(self, key: CallKey, purpose: Purpose, attempt: Attempt) -> Start:
        await self.beginning()
        return await super().begin(key, purpose, attempt)

    async def answered(
        self, key: CallKey, purpose: Purpose, call: LoggedCall, attempt: Attempt | None
    ) -> LoggedCall:
        await self.answering()
        return await super().answered(key, purpose, call, attempt)


def failing(times: int, error: Exception) -> Hook:
    """Raise that often, then let it be."""
    left = iter(range(times))

    async def fail() -> None:
        if next(left, None) is not None:
            raise error

    return fail


class FlatPrices:
    """A token sent costs 1 micro-USD, one received 4; the models of `unknown` have no price."""

    def __init__(self) -> None:
        self.unknown: set[str] = set()

    def worst_micro(self, provider: str, model: str, input_tokens: int, output_tokens: int) -> int:
        del provider
        if model in self.unknown:
            raise PriceUnknownError(f"No price is known for {model}.")
        return input_tokens + 4 * output_tokens

    def cost_micro(self, provider: str, model: str, usage: Usage) -> int:
        return self.worst_micro(provider, model, usage.input_tokens, usage.output_tokens)


@dataclass
class SpokenModel:
    """A model that says what a test has it say."""

    says: Says
    asked: list[ModelRequest] = field(default_factory=list[ModelRequest])

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        return await self.says(request)


def saying(*turns: ModelAnswer | BaseException) -> Says:
    """Says one thing after the other, the last one for ever."""
    left = list(turns)

    async def says(request: ModelRequest) -> ModelAnswer:
        del request
        turn = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(turn, BaseException):
            raise turn
        return turn

    return says


@dataclass
class Stand:
    """A gateway and all that is around it.

    Attributes:
        plan: How every role is done; None: no model is configured.
        no_key: What a provider raises that cannot be made ready.
        most_tokens: The ledger grants no more.
        pauses: How long was waited, each time.
    """

    database: Database
    folder: Path
    plan: RolePlan | None = field(default_factory=lambda: RolePlan((FIRST, SECOND), 0.7, 500, 60))
    clock: Clock = field(default_factory=Clock)
    prices: FlatPrices = field(default_factory=FlatPrices)
    models: dict[str, SpokenModel] = field(default_factory=dict[str, SpokenModel])
    no_key: dict[str, Exception] = field(default_factory=dict[str, Exception])
    most_tokens: int | None = None
    renew_seconds: float = 5
    pauses: list[float] = field(default_factory=list[float])

    def __post_init__(self) -> None:
        for candidate in (FIRST, SECOND):
            self.says(candidate, answer(candidate.provider))
        self.calls = HookedCalls(self.database, self.clock)
        self.cache = CacheStore(self.database, self.clock, lambda: CACHE)
        self.ledger = FileLedger(self.folder / "ledger.db", most_tokens=self.most_tokens)
        self.beats = 0

    def says(self, candidate: ModelName, *turns: ModelAnswer | BaseException) -> None:
        """Have a model say one thing after the other."""
        self.models[candidate.provider] = SpokenModel(saying(*turns))

    @property
    def asked(self) -> list[str]:
        """Which providers were asked, and how often each."""
        return [name for name, model in self.models.items() for _ in model.asked]

    def gateway(self, **changes: Any) -> ModelGateway:
        """Make a gateway, as another process would."""
        parts: dict[str, Any] = {
            "calls": self.calls,
            "cache": self.cache,
            "ledger": self.ledger,
            "prices": self.prices,
            "bound": bound,
            "chat_model": self._model,
            "pause": self._pause,
            "renew_seconds": self.renew_seconds,
        }
        return ModelGateway(GatewayParts(**{**parts, **changes}), self._planned, beat=self._beat)

    async def call(
        self,
        made_for: Purpose | None = None,
        messages: Sequence[Message] = MESSAGES,
        *,
        cacheable: bool | None = None,
    ) -> Answered:
        """Call by a new gateway."""
        return await self.gateway().call(
            made_for or purpose(), messages, Verdict, cacheable=cacheable
        )

    def _planned(self, role: Role) -> RolePlan:
        if self.plan is None:
            raise SettingsError(f"No model is configured for the {role.value}.")
        return self.plan

    def _model(self, provider: str) -> ChatModel:
        if provider in self.no_key:
            raise self.no_key[provider]
        return self.models[provider]

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def _beat(self) -> None:
        self.beats += 1
