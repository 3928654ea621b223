"""A call of a model, in plain values: for whom, for which work, how much text, at which price."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from trends.domain.models import Model, Tenant

Tokens = Annotated[int, Field(ge=0)]
# 1 USD = 1,000,000; money is never a float.
MicroUsd = Annotated[int, Field(ge=0)]
MICRO = 1_000_000


class Role(StrEnum):
    """The kinds of work that a model does."""

    PLANNER = "planner"
    ANALYST = "analyst"
    JUDGE = "judge"
    EMBEDDER = "embedder"


@dataclass(frozen=True)
class ModelName:
    """One model of one provider.

    Attributes:
        provider: Such as `openai`.
        model: What it is called there.
    """

    provider: str
    model: str

    def __str__(self) -> str:
        """Such as `openai:gpt-4.1-mini`: as settings, prices and reports name it."""
        return f"{self.provider}:{self.model}"


class Usage(Model):
    """Tokens of one call as the provider counted them.

    Attributes:
        input_tokens: All that was sent, cached ones included.
        output_tokens: All that came back, thinking included.
        cached_tokens: Those of the input that the provider had kept.
        reasoning_tokens: Those of the output that were thinking.
    """

    input_tokens: Tokens
    output_tokens: Tokens
    cached_tokens: Tokens = 0
    reasoning_tokens: Tokens = 0


class Purpose(Model):
    """What a call is made for. The same purpose with the same words is the same call: a retry finds its answer.

    Attributes:
        tenant: Whose money it is.
        role: Which kind of work.
        run_id: The run, where it is for one.
        monitor: The monitor of that run; id of its question.
        scheduled: Whether the run was begun by its schedule; such runs go before others where a quota is scarce.
        node: Which step of the work, such as `draft`.
        round: Which round of it, from 0.
        part: Which of several calls of that step, such as the id of a topic.
    """

    tenant: Tenant
    role: Role
    run_id: str | None = None
    monitor: str | None = None
    scheduled: bool = False
    node: str
    round: int = 0
    part: str = ""


class LoggedCall(Model):
    """A call that was answered once: asked again, this is the answer.

    Attributes:
        answer: JSON object of the form that was asked for, checked against it.
        usage: Tokens; None where the provider did not say.
        cost_micro: What it cost, in micro-USD; 0 where it was answered from the cache.
        model: `provider:model` that answered.
        served_as: What the provider calls the model that answered; empty where it did not say.
        request_id: Under which the provider knows it; empty where it did not say.
        origin: Asked for this run, or known from another one.
    """

    answer: dict[str, Any]
    usage: Usage | None
    cost_micro: MicroUsd
    model: str
    served_as: str = ""
    request_id: str = ""
    origin: Literal["asked", "cache"] = "asked"
