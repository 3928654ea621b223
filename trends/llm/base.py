"""What the product asks of a model, and what it keeps of the answer. Providers differ behind this."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel

from trends.domain.calls import Purpose, Usage


@dataclass(frozen=True)
class Message:
    """One message. What comes from sources is data and stands in a message of its own, never in `system`."""

    author: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class ModelRequest:
    """One question to one model.

    Attributes:
        provider: Name of the provider, such as `openai`.
        model: Name of the model, or of its deployment.
        messages: What is said, in order.
        answer: The form that the answer has to have.
        max_output_tokens: Longest answer, thinking included.
        temperature: How freely it writes.
        timeout_seconds: Longest wait for the whole answer.
    """

    provider: str
    model: str
    messages: Sequence[Message]
    answer: type[BaseModel]
    max_output_tokens: int
    temperature: float
    timeout_seconds: float


@dataclass(frozen=True)
class ModelAnswer:
    """What came back.

    Attributes:
        answer: JSON object of the form that was asked for, checked against it.
        usage: Tokens; None where the provider did not say.
        request_id: Under which the provider knows the call; empty where it did not say.
        model: What the provider calls the model that answered.
    """

    answer: dict[str, object]
    usage: Usage | None
    request_id: str
    model: str


class ChatModel(Protocol):
    """A provider, ready to be asked."""

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Ask once; retries are the caller's.

        Raises:
            ModelError: It failed: retryable or final by its type, with the provider's Retry-After and request id.
        """
        ...


@dataclass(frozen=True)
class Answered:
    """An answer, and where it is from.

    Attributes:
        answer: As in `ModelAnswer`.
        model: `provider:model` that answered.
        cost_micro: What this call cost now; 0 where it was answered from the log or the cache.
        origin: Asked now, known from an earlier attempt of the same run, or from another run.
    """

    answer: dict[str, object]
    model: str
    cost_micro: int
    origin: Literal["asked", "log", "cache"]


class Gateway(Protocol):
    """The one way to a model: within limits, logged, and never asked the same thing twice."""

    async def call(
        self, purpose: Purpose, messages: Sequence[Message], answer: type[BaseModel]
    ) -> Answered:
        """Ask the model of the purpose's role.

        Raises:
            ModelError: Every model of the role failed, or the failure is one that another model would share.
            LimitError: A limit said no.
            SettingsError: No model is configured for the role, or its key cannot be read.
        """
        ...
